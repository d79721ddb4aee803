"""The page of a question that says with which others it never stands in one form."""

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from lms_carbon.core import clock
from lms_carbon.core.errors import InvalidInputError
from lms_carbon.core.http import say
from lms_carbon.core.i18n import current_language
from lms_carbon.core.identity import Actor, Role, signed_in
from lms_carbon.question_bank.queries.enemies import list_enemies
from lms_carbon.question_bank.queries.questions import get_question, newest_version
from lms_carbon.question_bank.services.enemies import add_enemy, drop_enemy
from lms_carbon.question_bank.views.blueprint import AUTHORS, ID, READERS, blueprint
from lms_carbon.question_bank.views.showing import name_of


@blueprint.get(f"/<{ID}:question_id>/enemies", access=READERS)
def show_enemies(question_id: int) -> str:
    """Show with which others the question never stands in one form."""
    return _page(signed_in(), question_id)


@blueprint.post(f"/<{ID}:question_id>/enemies", access=AUTHORS)
def change_enemies(question_id: int) -> Response | tuple[str, int]:
    """Add one by its code, or take one away."""
    by, at = signed_in(), clock.now()
    act, code = request.form.get("action", ""), request.form.get("code", "")
    if act == "add":
        try:
            add_enemy(by=by, question_id=question_id, code=code, at=at)
        except InvalidInputError as refusal:
            return _page(by, question_id, problem=say(refusal), code=code), 422
        flash(gettext("No form takes both any more."), "ok")
    elif act == "drop":
        other = request.form.get("other", "")
        known = other.isascii() and other.isdecimal() and len(other) < 16
        drop_enemy(by=by, question_id=question_id, other_id=int(other) if known else 0, at=at)
        flash(gettext("A form may take both again."), "ok")
    else:
        raise InvalidInputError
    return redirect(url_for("question_bank.show_enemies", question_id=question_id), 303)


def _page(by: Actor, question_id: int, problem: str = "", code: str = "") -> str:
    question = get_question(by=by, question_id=question_id)
    name, lang = name_of(newest_version(question), current_language())
    return render_template(
        "question_bank/enemies.html",
        question=question,
        name=name,
        lang=lang,
        enemies=list_enemies(by=by, question_id=question_id),
        may_write=by.has(Role.AUTHOR),
        problem=problem,
        code=code,
    )
