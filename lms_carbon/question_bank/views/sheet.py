"""A version as it stands: read-only, with its key, what was said about it, what can be done, and its history."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from lms_carbon.core import clock
from lms_carbon.core.errors import InvalidInputError
from lms_carbon.core.hooks import QuestionUse, question_uses
from lms_carbon.core.http import say
from lms_carbon.core.i18n import current_language
from lms_carbon.core.identity import Actor, Role, signed_in
from lms_carbon.question_bank.kinds.registry import KINDS
from lms_carbon.question_bank.models import Question, QuestionVersion
from lms_carbon.question_bank.policy import may_take, wrote
from lms_carbon.question_bank.queries.enemies import list_enemies
from lms_carbon.question_bank.queries.questions import (
    get_question,
    list_notes,
    newest_version,
    open_version,
    signed_before,
    version_numbered,
)
from lms_carbon.question_bank.rules.about import COGNITIVE
from lms_carbon.question_bank.rules.states import STATE_NAMES, STEP_NAMES, Step, VersionState
from lms_carbon.question_bank.services.drafts import new_version, tags_of
from lms_carbon.question_bank.services.reviews import (
    comment,
    languages_to_sign,
    resume,
    retire,
    sign_language,
    suspend,
    withdraw,
)
from lms_carbon.question_bank.views.blueprint import ID, READERS, blueprint
from lms_carbon.question_bank.views.showing import (
    candidate_views,
    name_of,
    side_of,
    tags_shown,
    texts_behind,
    version_changes,
)


def show_sheet(
    by: Actor, question: Question, version: QuestionVersion, *, deciding: bool = False, status: int = 200, **more: Any
) -> str | tuple[str, int]:
    """Return the page of a version; `deciding` adds the reviewer's form, `more` what that form shows again."""
    kind = KINDS[question.kind]
    before = signed_before(question, version)
    newest = newest_version(question)
    name, lang = name_of(version, current_language())
    to_sign = languages_to_sign(question, version)
    page = render_template(
        "question_bank/sheet.html",
        question=question,
        version=version,
        newest=newest,
        kind=kind,
        name=name,
        lang=lang,
        side=side_of(kind, version, len(version.tags)),
        views=candidate_views(kind, version.content, key_for=version.points),
        tags=tags_shown(tags_of(version)),
        older=texts_behind(version),
        uses=_uses(by, question),
        linked=by.has(Role.OFFICER),
        before=before,
        changes=version_changes(before, version) if before else [],
        notes=[note for note in list_notes(question) if note.version_id == version.id],
        enemies=list_enemies(by=by, question_id=question.id),
        cognitive=COGNITIVE,
        states=STATE_NAMES,
        steps=STEP_NAMES,
        deciding=deciding,
        own=wrote(by, version),
        may={step: may_take(by, step, version) for step in Step},
        may_renew=by.has(Role.AUTHOR) and open_version(question) is None and version is newest,
        in_review=version.state is VersionState.IN_REVIEW,
        **{"text": "", "problem": "", "to_sign": to_sign, "ticked": to_sign, **more},
    )
    return page if status == 200 else (page, status)


def _uses(by: Actor, question: Question) -> list[tuple[int, QuestionUse]]:
    """Return where the question stands, each with the number of its version."""
    numbers = {version.id: version.number for version in question.versions}
    return [(numbers[use.version_id], use) for uses in question_uses.ask(by.institution_id, [*numbers]) for use in uses]


@blueprint.get(f"/<{ID}:question_id>/versions", access=READERS)
def list_versions(question_id: int) -> str:
    """Show all versions with who wrote, sent, signed and said what."""
    question = get_question(by=signed_in(), question_id=question_id)
    name, lang = name_of(newest_version(question), current_language())
    notes = list_notes(question)
    return render_template(
        "question_bank/versions.html",
        question=question,
        kind=KINDS[question.kind],
        name=name,
        lang=lang,
        rows=[(v, [n for n in notes if n.version_id == v.id]) for v in reversed(question.versions)],
        states=STATE_NAMES,
        steps=STEP_NAMES,
    )


@blueprint.get(f"/<{ID}:question_id>/versions/<{ID}:number>", access=READERS)
def show_version(question_id: int, number: int) -> str | tuple[str, int]:
    """Show one version as it stands."""
    by = signed_in()
    question = get_question(by=by, question_id=question_id)
    return show_sheet(by, question, version_numbered(question, number))


@blueprint.post(f"/<{ID}:question_id>/versions/<{ID}:number>", access=READERS)
def act_on_version(question_id: int, number: int) -> Response | str | tuple[str, int]:
    """Take a step that needs nothing but a click or a word: withdraw, retire, renew, comment."""
    by, at = signed_in(), clock.now()
    act, text = request.form.get("action", ""), request.form.get("text", "")
    if act == "withdraw":
        withdraw(by=by, question_id=question_id, at=at)
        flash(gettext("Taken back. It is a draft again."), "ok")
    elif act == "retire":
        retire(by=by, question_id=question_id, number=number, text=text, at=at)
        flash(gettext("Retired. Forms that hold it keep it."), "ok")
    elif act == "suspend":
        return _suspend(by, question_id, number, text)
    elif act == "resume":
        resume(by=by, question_id=question_id, number=number, text=text, at=at)
        flash(gettext("Resumed. New exams can use it again."), "ok")
    elif act == "sign_language":
        languages = request.form.getlist("language")
        sign_language(by=by, question_id=question_id, number=number, languages=languages, text=text, at=at)
        flash(gettext("Approved in that language too. Exams in it can use it now."), "ok")
        return redirect(url_for("question_bank.show_version", question_id=question_id, number=number), 303)
    elif act == "renew":
        new_version(by=by, question_id=question_id, at=at)
    elif act == "comment":
        comment(by=by, question_id=question_id, number=number, text=text, at=at)
    else:
        raise InvalidInputError
    if act == "comment":
        here = url_for("question_bank.show_version", question_id=question_id, number=number, _anchor="notes")
        return redirect(here, 303)
    return redirect(url_for("question_bank.show_question", question_id=question_id), 303)


def _suspend(by: Actor, question_id: int, number: int, reason: str) -> Response | str | tuple[str, int]:
    try:
        suspend(by=by, question_id=question_id, number=number, reason=reason, at=clock.now())
    except InvalidInputError as refusal:
        question = get_question(by=by, question_id=question_id)
        version = version_numbered(question, number)
        return show_sheet(by, question, version, status=refusal.status, text=reason, problem=say(refusal))
    flash(gettext("Suspended. No new exam uses it until somebody resumes it."), "ok")
    return redirect(url_for("question_bank.show_version", question_id=question_id, number=number), 303)
