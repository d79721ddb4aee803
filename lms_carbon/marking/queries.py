"""Reading rubrics and works: what other packages ask of marking."""

from collections.abc import Collection, Sequence

import sqlalchemy as sa
from sqlalchemy.orm import selectinload

from lms_carbon.core.db import session
from lms_carbon.cycles.models import Candidacy, CandidacyState, Instrument
from lms_carbon.cycles.queries import attempt_scores
from lms_carbon.cycles.rules import counting_attempt
from lms_carbon.marking.models import Assignment, MarkingPlan, OriginalMark, Rubric, Work, WorkState
from lms_carbon.marking.rules.settling import DECIDING_PART, CriterionPart


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
    rule_of = dict(
        session.execute(sa.select(Instrument.id, Instrument.result_rule).where(Instrument.id.in_(several))).tuples()
    )
    counting: dict[int, int] = {}
    for (candidacy_id, instrument_id), attempts in by_pair.items():
        number = max(attempts)
        if len(attempts) > 1:
            scored = scores[instrument_id].get(candidacy_id, {})
            number = counting_attempt(rule_of[instrument_id], {n: scored[n] for n in attempts if n in scored})
        counting[attempts[number]] = candidacy_id
    return counting
