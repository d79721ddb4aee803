"""First sight of a person: many launches at once, changes later."""

import threading

import pytest
import sqlalchemy as sa
from flask import Flask

from lms_carbon.core.clock import now
from lms_carbon.core.db import db, session
from lms_carbon.core.transaction import transaction
from lms_carbon.people.models.persons import Identity, Person
from lms_carbon.people.models.records import AuditEntry
from lms_carbon.people.services.persons import upsert_identity
from tests.support.world import make_institution


def _arrive(institution: int, **changes: str) -> int:
    told = {"name": "林晓", "email": "lin@example.org", "number": "2024-7", **changes}
    with transaction():
        return upsert_identity(
            institution_id=institution, provider="lti:1", subject="user-1", language="zh", at=now(), **told
        )


def test_twenty_first_launches_at_once_make_one_person(app: Flask) -> None:
    with app.app_context():
        institution = make_institution()
    gate = threading.Barrier(20)
    found: list[int] = []
    failures: list[BaseException] = []

    def launch() -> None:
        with app.app_context():
            try:
                gate.wait(10)
                found.append(_arrive(institution))
            except BaseException as failure:  # noqa: BLE001 - shown by the assertion below
                failures.append(failure)
            finally:
                session.remove()

    threads = [threading.Thread(target=launch) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures
    assert len(set(found)) == 1
    with app.app_context():
        assert session.scalar(sa.select(sa.func.count(Person.id))) == 1
        assert session.scalar(sa.select(sa.func.count(Identity.id))) == 1
        made = sa.select(sa.func.count(AuditEntry.id)).where(AuditEntry.action == "person.create")
        assert session.scalar(made) == 1


def test_changes_are_taken_over_and_silence_is_not(app: Flask) -> None:
    with app.app_context():
        institution = make_institution()
        first = _arrive(institution)
        assert _arrive(institution, name="林小晓", email="") == first
        person = session.get(Person, first)
        assert person is not None
        assert (person.name, person.email, person.number) == ("林小晓", "lin@example.org", "2024-7")


@pytest.mark.parametrize(("changes", "statements"), [({}, 1), ({"name": "林小晓"}, 2)])
def test_a_known_person_costs_one_read_and_a_write_only_for_a_change(
    app: Flask, changes: dict[str, str], statements: int
) -> None:
    with app.app_context():
        institution = make_institution()
        _arrive(institution)
        seen: list[str] = []
        sa.event.listen(db.engine, "before_cursor_execute", lambda c, cur, text, *rest: seen.append(text))
        _arrive(institution, **changes)
        assert len([text for text in seen if not text.startswith("BEGIN")]) == statements


def test_without_a_name_two_people_can_still_be_told_apart(app: Flask) -> None:
    with app.app_context():
        institution = make_institution()
        person = session.get(Person, _arrive(institution, name="", number=""))
        assert person is not None
        assert person.name == "#user-1"
