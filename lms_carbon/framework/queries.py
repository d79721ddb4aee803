"""Reading frameworks. They are public: everybody may read all of them."""

from collections.abc import Collection, Sequence

import sqlalchemy as sa
from sqlalchemy.orm import contains_eager, joinedload

from lms_carbon.core.db import session
from lms_carbon.framework import rules
from lms_carbon.framework.errors import UnknownBandError, UnknownFrameworkError, UnknownPositionError
from lms_carbon.framework.models import Framework, Position, Requirement, Statement
from lms_carbon.framework.parsing import parse_framework

_parsed: dict[str, rules.Framework] = {}
_DIMENSION_ORDER = sa.case(
    {dimension.value: index for index, dimension in enumerate(rules.Dimension)}, value=Requirement.dimension
)


def list_frameworks() -> Sequence[Framework]:
    """Return all loaded frameworks by code."""
    return session.scalars(sa.select(Framework).order_by(Framework.code)).all()


def get_framework(code: str = rules.TMIITEC_020_2024) -> Framework:
    """Return the row of a framework; raises `UnknownFrameworkError`."""
    framework = session.scalar(sa.select(Framework).where(Framework.code == code))
    if framework is None:
        raise UnknownFrameworkError(framework=code)
    return framework


def read_framework(code: str = rules.TMIITEC_020_2024) -> rules.Framework:
    """Return a loaded framework whole: bands, weights, related pairs, everything that has no rows.

    Raises `UnknownFrameworkError`.
    """
    row = get_framework(code)
    # The digest is of the content, so what is kept can never be out of date.
    if row.digest not in _parsed:
        _parsed[row.digest] = parse_framework(row.document)
    return _parsed[row.digest]


def get_band(code: str, *, framework: str = rules.TMIITEC_020_2024) -> rules.Band:
    """Return a band with its levels, experience and weights; raises `UnknownBandError`."""
    band = read_framework(framework).band(code)
    if band is None:
        raise UnknownBandError(framework=framework, band=code)
    return band


def list_positions(*, framework: str = rules.TMIITEC_020_2024) -> Sequence[Position]:
    """Return the positions with their directions, in the standard's order."""
    return session.scalars(_positions(framework).order_by(Position.ordinal)).all()


def get_position_by_code(code: str, *, framework: str = rules.TMIITEC_020_2024) -> Position:
    """Return the position of a clause such as `5.2.1`; raises `UnknownPositionError`."""
    position = session.scalar(_positions(framework).where(Position.code == code))
    if position is None:
        raise UnknownPositionError(framework=framework, position=code)
    return position


def list_requirements(
    *,
    position_id: int | None = None,
    dimension: str | None = None,
    statement_ids: Collection[int] | None = None,
    search: str = "",
    framework: str = rules.TMIITEC_020_2024,
) -> Sequence[Requirement]:
    """Return requirements with position and statement, in the standard's order.

    Every word of `search` must occur in the code or in the text in either language.
    """
    query = (
        sa.select(Requirement)
        .join(Requirement.position)
        .join(Requirement.statement)
        .join(Framework, Framework.id == Requirement.framework_id)
        .where(Framework.code == framework, *(_word_occurs(word) for word in search.split()))
        .options(contains_eager(Requirement.position), contains_eager(Requirement.statement))
        .order_by(Position.ordinal, _DIMENSION_ORDER, Requirement.ordinal)
    )
    if position_id is not None:
        query = query.where(Requirement.position_id == position_id)
    if dimension is not None:
        query = query.where(Requirement.dimension == dimension)
    if statement_ids is not None:
        query = query.where(Requirement.statement_id.in_(statement_ids))
    return session.scalars(query).all()


def list_requirements_by_guid(guids: Collection[str]) -> dict[str, Requirement]:
    """Return the requirements of these GUIDs, of whatever framework; unknown ones are absent."""
    query = (
        sa.select(Requirement)
        .where(Requirement.guid.in_(guids))
        .options(joinedload(Requirement.position), joinedload(Requirement.statement))
    )
    return {requirement.guid: requirement for requirement in session.scalars(query)}


def positions_sharing(statement: Statement) -> Sequence[Position]:
    """Return the positions that ask a statement, in the standard's order."""
    return positions_by_statement([statement.id]).get(statement.id, [])


def positions_by_statement(statement_ids: Collection[int]) -> dict[int, list[Position]]:
    """Return, for each statement, the positions that ask it, in the standard's order; one query for all."""
    query = (
        sa.select(Requirement.statement_id, Position)
        .join(Requirement.position)
        .where(Requirement.statement_id.in_(statement_ids))
        .order_by(Position.ordinal)
    )
    found: dict[int, list[Position]] = {}
    for statement_id, position in session.execute(query):
        found.setdefault(statement_id, []).append(position)
    return found


def _positions(framework: str) -> sa.Select[Position]:
    return (
        sa.select(Position)
        .join(Framework, Framework.id == Position.framework_id)
        .where(Framework.code == framework)
        .options(joinedload(Position.direction))
    )


def _word_occurs(word: str) -> sa.ColumnElement[bool]:
    places = (Requirement.code, Statement.text["zh"].as_string(), Statement.text["en"].as_string())
    return sa.or_(*(place.icontains(word, autoescape=True) for place in places))


def requirements_by_statement(position_id: int | None, statements: Collection[int]) -> dict[int, int]:
    """Return statement id → requirement id of the position, of those statements that it asks for.

    What `rules.resolve_tags` takes; empty without a position.
    """
    if position_id is None or not statements:
        return {}
    query = sa.select(Requirement.statement_id, Requirement.id).where(
        Requirement.position_id == position_id, Requirement.statement_id.in_(set(statements))
    )
    return {row.statement_id: row.id for row in session.execute(query)}
