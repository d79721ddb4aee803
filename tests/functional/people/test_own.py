"""What people see and change of themselves: inbox, profile, their data, erasure."""

import json

import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from lms_carbon.core.clock import now
from lms_carbon.core.db import db, session
from lms_carbon.core.i18n import mark
from lms_carbon.core.identity import Role
from lms_carbon.core.transaction import transaction
from lms_carbon.people.commands import person_commands
from lms_carbon.people.models.persons import Identity, Person
from lms_carbon.people.models.records import Message
from lms_carbon.people.services.messages import tell
from lms_carbon.people.services.persons import upsert_identity
from tests.support.world import (
    World,
    list_acts,
    make_person,
    run_command,
    sign_in,
    submit,
)


def test_the_inbox_speaks_the_readers_language(app: Flask, client: FlaskClient, boss: World) -> None:
    sentence = mark("{name} has {count} open.")
    with app.app_context(), transaction():
        tell(
            person_id=boss.person_id,
            institution_id=boss.institution_id,
            sentence=sentence,
            params={"name": {"zh": "考试甲", "en": "Exam A"}, "count": 3},
            path="/people",
            at=now(),
        )
    sign_in(client, boss)
    page = client.get("/inbox").text
    assert '<a href="/people">Exam A has 3 open.</a>' in page
    assert "1 message is new" in page
    client.set_cookie("__Host-lc_language", "zh", domain="127.0.0.1")
    assert "考试甲" in client.get("/inbox").text


def test_messages_are_read_by_their_owner_only(app: Flask, client: FlaskClient, boss: World) -> None:
    with app.app_context():
        other = make_person(boss.institution_id, "周")
        for person in (boss, other):
            with transaction():
                tell(person_id=person.person_id, institution_id=person.institution_id, sentence="x", at=now())
        mine, theirs = session.scalars(sa.select(Message.id).order_by(Message.id)).all()
    sign_in(client, boss)
    submit(client, "/inbox/read", {"message": str(theirs)}, page="/inbox")
    with app.app_context():
        assert session.scalars(sa.select(Message.read_at)).all() == [None, None]
    submit(client, "/inbox/read", {"message": str(mine)}, page="/inbox")
    with app.app_context():
        read = dict(session.execute(sa.select(Message.id, Message.read_at)).all())  # type: ignore[arg-type]
    assert read[mine] is not None
    assert read[theirs] is None


def test_a_profile_is_changed_and_other_browsers_signed_out(app: Flask, client: FlaskClient, boss: World) -> None:
    sign_in(client, boss)
    elsewhere = app.test_client()
    sign_in(elsewhere, boss)
    assert submit(client, "/profile", {"name": " ", "language": "zh"}).status_code == 422
    assert submit(client, "/profile", {"name": "管理员甲", "language": "xx"}).status_code == 422
    assert submit(client, "/profile", {"name": "管理员甲", "language": "zh"}).status_code == 303
    page = client.get("/profile").text
    assert "管理员甲" in page
    assert '<html lang="zh-CN"' in page
    submit(client, "/profile/sessions/end", page="/profile")
    assert elsewhere.get("/profile").status_code == 401
    assert client.get("/profile").status_code == 200
    assert {"person.change", "session.end_others"} <= set(list_acts(app))


def test_my_data_as_a_file(app: Flask, client: FlaskClient, boss: World) -> None:
    sign_in(client, boss)
    answer = submit(client, "/profile/data", page="/profile")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="my-data.json"'
    tables = json.loads(answer.data)["tables"]
    assert tables["person"][0]["email"] == "boss@example.org"
    assert tables["role_grant"][0]["role"] == "administrator"
    assert not any("digest" in key for row in tables["auth_session"] for key in row)


def test_who_is_erased_is_gone_and_their_acts_stay(app: Flask, client: FlaskClient, boss: World) -> None:
    with app.app_context():
        person = make_person(boss.institution_id, "林晓", [Role.ADMINISTRATOR], email="lin@example.org")
        with transaction():
            session.add(
                Identity(
                    institution_id=boss.institution_id,
                    person_id=person.person_id,
                    provider="lti:1",
                    subject="u1",
                    created_at=now(),
                )
            )
    theirs = app.test_client()
    sign_in(theirs, person)
    submit(theirs, "/people/invite", {"role": "author", "email": "new@example.org"})
    sign_in(client, boss)
    page = f"/people/{person.person_id}"
    assert f'action="{page}/erase"' in client.get(page).text
    assert submit(client, f"{page}/erase", page=page).status_code == 303
    assert theirs.get("/profile").status_code == 401
    assert "林晓" not in client.get("/people").text + client.get("/people/audit").text + client.get(page).text
    assert f"#{person.person_id}" in client.get("/people/audit?action=invitation").text
    with app.app_context():
        left = session.get(Person, person.person_id)
        assert left is not None
        assert (left.name, left.email, left.number) == (f"#{person.person_id}", None, None)
        for table in db.metadata.sorted_tables:
            for row in session.execute(sa.select(table)):
                assert not any(word in str(tuple(row)) for word in ("林晓", "lin@example.org", "'u1'")), table.name
    assert list_acts(app)[-1] == "person.erase"
    own = f"/people/{boss.person_id}/erase"
    assert submit(client, own, page="/people/invite").status_code == 403


def test_a_launch_after_erasure_makes_a_new_person(app: Flask, institution: int) -> None:
    told = {"name": "林晓", "email": None, "number": None, "language": "zh"}
    place = {"institution_id": institution, "provider": "lti:1", "subject": "u1"}
    with app.app_context():
        with transaction():
            first = upsert_identity(**place, **told, at=now())  # type: ignore[arg-type]
        run_command(app, person_commands, "erase", "--institution", "demo", "--person", str(first), "--yes")
        with transaction():
            assert upsert_identity(**place, **told, at=now()) != first  # type: ignore[arg-type]
