"""Proposing a regrade: an instrument, an item of it, what becomes of its points, and why."""

from typing import Any

from flask import redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from lms_carbon.core.clock import now
from lms_carbon.core.errors import DomainError, NotFoundError
from lms_carbon.core.forms import Form, read_form
from lms_carbon.core.http import say
from lms_carbon.core.identity import signed_in
from lms_carbon.cycles.models import Cycle, CycleState, Instrument
from lms_carbon.cycles.policy import load_instrument
from lms_carbon.results.errors import InvalidPointsError, TooManyPointsError
from lms_carbon.results.models import Regrade
from lms_carbon.results.policy import load_cycle
from lms_carbon.results.queries.evidence import list_instruments
from lms_carbon.results.queries.items import Item, list_items, list_takers, parse_item
from lms_carbon.results.queries.outcomes import list_tracks_of
from lms_carbon.results.schemas import RegradeForm
from lms_carbon.results.services.regrades import propose_full_points, propose_points

Answer = str | Response | tuple[str, int]


def show_new(cycle_id: int) -> str:
    """Show the next step of a proposal: choose an instrument, choose an item, say what becomes of it."""
    return _page(load_cycle(signed_in(), cycle_id), Form())


def create(cycle_id: int) -> Answer:
    """Propose the regrade, or show the form again."""
    cycle = load_cycle(signed_in(), cycle_id)
    form = read_form(RegradeForm(), request.form)
    instrument, item = _chosen(cycle)
    if instrument is None or item is None:
        return redirect(url_for("results.show_new_regrade", cycle_id=cycle.id), 303)
    if form.ok:
        try:
            regrade = _propose(instrument, item, form.data)
        except (TooManyPointsError, InvalidPointsError) as problem:
            form.problems["points"] = [say(problem)]
        except NotFoundError:
            form.problems["candidacy_id"] = [gettext("This candidate has no points in this item.")]
        except DomainError as problem:
            form.problems["_"] = [say(problem)]
        else:
            return redirect(url_for("results.show_regrade", regrade_id=regrade.id), 303)
    return _page(cycle, form), 422


def _propose(instrument: Instrument, item: Item, data: dict[str, Any]) -> Regrade:
    by = signed_in()
    if data["who"] == "all":
        return propose_full_points(instrument=instrument, item=item, reason=data["reason"], by=by, at=now())
    return propose_points(
        instrument=instrument,
        item=item,
        candidacy_id=data["candidacy_id"],
        points=data["points"],
        reason=data["reason"],
        by=by,
        at=now(),
    )


def _chosen(cycle: Cycle) -> tuple[Instrument | None, Item | None]:
    """Return what the address has chosen so far; raises `NotFoundError` for what is not of this cycle."""
    number = request.args.get("instrument", type=int)
    if number is None:
        return None, None
    instrument = load_instrument(signed_in(), number)
    if instrument.track.cycle_id != cycle.id:
        raise NotFoundError
    return instrument, parse_item(request.args.get("item", ""))


def _page(cycle: Cycle, form: Form) -> str:
    instrument, item = _chosen(cycle)
    items = list_items(instrument.id) if instrument else []
    listed = next((each for each in items if each.item == item), None)
    if item is not None and listed is None:
        raise NotFoundError
    tracks = list_tracks_of(cycle.id)
    return render_template(
        "results/regrade_new.html",
        cycle=cycle,
        published=cycle.state is CycleState.PUBLISHED,
        tracks=tracks,
        instruments=list_instruments([each.id for each in tracks]),
        instrument=instrument,
        items=items,
        listed=listed,
        takers=list_takers(instrument.id, item) if instrument and item else [],
        form=form,
    )
