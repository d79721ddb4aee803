"""Statements to tag: the picker's search, and which requirement each one is in each position."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from lms_carbon.framework.models import Requirement, Statement
from lms_carbon.framework.queries import list_requirements

MAX_HITS = 40


@dataclass(frozen=True, slots=True)
class StatementUse:
    """A statement and the requirements that ask it, in the standard's order."""

    statement: Statement
    requirements: tuple[Requirement, ...]

    @property
    def first(self) -> Requirement:
        """The requirement that names it where no position is meant."""
        return self.requirements[0]

    def in_position(self, code: str) -> Requirement:
        """Return the requirement of the position, else the first."""
        return next((r for r in self.requirements if r.position.code == code), self.first)


def search_statements(
    *, text: str = "", position_id: int | None = None, dimension: str | None = None
) -> list[StatementUse]:
    """Return up to `MAX_HITS` statements in the standard's order; every word of `text` must occur in a language."""
    found = list_requirements(position_id=position_id, dimension=dimension, search=text)
    wanted = list(dict.fromkeys(requirement.statement_id for requirement in found))[:MAX_HITS]
    uses = statements_by_id(wanted)
    return [uses[statement_id] for statement_id in wanted if statement_id in uses]


def statements_by_id(statement_ids: Collection[int]) -> dict[int, StatementUse]:
    """Return statements with all requirements that ask them; unknown ids are absent."""
    return group_by_statement(list_requirements(statement_ids=statement_ids)) if statement_ids else {}


def group_by_statement(requirements: Iterable[Requirement]) -> dict[int, StatementUse]:
    """Return the requirements grouped, in their order."""
    grouped: dict[int, list[Requirement]] = {}
    for requirement in requirements:
        grouped.setdefault(requirement.statement_id, []).append(requirement)
    return {key: StatementUse(group[0].statement, tuple(group)) for key, group in grouped.items()}
