"""From the requirements that a file names to the statements that the bank tags."""

from collections.abc import Sequence
from functools import cached_property
from typing import Final

from lms_carbon.core.i18n import mark
from lms_carbon.framework.models import Requirement
from lms_carbon.framework.queries import list_requirements, positions_by_statement
from lms_carbon.question_bank.interchange.base import ItemTag
from lms_carbon.question_bank.kinds.reasons import Reason
from lms_carbon.question_bank.rules.about import MAX_TAGS, Tag

UNKNOWN: Final = mark("The loaded standard has no requirement {name}.")
POSITIONS: Final = mark("Position {name} does not ask what the question shows; the restriction to it is not kept.")
TOO_MANY: Final = mark("Only the first {limit} requirements are kept.")


class Requirements:
    """The loaded standard, asked once for an import."""

    @cached_property
    def _all(self) -> Sequence[Requirement]:
        return list_requirements()

    @cached_property
    def _statements(self) -> dict[str, int]:
        """Code or GUID → statement."""
        return {name: one.statement_id for one in self._all for name in (one.code, one.guid)}

    @cached_property
    def _positions(self) -> dict[int, list[str]]:
        sharing = positions_by_statement({one.statement_id for one in self._all})
        return {statement: [position.code for position in positions] for statement, positions in sharing.items()}

    def resolve(self, tags: Sequence[ItemTag]) -> tuple[tuple[Tag, ...], list[Reason]]:
        """Return the tags as the bank keeps them, and what of them is lost.

        Requirements of one statement are one tag; a restriction to all positions that share it is none.
        """
        lost: list[Reason] = []
        wanted: dict[int, set[str] | None] = {}
        for tag in tags:
            statement = self._statements.get(tag.guid or "") or self._statements.get(tag.code or "")
            if statement is None:
                lost.append(Reason(UNKNOWN, {"name": tag.code or tag.guid or ""}))
                continue
            named = self._known(statement, tag, lost)
            before = wanted.get(statement, set())
            wanted[statement] = None if named is None or before is None else before | named
        if len(wanted) > MAX_TAGS:
            lost.append(Reason(TOO_MANY, {"limit": MAX_TAGS}))
        return tuple(self._tag(statement, named) for statement, named in list(wanted.items())[:MAX_TAGS]), lost

    def _known(self, statement: int, tag: ItemTag, lost: list[Reason]) -> set[str] | None:
        if tag.positions is None:
            return None
        unknown = [code for code in tag.positions if code not in self._positions[statement]]
        lost += [Reason(POSITIONS, {"name": code[:40]}) for code in unknown]
        return set(tag.positions) - set(unknown) or None

    def _tag(self, statement: int, named: set[str] | None) -> Tag:
        codes = self._positions[statement]
        some = named is not None and len(named) < len(codes)
        return Tag(statement_id=statement, positions=tuple(c for c in codes if c in named) if named and some else None)
