"""How paths let go of a person: theirs are handed out, and removed."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa

from lms_carbon.core.db import session
from lms_carbon.core.hooks import PersonData
from lms_carbon.paths.models import Path, PathStep
from lms_carbon.people.services.own_data import plain_rows


def export_own(person_id: int) -> dict[str, list[dict[str, Any]]]:
    """Return the person's rows: their paths with how far they are, and what they confirmed of others."""
    mine = sa.select(Path.id).where(Path.person_id == person_id)
    steps = PathStep.path_id.in_(mine) | (PathStep.confirmed_by == person_id)
    return {"path": plain_rows(Path, Path.person_id == person_id), "path_step": plain_rows(PathStep, steps)}


def erase_own(person_id: int, _at: datetime) -> None:
    """Remove the paths: nothing rests on them."""
    mine = sa.select(Path.id).where(Path.person_id == person_id)
    session.execute(sa.delete(PathStep).where(PathStep.path_id.in_(mine)).execution_options(synchronize_session=False))
    session.execute(sa.delete(Path).where(Path.person_id == person_id).execution_options(synchronize_session=False))


def person_data_of_paths() -> PersonData:
    """Answer the hook `person_data` for this package."""
    tables = frozenset({"path", "path_step"})
    return PersonData(tables=tables, export=export_own, erase=erase_own, follows={"path": ()})
