"""A candidate's path: what next and why (04-path)."""

from typing import Any

from flask import flash, redirect, render_template, request
from flask_babel import gettext
from werkzeug.wrappers import Response

from lms_carbon.core.clock import now
from lms_carbon.core.errors import InvalidInputError
from lms_carbon.core.identity import signed_in
from lms_carbon.cycles.models import Candidacy
from lms_carbon.framework.queries import read_framework
from lms_carbon.paths.policy import load_activity, load_candidacy
from lms_carbon.paths.queries import read_path
from lms_carbon.paths.rules import Act, Card, StepState, stage_of
from lms_carbon.paths.services.steps import move_step
from lms_carbon.results import reading
from lms_carbon.results.policy import load_cycle
from lms_carbon.results.views.own import lead

SHOWN_SHORT = 5
"""So many requirements stand open in "what is short"; the rest unfold."""
LONGEST_NOTE = 2000


def show_path(candidacy_id: int) -> str:
    """Show the path. Nothing on it is written by looking, and before publication nothing of marks is on it."""
    by = signed_in()
    candidacy = load_candidacy(by, candidacy_id)
    path = read_path(candidacy)
    short = sorted((need for need in path.needs if need.short), key=lambda need: need.order)
    return render_template(
        "paths/path.html",
        **_shared(by.person_id, candidacy),
        path=path,
        plan=path.plan,
        goal=reading.next_goal(path.result.snapshot) if path.result is not None else None,
        short=short[:SHOWN_SHORT],
        shorter=short[SHOWN_SHORT:],
        stages=read_framework().document["stages"],
        here=stage_of(candidacy.track.band),
    )


def open_path(cycle_id: int) -> Response | str:
    """Lead from a course's link to the person's own path."""
    by = signed_in()
    return lead(by, load_cycle(by, cycle_id), folder="/paths")


def show_activity(candidacy_id: int, activity_id: int) -> str:
    """Show one activity, why it is in the path, and what can be done with it."""
    by = signed_in()
    candidacy = load_candidacy(by, candidacy_id)
    activity = load_activity(candidacy, activity_id)
    path = read_path(candidacy)
    card = _card_of(path.plan.cards, activity_id)
    return render_template(
        "paths/activity.html",
        **_shared(by.person_id, candidacy),
        activity=activity,
        path=path,
        card=card,
        state=(card.state if card else StepState.PLANNED).value,
        step=path.steps.get(activity_id),
        stages=read_framework().document["stages"],
    )


def move(candidacy_id: int, activity_id: int) -> Response:
    """Begin, finish, reopen or leave an activity."""
    by = signed_in()
    act, note = request.form.get("act", ""), request.form.get("note", "").strip()
    if act not in list(Act) or len(note) > LONGEST_NOTE:
        raise InvalidInputError
    after = move_step(candidacy_id=candidacy_id, activity_id=activity_id, act=Act(act), note=note, by=by, at=now())
    said = {
        StepState.PLANNED: gettext("This activity is no longer under way."),
        StepState.UNDER_WAY: gettext("This activity is under way."),
        StepState.WAITING: gettext("Kept. It counts as done once a mentor or officer has confirmed it."),
        StepState.DONE: gettext("This activity is done."),
    }
    flash(said[after], "ok" if after is StepState.DONE else "info")
    return redirect(f"/paths/{candidacy_id}/activities/{activity_id}", 303)


def _card_of(cards: tuple[Card, ...], activity_id: int) -> Card | None:
    return next((card for card in cards if card.offer.activity_id == activity_id), None)


def _shared(reader: int, candidacy: Candidacy) -> dict[str, Any]:
    return {
        "candidacy": candidacy,
        "cycle": candidacy.track.cycle,
        "position": candidacy.track.position,
        "own": candidacy.person_id == reader,
    }
