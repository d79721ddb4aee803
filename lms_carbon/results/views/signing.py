"""Signing: what a publication or a regrade is made of, who signed, and the form of the next signer."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from lms_carbon.core.clock import now
from lms_carbon.core.errors import DomainError
from lms_carbon.core.forms import Form, read_form
from lms_carbon.core.http import say
from lms_carbon.core.identity import Actor, signed_in
from lms_carbon.cycles.models import Cycle
from lms_carbon.people.queries import has_second_factor
from lms_carbon.results.models import Publication, PublicationState, Regrade
from lms_carbon.results.policy import load_cycle, load_regrade
from lms_carbon.results.queries.aggregations import latest_aggregation
from lms_carbon.results.queries.effects import list_effects
from lms_carbon.results.queries.outcomes import count_outcomes, list_tracks_of
from lms_carbon.results.queries.publications import Draft, list_holds, list_publications, names_of, read_draft
from lms_carbon.results.schemas import SignForm
from lms_carbon.results.services.publication import (
    Step,
    list_open_work,
    sign_publication,
    withdraw_publication,
    withdraw_regrade,
)
from lms_carbon.results.services.regrades import is_overtaken

Answer = str | Response | tuple[str, int]


def show_publication(cycle_id: int) -> str:
    """Show what publishing would do, and the form to sign."""
    return _publication_page(load_cycle(signed_in(), cycle_id), Form())


def sign(cycle_id: int) -> Answer:
    """Sign the publication of a cycle."""
    cycle = load_cycle(signed_in(), cycle_id)
    form = read_form(SignForm(), request.form)
    here = url_for("results.show_publication", cycle_id=cycle.id)
    return _sign(form, cycle, None, here) or (_publication_page(cycle, form), 422)


def take_back(cycle_id: int) -> Response:
    """Take back what waits for its second signature."""
    by = signed_in()
    cycle = load_cycle(by, cycle_id)
    try:
        withdraw_publication(cycle_id=cycle.id, by=by, at=now())
    except DomainError as problem:
        flash(say(problem), "bad")
    else:
        flash(gettext("The signature is taken back; nothing was published."), "ok")
    return redirect(url_for("results.show_publication", cycle_id=cycle.id), 303)


def show_regrade(regrade_id: int) -> str:
    """Show a regrade with its effect on each candidate it concerns, and the form to sign."""
    return _regrade_page(load_regrade(signed_in(), regrade_id), Form())


def sign_regrade(regrade_id: int) -> Answer:
    """Sign a regrade."""
    by = signed_in()
    regrade = load_regrade(by, regrade_id)
    form = read_form(SignForm(), request.form)
    here = url_for("results.show_regrade", regrade_id=regrade.id)
    return _sign(form, load_cycle(by, regrade.cycle_id), regrade.id, here) or (_regrade_page(regrade, form), 422)


def take_regrade_back(regrade_id: int) -> Response:
    """Withdraw a proposal."""
    by = signed_in()
    regrade = load_regrade(by, regrade_id)
    try:
        withdraw_regrade(regrade=regrade, by=by, at=now())
    except DomainError as problem:
        flash(say(problem), "bad")
    else:
        flash(gettext("The regrade is taken back; no mark was changed."), "ok")
    return redirect(url_for("results.show_regrade", regrade_id=regrade.id), 303)


def _sign(form: Form, cycle: Cycle, regrade_id: int | None, here: str) -> Response | None:
    """Sign what the form names; return where to go on, or None where the form has to be shown again."""
    if not form.ok:
        return None
    try:
        signing = sign_publication(
            cycle_id=cycle.id,
            regrade_id=regrade_id,
            seen=form.data["seen"],
            code=form.data["code"],
            by=signed_in(),
            at=now(),
        )
    except DomainError as problem:
        flash(say(problem), "bad")
        return redirect(here, 303)
    if signing.step is Step.CODE and signing.verdict is not None:
        verdict = signing.verdict
        form.problems["code"] = [gettext(verdict.outcome.value).format(minutes=verdict.minutes)]
        return None
    kind, text = {
        Step.SIGNED: ("ok", gettext("You have signed. Another officer must sign too.")),
        Step.PUBLISHED: ("ok", gettext("Published. The scores are on their way to the gradebook.")),
        Step.CHANGED: ("warn", gettext("Something has changed since you looked, so nothing was signed. Look again.")),
    }[signing.step]
    flash(text, kind)
    return redirect(here, 303)


def _publication_page(cycle: Cycle, form: Form) -> str:
    aggregation = latest_aggregation(cycle.id)
    draft = read_draft(aggregation) if aggregation else None
    held = list_holds(cycle.id)
    return render_template(
        "results/publication.html",
        cycle=cycle,
        aggregation=aggregation,
        parts=count_outcomes(aggregation, list_tracks_of(cycle.id)) if aggregation else [],
        held=held,
        names=names_of(held),
        form=form,
        **_signing(cycle, draft, signed_in()),
    )


def _regrade_page(regrade: Regrade, form: Form) -> str:
    by = signed_in()
    cycle = load_cycle(by, regrade.cycle_id)
    aggregation = latest_aggregation(cycle.id, regrade.id)
    draft = read_draft(aggregation, regrade.id) if aggregation else None
    return render_template(
        "results/regrade.html",
        cycle=cycle,
        regrade=regrade,
        effects=list_effects(regrade),
        overtaken=regrade.state.value == "proposed" and is_overtaken(regrade.id),
        form=form,
        **_signing(cycle, draft, by, regrade.id),
    )


def _signing(cycle: Cycle, draft: Draft | None, by: Actor, regrade_id: int | None = None) -> dict[str, Any]:
    """Return what `_sign.html` shows: who signed for exactly this, whose signature waits for something else."""
    publications = list_publications(cycle.id)
    pending = next((each for each in publications if each.state is PublicationState.PROPOSED), None)
    waiting = pending if pending is not None and pending.signatures else None
    same = waiting is not None and waiting.regrade_id == regrade_id
    counts = same and draft is not None and waiting is not None and waiting.digest == draft.digest
    return {
        "draft": draft,
        "waiting": waiting,
        "other": waiting is not None and not same,
        "void": same and not counts,
        "signatures": waiting.signatures if counts and waiting is not None else [],
        "mine": counts and waiting is not None and _has_signed(waiting, by),
        "done": next((each for each in publications if _is_done(each, regrade_id)), None),
        "works": list_open_work(cycle.id),
        "has_factor": has_second_factor(by.person_id),
    }


def _has_signed(publication: Publication, by: Actor) -> bool:
    return any(each.person_id == by.person_id for each in publication.signatures)


def _is_done(publication: Publication, regrade_id: int | None) -> bool:
    return publication.state is PublicationState.PUBLISHED and publication.regrade_id == regrade_id
