"""The start, the choice of language, and the style page."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from flask import Response, make_response, redirect, render_template, request

from lms_carbon.core.cookies import set_cookie
from lms_carbon.core.errors import InvalidInputError
from lms_carbon.core.extensions import LANGUAGE_COOKIE
from lms_carbon.core.hooks import OwnWork, own_work
from lms_carbon.core.http import is_framed
from lms_carbon.core.i18n import LANGUAGES
from lms_carbon.core.identity import Actor, Role, current_actor
from lms_carbon.core.web import PUBLIC, csrf_exempt, package_blueprint
from lms_carbon.cycles.models import CycleState, Track
from lms_carbon.cycles.queries import tracks_by_id
from lms_carbon.web import frame
from lms_carbon.web.samples import sample_form

blueprint = package_blueprint("web")
blueprint.record_once(lambda state: frame.install(state.app.jinja_env))

_OUTCOMES: Final = 70
"""From this order on it is what came of the work: what somebody looks for once results are out."""
_YEAR: Final = 365 * 24 * 3600


@blueprint.get("/", access=PUBLIC)
def home() -> str:
    """Show what the person can do here, or what this is."""
    actor = current_actor()
    groups = own_groups(actor) if actor is not None and actor.has(Role.CANDIDATE) else []
    return render_template("web/home.html", groups=groups)


@dataclass(frozen=True)
class OwnGroup:
    """What a candidate has in one track; `track` None for practice."""

    track: Track | None
    items: list[OwnWork]


def own_groups(actor: Actor) -> list[OwnGroup]:
    """Return what a candidate can do or look at, by track: where something is to be done first, the newest before.

    Within a track what is to be done comes first, in the order of the methods; once results are out, they do.
    """
    by_track: dict[int | None, list[OwnWork]] = {}
    for item in sorted((item for answer in own_work.ask(actor) for item in answer), key=lambda item: item.order):
        by_track.setdefault(item.track_id, []).append(item)
    tracks = tracks_by_id([track_id for track_id in by_track if track_id is not None])
    groups = [_group(tracks.get(track_id) if track_id else None, items) for track_id, items in by_track.items()]
    return sorted(groups, key=_urgency)


def _group(track: Track | None, items: list[OwnWork]) -> OwnGroup:
    if track is not None and track.cycle.state is CycleState.PUBLISHED:
        return OwnGroup(track, sorted(items, key=lambda item: item.order < _OUTCOMES))
    return OwnGroup(track, sorted(items, key=lambda item: item.done))


def _urgency(group: OwnGroup) -> tuple[bool, bool, int]:
    if group.track is None:
        return (True, True, 0)
    return (False, group.track.cycle.state is CycleState.PUBLISHED, -group.track.id)


@blueprint.post("/language", access=PUBLIC, transactional=False)
@csrf_exempt
def choose_language() -> Response:
    """Keep the chosen language in this browser and go back to the page.

    It needs no proof of origin, for it gives and takes no right, and pages without other forms stay free of cookies.
    A frame may keep none of ours: there the address says the language too.
    """
    language = request.form.get("language", "")
    if language not in LANGUAGES:
        raise InvalidInputError
    back = frame.local_address(request.form.get("next"))
    response = make_response(redirect(frame.in_other_language(back, language if is_framed() else ""), 303))
    set_cookie(response, LANGUAGE_COOKIE, language, seconds=_YEAR)
    return response


@blueprint.get("/style", access=PUBLIC, transactional=False)
def style() -> str:
    """Show every part of the pages in every state."""
    moment = datetime(2026, 11, 20, 6, 3, 22, tzinfo=UTC)
    shown: dict[str, Any] = {"moment": moment, "wrong": sample_form(), "fresh": sample_form(empty=True)}
    return render_template("web/style.html", **shown)
