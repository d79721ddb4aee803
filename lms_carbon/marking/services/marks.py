"""Giving marks: each is kept as given; finished ones are compared, and where they agree the work is settled."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from lms_carbon.core.db import session
from lms_carbon.core.errors import DomainError, NotFoundError
from lms_carbon.core.i18n import text_in
from lms_carbon.core.identity import Actor
from lms_carbon.marking.errors import (
    CommentTooLongError,
    CriteriaOpenError,
    MarkFinishedError,
    NotPointsError,
    PointsStillStandError,
    PointsTooManyError,
    ReasonsOpenError,
)
from lms_carbon.marking.models import Assignment, Criterion, OriginalMark, Work
from lms_carbon.marking.policy import load_assignment
from lms_carbon.marking.rules.points import parse_points, points_text
from lms_carbon.marking.rules.settling import BLIND_PARTS, DECIDING_PART
from lms_carbon.marking.services.assignments import lock_work
from lms_carbon.marking.services.settling import compare_marks, disputed_of, settle_work
from lms_carbon.people.services.audit import record_act

MAX_COMMENT: Final = 4_000


@dataclass(frozen=True, slots=True, kw_only=True)
class GivenMark:
    """What a page sends about a criterion: points as written, empty to take them back; None leaves a part as it is."""

    criterion_id: int
    points: str | None = None
    comment: str | None = None


def save_marks(
    *, work_id: int, given: Sequence[GivenMark], by: Actor, at: datetime, parts: Collection[int] = BLIND_PARTS
) -> dict[int, list[DomainError]]:
    """Keep what was given, criterion by criterion; return criterion → what of it was not taken, and why.

    What is not taken changes nothing: points given before still stand. Raises `NotFoundError` for a work one does
    not have or a criterion it does not have (in a decision: that is not disputed), `MarkFinishedError`.
    """
    lock_work(work_id)
    assignment = load_assignment(by, work_id, parts=parts)
    if assignment.finished_at is not None:
        raise MarkFinishedError
    criteria = {criterion.id: criterion for criterion in _criteria_of(assignment)}
    if any(mark.criterion_id not in criteria for mark in given):
        raise NotFoundError
    held = {mark.criterion_id: mark for mark in assignment.marks}
    problems: dict[int, list[DomainError]] = {}
    for mark in given:
        found = _save(mark, criteria[mark.criterion_id], held.get(mark.criterion_id), assignment, at)
        if found:
            problems[mark.criterion_id] = found
    session.flush()
    session.expire(assignment, ["marks"])
    return problems


def finish_marks(*, work_id: int, by: Actor, at: datetime) -> Work:
    """Finish one's part of a work; once both are finished they are compared. The work comes back as it then stands.

    Raises `CriteriaOpenError` where something has no points, `MarkFinishedError`, `NotFoundError`.
    """
    work = lock_work(work_id)
    assignment = load_assignment(by, work_id)
    points = _finished_points(assignment)
    missing = [each for each in _criteria_of(assignment) if each.id not in points]
    if missing:
        raise CriteriaOpenError(criteria=_titles(missing, by))
    _finish(assignment, points, by, at)
    compare_marks(work=work, by=by, at=at)
    return work


def finish_decision(*, work_id: int, by: Actor, at: datetime) -> Work:
    """Decide what two marks dispute, and settle the work.

    Raises `ReasonsOpenError` where points or a reason are missing, `MarkFinishedError`, `NotFoundError`.
    """
    work = lock_work(work_id)
    assignment = load_assignment(by, work_id, parts=(DECIDING_PART,))
    points = _finished_points(assignment)
    reasons = {mark.criterion_id for mark in assignment.marks if mark.comment.strip()}
    missing = [each for each in _criteria_of(assignment) if each.id not in points or each.id not in reasons]
    if missing:
        raise ReasonsOpenError(criteria=_titles(missing, by))
    _finish(assignment, points, by, at)
    settle_work(work=work, decided=points, by=by, at=at)
    return work


def _criteria_of(assignment: Assignment) -> list[Criterion]:
    criteria = assignment.work.plan.rubric.criteria
    if assignment.part != DECIDING_PART:
        return list(criteria)
    disputed = disputed_of(assignment.work)
    return [criterion for criterion in criteria if criterion.id in disputed]


def _save(
    mark: GivenMark, criterion: Criterion, held: OriginalMark | None, assignment: Assignment, at: datetime
) -> list[DomainError]:
    before = held.points if held else None
    problems: list[DomainError] = []
    points, comment = before, held.comment if held else ""
    if mark.points is not None:
        try:
            points = _checked_points(mark.points, criterion.possible, before)
        except DomainError as problem:
            problems.append(problem)
    if mark.comment is not None:
        text = mark.comment.replace("\0", "").replace("\r\n", "\n").strip()
        if len(text) > MAX_COMMENT:
            problems.append(CommentTooLongError(limit=MAX_COMMENT))
        else:
            comment = text
    if held is None and (points is not None or comment):
        session.add(
            OriginalMark(
                assignment_id=assignment.id,
                criterion_id=criterion.id,
                institution_id=assignment.institution_id,
                points=points,
                comment=comment,
                saved_at=at,
            )
        )
    elif held is not None and (points, comment) != (held.points, held.comment):
        held.points, held.comment, held.saved_at = points, comment, at
    return problems


def _checked_points(written: str, possible: int, before: int | None) -> int | None:
    text = written.strip()
    if not text:
        return None
    try:
        points = parse_points(text)
    except ValueError as problem:
        raise NotPointsError(written=text[:20]) from problem
    if points > possible:
        given, most = points_text(points), points_text(possible)
        if before is None:
            raise PointsTooManyError(points=given, possible=most)
        raise PointsStillStandError(points=given, possible=most, before=points_text(before))
    return points


def _finished_points(assignment: Assignment) -> dict[int, int]:
    if assignment.finished_at is not None:
        raise MarkFinishedError
    return {mark.criterion_id: mark.points for mark in assignment.marks if mark.points is not None}


def _titles(criteria: Sequence[Criterion], by: Actor) -> str:
    titles = [text_in(criterion.title, by.language) for criterion in criteria]
    return ("、" if by.language == "zh" else ", ").join(titles)


def _finish(assignment: Assignment, points: Mapping[int, int], by: Actor, at: datetime) -> None:
    assignment.finished_at = at
    session.flush()
    record_act(
        by=by,
        institution_id=assignment.institution_id,
        action="assignment.finish",
        object_type="assignment",
        object_id=assignment.id,
        detail={
            "work": assignment.work_id,
            "part": assignment.part,
            "points": {str(criterion_id): given for criterion_id, given in points.items()},
        },
        at=at,
    )
