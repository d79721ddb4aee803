"""The list of candidates: who is in, who asks to be, how long they have worked; entering them by hand."""

from typing import Any
from urllib.parse import urlencode

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext, ngettext
from werkzeug.wrappers import Response

from lms_carbon.core.clock import now
from lms_carbon.core.errors import ConflictError
from lms_carbon.core.forms import Form, read_form
from lms_carbon.core.http import say
from lms_carbon.core.identity import Actor, signed_in
from lms_carbon.cycles.models import Candidacy, CandidacyState, CycleState
from lms_carbon.cycles.policy import load_candidacy, load_cycle, load_track
from lms_carbon.cycles.queries import count_entries, find_candidacies, states_in_track, tracks_of
from lms_carbon.cycles.schemas import CandidacyForm, CandidatesQuery, PersonsForm
from lms_carbon.cycles.services.entering import confirm_years, enter_candidates, refuse_request, withdraw_candidate
from lms_carbon.framework.queries import get_band
from lms_carbon.lti.services.rosters import list_rosters
from lms_carbon.people.queries import PAGE, list_persons

Answer = str | Response | tuple[str, int]


def show_candidates(cycle_id: int) -> str:
    """Show who is in the cycle and who asks to be."""
    cycle = load_cycle(signed_in(), cycle_id)
    wanted = CandidatesQuery().load({}) | read_form(CandidatesQuery(), request.args).data
    found = find_candidacies(
        cycle.id, text=wanted["q"], track_id=wanted["track"], state=wanted["state"], after=wanted["after"], limit=PAGE
    )
    filters = {"q": wanted["q"], "track": wanted["track"] or "", "state": wanted["state"]}
    return render_template(
        "cycles/candidates.html",
        cycle=cycle,
        rows=found[:PAGE],
        tracks=tracks_of(cycle.id),
        counts=count_entries(cycle.id),
        wanted=filters,
        older=f"?{urlencode({**filters, 'after': wanted['after'] + PAGE})}" if len(found) > PAGE else "",
        newer=f"?{urlencode({**filters, 'after': max(wanted['after'] - PAGE, 0)})}" if wanted["after"] else "",
        takes=cycle.state in (CycleState.PLANNED, CycleState.OPEN),
    )


def show_candidacy(candidacy_id: int) -> str:
    """Show one candidacy and what can be done with it."""
    candidacy = load_candidacy(signed_in(), candidacy_id)
    years = "" if candidacy.years is None else f"{candidacy.years / 100:g}"
    return _candidacy_page(candidacy, Form(values={"years": years}))


def change(candidacy_id: int) -> Answer:
    """Accept, refuse, withdraw, enter again, or confirm years, as the button says."""
    by = signed_in()
    candidacy = load_candidacy(by, candidacy_id)
    form = read_form(CandidacyForm(), request.form)
    if form.ok:
        try:
            done = _act(candidacy, form.data, by)
        except ConflictError as problem:
            form.problems["_"] = [say(problem)]
        else:
            flash(done, "ok")
            return redirect(url_for("cycles.show_candidates", cycle_id=candidacy.track.cycle_id), 303)
    return _candidacy_page(candidacy, form), 422


def _act(candidacy: Candidacy, data: dict[str, Any], by: Actor) -> str:
    """Do what the button says and return what happened."""
    name, at = candidacy.person.name, now()
    if data["act"] in ("accept", "enter"):
        enter_candidates(track=candidacy.track, person_ids=[candidacy.person_id], by=by, at=at)
        return gettext("%(name)s is entered and was told.", name=name)
    if data["act"] == "refuse":
        refuse_request(candidacy=candidacy, reason=data["reason"], by=by, at=at)
        return gettext("%(name)s is not entered and was told why.", name=name)
    if data["act"] == "withdraw":
        withdraw_candidate(candidacy=candidacy, reason=data["reason"], by=by, at=at)
        return gettext("%(name)s is withdrawn and was told why.", name=name)
    confirm_years(candidacy=candidacy, years=data["years"], by=by, at=at)
    return gettext("The experience of %(name)s is saved.", name=name)


def show_add(track_id: int) -> str:
    """Show persons of the institution to choose from, and the courses whose roster can be asked for."""
    by = signed_in()
    track = load_track(by, track_id)
    text = request.args.get("q", "").strip()[:100]
    found = list_persons(by=by, text=text) if text else []
    return render_template(
        "cycles/add.html",
        track=track,
        cycle=track.cycle,
        text=text,
        found=found[:PAGE],
        more=len(found) > PAGE,
        states=states_in_track(track.id, [person.id for person in found]),
        courses=list_rosters(by.institution_id),
        takes=track.cycle.state in (CycleState.PLANNED, CycleState.OPEN),
    )


def add(track_id: int) -> Response:
    """Enter those who were ticked."""
    by = signed_in()
    track = load_track(by, track_id)
    form = read_form(PersonsForm(), request.form)
    if not form.ok or not form.data["person"]:
        flash(gettext("Tick who is to be entered."), "warn")
        return redirect(url_for("cycles.show_add", track_id=track.id), 303)
    try:
        count = enter_candidates(track=track, person_ids=form.data["person"], by=by, at=now())
    except ConflictError as problem:
        flash(say(problem), "bad")
    else:
        flash(
            ngettext("%(num)s person is entered and was told.", "%(num)s people are entered and were told.", count),
            "ok",
        )
    return redirect(url_for("cycles.show_candidates", cycle_id=track.cycle_id, track=track.id), 303)


def _candidacy_page(candidacy: Candidacy, form: Form) -> str:
    track = candidacy.track
    state = track.cycle.state
    return render_template(
        "cycles/candidacy.html",
        candidacy=candidacy,
        track=track,
        cycle=track.cycle,
        band=get_band(track.band),
        form=form,
        takes=state in (CycleState.PLANNED, CycleState.OPEN),
        published=state is CycleState.PUBLISHED,
        asked=candidacy.state is CandidacyState.ASKED,
    )
