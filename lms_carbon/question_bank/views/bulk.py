"""Acts on many questions: doing them from the list, what became of each question, taking them back."""

from collections import Counter

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext, ngettext
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from lms_carbon.core import clock
from lms_carbon.core.errors import InvalidInputError
from lms_carbon.core.http import say
from lms_carbon.core.identity import Actor, signed_in
from lms_carbon.question_bank.queries.bulk import get_bulk_act, list_bulk_acts
from lms_carbon.question_bank.queries.listing import find_question_ids
from lms_carbon.question_bank.queries.statements import statements_by_id
from lms_carbon.question_bank.rules.bulk import ACT_NAMES, DONE, MAX_BULK, OUTCOME_NAMES, Act
from lms_carbon.question_bank.services.bulk import change_many, may_do
from lms_carbon.question_bank.services.bulk_undo import undo_many
from lms_carbon.question_bank.views.blueprint import ID, READERS, blueprint
from lms_carbon.question_bank.views.listing import FILTERS, read_filter


@blueprint.get("/bulk", access=READERS)
def list_acts() -> str:
    """Show what was done to many questions at once, the newest first."""
    acts = list_bulk_acts(by=signed_in())
    uses = statements_by_id({act.statement_id for act, _ in acts if act.statement_id})
    return render_template("question_bank/bulk_acts.html", acts=acts, uses=uses, names=ACT_NAMES)


@blueprint.post("/bulk", access=READERS)
def do_to_many() -> Response:
    """Do something to the ticked questions, or to all that the filters find."""
    by = signed_in()
    name = request.form.get("act", "")
    if name not in set(Act):
        raise InvalidInputError
    filters = {key: request.form[f"filter-{key}"] for key in FILTERS if request.form.get(f"filter-{key}")}
    try:
        act = change_many(
            by=by,
            act=Act(name),
            question_ids=_chosen(by, filters),
            requirement=request.form.get("to", ""),
            at=clock.now(),
        )
    except InvalidInputError as refusal:
        flash(say(refusal), "bad")
        return redirect(url_for("question_bank.list_bank", **filters), 303)  # type: ignore[arg-type]
    return redirect(url_for("question_bank.show_act", act_id=act.id), 303)


@blueprint.get(f"/bulk/<{ID}:act_id>", access=READERS)
def show_act(act_id: int) -> str:
    """Show what became of each question, and offer to take it back."""
    by = signed_in()
    act = get_bulk_act(by=by, act_id=act_id)
    uses = statements_by_id({act.statement_id} if act.statement_id else ())
    return render_template(
        "question_bank/bulk_act.html",
        act=act,
        use=uses.get(act.statement_id or 0),
        name=ACT_NAMES[act.act],
        outcomes=OUTCOME_NAMES,
        counts=Counter(change.undone or change.outcome for change in act.changes),
        may_undo=may_do(by, act.act) and act.undone_at is None and any(c.outcome in DONE for c in act.changes),
    )


@blueprint.post(f"/bulk/<{ID}:act_id>", access=READERS)
def undo_act(act_id: int) -> Response:
    """Take it back."""
    if request.form.get("action") != "undo":
        raise InvalidInputError
    act = undo_many(by=signed_in(), act_id=act_id, at=clock.now())
    back = sum(change.undone == "undone" for change in act.changes)
    flash(ngettext("Undone for %(num)s question.", "Undone for %(num)s questions.", back), "ok")
    if any(change.undone and change.undone != "undone" for change in act.changes):
        flash(gettext("Some questions were worked on since and stay as they are."), "warn")
    return redirect(url_for("question_bank.show_act", act_id=act_id), 303)


def _chosen(by: Actor, filters: dict[str, str]) -> list[int]:
    if request.form.get("all") == "1":
        return find_question_ids(by=by, wanted=read_filter(MultiDict(filters)), limit=MAX_BULK + 1)
    ticked = request.form.getlist("pick")[: MAX_BULK + 1]
    return [int(name) for name in ticked if name.isascii() and name.isdecimal() and len(name) < 16]
