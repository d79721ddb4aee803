"""The policy of a track: what the standard leaves open, decided by a person who answers for it (DESIGN §3)."""

import itertools
from typing import Any

from flask import flash, redirect, render_template, request
from flask_babel import gettext
from werkzeug.wrappers import Response

from lms_carbon.core.clock import now
from lms_carbon.core.errors import ConflictError
from lms_carbon.core.forms import Form, read_form
from lms_carbon.core.http import say
from lms_carbon.core.i18n import text_in
from lms_carbon.core.identity import signed_in
from lms_carbon.cycles.models import CycleState, Track
from lms_carbon.cycles.policy import load_track
from lms_carbon.cycles.services.planning import confirm_policy
from lms_carbon.framework.queries import get_band, read_framework
from lms_carbon.framework.rules import Band, Dimension
from lms_carbon.people.queries import get_person
from lms_carbon.results.policies import EXAMPLE_NAME, EXAMPLE_VERSION, example_policy, parse_policy
from lms_carbon.results.rules import Policy, format_cut, policy_as_json
from lms_carbon.results.schemas import PolicyForm

Answer = str | Response | tuple[str, int]


def show_policy(track_id: int) -> str:
    """Show a track's policy: to be confirmed while the cycle is planned, to be read afterwards."""
    track = load_track(signed_in(), track_id)
    band = get_band(track.band)
    return _page(track, band, Form(values=_values(_policy_of(track, band), band, track.policy_rationale or "")))


def confirm(track_id: int) -> Answer:
    """Freeze the policy under the officer's name, or show the form again."""
    by = signed_in()
    track = load_track(by, track_id)
    band = get_band(track.band)
    form = read_form(PolicyForm(), request.form)
    policy = _read(form, band)
    if policy is not None:
        try:
            confirm_policy(
                track=track, policy=policy_as_json(policy), rationale=form.data["rationale"], by=by, at=now()
            )
        except ConflictError as problem:
            form.problems["_"] = [say(problem)]
        else:
            flash(gettext("You have confirmed the policy of %(track)s.", track=_named(track)), "ok")
            return redirect(f"/cycles/{track.cycle_id}", 303)
    return _page(track, band, form), 422


def _named(track: Track) -> str:
    return text_in(track.position.title, signed_in().language)


def _policy_of(track: Track, band: Band) -> Policy:
    if track.policy is None or "cuts" not in track.policy:
        return example_policy([band])
    return parse_policy(track.policy, bands=read_framework().bands)


def _read(form: Form, band: Band) -> Policy | None:
    """Return the policy that a form describes; None where something is wrong, which then stands in the form."""
    if not form.ok:
        return None
    data = form.data
    cuts = [data[f"cut_{n}"] for n, _ in enumerate(band.levels, 1)]
    for n, (lower, higher) in enumerate(itertools.pairwise(cuts), 2):
        if higher <= lower:
            form.problems[f"cut_{n}"] = [gettext("Each level needs more than the one below it.")]
    document: dict[str, Any] = {
        "name": EXAMPLE_NAME if data["name"] == gettext(EXAMPLE_NAME) else data["name"],
        "cuts": {band.code: [format_cut(cut) for cut in cuts]},
        "minimums": {
            each.value: format_cut(data[f"minimum_{each}"]) for each in Dimension if data[f"minimum_{each}"] is not None
        },
        "experience_years": {band.code: data["years"]},
    }
    if document["name"] == EXAMPLE_NAME:
        example = policy_as_json(example_policy([band]))
        if any(document[part] != example[part] for part in ("cuts", "minimums", "experience_years")):
            form.problems["name"] = [gettext("This is no longer the example policy; give it a name of its own.")]
        document["version"] = EXAMPLE_VERSION
    return parse_policy(document, bands=[band]) if form.ok else None


def _values(policy: Policy, band: Band, rationale: str) -> dict[str, Any]:
    years = policy.experience_years.get(band.code)
    return {
        "name": gettext(policy.name) if policy.name == EXAMPLE_NAME else policy.name,
        **{f"cut_{n}": format_cut(cut) for n, cut in enumerate(policy.cuts_of(band), 1)},
        **{f"minimum_{each}": format_cut(least) for each, least in policy.minimums.items()},
        "years": "" if years is None else years,
        "rationale": rationale,
    }


def _page(track: Track, band: Band, form: Form) -> str:
    by = signed_in()
    confirmed_by = track.policy_confirmed_by
    return render_template(
        "results/policy.html",
        track=track,
        band=band,
        form=form,
        dimensions=[each.value for each in Dimension],
        may_confirm=track.cycle.state is CycleState.PLANNED,
        confirmed_by=get_person(by=by, person_id=confirmed_by).name if confirmed_by else "",
        who=by.name,
    )
