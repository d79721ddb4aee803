"""Persons and how others know them."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from lms_carbon.core.db import session
from lms_carbon.core.identity import Actor
from lms_carbon.people.errors import InstitutionExistsError
from lms_carbon.people.models.persons import Identity, Institution, Person
from lms_carbon.people.services.audit import record_act, record_person_act

_FIND = (
    sa.select(Person.id, Person.name, Person.email, Person.number)
    .join(Identity, Identity.person_id == Person.id)
    .where(Identity.provider == sa.bindparam("provider"), Identity.subject == sa.bindparam("subject"))
)


def create_institution(*, slug: str, name: dict[str, str], at: datetime) -> int:
    """Make a tenant; `name` in both languages. Raises `InstitutionExistsError`."""
    if session.scalar(sa.select(Institution.id).where(Institution.slug == slug)) is not None:
        raise InstitutionExistsError(slug=slug)
    institution = Institution(slug=slug, name=name, created_at=at)
    session.add(institution)
    session.flush()
    record_act(
        by=None,
        institution_id=institution.id,
        action="institution.create",
        object_type="institution",
        object_id=institution.id,
        at=at,
    )
    return institution.id


def create_person(
    *, institution_id: int, name: str, language: str, at: datetime, email: str | None = None, number: str | None = None
) -> int:
    """Make a person who is known nowhere else and return their id."""
    person = Person(
        institution_id=institution_id, name=name, email=email, number=number, language=language, created_at=at
    )
    session.add(person)
    session.flush()
    return person.id


def upsert_identity(
    *,
    institution_id: int,
    provider: str,
    subject: str,
    name: str | None,
    email: str | None,
    number: str | None,
    language: str,
    at: datetime,
) -> int:
    """Return the id of the person whom `provider` calls `subject`, made at first sight.

    Race-free: of many first launches at once one makes the person, the others find it. What the platform tells
    differently from before is taken over; what it no longer tells stays. The language is taken at first sight only,
    because the person may have chosen another one here.
    """
    found = session.execute(_FIND, {"provider": provider, "subject": subject}).one_or_none()
    if found is None:
        found_id = _make_identity(institution_id, provider, subject, name, email, number, language, at)
        if found_id is not None:
            return found_id
        found = session.execute(_FIND, {"provider": provider, "subject": subject}).one()
    told = {"name": name, "email": email, "number": number}
    changed = {key: value for key, value in told.items() if value and value != getattr(found, key)}
    if changed:
        session.execute(sa.update(Person).where(Person.id == found.id).values(**changed))
    return int(found.id)


def _make_identity(
    institution_id: int,
    provider: str,
    subject: str,
    name: str | None,
    email: str | None,
    number: str | None,
    language: str,
    at: datetime,
) -> int | None:
    """Make person and identity; None where another transaction was first, and then nothing stays behind."""
    person_id = session.execute(
        sa.insert(Person)
        .values(
            institution_id=institution_id,
            # Platforms may withhold names (optional in LTI core 5.3.6); the subject's end tells two people apart.
            name=name or number or f"#{subject[-6:]}",
            email=email,
            number=number,
            language=language,
            created_at=at,
        )
        .returning(Person.id)
    ).scalar_one()
    won = insert_new(
        Identity,
        {
            "institution_id": institution_id,
            "person_id": person_id,
            "provider": provider,
            "subject": subject,
            "created_at": at,
        },
        keys=("provider", "subject"),
    )
    if won is None:
        session.execute(sa.delete(Person).where(Person.id == person_id))
        return None
    record_person_act(
        person_id=person_id,
        institution_id=institution_id,
        action="person.create",
        object_type="person",
        object_id=person_id,
        detail={"provider": provider},
        at=at,
    )
    return person_id


def insert_new(model: Any, values: dict[str, Any], *, keys: tuple[str, ...]) -> int | None:
    """Insert a row unless one with the same natural key is there; returns the new id or None.

    Waits for a concurrent transaction that is inserting the same key, so None means: committed by another.
    """
    kind = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    statement = kind.insert(model).values(**values).on_conflict_do_nothing(index_elements=keys).returning(model.id)
    new: int | None = session.execute(statement).scalar_one_or_none()
    return new


def change_profile(*, by: Actor, name: str, language: str, at: datetime) -> None:
    """Let a person change how they are called and which language they read."""
    before = session.execute(sa.select(Person.name, Person.language).where(Person.id == by.person_id)).one()
    if (before.name, before.language) == (name, language):
        return
    session.execute(sa.update(Person).where(Person.id == by.person_id).values(name=name, language=language))
    record_act(
        by=by,
        institution_id=by.institution_id,
        action="person.change",
        object_type="person",
        object_id=by.person_id,
        detail={"changed": [k for k, v in {"name": name, "language": language}.items() if v != getattr(before, k)]},
        at=at,
    )
