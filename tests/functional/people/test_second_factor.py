"""The second factor: needed for strong roles, right once, slow for guessers."""

import re
import threading
from datetime import UTC, datetime, timedelta

import pyotp
import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from lms_carbon.core.clock import now
from lms_carbon.core.db import session
from lms_carbon.core.identity import Actor, Role
from lms_carbon.core.transaction import transaction
from lms_carbon.people.commands import person_commands
from lms_carbon.people.models.access import SecondFactor
from lms_carbon.people.models.records import AuditEntry
from lms_carbon.people.services.second_factor import (
    Outcome,
    begin_setup,
    confirm_strong,
    secret_to_confirm,
    verify_code,
)
from tests.support.world import World, act_as, make_institution, make_person, run_command, sign_in, submit

AT = datetime(2026, 11, 20, 6, 0, 0, tzinfo=UTC)


@pytest.fixture
def officer(app: Flask) -> World:
    with app.app_context():
        return make_person(make_institution("demo"), "王敏", [Role.OFFICER, Role.AUTHOR])


def _begin(actor: Actor) -> pyotp.TOTP:
    with transaction():
        begin_setup(by=actor, at=AT)
        secret = secret_to_confirm(by=actor)
    assert secret is not None
    return pyotp.TOTP(secret)


def _try(actor: Actor, code: str, at: datetime) -> Outcome:
    with transaction():
        return verify_code(by=actor, code=code, at=at).outcome


def test_without_it_strong_roles_wait_and_others_hold(app: Flask, client: FlaskClient, officer: World) -> None:
    actor = sign_in(client, officer, strong=False)
    assert actor.roles == [Role.AUTHOR]
    assert actor.withheld == {Role.OFFICER}
    answer = client.get("/people/audit?action=grant")
    assert (answer.status_code, answer.location) == (303, "/second-factor?next=%2Fpeople%2Faudit%3Faction%3Dgrant")
    assert client.get("/people").status_code == 403  # not theirs with it either


def test_a_launch_vouches_for_the_login(app: Flask, client: FlaskClient, officer: World) -> None:
    actor = sign_in(client, officer, strong=False, launch_id=1, launch_role=Role.TEACHER, course_id=5)
    assert actor.has(Role.OFFICER)
    assert actor.has(Role.TEACHER, 5)
    assert not actor.has(Role.TEACHER, 6)
    assert not actor.strong


def test_setting_up_by_the_pages(app: Flask, client: FlaskClient, officer: World) -> None:
    sign_in(client, officer, strong=False)
    assert submit(client, "/second-factor/begin", {"next": "/people/audit"}, page="/second-factor").status_code == 303
    page = client.get("/second-factor?next=/people/audit").text
    assert "<svg" in page
    key = re.search(r"([A-Z2-7]{4} ){7}[A-Z2-7]{4}", page)
    assert key is not None
    totp = pyotp.TOTP(key.group().replace(" ", ""))
    wrong = submit(client, "/second-factor", {"code": "000000", "next": "/people/audit"})
    assert wrong.status_code == 422
    assert "not right" in wrong.text
    answer = submit(client, "/second-factor", {"code": totp.now(), "next": "/people/audit"})
    assert (answer.status_code, answer.location) == (303, "/people/audit")
    assert client.get("/people/audit").status_code == 200
    assert key.group() not in client.get("/second-factor").text  # the key shows only until it is confirmed
    with app.app_context():
        acts = session.scalars(sa.select(AuditEntry.action).where(AuditEntry.action.startswith("second"))).all()
        assert acts == ["second_factor.begin", "second_factor.confirm"]
        assert totp.secret.encode() not in session.scalars(sa.select(SecondFactor.secret)).one()


def test_it_never_leads_away(app: Flask, client: FlaskClient, officer: World) -> None:
    sign_in(client, officer, strong=False)
    with app.app_context():
        totp = _begin(act_as(officer))
    answer = submit(client, "/second-factor", {"code": totp.now(), "next": "//evil.example"}, page="/second-factor")
    assert answer.location == "/"


def test_a_code_works_once_per_step(app: Flask, officer: World) -> None:
    with app.app_context():
        actor = act_as(officer)
        totp = _begin(actor)
        code = totp.at(AT)
        assert _try(actor, f"{code[:3]} {code[3:]}", AT) is Outcome.RIGHT  # as people read it out
        assert _try(actor, code, AT) is Outcome.USED
        assert _try(actor, code, AT + timedelta(seconds=20)) is Outcome.USED
        earlier = totp.at(AT - timedelta(seconds=30))
        assert _try(actor, earlier, AT) is Outcome.USED  # older than the last one used
        assert _try(actor, totp.at(AT + timedelta(seconds=30)), AT + timedelta(seconds=30)) is Outcome.RIGHT


def test_clocks_may_differ_by_one_step_only(app: Flask, officer: World) -> None:
    with app.app_context():
        actor = act_as(officer)
        totp = _begin(actor)
        assert _try(actor, totp.at(AT - timedelta(seconds=60)), AT) is Outcome.WRONG
        assert _try(actor, totp.at(AT + timedelta(seconds=60)), AT) is Outcome.WRONG
        assert _try(actor, totp.at(AT + timedelta(seconds=30)), AT) is Outcome.RIGHT


def test_full_width_digits_count(app: Flask, officer: World) -> None:
    with app.app_context():
        actor = act_as(officer)
        code = _begin(actor).at(AT)
        wide = "".join(chr(ord(digit) - ord("0") + ord("０")) for digit in code)
        assert _try(actor, wide, AT) is Outcome.RIGHT


def test_eight_at_once_with_one_code_let_one_in(app: Flask, officer: World) -> None:
    with app.app_context():
        actor = act_as(officer)
        code = _begin(actor).at(AT)
    gate, found = threading.Barrier(8), []

    def run() -> None:
        with app.app_context():
            gate.wait(10)
            found.append(_try(actor, code, AT))
            session.remove()

    threads = [threading.Thread(target=run) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcome.name for outcome in found) == ["RIGHT"] + ["USED"] * 7


def test_guessing_becomes_slow(app: Flask, officer: World) -> None:
    with app.app_context():
        actor = act_as(officer)
        totp = _begin(actor)
        right = totp.at(AT)
        wrong = "000000" if right != "000000" else "111111"
        assert [_try(actor, wrong, AT) for _ in range(4)] == [Outcome.WRONG] * 4
        assert _try(actor, wrong, AT) is Outcome.WAIT
        assert _try(actor, right, AT) is Outcome.WAIT  # even the right one
        later = AT + timedelta(seconds=61)
        assert _try(actor, wrong, later) is Outcome.WAIT  # the sixth: two minutes
        assert _try(actor, totp.at(later + timedelta(seconds=90)), later + timedelta(seconds=90)) is Outcome.WAIT
        much = later + timedelta(seconds=121)
        assert _try(actor, totp.at(much), much) is Outcome.RIGHT
        assert _try(actor, wrong, much) is Outcome.WRONG  # counted from the start again
        locks = sa.select(sa.func.count(AuditEntry.id)).where(AuditEntry.action == "second_factor.lock")
        assert session.scalar(locks) == 2


def test_wrong_codes_are_counted_through_the_pages(app: Flask, client: FlaskClient, officer: World) -> None:
    sign_in(client, officer, strong=False)
    with app.app_context():
        totp = _begin(act_as(officer))
        _try(act_as(officer), totp.at(now() - timedelta(hours=1)), now() - timedelta(hours=1))
    for _ in range(5):
        last = submit(client, "/second-factor", {"code": "12"})
    assert "Too many wrong codes" in last.text
    refused = submit(client, "/second-factor", {"code": totp.now()})
    assert refused.status_code == 422
    assert client.get("/people/audit").status_code == 303


def test_signing_asks_again(app: Flask, officer: World) -> None:
    with app.app_context():
        actor = act_as(officer)
        assert confirm_strong(by=actor, code="123456", at=AT).outcome is Outcome.NONE
        totp = _begin(actor)
        with transaction():
            assert confirm_strong(by=actor, code=totp.at(AT), at=AT).right
            assert not confirm_strong(by=actor, code=totp.at(AT), at=AT).right


def test_a_confirmed_factor_is_replaced_only_with_a_code_of_it(app: Flask, client: FlaskClient, officer: World) -> None:
    sign_in(client, officer)
    with app.app_context():
        actor = act_as(officer)
        old = _begin(actor)
        hour_ago = now() - timedelta(hours=1)
        assert _try(actor, old.at(hour_ago), hour_ago) is Outcome.RIGHT
    assert submit(client, "/second-factor/begin", page="/second-factor").status_code == 409
    assert submit(client, "/second-factor/replace", {"code": "123"}, page="/second-factor").status_code == 422
    assert submit(client, "/second-factor/replace", {"code": old.now()}, page="/second-factor").status_code == 303
    assert "<svg" in client.get("/second-factor").text


def test_a_lost_one_is_taken_away_by_an_administrator(app: Flask, client: FlaskClient, officer: World) -> None:
    with app.app_context():
        boss = make_person(officer.institution_id, "管", [Role.ADMINISTRATOR])
        actor = act_as(officer)
        totp = _begin(actor)
        assert _try(actor, totp.at(AT), AT) is Outcome.RIGHT
    theirs = app.test_client()
    sign_in(theirs, officer)
    sign_in(client, boss)
    page = f"/people/{officer.person_id}"
    assert f'action="{page}/second-factor/remove"' in client.get(page).text
    assert submit(client, f"{page}/second-factor/remove", page=page).status_code == 303
    assert theirs.get("/profile").status_code == 401  # signed out everywhere
    own = f"/people/{boss.person_id}"
    assert submit(client, f"{own}/second-factor/remove", page="/people/invite").status_code == 403
    with app.app_context():
        assert session.get(SecondFactor, officer.person_id) is None
    words = ["reset-second-factor", "--institution", "demo", "--person", str(officer.person_id)]
    run_command(app, person_commands, *words)
