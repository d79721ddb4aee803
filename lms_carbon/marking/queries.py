"""Reading rubrics and works: what other packages ask of marking."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import contains_eager, joinedload, selectinload

from lms_carbon.core.db import session
from lms_carbon.core.identity import Actor, Role
from lms_carbon.cycles.models import Candidacy, CandidacyState, Instrument, Track
from lms_carbon.cycles.queries import attempt_scores
from lms_carbon.cycles.rules import counting_attempt
from lms_carbon.framework.models import Requirement
from lms_carbon.marking.models import Assignment, MarkingPlan, OriginalMark, Rubric, Work, WorkState
from lms_carbon.marking.policy import held_for
from lms_carbon.marking.rules.settling import BLIND_PARTS, DECIDING_PART, CriterionPart

_WHOLE_INSTRUMENT = (
    joinedload(MarkingPlan.instrument)
    .joinedload(Instrument.track)
    .options(joinedload(Track.cycle), joinedload(Track.position))
)


def list_rubrics(institution_id: int) -> Sequence[Rubric]:
    """Return an institution's approved rubrics with their criteria, the newest version of each code, by code."""
    newest = (
        sa.select(Rubric.code, sa.func.max(Rubric.version).label("version"))
        .where(Rubric.institution_id == institution_id, Rubric.approved_at.is_not(None))
        .group_by(Rubric.code)
        .subquery()
    )
    query = (
        sa.select(Rubric)
        .join(newest, (newest.c.code == Rubric.code) & (newest.c.version == Rubric.version))
        .where(Rubric.institution_id == institution_id)
        .options(selectinload(Rubric.criteria))
        .order_by(Rubric.code)
    )
    return session.scalars(query).all()


def plan_parts(plan: MarkingPlan) -> list[CriterionPart]:
    """Return the criteria of a plan, in the rubric's order, with the requirements each goes to."""
    requirements: dict[int, list[int]] = {}
    for share in sorted(plan.shares, key=lambda each: each.ordinal):
        requirements.setdefault(share.criterion_id, []).append(share.requirement_id)
    return [
        CriterionPart(
            criterion_id=criterion.id,
            title=criterion.title,
            possible=criterion.possible,
            requirements=tuple(requirements[criterion.id]),
        )
        for criterion in plan.rubric.criteria
    ]


def counted_works() -> sa.Select[Work]:
    """Return a query of the works whose candidates are still entered; who withdrew holds nothing up."""
    return sa.select(Work).join(Work.candidacy).where(Candidacy.state == CandidacyState.ENTERED)


def count_works(instrument_ids: Collection[int]) -> dict[int, tuple[int, int]]:
    """Return, for each instrument asked for, how many works were handed in and how many of them are settled."""
    works = counted_works().where(Work.instrument_id.in_(instrument_ids)).subquery()
    query = sa.select(
        works.c.instrument_id,
        sa.func.count(),
        sa.func.count(sa.case((works.c.state == WorkState.SETTLED, 1))),
    ).group_by(works.c.instrument_id)
    counted = {row[0]: (int(row[1]), int(row[2])) for row in session.execute(query)}
    return {instrument_id: counted.get(instrument_id, (0, 0)) for instrument_id in instrument_ids}


@dataclass(frozen=True, kw_only=True)
class QueueLine:
    """What waits for one marker in one instrument; counts are works."""

    instrument: Instrument
    in_hand: Sequence[Assignment]
    done: int
    waiting: int
    disputed: int

    @property
    def whole(self) -> int:
        """Return how many works are or may become this marker's."""
        return self.done + len(self.in_hand) + self.waiting


def waiting_works(by: Actor) -> sa.Select[Work]:
    """Return a query of the works that the actor may take to mark: never their own, nor one they had before."""
    taken = (
        sa.select(sa.func.count())
        .where(Assignment.work_id == Work.id, Assignment.part.in_(BLIND_PARTS))
        .correlate(Work)
        .scalar_subquery()
    )
    return _offered_works(by).where(Work.state == WorkState.OPEN, held_for(by, Role.ASSESSOR), taken < len(BLIND_PARTS))


def disputed_works(by: Actor) -> sa.Select[Work]:
    """Return a query of the works that the actor may take to decide what two others saw differently."""
    decider = sa.exists().where(Assignment.work_id == Work.id, Assignment.part == DECIDING_PART).correlate(Work)
    return _offered_works(by).where(
        Work.state == WorkState.DISPUTED,
        held_for(by, Role.ASSESSOR) | held_for(by, Role.MODERATOR),
        ~decider,
    )


def _offered_works(by: Actor) -> sa.Select[Work]:
    mine = sa.exists().where(Assignment.work_id == Work.id, Assignment.person_id == by.person_id).correlate(Work)
    return counted_works().where(Work.institution_id == by.institution_id, Candidacy.person_id != by.person_id, ~mine)


def list_queue(by: Actor, *, instrument_id: int | None = None) -> list[QueueLine]:
    """Return what waits for a marker, by instrument; a fixed number of queries."""
    column = MarkingPlan.instrument_id
    plans = (
        sa.select(MarkingPlan)
        .where(
            MarkingPlan.institution_id == by.institution_id,
            held_for(by, Role.ASSESSOR, column) | held_for(by, Role.MODERATOR, column),
        )
        .options(_WHOLE_INSTRUMENT)
        .order_by(column.desc())
    )
    if instrument_id is not None:
        plans = plans.where(column == instrument_id)
    in_hand, done = _own_parts(by)
    waiting, disputed = _per_instrument(waiting_works(by)), _per_instrument(disputed_works(by))
    return [
        QueueLine(
            instrument=plan.instrument,
            in_hand=in_hand.get(plan.instrument_id, []),
            done=done.get(plan.instrument_id, 0),
            waiting=waiting.get(plan.instrument_id, 0),
            disputed=disputed.get(plan.instrument_id, 0),
        )
        for plan in session.scalars(plans)
    ]


def _own_parts(by: Actor) -> tuple[dict[int, list[Assignment]], dict[int, int]]:
    query = (
        sa.select(Assignment)
        .join(Assignment.work)
        .where(
            Assignment.person_id == by.person_id,
            Assignment.institution_id == by.institution_id,
            Assignment.part.is_not(None),
        )
        .options(contains_eager(Assignment.work))
        .order_by(Assignment.taken_at, Assignment.id)
    )
    in_hand: dict[int, list[Assignment]] = {}
    done: dict[int, int] = {}
    for part in session.scalars(query):
        if part.finished_at is None:
            in_hand.setdefault(part.work.instrument_id, []).append(part)
        else:
            done[part.work.instrument_id] = done.get(part.work.instrument_id, 0) + 1
    return in_hand, done


def _per_instrument(works: sa.Select[Work]) -> dict[int, int]:
    found = works.subquery()
    query = sa.select(found.c.instrument_id, sa.func.count()).group_by(found.c.instrument_id)
    return {instrument_id: int(count) for instrument_id, count in session.execute(query)}


def list_watched(by: Actor) -> list[tuple[Instrument, int, int, int]]:
    """Return the instruments whose marking the actor watches: (instrument, handed in, disputed, settled)."""
    plans = sa.select(MarkingPlan).where(MarkingPlan.institution_id == by.institution_id).options(_WHOLE_INSTRUMENT)
    if not by.has(Role.OFFICER):
        plans = plans.where(held_for(by, Role.MODERATOR, MarkingPlan.instrument_id))
    found = session.scalars(plans.order_by(MarkingPlan.instrument_id.desc())).all()
    counts = count_works([plan.instrument_id for plan in found])
    disputed = _per_instrument(
        counted_works().where(Work.institution_id == by.institution_id, Work.state == WorkState.DISPUTED)
    )
    return [
        (
            plan.instrument,
            counts[plan.instrument_id][0],
            disputed.get(plan.instrument_id, 0),
            counts[plan.instrument_id][1],
        )
        for plan in found
    ]


def list_works(instrument_id: int) -> Sequence[Work]:
    """Return an instrument's works with who has them, the unsettled first."""
    query = (
        counted_works()
        .where(Work.instrument_id == instrument_id)
        .options(selectinload(Work.assignments))
        .order_by(Work.settled_at.is_not(None), Work.handed_in_at, Work.id)
    )
    return session.scalars(query).all()


def plan_requirements(plan: MarkingPlan) -> dict[int, list[Requirement]]:
    """Return criterion → the requirements it goes to, with their texts."""
    wanted = {share.requirement_id for share in plan.shares}
    query = sa.select(Requirement).where(Requirement.id.in_(wanted)).options(joinedload(Requirement.statement))
    by_id = {requirement.id: requirement for requirement in session.scalars(query)}
    return {part.criterion_id: [by_id[each] for each in part.requirements] for part in plan_parts(plan)}


def blind_points(work_id: int) -> dict[int, dict[int, OriginalMark]]:
    """Return part → criterion → the mark given, of the two who marked blind and have finished."""
    query = (
        sa.select(Assignment.part, OriginalMark)
        .join(OriginalMark, OriginalMark.assignment_id == Assignment.id)
        .where(Assignment.work_id == work_id, Assignment.part.in_(BLIND_PARTS), Assignment.finished_at.is_not(None))
        .order_by(Assignment.part)
    )
    found: dict[int, dict[int, OriginalMark]] = {}
    for part, given in session.execute(query):
        found.setdefault(part or 0, {})[given.criterion_id] = given
    return found


def comments_of(candidacy_ids: Collection[int]) -> dict[tuple[int, str, int], list[str]]:
    """Return (candidacy, "criterion", criterion) → what assessors wrote about it, without a name.

    Of settled works alone, and of the attempt that counts. Where a third person decided, their reason stands alone:
    the two marks before it no longer hold.
    """
    works = session.execute(
        sa.select(Work.id, Work.candidacy_id, Work.instrument_id, Work.attempt)
        .where(Work.candidacy_id.in_(candidacy_ids), Work.state == WorkState.SETTLED)
        .order_by(Work.id)
    ).all()
    counting = _counting_works(works)
    rows = session.execute(
        sa.select(Assignment.work_id, Assignment.part, OriginalMark.criterion_id, OriginalMark.comment)
        .join(OriginalMark, OriginalMark.assignment_id == Assignment.id)
        .join(Work, Work.id == Assignment.work_id)
        .where(Work.candidacy_id.in_(candidacy_ids), Work.state == WorkState.SETTLED, OriginalMark.comment != "")
        .order_by(Assignment.work_id, Assignment.part)
    )
    found: dict[tuple[int, str, int], list[str]] = {}
    for work_id, part, criterion_id, comment in rows:
        if work_id not in counting:
            continue
        key = (counting[work_id], "criterion", criterion_id)
        if part == DECIDING_PART:
            found[key] = [comment]
        else:
            found.setdefault(key, []).append(comment)
    return found


def _counting_works(works: Sequence[sa.Row[int, int, int, int]]) -> dict[int, int]:
    """Return work → candidacy of the works whose attempt counts under the instrument's result rule."""
    by_pair: dict[tuple[int, int], dict[int, int]] = {}
    for work in works:
        by_pair.setdefault((work.candidacy_id, work.instrument_id), {})[work.attempt] = work.id
    several = {instrument_id for (_, instrument_id), attempts in by_pair.items() if len(attempts) > 1}
    scores = {instrument_id: attempt_scores(instrument_id) for instrument_id in several}
    rules = session.execute(sa.select(Instrument.id, Instrument.result_rule).where(Instrument.id.in_(several)))
    rule_of = {row.id: row.result_rule for row in rules}
    counting: dict[int, int] = {}
    for (candidacy_id, instrument_id), attempts in by_pair.items():
        number = max(attempts)
        if len(attempts) > 1:
            scored = scores[instrument_id].get(candidacy_id, {})
            number = counting_attempt(rule_of[instrument_id], {n: scored[n] for n in attempts if n in scored})
        counting[attempts[number]] = candidacy_id
    return counting
