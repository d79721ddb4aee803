"""What exams take from the bank: approved versions for a position, and the requirements that their tags name there."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import contains_eager, joinedload

from lms_carbon.core.db import session
from lms_carbon.framework.models import Position, Requirement
from lms_carbon.question_bank.models import Question, QuestionTag, QuestionVersion
from lms_carbon.question_bank.queries.listing import holds_in, is_approved_in, word_occurs
from lms_carbon.question_bank.rules.states import VersionState


@dataclass(frozen=True, slots=True)
class Usable:
    """An approved version with its question loaded, and the position's requirements it shows, in tag order."""

    version: QuestionVersion
    requirements: tuple[Requirement, ...]


def approved_for_position(
    *,
    institution_id: int,
    position_id: int,
    dimension: str | None = None,
    requirement_ids: Collection[int] | None = None,
    kinds: Collection[str] | None = None,
    languages: Collection[str] = (),
    text: str = "",
    limit: int | None = None,
) -> Sequence[Usable]:
    """Return the approved questions that show at least one requirement of the position, by code.

    Tags restricted to other positions drop out; `dimension` and `requirement_ids` narrow what must be shown, and
    all requirements of the position that a version shows come with it. Each is approved in all of `languages`. The
    caller has checked the right to build forms: this room knows authors and reviewers alone.
    """
    wanted = tags_in_position(position_id).with_only_columns(QuestionTag.version_id)
    if dimension is not None:
        wanted = wanted.where(Requirement.dimension == dimension)
    if requirement_ids is not None:
        wanted = wanted.where(Requirement.id.in_(requirement_ids))
    query = (
        sa.select(QuestionVersion)
        .join(QuestionVersion.question)
        .options(contains_eager(QuestionVersion.question))
        .where(
            QuestionVersion.institution_id == institution_id,
            QuestionVersion.state == VersionState.APPROVED,
            QuestionVersion.id.in_(wanted),
            *(is_approved_in(language) for language in languages),
            *(word_occurs(word) for word in text.split()),
        )
        .order_by(Question.code)
        .limit(limit)
    )
    if kinds is not None:
        query = query.where(Question.kind.in_(kinds))
    versions = session.scalars(query).all()
    shown = requirements_shown(version_ids=[version.id for version in versions], position_id=position_id)
    return [Usable(version, shown.get(version.id, ())) for version in versions]


def requirements_shown(*, version_ids: Collection[int], position_id: int) -> dict[int, tuple[Requirement, ...]]:
    """Return, by version id, the position's requirements its tags resolve to, in tag order (DESIGN §3).

    A version of which no tag holds in the position is absent: it cannot stand in a form for it.
    """
    rows = session.execute(
        tags_in_position(position_id)
        .with_only_columns(QuestionTag.version_id, Requirement)
        .where(QuestionTag.version_id.in_(version_ids))
        .options(joinedload(Requirement.statement))
        .order_by(QuestionTag.version_id, QuestionTag.ordinal, Requirement.ordinal)
    )
    found: dict[int, tuple[Requirement, ...]] = {}
    for version_id, requirement in rows:
        found[version_id] = (*found.get(version_id, ()), requirement)
    return found


def tags_in_position(position_id: int) -> sa.Select[QuestionTag]:
    """Return the select of tags that hold in the position, joined with its requirements."""
    return (
        sa.select(QuestionTag)
        .join(Requirement, Requirement.statement_id == QuestionTag.statement_id)
        .join(Position, Position.id == Requirement.position_id)
        .where(Position.id == position_id, holds_in(Position.code))
    )
