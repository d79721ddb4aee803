"""The list of questions: filters, counts, pages by cursor. The number of statements never depends on the rows."""

import base64
import binascii
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import aliased, contains_eager, joinedload, selectinload

from lms_carbon.core.db import session
from lms_carbon.core.i18n import LANGUAGES
from lms_carbon.core.identity import Actor
from lms_carbon.framework.models import Position, Requirement
from lms_carbon.question_bank.models import Question, QuestionTag, QuestionVersion, VersionEditor, VersionSignature
from lms_carbon.question_bank.policy import questions_of
from lms_carbon.question_bank.rules.about import DIFFICULTY_BANDS
from lms_carbon.question_bank.rules.states import STANDING, VersionState

PAGE = 25
MAX_PAGE = 100

LANGUAGE_FILTERS = tuple(
    f"{prefix}{language}" for prefix in ("", "no-", "approved-", "unapproved-", "older-") for language in LANGUAGES
)
"""Written in a language or not; signed off in it, or signed off in the other alone; older there than in the other."""


@dataclass(frozen=True, kw_only=True)
class Filter:
    """What is wanted; empty means all. Codes are the standard's."""

    state: VersionState | None = None
    kind: str = ""
    requirement: str = ""
    position: str = ""
    text: str = ""
    mine: bool = False
    cognitive: str = ""
    difficulty: str = ""
    """A key of `rules.about.DIFFICULTY_BANDS`."""
    language: str = ""
    """One of `LANGUAGE_FILTERS`."""
    sample: bool | None = None
    """Only those that ship with the product, or all but those."""


@dataclass(frozen=True)
class Page:
    """Rows, and where the next ones begin; None at the end."""

    rows: Sequence[QuestionVersion]
    after: str | None


def list_questions(*, by: Actor, wanted: Filter, after: str = "", limit: int = PAGE) -> Page:
    """Return one version of each question, last edited first.

    That is the newest, or with `state` approved the approved one even where a newer is under way. A cursor that
    cannot be read begins anew.
    """
    query = (
        _shown(by, wanted.state)
        .where(*_conditions(by, wanted))
        .options(
            contains_eager(QuestionVersion.question),
            joinedload(QuestionVersion.author),
            selectinload(QuestionVersion.tags),
            selectinload(QuestionVersion.signatures),
        )
        .order_by(QuestionVersion.edited_at.desc(), QuestionVersion.id.desc())
        .limit(limit + 1)
    )
    place = _read_cursor(after)
    if place is not None:
        at, last = place
        same = sa.and_(QuestionVersion.edited_at == at, QuestionVersion.id < last)
        query = query.where(sa.or_(QuestionVersion.edited_at < at, same))
    rows = session.scalars(query).all()
    more = len(rows) > limit
    return Page(rows[:limit], _cursor(rows[limit - 1]) if more else None)


def count_questions(*, by: Actor, wanted: Filter) -> int:
    """Return how many questions the filter finds."""
    found = _shown(by, wanted.state).where(*_conditions(by, wanted)).with_only_columns(sa.func.count())
    return session.scalars(found).one()


def find_question_ids(*, by: Actor, wanted: Filter, limit: int) -> list[int]:
    """Return the ids of the questions that the filter finds, the smallest first, `limit` at most."""
    found = _shown(by, wanted.state).where(*_conditions(by, wanted)).with_only_columns(Question.id)
    return list(session.scalars(found.order_by(Question.id).limit(limit)))


def count_by_state(*, by: Actor) -> dict[VersionState, int]:
    """Return how many questions the list has for each state, zeros included."""
    questions_of(by)
    counted = session.execute(
        sa.select(QuestionVersion.state, sa.func.count())
        .where(
            QuestionVersion.institution_id == by.institution_id,
            sa.or_(QuestionVersion.state != VersionState.RETIRED, _is_newest()),
        )
        .group_by(QuestionVersion.state)
    )
    found = {row[0]: int(row[1]) for row in counted}
    return {state: found.get(state, 0) for state in VersionState}


def _shown(by: Actor, state: VersionState | None) -> sa.Select[QuestionVersion]:
    # Not by a subquery: so the index on when a version was edited hands out a page of the newest at once.
    query = (
        questions_of(by)
        .join(QuestionVersion, QuestionVersion.question_id == Question.id)
        .where(QuestionVersion.institution_id == by.institution_id)
        .with_only_columns(QuestionVersion)
    )
    if state is None:
        return query.where(_is_newest())
    query = query.where(QuestionVersion.state == state)
    return query.where(_is_newest()) if state is VersionState.RETIRED else query


def _is_newest() -> sa.ColumnElement[bool]:
    later = aliased(QuestionVersion)
    newer = sa.exists().where(later.question_id == QuestionVersion.question_id, later.number > QuestionVersion.number)
    return ~newer


def _conditions(by: Actor, wanted: Filter) -> list[sa.ColumnElement[bool]]:
    found: list[sa.ColumnElement[bool]] = [word_occurs(word) for word in wanted.text.split()]
    found += _own_conditions(wanted)
    if wanted.mine:
        edited = sa.exists().where(
            VersionEditor.version_id == QuestionVersion.id, VersionEditor.person_id == by.person_id
        )
        found.append(sa.or_(QuestionVersion.author_id == by.person_id, edited))
    if wanted.requirement:
        found.append(_shows(Requirement.code == wanted.requirement))
    if wanted.position:
        found.append(_shows(Position.code == wanted.position))
    return found


def _own_conditions(wanted: Filter) -> list[sa.ColumnElement[bool]]:
    """Return what the version says about itself."""
    found: list[sa.ColumnElement[bool]] = []
    if wanted.kind:
        found.append(Question.kind == wanted.kind)
    if wanted.cognitive:
        found.append(QuestionVersion.cognitive == wanted.cognitive)
    if wanted.difficulty in DIFFICULTY_BANDS:
        found.append(QuestionVersion.difficulty.between(*DIFFICULTY_BANDS[wanted.difficulty]))
    if wanted.language in LANGUAGE_FILTERS:
        found.append(_language_condition(wanted.language))
    if wanted.sample is not None:
        found.append(Question.sample == wanted.sample)
    return found


def _shows(condition: sa.ColumnElement[bool]) -> sa.ColumnElement[bool]:
    """Return whether the version is tagged to a requirement of which the condition holds, restrictions heeded."""
    return (
        sa.exists()
        .where(
            QuestionTag.version_id == QuestionVersion.id,
            Requirement.statement_id == QuestionTag.statement_id,
            Position.id == Requirement.position_id,
            holds_in(Position.code),
            condition,
        )
        .correlate(QuestionVersion)
    )


def holds_in(position_code: sa.ColumnElement[str] | sa.orm.InstrumentedAttribute[str]) -> sa.ColumnElement[bool]:
    """Return whether a tag holds in the position. Codes hold no quotes, so their JSON text can be searched."""
    named = sa.cast(QuestionTag.positions, sa.Text).contains(sa.literal('"').concat(position_code).concat('"'))
    return sa.or_(QuestionTag.positions.is_(None), named)


def _language_condition(name: str) -> sa.ColumnElement[bool]:
    prefix, _, language = name.rpartition("-")
    if prefix == "approved":
        return is_approved_in(language)
    if prefix == "unapproved":
        return sa.and_(QuestionVersion.state.in_(STANDING), ~is_approved_in(language))
    if prefix == "older":
        return sa.cast(QuestionVersion.behind, sa.Text).contains(f'"{language}"')
    return ~is_written_in(language) if prefix else is_written_in(language)


def is_approved_in(language: str) -> sa.ColumnElement[bool]:
    """Return whether somebody has signed the version off in the language."""
    return (
        sa.exists()
        .where(VersionSignature.version_id == QuestionVersion.id, VersionSignature.language == language)
        .correlate(QuestionVersion)
    )


def is_written_in(language: str) -> sa.ColumnElement[bool]:
    """Return whether the stem has text in the language."""
    return sa.func.coalesce(QuestionVersion.content[("stem", language)].as_string(), "") != ""


def word_occurs(word: str) -> sa.ColumnElement[bool]:
    """Return whether the word stands in code, title or stem, in either language."""
    places = (
        Question.code,
        *(QuestionVersion.title[language].as_string() for language in LANGUAGES),
        *(QuestionVersion.content[("stem", language)].as_string() for language in LANGUAGES),
    )
    return sa.or_(*(place.icontains(word, autoescape=True) for place in places))


def _cursor(version: QuestionVersion) -> str:
    raw = f"{version.edited_at.isoformat()}|{version.id}"
    return base64.urlsafe_b64encode(raw.encode()).decode().rstrip("=")


def _read_cursor(text: str) -> tuple[datetime, int] | None:
    try:
        at, last = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)).decode().split("|")
        moment, number = datetime.fromisoformat(at), int(last)
    except (ValueError, binascii.Error):
        return None
    return (moment, number) if moment.tzinfo is not None and 0 < number < 2**63 else None
