"""Counting the bank against the standard, in a fixed number of statements whatever its size."""

from collections.abc import Collection, Sequence

import sqlalchemy as sa

from lms_carbon.core.db import session
from lms_carbon.core.i18n import LANGUAGES
from lms_carbon.core.identity import Actor
from lms_carbon.framework.models import Position, Requirement
from lms_carbon.question_bank.models import Question, QuestionTag, QuestionVersion
from lms_carbon.question_bank.policy import check_reader
from lms_carbon.question_bank.queries.listing import holds_in, is_approved_in
from lms_carbon.question_bank.rules.about import DIFFICULTY_BANDS
from lms_carbon.question_bank.rules.coverage import Count
from lms_carbon.question_bank.rules.states import VersionState


def count_approved(*, by: Actor, statement_ids: Collection[int] | None = None, samples: bool = True) -> list[Count]:
    """Return how many approved questions there are of each sort; without `samples`, only the institution's own.

    `statement_ids` narrows what they show. The rows are as many as there are sorts, never as many as there are
    questions.
    """
    check_reader(by)
    signed = [sa.case((is_approved_in(language), 1), else_=0) for language in LANGUAGES]
    sort = (
        QuestionTag.statement_id,
        QuestionTag.positions,
        Question.kind,
        QuestionVersion.cognitive,
        _difficulty_band(),
        *signed,
    )
    # Grouped by ordinals: the expressions carry parameters, which PostgreSQL would not see to be the same.
    query = (
        sa.select(*sort, sa.func.count())
        .select_from(QuestionTag)
        .join(QuestionVersion, QuestionVersion.id == QuestionTag.version_id)
        .join(Question, Question.id == QuestionVersion.question_id)
        .where(*_approved(by, samples), *_tagged_to(statement_ids))
        .group_by(*(sa.literal_column(str(ordinal)) for ordinal in range(1, len(sort) + 1)))
    )
    return [
        Count(
            statement_id=row[0],
            positions=frozenset(row[1]) if row[1] else None,
            kind=row[2],
            cognitive=row[3],
            difficulty=row[4],
            languages=tuple(name for name, has in zip(LANGUAGES, row[5:7], strict=True) if has),
            number=row[7],
        )
        for row in session.execute(query)
    ]


def count_shown(*, by: Actor, requirement_ids: Sequence[int], samples: bool = True) -> int:
    """Return how many approved questions show at least one of the requirements, each counted once."""
    check_reader(by)
    shown = (
        sa.select(QuestionTag.version_id)
        .join(Requirement, Requirement.statement_id == QuestionTag.statement_id)
        .join(Position, Position.id == Requirement.position_id)
        .where(
            QuestionTag.institution_id == by.institution_id,
            Requirement.id.in_(requirement_ids),
            holds_in(Position.code),
        )
    )
    query = (
        sa.select(sa.func.count())
        .select_from(QuestionVersion)
        .join(Question, Question.id == QuestionVersion.question_id)
        .where(*_approved(by, samples), QuestionVersion.id.in_(shown))
    )
    return session.scalars(query).one()


def _approved(by: Actor, samples: bool) -> list[sa.ColumnElement[bool]]:
    found = [
        QuestionVersion.institution_id == by.institution_id,
        QuestionVersion.state == VersionState.APPROVED,
    ]
    return found if samples else [*found, Question.sample.is_(False)]


def _tagged_to(statement_ids: Collection[int] | None) -> list[sa.ColumnElement[bool]]:
    return [] if statement_ids is None else [QuestionTag.statement_id.in_(statement_ids)]


def _difficulty_band() -> sa.ColumnElement[str]:
    lowest = ((QuestionVersion.difficulty >= low, name) for name, (low, _) in DIFFICULTY_BANDS.items())
    return sa.case(*lowest, else_="hard")
