"""The candidate's result: why this level, down to each item, from the published snapshot alone (03-result)."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from flask import redirect, render_template, request
from werkzeug.wrappers import Response

from lms_carbon.core.errors import NotFoundError
from lms_carbon.core.identity import Actor, Role, signed_in
from lms_carbon.cycles.models import Candidacy, Cycle, CycleState
from lms_carbon.results import pictures, reading
from lms_carbon.results.models import Result
from lms_carbon.results.policy import load_candidacy_of_reader, load_cycle
from lms_carbon.results.queries.published import hold_of, list_own_candidacies, list_revisions


def show_own(candidacy_id: int) -> str:
    """Show a published result with its reasons; before that, that there is none, the same with and without marks."""
    by = signed_in()
    candidacy = load_candidacy_of_reader(by, candidacy_id)
    revisions = list_revisions(candidacy.id)
    if not revisions:
        return _show_none(by, candidacy)
    result = _wanted(revisions)
    return render_template("results/own.html", **_shared(by, candidacy), **_page(result, revisions))


def open_own(cycle_id: int) -> Response | str:
    """Lead from a course's link to the person's own result: one candidacy goes there, several are to choose from."""
    by = signed_in()
    return lead(by, load_cycle(by, cycle_id), folder="/results")


def lead(by: Actor, cycle: Cycle, *, folder: str) -> Response | str:
    """Answer a link to `folder`/<candidacy> for whoever follows it; paths lead the same way."""
    found = list_own_candidacies(by.person_id, by.institution_id, cycle_ids=[cycle.id])
    if len(found) == 1:
        return redirect(f"{folder}/{found[0].id}", 303)
    return render_template(
        "results/own_choose.html",
        cycle=cycle,
        candidacies=found,
        folder=folder,
        officer=by.has(Role.OFFICER),
        reader=by.has_any((Role.OFFICER, Role.TEACHER)),
    )


def _wanted(revisions: Sequence[Result]) -> Result:
    """Return the revision that the address names, else the one in force."""
    number = request.args.get("revision", type=int)
    if number is None:
        return revisions[0]
    found = next((each for each in revisions if each.revision == number), None)
    if found is None:
        raise NotFoundError
    return found


def _show_none(by: Actor, candidacy: Candidacy) -> str:
    published = candidacy.track.cycle.state is CycleState.PUBLISHED
    # A hold shows only behind the gate: before it, the page says the same to everybody.
    hold = hold_of(candidacy.id) if published else None
    return render_template("results/own_none.html", **_shared(by, candidacy), published=published, hold=hold)


def _shared(by: Actor, candidacy: Candidacy) -> dict[str, Any]:
    return {
        "candidacy": candidacy,
        "cycle": candidacy.track.cycle,
        "position": candidacy.track.position,
        "own": candidacy.person_id == by.person_id,
    }


def _page(result: Result, revisions: Sequence[Result]) -> dict[str, Any]:
    snapshot: Mapping[str, Any] = result.snapshot
    goal = reading.next_goal(snapshot)
    before = next((each for each in revisions if each.revision < result.revision), None)
    changes = reading.list_changes(before.snapshot, snapshot) if before is not None else []
    confirmed_at = snapshot["policy"].get("confirmed_at")
    return {
        "result": result,
        "newest": revisions[0],
        "revisions": revisions,
        "it": snapshot,
        "columns": pictures.draw_columns([_column(each) for each in snapshot["dimensions"]]),
        "scale": pictures.draw_cuts(
            levels=snapshot["band"]["levels"],
            cuts=reading.cuts_of(snapshot),
            total=reading.hundredths(snapshot["total"]),
            level=snapshot["level"],
        ),
        "goal": goal,
        "failed": reading.failed_minimums(snapshot),
        "lowest": reading.lowest_requirement(snapshot),
        "groups": list(reading.requirements_by_dimension(snapshot)),
        "before": before,
        "changes": changes,
        "changed": {each.name: each.before for each in changes if each.what == "requirement"},
        "confirmed_at": datetime.fromisoformat(confirmed_at) if confirmed_at else None,
        "points": reading.format_points,
        "open_all": request.args.get("open") == "all",
    }


def _column(dimension: Mapping[str, Any]) -> tuple[str, int, int | None, int | None]:
    score, contribution = dimension["score"], dimension["contribution"]
    return dimension["code"], dimension["weight"], reading.hundredths(score), reading.hundredths(contribution)
