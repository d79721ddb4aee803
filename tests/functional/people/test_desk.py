"""The administrators' desk, the audit trail, inbox and profile."""

import json
import re
from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from lms_carbon.core.clock import now
from lms_carbon.core.db import db, session
from lms_carbon.core.errors import DomainError
from lms_carbon.core.identity import Role, Scope
from lms_carbon.core.transaction import transaction
from lms_carbon.people.commands import grant_command, institution_commands, person_commands
from lms_carbon.people.models.access import AuthSession
from lms_carbon.people.models.persons import RoleGrant
from lms_carbon.people.queries import find_institution
from lms_carbon.people.services.grants import end_grant, grant_role
from lms_carbon.people.services.messages import tell
from lms_carbon.people.services.upkeep import forget_old_access
from tests.support.world import (
    World,
    act_as,
    list_acts,
    make_institution,
    make_person,
    make_session,
    run_command,
    sign_in,
    submit,
)


def _roles(app: Flask, person: World) -> list[Role]:
    with app.app_context():
        return list(
            session.scalars(
                sa.select(RoleGrant.role).where(RoleGrant.person_id == person.person_id, RoleGrant.ended_at.is_(None))
            )
        )


def test_roles_are_given_and_taken_back(app: Flask, client: FlaskClient, boss: World) -> None:
    with app.app_context():
        person = make_person(boss.institution_id, "周")
    sign_in(client, boss)
    page = f"/people/{person.person_id}"
    assert 'name="role"' in client.get(page).text
    for _ in range(2):  # a double click gives one role
        assert submit(client, f"{page}/roles", {"role": "assessor", "scope_id": "7"}, page=page).status_code == 303
    assert _roles(app, person) == [Role.ASSESSOR]
    assert "instrument 7" in client.get(page, headers={"Accept-Language": "en"}).text
    with app.app_context():
        grant_id = session.scalars(sa.select(RoleGrant.id).where(RoleGrant.person_id == person.person_id)).one()
    assert submit(client, f"{page}/roles/{grant_id}/end", page=page).status_code == 303
    assert _roles(app, person) == []
    assert list_acts(app)[-2:] == ["grant.give", "grant.end"]


@pytest.mark.parametrize(
    "form",
    [
        {"role": "teacher"},
        {"role": "candidate"},
        {"role": "king"},
        {},
        {"role": "assessor", "scope_id": "x"},
        {"role": "assessor", "scope_id": "-1"},
        {"role": "assessor", "scope_id": "9" * 30},
        {"role": "officer", "scope_id": "3"},
    ],
)
def test_what_cannot_be_given_is_refused(app: Flask, client: FlaskClient, boss: World, form: dict[str, str]) -> None:
    with app.app_context():
        person = make_person(boss.institution_id, "周")
    sign_in(client, boss)
    page = f"/people/{person.person_id}"
    assert submit(client, f"{page}/roles", form, page=page).status_code == 422
    assert _roles(app, person) == []


def test_nobody_gives_a_role_to_themselves(app: Flask, client: FlaskClient, boss: World) -> None:
    sign_in(client, boss)
    own = f"/people/{boss.person_id}"
    shown = client.get(own).text
    assert 'name="role"' not in shown
    assert "Nobody gives a role to themselves" in shown
    answer = submit(client, f"{own}/roles", {"role": "officer"}, page="/people/invite")
    assert answer.status_code == 403
    assert _roles(app, boss) == [Role.ADMINISTRATOR]


def test_the_last_administrator_stays(app: Flask, boss: World) -> None:
    with app.app_context():
        actor = act_as(boss)
        grant = session.scalars(sa.select(RoleGrant.id)).one()
        place = {"institution_id": boss.institution_id, "grant_id": grant, "at": now()}
        with pytest.raises(DomainError, match="last administrator"), transaction():
            end_grant(by=actor, **place)  # type: ignore[arg-type]
        make_person(boss.institution_id, "二", [Role.ADMINISTRATOR])
        with transaction():
            end_grant(by=actor, **place)  # type: ignore[arg-type]
    assert _roles(app, boss) == []


def test_only_administrators_give(app: Flask, boss: World) -> None:
    with app.app_context():
        officer = act_as(make_person(boss.institution_id, "王", [Role.OFFICER]))
        with pytest.raises(DomainError, match="Only an administrator"):
            grant_role(
                by=officer,
                institution_id=boss.institution_id,
                person_id=boss.person_id,
                role=Role.AUTHOR,
                scope=Scope.INSTITUTION,
                scope_id=None,
                at=now(),
            )


def test_another_institution_is_not_there(app: Flask, client: FlaskClient, boss: World) -> None:
    with app.app_context():
        other = make_person(make_institution("other"), "外人", [Role.AUTHOR])
        grant = session.scalars(sa.select(RoleGrant.id).where(RoleGrant.person_id == other.person_id)).one()
    sign_in(client, boss)
    page = f"/people/{other.person_id}"
    assert client.get(page).status_code == 404
    assert "外人" not in client.get("/people").text
    for path in ("roles", f"roles/{grant}/end", "second-factor/remove", "data", "erase"):
        assert submit(client, f"{page}/{path}", {"role": "author"}, page="/people/invite").status_code == 404, path
    own = f"/people/{boss.person_id}/roles/{grant}/end"
    assert submit(client, own, page="/people/invite").status_code == 404
    assert _roles(app, other) == [Role.AUTHOR]
    assert "外人" not in client.get("/people/audit").text


@pytest.mark.parametrize("role", [r for r in Role if r not in (Role.ADMINISTRATOR, Role.TEACHER, Role.CANDIDATE)])
def test_the_desk_is_closed_to_others(app: Flask, client: FlaskClient, institution: int, role: Role) -> None:
    with app.app_context():
        person = make_person(institution, "某", [role])
    sign_in(client, person)
    assert client.get("/people").status_code == 403
    assert client.get(f"/people/{person.person_id}").status_code == 403
    assert client.get("/people/audit").status_code == (200 if role is Role.OFFICER else 403)


def _statements(app: Flask, client: FlaskClient, path: str) -> int:
    seen: list[str] = []

    def count(connection: object, cursor: object, statement: str, *rest: object) -> None:
        seen.append(statement)

    with app.app_context():
        sa.event.listen(db.engine, "before_cursor_execute", count)
        assert client.get(path).status_code == 200
        sa.event.remove(db.engine, "before_cursor_execute", count)
    return len([statement for statement in seen if not statement.startswith("BEGIN")])


@pytest.mark.parametrize("path", ["/people", "/people/audit", "/inbox", "/profile"])
def test_lists_ask_as_often_however_long_they_are(app: Flask, client: FlaskClient, boss: World, path: str) -> None:
    def fill(count: int) -> None:
        for i in range(count):
            make_person(boss.institution_id, f"人 {i}", [Role.AUTHOR, (Role.ASSESSOR, 3)])
            act_as(boss)
            with transaction():
                tell(person_id=boss.person_id, institution_id=boss.institution_id, sentence="x", params={}, at=now())

    sign_in(client, boss)
    with app.app_context():
        fill(2)
    client.get(path)  # what is asked once a process is asked now
    few = _statements(app, client, path)
    with app.app_context():
        fill(8)
    assert _statements(app, client, path) == few <= 8


def test_long_lists_go_on_by_cursor(app: Flask, client: FlaskClient, boss: World) -> None:
    with app.app_context():
        for i in range(120):
            make_person(boss.institution_id, f"候选人 {i:03}")
    sign_in(client, boss)
    names: list[str] = []
    path = "/people?q=候选人"
    for _ in range(5):
        page = client.get(path).text
        names += re.findall(r"候选人 \d{3}(?=</a>)", page)
        onward = re.search(r'rel="next" href="([^"]+)"', page)
        if onward is None:
            break
        path = onward.group(1).replace("&amp;", "&")
    assert names == [f"候选人 {i:03}" for i in range(120)]


@pytest.mark.parametrize("path", ["/people?role=king&after=x", "/people?q=%25_", "/people/audit?before=x&object_id=y"])
def test_odd_filters_do_no_harm(client: FlaskClient, boss: World, path: str) -> None:
    sign_in(client, boss)
    assert client.get(path).status_code == 200


def test_a_search_takes_signs_literally(app: Flask, client: FlaskClient, boss: World) -> None:
    sign_in(client, boss)
    assert "管理员" in client.get("/people?q=BOSS@").text
    assert "Nobody is found" in client.get("/people?q=%25").text


def test_the_audit_trail_is_narrowed(app: Flask, client: FlaskClient, boss: World) -> None:
    with app.app_context():
        person = make_person(boss.institution_id, "周", [Role.AUTHOR])
    sign_in(client, boss)
    page = client.get(f"/people/audit?action=grant&object_type=person&object_id={person.person_id}").text
    assert page.count("grant.give</a>") == 1
    assert "institution.create</a>" not in page
    assert "grant.give</a>" not in client.get(f"/people/audit?person={boss.person_id}").text


def test_the_commands(app: Flask) -> None:
    create = ("create", "--slug", "hust", "--name-zh", "甲大学", "--name-en", "A University")
    assert "hust" in run_command(app, institution_commands, *create)
    run_command(app, institution_commands, *create, status=2)
    with app.app_context():
        from_slug = find_institution("hust")
        person = make_person(from_slug, "周", email="zhou@example.org")
        make_person(from_slug, "周二", email="two@example.org")
        make_person(from_slug, "周三", email="two@example.org")
    by_email = ("--institution", "hust", "--email", "zhou@example.org", "--role", "moderator", "--scope-id", "4")
    run_command(app, grant_command, *by_email)
    assert _roles(app, person) == [Role.MODERATOR]
    run_command(app, grant_command, *by_email, "--end")
    assert _roles(app, person) == []
    run_command(app, grant_command, "--institution", "hust", "--email", "two@example.org", "--role", "author", status=2)
    run_command(app, grant_command, "--institution", "hust", "--email", "no@x.org", "--role", "author", status=2)
    printed = run_command(app, person_commands, "export", "--institution", "hust", "--email", "zhou@example.org")
    assert json.loads(printed)["tables"]["person"][0]["name"] == "周"


def test_old_access_rows_go_away(app: Flask, boss: World) -> None:
    with app.app_context():
        for age in (60, 20):
            make_session(boss, at=now() - timedelta(days=age))
        with transaction():
            forget_old_access(at=now())
        assert session.scalar(sa.select(sa.func.count(AuthSession.id))) == 1
