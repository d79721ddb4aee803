"""A person's right to their data and to be forgotten; every package answers for its own tables."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa

from lms_carbon.core.db import session
from lms_carbon.core.errors import NotFoundError
from lms_carbon.core.hooks import person_data
from lms_carbon.core.identity import Actor
from lms_carbon.people.errors import MayNotEraseSelfError
from lms_carbon.people.models.persons import Person
from lms_carbon.people.services.audit import record_act


def export_person(*, by: Actor | None, institution_id: int, person_id: int, at: datetime) -> dict[str, Any]:
    """Return all that is kept about a person: `{"person", "exported_at", "tables": {name: [row, …]}}`.

    Raises `NotFoundError` for a person of another institution. The export itself is an act.
    """
    _check_here(institution_id, person_id)
    tables: dict[str, list[dict[str, Any]]] = {}
    for answer in person_data.ask():
        tables |= answer.export(person_id)
    record_act(
        by=by,
        institution_id=institution_id,
        action="person.export",
        object_type="person",
        object_id=person_id,
        at=at,
    )
    return {"person": person_id, "exported_at": at.isoformat(), "tables": tables}


def erase_person(*, by: Actor | None, institution_id: int, person_id: int, at: datetime) -> None:
    """Remove or blank what need not be kept of a person, in all packages; cannot be undone, may be repeated.

    Acts stay in the audit trail without the name. Raises `NotFoundError`, `MayNotEraseSelfError`.
    """
    _check_here(institution_id, person_id)
    if by is not None and by.person_id == person_id:
        raise MayNotEraseSelfError
    for answer in person_data.ask():
        answer.erase(person_id, at)
    record_act(
        by=by,
        institution_id=institution_id,
        action="person.erase",
        object_type="person",
        object_id=person_id,
        at=at,
    )


def _check_here(institution_id: int, person_id: int) -> None:
    found = session.scalar(sa.select(Person.id).where(Person.id == person_id, Person.institution_id == institution_id))
    if found is None:
        raise NotFoundError
