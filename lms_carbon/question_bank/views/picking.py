"""The picker of requirements inside the author's form: what was searched, what was found, what is tagged."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

from werkzeug.datastructures import MultiDict

from lms_carbon.framework.models import Position
from lms_carbon.framework.queries import list_positions
from lms_carbon.framework.rules import Dimension
from lms_carbon.question_bank.queries.statements import StatementUse, search_statements


@dataclass(frozen=True, kw_only=True)
class Picker:
    """The search as entered, and its hits; `searched` tells "nothing found" from "nothing sought"."""

    find: str = ""
    position: str = ""
    dimension: str = ""
    positions: Sequence[Position] = ()
    hits: Sequence[StatementUse] = ()
    searched: bool = False
    tagged: Collection[int] = field(default_factory=frozenset)

    @property
    def words(self) -> list[str]:
        """The words sought, to mark them in the hits."""
        return self.find.split()


def pick(form: MultiDict[str, str], *, tagged: Collection[int]) -> Picker:
    """Return the picker as its fields in `form` say; without any, nothing is searched."""
    positions = list_positions()
    find = form.get("find", "").strip()[:200]
    code, dimension = form.get("find-position", ""), form.get("find-dimension", "")
    position = next((position for position in positions if position.code == code), None)
    dimension = dimension if dimension in set(Dimension) else ""
    searched = bool(find or position or dimension)
    hits = (
        search_statements(text=find, position_id=position.id if position else None, dimension=dimension or None)
        if searched
        else ()
    )
    return Picker(
        find=find,
        position=position.code if position else "",
        dimension=dimension,
        positions=positions,
        hits=hits,
        searched=searched,
        tagged=frozenset(tagged),
    )
