"""Getting in: invitations, sign-in links, handoffs, sign-out; single use, and nothing but digests at rest."""

import re
import threading
from collections.abc import Callable
from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from lms_carbon.core.clock import now
from lms_carbon.core.db import Model, session
from lms_carbon.core.errors import DomainError
from lms_carbon.core.identity import Role
from lms_carbon.core.transaction import transaction
from lms_carbon.people.commands import invite_command, sign_in_link_command
from lms_carbon.people.models.access import AuthSession, Handoff, Invitation, SignInLink
from lms_carbon.people.models.persons import Person, RoleGrant
from lms_carbon.people.models.records import AuditEntry
from lms_carbon.people.services.handoffs import make_handoff, take_handoff
from lms_carbon.people.services.invitations import accept_invitation, invite
from lms_carbon.people.services.links import make_link, take_link
from tests.support.world import act_as, form_token, make_institution, make_person, run_command, sign_in, submit


def _path(link: str) -> str:
    return re.sub(r"^http://[^/]+", "", link.strip())


def _acts(app: Flask, *actions: str) -> list[str]:
    with app.app_context():
        found = session.scalars(sa.select(AuditEntry.action).order_by(AuditEntry.id)).all()
    return [action for action in found if not actions or action in actions]


def test_the_first_officer_comes_in_by_invitation(app: Flask, client: FlaskClient) -> None:
    with app.app_context():
        make_institution("demo")
    path = _path(run_command(app, invite_command, "--institution", "demo", "--role", "officer"))
    page = client.get(path, headers={"Accept-Language": "en"})
    assert "demo college" in page.text
    assert "officer" in page.text
    answer = submit(client, path, {"name": "王敏", "language": "en"})
    assert (answer.status_code, answer.location) == (303, "/second-factor")
    assert client.get("/profile").status_code == 200
    again = client.get(path)
    assert again.status_code == 410
    assert "used already" in again.text
    assert _acts(app) == ["institution.create", "invitation.create", "invitation.accept", "grant.give"]


def test_an_invitation_needs_a_name_and_keeps_what_was_entered(app: Flask, client: FlaskClient) -> None:
    with app.app_context():
        make_institution("demo")
    path = _path(run_command(app, invite_command, "--institution", "demo", "--role", "author"))
    answer = submit(client, path, {"name": "  ", "language": "en"})
    assert answer.status_code == 422
    assert client.get(path).status_code == 200  # still good
    with app.app_context():
        assert session.scalar(sa.select(sa.func.count(Person.id))) == 0


def test_an_expired_invitation_says_so(app: Flask, client: FlaskClient) -> None:
    with app.app_context():
        make_institution("demo")
    path = _path(run_command(app, invite_command, "--institution", "demo", "--role", "author"))
    token = form_token(client, path)
    with app.app_context(), transaction():
        session.execute(sa.update(Invitation).values(expires_at=now() - timedelta(seconds=1)))
    page = client.get(path, headers={"Accept-Language": "en"})
    assert page.status_code == 410
    assert "seven days" in page.text
    late = client.post(path, data={"name": "x", "language": "en", "csrf_token": token})
    assert late.status_code == 410
    assert client.get("/invite/never-given").status_code == 404


def test_somebody_who_is_here_gets_the_role_instead_of_a_second_self(app: Flask, client: FlaskClient) -> None:
    with app.app_context():
        institution = make_institution("demo")
        person = make_person(institution, "何老师")
    sign_in(client, person)
    path = _path(run_command(app, invite_command, "--institution", "demo", "--role", "reviewer"))
    assert "何老师" in client.get(path).text
    assert submit(client, path).status_code == 303
    with app.app_context():
        assert session.scalars(sa.select(RoleGrant.person_id)).all() == [person.person_id]


def test_an_administrator_cannot_invite_themselves(app: Flask, client: FlaskClient) -> None:
    with app.app_context():
        person = make_person(make_institution("demo"), roles=[Role.ADMINISTRATOR])
    sign_in(client, person)
    page = submit(client, "/people/invite", {"role": "author"})
    link = re.search(r"http://[^<\s]+/invite/[\w-]+", page.text)
    assert link is not None
    answer = submit(client, _path(link.group()))
    assert answer.status_code == 403
    with app.app_context():
        assert session.scalars(sa.select(RoleGrant.role)).all() == [Role.ADMINISTRATOR]


def test_a_scanner_that_opens_the_link_does_not_use_it_up(app: Flask, client: FlaskClient) -> None:
    with app.app_context():
        make_person(make_institution("demo"), "王敏", [Role.AUTHOR], email="wang@example.org")
    printed = run_command(app, sign_in_link_command, "--institution", "demo", "--email", "Wang@Example.org")
    path = _path(printed)
    for _ in range(3):
        assert "王敏" in client.get(path).text
    assert client.get("/profile").status_code == 401
    assert submit(client, path).location == "/"
    assert client.get("/profile").status_code == 200
    assert client.get(path).status_code == 410
    assert submit(client, path, page="/profile").status_code == 410
    assert _acts(app, "session.start") == ["session.start"]


def test_who_was_signed_in_before_on_this_computer_is_signed_out(app: Flask, client: FlaskClient) -> None:
    with app.app_context():
        institution = make_institution("demo")
        before, after = make_person(institution, "甲"), make_person(institution, "乙")
    first = sign_in(client, before)
    path = _path(run_command(app, sign_in_link_command, "--institution", "demo", "--person", str(after.person_id)))
    submit(client, path)
    assert "乙" in client.get("/profile").text
    with app.app_context():
        assert session.scalars(sa.select(AuthSession.ended_at).where(AuthSession.id == first.session_id)).one()


def test_a_handoff_opens_a_second_window_once(app: Flask, client: FlaskClient) -> None:
    with app.app_context():
        person = make_person(make_institution("demo"), "林晓")
        actor = act_as(person, launch_id=7, launch_role=Role.CANDIDATE)
        with transaction():
            code = make_handoff(by=actor, target="/profile?x=1", at=now())
    assert client.head(f"/handoff/{code}").status_code == 200
    answer = client.get(f"/handoff/{code}")
    assert (answer.status_code, answer.location) == (303, "/profile?x=1")
    cookie = answer.headers["Set-Cookie"]
    assert all(word in cookie for word in ("__Host-lc_session=", "HttpOnly", "Secure", "SameSite=None", "Partitioned"))
    assert "林晓" in client.get("/profile").text
    assert app.test_client().get(f"/handoff/{code}").status_code == 410
    with app.app_context():
        rows = session.execute(sa.select(AuthSession.launch_id, AuthSession.launch_role)).all()
        assert [tuple(row) for row in rows] == [(7, Role.CANDIDATE)] * 2


@pytest.mark.parametrize("spoil", [Handoff, AuthSession])
def test_a_handoff_dies_with_its_30_seconds_and_with_its_session(
    app: Flask, client: FlaskClient, spoil: type[Handoff] | type[AuthSession]
) -> None:
    with app.app_context():
        actor = act_as(make_person(make_institution("demo")))
        with transaction():
            code = make_handoff(by=actor, target="/profile", at=now())
            session.execute(sa.update(spoil).values(expires_at=now() - timedelta(seconds=1)))
    assert client.get(f"/handoff/{code}").status_code == 410


@pytest.mark.parametrize("target", ["//evil.example", "https://evil.example", "/\\evil.example", "x", "/a b", "/a\nb"])
def test_a_handoff_never_leads_away(app: Flask, target: str) -> None:
    with app.app_context():
        actor = act_as(make_person(make_institution("demo")))
        with pytest.raises(ValueError, match="path of this site"):
            make_handoff(by=actor, target=target, at=now())


def _race(app: Flask, act: Callable[[], object]) -> tuple[int, int]:
    """Do it eight times at once; return how many succeeded and how many were refused."""
    gate = threading.Barrier(8)
    done: list[object] = []
    refused: list[object] = []

    def run() -> None:
        with app.app_context():
            gate.wait(10)
            try:
                with transaction():
                    done.append(act())
            except DomainError as problem:
                refused.append(problem)
            finally:
                session.remove()

    threads = [threading.Thread(target=run) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return len(done), len(refused)


def test_links_invitations_and_handoffs_work_once_however_many_try(app: Flask) -> None:
    with app.app_context():
        institution = make_institution("demo")
        person = make_person(institution, roles=[Role.AUTHOR])
        actor = act_as(person)
        with transaction():
            link = make_link(person_id=person.person_id, institution_id=institution, at=now())
            code = make_handoff(by=actor, target="/", at=now())
    invited = run_command(app, invite_command, "--institution", "demo", "--role", "author").strip()[-43:]
    assert _race(app, lambda: take_link(token=link, at=now())) == (1, 7)
    assert _race(app, lambda: take_handoff(code=code, at=now())) == (1, 7)
    accept = lambda: accept_invitation(token=invited, by=None, name="新", language="zh", at=now())  # noqa: E731
    assert _race(app, accept) == (1, 7)
    with app.app_context():
        assert session.scalar(sa.select(sa.func.count(Person.id))) == 2


def test_the_database_keeps_no_token(app: Flask, client: FlaskClient) -> None:
    with app.app_context():
        institution = make_institution("demo")
        person = make_person(institution, roles=[Role.AUTHOR], email="a@example.org")
        actor = act_as(person)
        with transaction():
            code = make_handoff(by=actor, target="/", at=now())
    link = run_command(app, sign_in_link_command, "--institution", "demo", "--email", "a@example.org").strip()
    invited = run_command(app, invite_command, "--institution", "demo", "--role", "author").strip()
    sign_in(client, person)
    cookie = client.get_cookie("__Host-lc_session", domain="127.0.0.1")
    assert cookie is not None
    secrets = [code, link.rsplit("/", 1)[1], invited.rsplit("/", 1)[1], cookie.value]
    with app.app_context():
        for table in Model.metadata.sorted_tables:
            for row in session.execute(sa.select(table)):
                assert not any(secret in str(tuple(row)) for secret in secrets), table.name
        for model in (AuthSession, SignInLink, Invitation, Handoff):
            assert session.scalar(sa.select(sa.func.count()).select_from(model))


def test_an_ended_or_expired_session_is_nobody(app: Flask, client: FlaskClient) -> None:
    with app.app_context():
        person = make_person(make_institution("demo"))
    sign_in(client, person)
    assert submit(client, "/sign-out").status_code == 303
    sign_in(client, person)
    with app.app_context(), transaction():
        session.execute(sa.update(AuthSession).values(expires_at=now() - timedelta(seconds=1)))
    assert client.get("/profile").status_code == 401
    sign_in(client, person)
    kept = client.get_cookie("__Host-lc_session", domain="127.0.0.1")
    assert kept is not None
    submit(client, "/sign-out")
    client.set_cookie("__Host-lc_session", kept.value, domain="127.0.0.1")
    assert client.get("/profile").status_code == 401  # the old cookie is worth nothing


def test_teachers_and_candidates_are_never_made_by_invitation(app: Flask) -> None:
    with app.app_context():
        institution = make_institution("demo")
        for role in (Role.TEACHER, Role.CANDIDATE):
            with pytest.raises(DomainError):
                invite(
                    by=None,
                    institution_id=institution,
                    role=role,
                    scope="institution",  # type: ignore[arg-type]
                    scope_id=None,
                    email=None,
                    at=now(),
                )
    run_command(app, invite_command, "--institution", "demo", "--role", "teacher", status=2)
    run_command(app, invite_command, "--institution", "nowhere", "--role", "author", status=2)
