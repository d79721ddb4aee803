"""The reviewer's page: the version read-only, what changed since the one approved before, and two buttons."""

from flask import flash, redirect, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from lms_carbon.core import clock
from lms_carbon.core.errors import ForbiddenError, InvalidInputError
from lms_carbon.core.http import say
from lms_carbon.core.identity import Role, signed_in
from lms_carbon.core.web import roles
from lms_carbon.question_bank.errors import ChangedSinceReadError, StepNotPossibleError
from lms_carbon.question_bank.queries.questions import get_question, newest_version
from lms_carbon.question_bank.services.reviews import approve, comment, send_back
from lms_carbon.question_bank.views.blueprint import ID, READERS, blueprint
from lms_carbon.question_bank.views.sheet import show_sheet


@blueprint.get(f"/<{ID}:question_id>/review", access=READERS)
def review(question_id: int) -> str | tuple[str, int]:
    """Show the newest version to be decided on; to those who may not decide, why."""
    by = signed_in()
    question = get_question(by=by, question_id=question_id)
    return show_sheet(by, question, newest_version(question), deciding=True)


@blueprint.post(f"/<{ID}:question_id>/review", access=roles(Role.REVIEWER, Role.AUTHOR))
def decide(question_id: int) -> Response | str | tuple[str, int]:
    """Approve, send back or comment; a refusal shows the page again with the words written."""
    if request.form.get("action") not in ("approve", "send_back", "comment"):
        raise InvalidInputError
    by, at = signed_in(), clock.now()
    act, text = request.form.get("action", ""), request.form.get("text", "")
    revision, languages = request.form.get("revision", ""), request.form.getlist("language")
    read = int(revision) if revision.isdecimal() and len(revision) < 10 else 0
    try:
        if act == "approve":
            approve(by=by, question_id=question_id, revision=read, text=text, languages=languages, at=at)
            flash(gettext("Approved. Exams can use it now."), "ok")
        elif act == "send_back":
            send_back(by=by, question_id=question_id, revision=read, reason=text, at=at)
            flash(gettext("Sent back. The author sees your reason."), "ok")
        else:
            number = newest_version(get_question(by=by, question_id=question_id)).number
            comment(by=by, question_id=question_id, number=number, text=text, at=at)
            return redirect(url_for("question_bank.review", question_id=question_id, _anchor="notes"), 303)
    except (InvalidInputError, ForbiddenError, ChangedSinceReadError, StepNotPossibleError) as refusal:
        question = get_question(by=by, question_id=question_id)
        return show_sheet(
            by,
            question,
            newest_version(question),
            deciding=True,
            status=refusal.status,
            text=text,
            problem=say(refusal),
            ticked=languages,
        )
    return redirect(url_for("question_bank.show_question", question_id=question_id), 303)
