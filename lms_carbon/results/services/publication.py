"""The second gate: two officers sign, and the results are out (DESIGN §3).

What is signed is a digest over the scores, who is withheld and whose results are issued. The scores are computed anew
at each signature; where anything has changed since a signature was given, that signature no longer counts.
"""

import enum
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import sqlalchemy as sa

from lms_carbon.core import hooks
from lms_carbon.core.db import session
from lms_carbon.core.hooks import OpenWork
from lms_carbon.core.identity import Actor
from lms_carbon.cycles.models import Cycle, CycleState
from lms_carbon.people.services.audit import record_act
from lms_carbon.people.services.second_factor import Verdict, confirm_strong
from lms_carbon.results.errors import (
    AlreadySignedError,
    CycleNotClosedError,
    NothingToPublishError,
    OpenWorkError,
    OtherPublicationWaitsError,
    RegradeOverError,
)
from lms_carbon.results.models import Publication, PublicationState, Regrade, RegradeState, Signature
from lms_carbon.results.queries.aggregations import read_inputs
from lms_carbon.results.queries.publications import Draft, pending_publication, read_draft
from lms_carbon.results.services.aggregation import aggregate_cycle, lock_cycle
from lms_carbon.results.services.issuing import issue_results, release_all, send_totals, tell_candidates
from lms_carbon.results.services.regrades import book_regrade, load_open_regrade, record_step

SIGNERS: Final = 2


class Step(enum.Enum):
    """What came of an attempt to sign."""

    SIGNED = "signed"
    PUBLISHED = "published"
    CHANGED = "changed"
    """Not what the signer had looked at: nothing was signed."""
    CODE = "code"
    """The second factor's code did not count; the verdict says why."""


@dataclass(frozen=True)
class Signing:
    """The step, and what the second factor said where it was asked."""

    step: Step
    verdict: Verdict | None = None


def list_open_work(cycle_id: int) -> list[OpenWork]:
    """Return what is not finished in a cycle, of all methods."""
    return [work for answer in hooks.open_work.ask(cycle_id) for work in answer]


def sign_publication(
    *, cycle_id: int, seen: str, code: str, by: Actor, at: datetime, regrade_id: int | None = None
) -> Signing:
    """Sign what `seen` is the digest of; the second signature publishes it.

    Must commit whatever it returns, since wrong codes are counted. Of two who sign at once the second waits for the
    first. Raises `CycleNotClosedError`, `OtherPublicationWaitsError`, `OpenWorkError`, `NothingToPublishError`,
    `AlreadySignedError`, and for a regrade `RegradeOverError`, `RegradeStaleError`.
    """
    cycle = lock_cycle(cycle_id)
    pending = pending_publication(cycle.id)
    regrade = None if regrade_id is None else load_open_regrade(regrade_id)
    _check_may_sign(cycle, pending, regrade_id)
    aggregation = aggregate_cycle(cycle_id=cycle.id, by=by, at=at, regrade_id=regrade_id)
    draft = read_draft(aggregation, regrade_id)
    if not draft.due:
        raise NothingToPublishError
    publication = _match(cycle, pending, draft, by, at)
    if draft.digest != seen:
        return Signing(Step.CHANGED)
    if any(each.person_id == by.person_id for each in publication.signatures):
        raise AlreadySignedError
    verdict = confirm_strong(by=by, code=code, at=at)
    if not verdict.right:
        return Signing(Step.CODE, verdict)
    _sign(publication, by, at)
    if len(publication.signatures) < SIGNERS:
        return Signing(Step.SIGNED, verdict)
    _publish(cycle, publication, draft, regrade, by, at)
    return Signing(Step.PUBLISHED, verdict)


def _check_may_sign(cycle: Cycle, pending: Publication | None, regrade_id: int | None) -> None:
    if cycle.state not in (CycleState.CLOSED, CycleState.PUBLISHED):
        raise CycleNotClosedError
    if pending is not None and pending.signatures and pending.regrade_id != regrade_id:
        raise OtherPublicationWaitsError
    works = list_open_work(cycle.id)
    if works:
        raise OpenWorkError(works)


def _match(cycle: Cycle, pending: Publication | None, draft: Draft, by: Actor, at: datetime) -> Publication:
    """Return the publication that waits, made to fit the draft; signatures under anything else no longer count."""
    if pending is None:
        last = session.scalar(sa.select(sa.func.max(Publication.revision)).where(Publication.cycle_id == cycle.id))
        pending = Publication(
            institution_id=cycle.institution_id,
            cycle_id=cycle.id,
            revision=(last or 0) + 1,
            aggregation_id=draft.aggregation.id,
            regrade_id=draft.regrade_id,
            state=PublicationState.PROPOSED,
            proposed_at=at,
            digest=draft.digest,
            signatures=[],
        )
        session.add(pending)
        session.flush()
        _record("publication.propose", pending, by, at, {"due": len(draft.due), "held": list(draft.held)})
        return pending
    if pending.digest != draft.digest and pending.signatures:
        void_signatures(publication=pending, by=by, at=at)
    pending.aggregation_id, pending.regrade_id = draft.aggregation.id, draft.regrade_id
    pending.digest = draft.digest
    session.flush()
    return pending


def void_signatures(*, publication: Publication, by: Actor, at: datetime) -> None:
    """Take back the signatures of a publication that was not completed; who had signed stays in the trail."""
    signed = [each.person_id for each in publication.signatures]
    _record("publication.void", publication, by, at, {"signed_by": signed, "digest": publication.digest})
    session.execute(sa.delete(Signature).where(Signature.publication_id == publication.id))
    session.refresh(publication, ["signatures"])


def withdraw_publication(*, cycle_id: int, by: Actor, at: datetime) -> None:
    """Take back what waits for its second signature; raises `NothingToPublishError` where nothing does."""
    lock_cycle(cycle_id)
    pending = pending_publication(cycle_id)
    if pending is None or not pending.signatures:
        raise NothingToPublishError
    void_signatures(publication=pending, by=by, at=at)


def withdraw_regrade(*, regrade: Regrade, by: Actor, at: datetime) -> None:
    """Take a proposal back; the ledger never knew of it. Raises `RegradeOverError`."""
    lock_cycle(regrade.cycle_id)
    session.refresh(regrade)
    if regrade.state is not RegradeState.PROPOSED:
        raise RegradeOverError
    pending = pending_publication(regrade.cycle_id)
    if pending is not None and pending.regrade_id == regrade.id:
        void_signatures(publication=pending, by=by, at=at)
    regrade.state = RegradeState.WITHDRAWN
    session.flush()
    record_step("regrade.withdraw", regrade, by, at, {})


def _sign(publication: Publication, by: Actor, at: datetime) -> None:
    session.add(
        Signature(
            publication_id=publication.id,
            ordinal=len(publication.signatures) + 1,
            institution_id=publication.institution_id,
            person_id=by.person_id,
            signed_at=at,
            digest=publication.digest,
        )
    )
    session.flush()
    session.refresh(publication, ["signatures"])
    _record("publication.sign", publication, by, at, {"ordinal": len(publication.signatures)})


def _publish(
    cycle: Cycle, publication: Publication, draft: Draft, regrade: Regrade | None, by: Actor, at: datetime
) -> None:
    if regrade is not None:
        book_regrade(regrade=regrade, by=by, at=at)
        # What was computed as if the corrections were booked is what the ledger says now.
        draft.aggregation.inputs = read_inputs(cycle.id)
    publication.state, publication.published_at = PublicationState.PUBLISHED, at
    cycle.state = CycleState.PUBLISHED
    session.flush()
    issue_results(publication=publication, candidacy_ids=draft.due, at=at)
    release_all(cycle_id=cycle.id, changed=[] if regrade is None else [regrade.instrument_id], by=by, at=at)
    send_totals(cycle=cycle, candidacy_ids=draft.due, at=at)
    tell_candidates(cycle=cycle, candidacy_ids=draft.due, at=at)
    _record("cycle.publish", publication, by, at, {"results": len(draft.due), "held": list(draft.held)})


def _record(action: str, publication: Publication, by: Actor, at: datetime, detail: dict[str, object]) -> None:
    record_act(
        by=by,
        institution_id=publication.institution_id,
        action=action,
        object_type="publication",
        object_id=publication.id,
        detail={"cycle": publication.cycle_id, "regrade": publication.regrade_id, **detail},
        at=at,
    )
