"""The plan of a cycle: which positions and bands, who gets in, what assesses them and counts how much."""

from collections.abc import Mapping
from typing import Any, Final

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from lms_carbon.core.clock import now
from lms_carbon.core.errors import ConflictError
from lms_carbon.core.forms import Form, read_form
from lms_carbon.core.http import say
from lms_carbon.core.identity import signed_in
from lms_carbon.cycles.models import Cycle, CycleState, Instrument, InstrumentKind, Track
from lms_carbon.cycles.policy import load_cycle, load_instrument, load_track
from lms_carbon.cycles.schemas import EntryForm, InstrumentForm, NewInstrumentForm, TrackForm
from lms_carbon.cycles.services.editing import remove_instrument, remove_track, set_entry_rule, update_instrument
from lms_carbon.cycles.services.planning import add_instrument, add_track
from lms_carbon.cycles.views.board import list_lanes
from lms_carbon.cycles.views.desk import titles
from lms_carbon.framework.queries import list_positions, read_framework
from lms_carbon.framework.rules import Dimension

Answer = str | Response | tuple[str, int]

MAINLY: Final[Mapping[InstrumentKind, Dimension]] = {
    InstrumentKind.EXAM: Dimension.KNOWLEDGE,
    InstrumentKind.PRACTICAL: Dimension.SKILL,
    InstrumentKind.PORTFOLIO: Dimension.PRACTICE,
}
"""What each method mainly assesses (B.1)."""
TITLES: Final[Mapping[InstrumentKind, Mapping[str, str]]] = {
    InstrumentKind.EXAM: {"zh": "笔试", "en": "Written exam"},
    InstrumentKind.PRACTICAL: {"zh": "实验考核", "en": "Practical assessment"},
    InstrumentKind.PORTFOLIO: {"zh": "成果评价", "en": "Portfolio review"},
}
"""How B.1 calls the methods; what an officer may call it otherwise."""


def show_plan(cycle_id: int) -> str:
    """Show positions, policies and instruments, and what is left to do before the cycle opens."""
    cycle = load_cycle(signed_in(), cycle_id)
    bands = {band.code: band for band in read_framework().bands}
    return render_template("cycles/plan.html", cycle=cycle, lanes=list_lanes(cycle), bands=bands)


def show_new_track(cycle_id: int) -> str:
    """Show the form of a new track."""
    return _track_page(Form(), load_cycle(signed_in(), cycle_id))


def create_track(cycle_id: int) -> Answer:
    """Add the track, or show the form again."""
    by = signed_in()
    cycle = load_cycle(by, cycle_id)
    form = read_form(TrackForm(), request.form)
    if form.ok:
        position = next((each for each in list_positions() if each.id == form.data["position_id"]), None)
        if position is None:
            form.problems["position_id"] = [gettext("Choose one of those offered.")]
        else:
            try:
                band, entry = form.data["band"], form.data["entry"]
                add_track(cycle=cycle, position=position, band=band, entry=entry, by=by, at=now())
            except ConflictError as problem:
                form.problems["_"] = [say(problem)]
            else:
                flash(gettext("The position is added. Confirm its policy and add what assesses it."), "ok")
                return redirect(url_for("cycles.show_plan", cycle_id=cycle.id), 303)
    return _track_page(form, cycle), 422


def save_entry(track_id: int) -> Response:
    """Change what happens to somebody who comes without being entered."""
    by = signed_in()
    track = load_track(by, track_id)
    form = read_form(EntryForm(), request.form)
    if not form.ok:
        flash(gettext("Choose one of those offered."), "bad")
        return _to_plan(track)
    try:
        set_entry_rule(track=track, entry=form.data["entry"], by=by, at=now())
    except ConflictError as problem:
        flash(say(problem), "bad")
    else:
        flash(gettext("The entry rule is saved."), "ok")
    return _to_plan(track)


def delete_track(track_id: int) -> Response:
    """Take a position out of the plan."""
    by = signed_in()
    track = load_track(by, track_id)
    try:
        remove_track(track=track, by=by, at=now())
    except ConflictError as problem:
        flash(say(problem), "bad")
    else:
        flash(gettext("The position is taken out of the plan."), "ok")
    return _to_plan(track)


def show_new_instrument(track_id: int) -> str:
    """Show the form of a new instrument, filled in for the method that the address names."""
    track = load_track(signed_in(), track_id)
    named = request.args.get("kind", "")
    kind = InstrumentKind(named) if named in list(InstrumentKind) else InstrumentKind.EXAM
    values = {
        "kind": kind.value,
        "title_zh": TITLES[kind]["zh"],
        "title_en": TITLES[kind]["en"],
        "dimension": MAINLY[kind].value,
        "weight": "1",
        "result_rule": "last",
    }
    return _instrument_page(Form(values=values), track, None)


def create_instrument(track_id: int) -> Answer:
    """Add the instrument, or show the form again."""
    by = signed_in()
    track = load_track(by, track_id)
    form = read_form(NewInstrumentForm(), request.form)
    if form.ok:
        data = form.data
        try:
            instrument = add_instrument(
                track=track,
                kind=data["kind"],
                dimension=data["dimension"] or MAINLY[data["kind"]].value,
                title=titles(form),
                weight=data["weight"],
                result_rule=data["result_rule"],
                by=by,
                at=now(),
            )
        except ConflictError as problem:
            form.problems["_"] = [say(problem)]
        else:
            flash(gettext("The instrument is added. Set it up next."), "ok")
            return _to_plan(track, f"i{instrument.id}")
    return _instrument_page(form, track, None), 422


def show_instrument(instrument_id: int) -> str:
    """Show what an instrument counts for."""
    instrument = load_instrument(signed_in(), instrument_id)
    values: dict[str, Any] = {
        "title_zh": instrument.title.get("zh", ""),
        "title_en": instrument.title.get("en", ""),
        "dimension": instrument.dimension,
        "weight": instrument.weight,
        "result_rule": instrument.result_rule.value,
    }
    return _instrument_page(Form(values=values), instrument.track, instrument)


def save_instrument(instrument_id: int) -> Answer:
    """Save it, or show the form again."""
    by = signed_in()
    instrument = load_instrument(by, instrument_id)
    form = read_form(InstrumentForm(), request.form)
    if form.ok:
        try:
            update_instrument(
                instrument=instrument,
                title=titles(form),
                dimension=form.data["dimension"] or instrument.dimension,
                weight=form.data["weight"],
                result_rule=form.data["result_rule"],
                by=by,
                at=now(),
            )
        except ConflictError as problem:
            form.problems["_"] = [say(problem)]
        else:
            flash(gettext("The instrument is saved."), "ok")
            return _to_plan(instrument.track, f"i{instrument.id}")
    return _instrument_page(form, instrument.track, instrument), 422


def delete_instrument(instrument_id: int) -> Response:
    """Take an instrument out of the plan."""
    by = signed_in()
    instrument = load_instrument(by, instrument_id)
    track = instrument.track
    try:
        remove_instrument(instrument=instrument, by=by, at=now())
    except ConflictError as problem:
        flash(say(problem), "bad")
    else:
        flash(gettext("The instrument is taken out of the plan."), "ok")
    return _to_plan(track)


def _to_plan(track: Track, anchor: str | None = None) -> Response:
    return redirect(url_for("cycles.show_plan", cycle_id=track.cycle_id, _anchor=anchor), 303)


def _track_page(form: Form, cycle: Cycle) -> str:
    return render_template(
        "cycles/track.html", form=form, cycle=cycle, positions=list_positions(), bands=read_framework().bands
    )


def _instrument_page(form: Form, track: Track, instrument: Instrument | None) -> str:
    return render_template(
        "cycles/instrument.html",
        form=form,
        track=track,
        cycle=track.cycle,
        instrument=instrument,
        planned=track.cycle.state is CycleState.PLANNED,
    )
