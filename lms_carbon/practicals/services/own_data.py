"""How practicals let go of a person: their sheets are handed out; what was handed in stays, results rest on it."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa

from lms_carbon.core.db import session
from lms_carbon.core.hooks import PersonData
from lms_carbon.people.services.own_data import plain_rows
from lms_carbon.practicals.models import Practical, Sheet, SheetState, Task


def export_own(person_id: int) -> dict[str, list[dict[str, Any]]]:
    """Return the person's rows. What was scored is left out: an export is no way around the gate (DESIGN §3)."""
    return {
        "task": plain_rows(Task, (Task.author_id == person_id) | (Task.reviewer_id == person_id)),
        "practical": plain_rows(Practical, Practical.created_by == person_id),
        "sheet": plain_rows(Sheet, Sheet.person_id == person_id, leave_out={"scored"}),
    }


def erase_own(person_id: int, _at: datetime) -> None:
    """Blank what was begun and never handed in."""
    session.execute(
        sa.update(Sheet)
        .where(Sheet.person_id == person_id, Sheet.state == SheetState.OPEN)
        .values({"values": {}, "note": ""})
        .execution_options(synchronize_session=False)
    )


def person_data_of_practicals() -> PersonData:
    """Answer the hook `person_data` for this package."""
    tables = frozenset({"task", "practical", "sheet"})
    return PersonData(tables=tables, export=export_own, erase=erase_own, follows={"sheet": ()})
