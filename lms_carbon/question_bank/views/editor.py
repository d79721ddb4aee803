"""Writing a question: one form in the order of thinking, which works without script. Every button posts all of it."""

from dataclasses import dataclass, replace
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from lms_carbon.core import clock
from lms_carbon.core.errors import InvalidInputError
from lms_carbon.core.forms import Form
from lms_carbon.core.http import say
from lms_carbon.core.i18n import current_language
from lms_carbon.core.identity import Actor, Role, signed_in
from lms_carbon.question_bank.errors import NotADraftError, NotReadyError, StaleDraftError, UnknownKindError
from lms_carbon.question_bank.kinds.base import Kind
from lms_carbon.question_bank.kinds.reasons import Reason
from lms_carbon.question_bank.kinds.registry import KINDS
from lms_carbon.question_bank.models import Question, QuestionVersion
from lms_carbon.question_bank.queries.questions import get_question, newest_version
from lms_carbon.question_bank.rules.about import COGNITIVE, DIFFICULTIES
from lms_carbon.question_bank.rules.difference import Change, changes_between
from lms_carbon.question_bank.rules.states import VersionState
from lms_carbon.question_bank.schemas import AboutSchema, Entered, blank_entered, entered_from, read_entered
from lms_carbon.question_bank.services.drafts import create_question, last_editor, save_draft, tags_of
from lms_carbon.question_bank.services.reviews import submit_for_review
from lms_carbon.question_bank.views.blueprint import AUTHORS, ID, READERS, blueprint
from lms_carbon.question_bank.views.picking import pick
from lms_carbon.question_bank.views.prefill import prefill
from lms_carbon.question_bank.views.sheet import show_sheet
from lms_carbon.question_bank.views.showing import (
    Side,
    codes_in_words,
    name_of,
    say_reason,
    side_of,
    tags_shown,
    texts_behind,
)

Answer = str | Response | tuple[str, int]
WRITING = frozenset({"save", "try", "submit"})
"""Buttons that write; the others show the form again."""


@dataclass
class Desk:
    """What the editor's page is made of."""

    entered: Entered
    question: Question | None = None
    version: QuestionVersion | None = None
    saved: bool = False
    """Whether what the page shows is what is stored."""
    conflict: StaleDraftError | NotADraftError | None = None
    conflict_changes: tuple[Change, ...] = ()
    not_ready: bool = False
    status: int = 200


def kind_named(name: str) -> Kind:
    """Return a kind; raises `UnknownKindError`."""
    if name not in KINDS:
        raise UnknownKindError
    return KINDS[name]


@blueprint.get("/new/<kind>", access=AUTHORS)
def new_question(kind: str) -> Answer:
    """Show the form of a new question."""
    return _page(Desk(prefill(blank_entered(kind_named(kind)), request.args)), MultiDict())


@blueprint.post("/new/<kind>", access=AUTHORS)
def create(kind: str) -> Answer:
    """Make the question, or show the form again."""
    desk = Desk(read_entered(kind_named(kind), request.form))
    if _act() not in WRITING:
        return _page(_without_tag(desk), request.form)
    draft = desk.entered.draft
    if draft is None:
        return _page(replace(desk, status=422), request.form)
    try:
        version = create_question(by=signed_in(), kind=kind, draft=draft, at=clock.now())
    except InvalidInputError as refusal:
        return _page(_refused(desk, refusal), request.form)
    return _go_on(signed_in(), version.question_id)


@blueprint.get(f"/<{ID}:question_id>", access=READERS)
def show_question(question_id: int) -> Answer:
    """Show the draft's form to authors; everything else, and to reviewers all, as a sheet."""
    by = signed_in()
    question = get_question(by=by, question_id=question_id)
    version = newest_version(question)
    if version.state is not VersionState.DRAFT or not by.has(Role.AUTHOR):
        return show_sheet(by, question, version)
    return _page(_stored(question, version), MultiDict())


@blueprint.post(f"/<{ID}:question_id>", access=AUTHORS)
def save(question_id: int) -> Answer:
    """Save the draft, or show the form again with what was entered."""
    by = signed_in()
    question = get_question(by=by, question_id=question_id)
    desk = Desk(read_entered(KINDS[question.kind], request.form), question, newest_version(question))
    if _act() not in WRITING:
        return _page(_without_tag(desk), request.form)
    draft = desk.entered.draft
    if draft is None:
        return _page(replace(desk, status=422), request.form)
    revision = request.form.get("revision", "")
    try:
        save_draft(
            by=by,
            question_id=question_id,
            revision=int(revision) if revision.isdecimal() and len(revision) < 10 else 0,
            draft=draft,
            at=clock.now(),
        )
    except (StaleDraftError, NotADraftError) as refusal:
        return _page(_overtaken(desk, refusal), request.form)
    except InvalidInputError as refusal:
        return _page(_refused(desk, refusal), request.form)
    return _go_on(by, question_id)


@blueprint.post("/preview/<kind>", access=AUTHORS, transactional=False)
def preview(kind: str) -> Answer:
    """Return the side column of what stands in the form, for the page's script. Nothing is kept."""
    entered = read_entered(kind_named(kind), request.form)
    side = _side(entered)
    return render_template("question_bank/_side.html", side=side, entered=entered)


@blueprint.post("/picker/<kind>", access=AUTHORS, transactional=False)
def search_picker(kind: str) -> str:
    """Return the tags and the statements found, for the page's script. Nothing is kept."""
    desk = _without_tag(Desk(read_entered(kind_named(kind), request.form)))
    tags = desk.entered.tags
    return render_template(
        "question_bank/_picked.html",
        entered=desk.entered,
        tags=tags_shown(tags),
        picker=pick(request.form, tagged={tag.statement_id for tag in tags}),
    )


def _act() -> str:
    return request.form.get("action", "")


def _stored(question: Question, version: QuestionVersion) -> Desk:
    entered = entered_from(KINDS[question.kind], version, tags_of(version))
    return Desk(entered, question, version, saved=True)


def _go_on(by: Actor, question_id: int) -> Answer:
    """After a draft was written: send it to review, try it, or back to the form."""
    act = _act()
    if act == "try":
        return redirect(url_for("question_bank.try_question", question_id=question_id), 303)
    if act == "submit":
        try:
            submit_for_review(by=by, question_id=question_id, at=clock.now())
        except NotReadyError:
            # The refusal comes before any change, so what was just saved is committed with this answer.
            question = get_question(by=by, question_id=question_id)
            desk = replace(_stored(question, newest_version(question)), not_ready=True, status=422)
            return _page(desk, MultiDict())
        flash(gettext("Sent to review. Somebody else reads it now."), "ok")
    return redirect(url_for("question_bank.show_question", question_id=question_id), 303)


def _without_tag(desk: Desk) -> Desk:
    """Return the desk with what the pressed button does to tags: `untag-17` takes one off."""
    name = _act().removeprefix("untag-")
    if name != _act():
        desk.entered.tags = tuple(tag for tag in desk.entered.tags if str(tag.statement_id) != name)
    return desk


def _refused(desk: Desk, refusal: InvalidInputError) -> Desk:
    desk.entered.problems["requirements"] = [Reason("{text}", {"text": say(refusal)})]
    return replace(desk, status=422)


def _overtaken(desk: Desk, refusal: StaleDraftError | NotADraftError) -> Desk:
    """Return the desk with what was entered and how it differs from what somebody else stored meanwhile."""
    draft, version = desk.entered.draft, desk.version
    if draft is None or version is None:
        raise refusal
    words = (codes_in_words(tags_shown(tags_of(version))), codes_in_words(tags_shown(draft.tags)))
    changes = changes_between(version, draft, tags=words)
    return replace(desk, conflict=refusal, conflict_changes=tuple(changes), status=409)


def _side(entered: Entered) -> Side:
    if entered.draft is None:
        return Side(kind=entered.kind)
    return side_of(entered.kind, entered.draft, len(entered.draft.tags))


def _page(desk: Desk, form: MultiDict[str, str]) -> Answer:
    entered = desk.entered
    stored = desk.version if desk.saved else None
    side = side_of(entered.kind, stored, len(stored.tags)) if stored else _side(entered)
    page = render_template("question_bank/editor.html", desk=desk, side=side, **_parts(desk, form))
    return (page, desk.status) if desk.status != 200 else page


def _parts(desk: Desk, form: MultiDict[str, str]) -> dict[str, Any]:
    entered = desk.entered
    name, lang = name_of(desk.version, current_language()) if desk.version else ("", "")
    difficulty = entered.about["difficulty"]
    return {
        "older": texts_behind(desk.version, now=entered.draft) if desk.version else [],
        "entered": entered,
        "kind": entered.kind,
        "name": name,
        "lang": lang,
        "question": desk.question,
        "version": desk.version,
        "tags": tags_shown(entered.tags),
        "picker": pick(form, tagged={tag.statement_id for tag in entered.tags}),
        "difficulty_options": [*_own_difficulty(difficulty), *_difficulties()],
        "about_form": Form(values=entered.about, problems=_about_problems(entered)),
        "cognitive_options": [(value, gettext(name)) for value, name in COGNITIVE.items()],
        "about_fields": [declared.data_key or name for name, declared in AboutSchema().fields.items()],
        "last_editor": last_editor(desk.version) if desk.version else "",
    }


def _about_problems(entered: Entered) -> dict[str, list[str]]:
    return {name: [say_reason(reason) for reason in reasons] for name, reasons in entered.problems.items()}


def _difficulties() -> list[tuple[str, str]]:
    return [(str(value), f"{gettext(name)} ({value / 100:.2f})") for value, name in DIFFICULTIES.items()]


def _own_difficulty(entered: str) -> list[tuple[str, str]]:
    """Return the option of a difficulty that the form does not offer, as imports bring them."""
    if entered in {str(value) for value in DIFFICULTIES}:
        return []
    known = entered.isdecimal() and len(entered) < 4
    return [(entered, f"{int(entered) / 100:.2f}" if known else entered)]
