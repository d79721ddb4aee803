"""Issuing results at the second signature: snapshots, scores for gradebooks, a line in each inbox."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from lms_carbon.core import hooks
from lms_carbon.core.db import session
from lms_carbon.core.i18n import mark
from lms_carbon.core.identity import Actor
from lms_carbon.cycles.models import Candidacy, Cycle, Instrument, Track
from lms_carbon.cycles.services.release import release_instrument
from lms_carbon.framework.models import Framework
from lms_carbon.framework.queries import list_requirements, read_framework
from lms_carbon.lti.services.scores import queue_scores
from lms_carbon.marking.queries import comments_of
from lms_carbon.people.models.persons import Person
from lms_carbon.people.queries import institution_name
from lms_carbon.people.services.messages import tell_all
from lms_carbon.results.models import Publication, Result
from lms_carbon.results.policies import parse_policy
from lms_carbon.results.queries.evidence import list_evidence, list_instruments
from lms_carbon.results.queries.publications import last_revisions
from lms_carbon.results.rules import Outcome
from lms_carbon.results.snapshots import TrackFacts, digest_snapshot, make_snapshot

_BATCH: Final = 200
_FIRST: Final = mark("Your result of {cycle} is published.")
_REVISED: Final = mark("Your result of {cycle} was corrected; the new revision is there.")


def issue_results(*, publication: Publication, candidacy_ids: Sequence[int], at: datetime) -> None:
    """Write the results of these candidacies, each as the next revision of its own."""
    tracks = session.scalars(
        sa.select(Track)
        .where(Track.cycle_id == publication.cycle_id)
        .options(joinedload(Track.cycle), joinedload(Track.position))
    ).all()
    facts = {track.id: read_track_facts(track) for track in tracks}
    for batch in _batches(candidacy_ids):
        _issue(publication, batch, facts, at)


def read_track_facts(track: Track) -> TrackFacts:
    """Return what the snapshots of a track have in common."""
    code = session.get_one(Framework, track.position.framework_id).code
    framework = read_framework(code)
    band = next(each for each in framework.bands if each.code == track.band)
    confirmed_by = session.get(Person, track.policy_confirmed_by) if track.policy_confirmed_by else None
    return TrackFacts(
        framework=code,
        institution=institution_name(track.institution_id),
        track=track,
        band=band,
        dimension_titles=framework.dimension_titles,
        policy=parse_policy(track.policy, bands=framework.bands),
        confirmed_by=confirmed_by.name if confirmed_by else "",
        instruments=list_instruments([track.id]).get(track.id, []),
        requirements=list_requirements(position_id=track.position_id, framework=code),
    )


def _issue(publication: Publication, candidacy_ids: Sequence[int], facts: dict[int, TrackFacts], at: datetime) -> None:
    comments = comments_of(candidacy_ids)
    before = last_revisions(candidacy_ids)
    rows = []
    for evidence in list_evidence(publication.aggregation_id, candidacy_ids):
        candidacy, score = evidence.candidacy, evidence.score
        snapshot = make_snapshot(facts[candidacy.track_id], evidence, comments)
        rows.append(
            {
                "institution_id": publication.institution_id,
                "candidacy_id": candidacy.id,
                "revision": before.get(candidacy.id, 0) + 1,
                "publication_id": publication.id,
                "outcome": score.outcome,
                "level": score.level,
                "total": score.total,
                "snapshot": snapshot,
                "digest": digest_snapshot(snapshot),
                "published_at": at,
            }
        )
    session.execute(sa.insert(Result), rows)


def release_all(*, cycle_id: int, changed: Sequence[int], by: Actor, at: datetime) -> None:
    """Release what is not released yet; let its methods, and those of `changed` instruments, send scores out."""
    waiting = session.scalars(
        sa.select(Instrument)
        .join(Track, Track.id == Instrument.track_id)
        .where(Track.cycle_id == cycle_id, Instrument.released_at.is_(None))
        .order_by(Instrument.id)
    ).all()
    for instrument in waiting:
        release_instrument(instrument=instrument, by=by, at=at)
    out = sorted({*(each.id for each in waiting), *changed})
    for _ in hooks.scores_out.ask(out, at):
        pass


def send_totals(*, cycle: Cycle, candidacy_ids: Sequence[int], at: datetime) -> None:
    """Queue the totals for gradebooks that show `result:<cycle code>`; who has no total has no score.

    A gradebook shows one score of a person: of several results in the cycle that of the highest level, and beside it
    what all of them came to.
    """
    rows: dict[int, tuple[int, int, str | None]] = {}
    for batch in _batches(candidacy_ids):
        said: dict[int, list[str]] = {}
        for person_id, total, outcome, level, band in session.execute(_results_of(cycle.id, batch)):
            said.setdefault(person_id, []).append(comment_of(outcome, level, band))
            highest = rows[person_id][1] if len(said[person_id]) > 1 else total
            rows[person_id] = (person_id, highest, "; ".join(said[person_id]))
    queue_scores(institution_id=cycle.institution_id, target=f"result:{cycle.code}", rows=list(rows.values()), at=at)


def _results_of(cycle_id: int, candidacy_ids: Sequence[int]) -> Any:
    """Return the results in force in a cycle of the persons of these candidacies, the highest of each person first."""
    later = sa.orm.aliased(Result)
    people = sa.select(Candidacy.person_id).where(Candidacy.id.in_(candidacy_ids))
    return (
        sa.select(Candidacy.person_id, Result.total, Result.outcome, Result.level, Track.band)
        .join(Candidacy, Candidacy.id == Result.candidacy_id)
        .join(Track, Track.id == Candidacy.track_id)
        .where(
            Track.cycle_id == cycle_id,
            Candidacy.person_id.in_(people),
            Result.total.is_not(None),
            ~sa.exists().where(later.candidacy_id == Result.candidacy_id, later.revision > Result.revision),
        )
        .order_by(
            Candidacy.person_id, sa.func.coalesce(Result.level, 0).desc(), Result.total.desc(), Result.candidacy_id
        )
    )


_BAND_WORDS: Final = {
    "junior": ("初级", "junior"),
    "intermediate": ("中级", "intermediate"),
    "senior": ("高级", "senior"),
}


def comment_of(outcome: Outcome, level: int | None, band: str) -> str:
    """Return what a gradebook shows beside the total; both languages, as platforms do not say which they show."""
    zh, en = _BAND_WORDS[band]
    if level is not None:
        return f"{level}级 {zh} · Level {level}"
    if outcome is Outcome.INELIGIBLE:
        return f"工作年限未达到{zh}要求 · Too little experience for the {en} band"
    return f"未达到{zh} · Below the {en} band"


def tell_candidates(*, cycle: Cycle, candidacy_ids: Sequence[int], at: datetime) -> None:
    """Tell those whose result is out, or was corrected, in their inbox."""
    for batch in _batches(candidacy_ids):
        revisions = last_revisions(batch)
        people: dict[str, list[tuple[int, str]]] = {_FIRST: [], _REVISED: []}
        for candidacy_id, person_id in session.execute(
            sa.select(Candidacy.id, Candidacy.person_id).where(Candidacy.id.in_(batch)).order_by(Candidacy.id)
        ):
            sentence = _FIRST if revisions.get(candidacy_id) == 1 else _REVISED
            people[sentence].append((person_id, f"/results/{candidacy_id}"))
        params: dict[str, Any] = {"cycle": cycle.title}
        for sentence, told in people.items():
            tell_all(people=told, institution_id=cycle.institution_id, sentence=sentence, params=params, at=at)


def _batches(ids: Sequence[int]) -> Iterator[Sequence[int]]:
    """Yield portions that fit into one statement's parameters."""
    ordered = sorted(ids)
    for start in range(0, len(ordered), _BATCH):
        yield ordered[start : start + _BATCH]
