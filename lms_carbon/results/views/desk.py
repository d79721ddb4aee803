"""The officers' desk of results: what a cycle came to, who is near a cut, who lacks what, who is withheld."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from lms_carbon.core.clock import now
from lms_carbon.core.errors import ConflictError
from lms_carbon.core.forms import Form, read_form
from lms_carbon.core.http import say
from lms_carbon.core.identity import signed_in
from lms_carbon.cycles.models import Candidacy, Cycle
from lms_carbon.cycles.policy import load_track
from lms_carbon.framework.queries import get_band, read_framework
from lms_carbon.results.distribution import draw_distribution
from lms_carbon.results.models import Aggregation, CandidacyScore
from lms_carbon.results.policies import parse_policy
from lms_carbon.results.policy import load_candidacy_of_reader, load_cycle
from lms_carbon.results.queries.aggregations import is_stale, latest_aggregation
from lms_carbon.results.queries.effects import list_regrades
from lms_carbon.results.queries.outcomes import (
    PAGE,
    TrackOutcomes,
    count_outcomes,
    in_track,
    list_candidate_lines,
    list_cycle_lines,
    list_tracks_of,
    near_a_cut,
    not_with_the_others,
)
from lms_carbon.results.queries.publications import list_publications, read_draft
from lms_carbon.results.queries.published import list_revisions
from lms_carbon.results.schemas import HoldForm
from lms_carbon.results.services.aggregation import aggregate_cycle
from lms_carbon.results.services.holds import hold_result, lift_hold
from lms_carbon.results.services.publication import list_open_work

Answer = str | Response | tuple[str, int]


def show_cycles() -> str:
    """Show the institution's cycles and how far their results are."""
    return render_template("results/cycles.html", lines=list_cycle_lines(signed_in().institution_id))


def show_cycle(cycle_id: int) -> str:
    """Show what a cycle came to, each track with its distribution against the cuts."""
    cycle = load_cycle(signed_in(), cycle_id)
    aggregation = latest_aggregation(cycle.id)
    return render_template(
        "results/cycle.html",
        cycle=cycle,
        aggregation=aggregation,
        stale=aggregation is not None and is_stale(cycle.id),
        due=len(read_draft(aggregation).due) if aggregation else 0,
        works=list_open_work(cycle.id),
        parts=_parts(aggregation, cycle) if aggregation else [],
        publications=list_publications(cycle.id),
        regrades=list_regrades(cycle.id),
    )


def _parts(aggregation: Aggregation, cycle: Cycle) -> list[dict[str, Any]]:
    """Return what the page shows of each track."""
    return [_part(aggregation, each) for each in count_outcomes(aggregation, list_tracks_of(cycle.id))]


def _part(aggregation: Aggregation, outcomes: TrackOutcomes) -> dict[str, Any]:
    track = outcomes.track
    band = get_band(track.band)
    cuts = parse_policy(track.policy, bands=read_framework().bands).cuts_of(band)
    here = in_track(track.id)
    return {
        "track": track,
        "band": band,
        "cuts": cuts,
        "outcomes": outcomes,
        "picture": draw_distribution(outcomes.bars, cuts=cuts, levels=band.levels),
        "near": [(each, _to_cut(each.score.total, cuts)) for each in _lines(aggregation, here, near_a_cut(cuts))],
        "others": _lines(aggregation, here, not_with_the_others()),
    }


def _lines(aggregation: Aggregation, *where: Any) -> Any:
    return list_candidate_lines(aggregation, *where)


def _to_cut(total: int | None, cuts: tuple[int, ...]) -> int:
    """Return how far a total is from the nearest cut, in hundredths."""
    return min((((total or 0) - cut) for cut in cuts), key=abs)


def aggregate(cycle_id: int) -> Response:
    """Compute the levels now, without waiting for the scheduler."""
    by = signed_in()
    load_cycle(by, cycle_id)
    try:
        aggregation = aggregate_cycle(cycle_id=cycle_id, by=by, at=now())
    except ConflictError as problem:
        flash(say(problem), "bad")
    else:
        flash(gettext("The levels are computed, run %(number)s.", number=aggregation.number), "ok")
    return redirect(url_for("results.show_cycle", cycle_id=cycle_id), 303)


def show_candidates(track_id: int) -> str:
    """Show all candidates of a track with their scores, by page."""
    track = load_track(signed_in(), track_id)
    aggregation = latest_aggregation(track.cycle_id)
    after = request.args.get("after", 0, type=int)
    lines = list_candidate_lines(aggregation, in_track(track.id, after=after), limit=PAGE + 1) if aggregation else []
    return render_template(
        "results/candidates.html", track=track, cycle=track.cycle, lines=lines[:PAGE], more=len(lines) > PAGE
    )


def show_candidacy(candidacy_id: int) -> str:
    """Show one candidate's scores, with the hold on the result."""
    return _candidacy_page(candidacy_id, Form())


def hold(candidacy_id: int) -> Answer:
    """Withhold the result, or show the form again."""
    by = signed_in()
    candidacy = load_candidacy_of_reader(by, candidacy_id)
    form = read_form(HoldForm(), request.form)
    if form.ok:
        try:
            hold_result(candidacy=candidacy, reason=form.data["reason"], by=by, at=now())
        except ConflictError as problem:
            form.problems["_"] = [say(problem)]
        else:
            flash(gettext("The result is withheld. It is not published with the others."), "ok")
            return redirect(url_for("results.show_candidacy", candidacy_id=candidacy.id), 303)
    return _candidacy_page(candidacy_id, form), 422


def lift(candidacy_id: int) -> Response:
    """Let a withheld result go."""
    by = signed_in()
    candidacy = load_candidacy_of_reader(by, candidacy_id)
    try:
        lift_hold(candidacy=candidacy, by=by, at=now())
    except ConflictError as problem:
        flash(say(problem), "bad")
    else:
        flash(gettext("The result is no longer withheld; the next publication issues it."), "ok")
    return redirect(url_for("results.show_candidacy", candidacy_id=candidacy.id), 303)


def _candidacy_page(candidacy_id: int, form: Form) -> str:
    candidacy: Candidacy = load_candidacy_of_reader(signed_in(), candidacy_id)
    aggregation = latest_aggregation(candidacy.track.cycle_id)
    mine = CandidacyScore.candidacy_id == candidacy.id
    lines = list_candidate_lines(aggregation, mine, limit=1) if aggregation else []
    return render_template(
        "results/candidacy.html",
        candidacy=candidacy,
        cycle=candidacy.track.cycle,
        band=get_band(candidacy.track.band),
        line=lines[0] if lines else None,
        revisions=list_revisions(candidacy.id),
        form=form,
    )
