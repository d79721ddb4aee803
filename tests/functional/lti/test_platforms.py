"""Platforms by hand: what an administrator enters and changes, and places that wait until somebody confirms them."""

from collections.abc import Iterator

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from lms_carbon.core.clock import now
from lms_carbon.core.db import session
from lms_carbon.core.identity import Role
from lms_carbon.core.transaction import transaction
from lms_carbon.lti.models.registrations import Deployment, KeyState, Registration, ToolKey
from lms_carbon.lti.services.keys import ANNOUNCED
from lms_carbon.people.models.persons import Person
from lms_carbon.people.models.records import Message
from tests.support.platform import FakePlatform, start_platform
from tests.support.world import list_acts, make_institution, make_person, sign_in, submit


@pytest.fixture
def platform(app: Flask) -> Iterator[FakePlatform]:
    with start_platform() as running:
        yield running


@pytest.fixture
def admin(app: Flask) -> FlaskClient:
    client = app.test_client()
    with app.app_context():
        institution_id = make_institution("demo")
        person = make_person(institution_id, "江岚", [Role.ADMINISTRATOR])
    sign_in(client, person)
    return client


def _form(platform: FakePlatform, **changes: str) -> dict[str, str]:
    return {
        "name": "School Moodle",
        "issuer": platform.issuer,
        "client_id": platform.client_id,
        "auth_login_url": f"{platform.issuer}/auth",
        "auth_token_url": f"{platform.issuer}/token",
        "key_set_url": f"{platform.issuer}/keys",
        **changes,
    }


def _people(app: Flask) -> list[str]:
    with app.app_context():
        return list(session.scalars(sa.select(Person.name).where(Person.name != "江岚")))


def test_a_platform_by_hand_whose_place_waits(app: Flask, admin: FlaskClient, platform: FakePlatform) -> None:
    page = admin.get("/lti/platforms/new").text
    for ours in ("/lti/login", "/lti/launch", "/lti/keys"):
        assert f"http://127.0.0.1:8000{ours}" in page
    assert "public_jwk_url" in admin.get("/lti/platforms/new?for=canvas").text
    invited = submit(admin, "/lti/platforms/invite", page="/lti/platforms")
    assert "http://127.0.0.1:8000/lti/register/" in invited.text

    wrong = submit(admin, "/lti/platforms/new", _form(platform, auth_login_url="ftp://x", issuer=""))
    assert wrong.status_code == 422
    assert "School Moodle" in wrong.text
    made = submit(admin, "/lti/platforms/new", _form(platform, frame_origins="https://a.example/x https://b.example"))
    assert made.status_code == 303, made.text
    path = made.headers["Location"]
    assert submit(admin, "/lti/platforms/new", _form(platform)).status_code == 422

    learner = app.test_client()
    for _ in range(2):
        refused = platform.launch(learner)
        assert refused.status_code == 400
        assert "has to confirm this place" in refused.text
    assert _people(app) == []
    with app.app_context(), transaction(write=False):
        [message] = session.scalars(sa.select(Message))  # of two launches
        assert (message.path, message.params) == (path, {"platform": "School Moodle", "place": "dep-1"})
    page = admin.get(path).text
    assert "Waiting to be confirmed" in page
    assert "dep-1" in page
    with app.app_context():
        place_id = session.scalars(sa.select(Deployment.id)).one()
    submit(admin, f"{path}/places/{place_id}/confirm", page=path)
    assert platform.launch(learner).status_code == 303
    assert submit(admin, f"{path}/places/{place_id}/remove", page=path).status_code == 404  # courses hang on it
    acts = list_acts(app)
    assert [act for act in acts if act.startswith(("platform", "deployment"))] == [
        "platform.invite",
        "platform.add",
        "deployment.learn",
        "deployment.confirm",
    ]


def test_a_platform_that_moves_keeps_its_people(app: Flask, admin: FlaskClient, platform: FakePlatform) -> None:
    made = submit(admin, "/lti/platforms/new", _form(platform, deployment_id="dep-1"))
    path, client = made.headers["Location"], app.test_client()
    assert platform.launch(client).status_code == 303
    assert len(_people(app)) == 1

    with start_platform(client_id="tool-2", deployment_id="dep-2") as moved:
        form = _form(moved, name="Moved Moodle")
        assert submit(admin, f"{path}/edit", form | {"key_set_url": "nowhere"}).status_code == 422
        assert submit(admin, f"{path}/edit", form).status_code == 303
        assert submit(admin, f"{path}/places", {"deployment_id": "dep-2"}, page=path).status_code == 303
        assert moved.launch(client).status_code == 303
    assert len(_people(app)) == 1
    assert "Moved Moodle" in admin.get("/lti/platforms").text

    for said in ("Announce a new key", "The new key is announced", "can sign when the platform has had time"):
        assert said in admin.get(path).text, said
        if said.startswith("Announce"):
            assert submit(admin, f"{path}/keys", page=path).status_code == 303
    with app.app_context(), transaction():
        old = now() - ANNOUNCED
        session.execute(sa.update(ToolKey).where(ToolKey.state == KeyState.NEXT).values(created_at=old))
    assert "Let the announced key sign" in admin.get(path).text
    submit(admin, f"{path}/keys", page=path)
    assert "The new key signs now" in admin.get(path).text
    submit(admin, f"{path}/keys", {"leaked": "1"}, page=path)
    with app.app_context(), transaction(write=False):
        states = session.scalars(sa.select(ToolKey.state).order_by(ToolKey.id)).all()
    assert states == [KeyState.RETIRED, KeyState.RETIRED, KeyState.RETIRED, KeyState.ACTIVE]

    submit(admin, f"{path}/end", page=path)
    assert submit(admin, f"{path}/keys", page="/lti/platforms").status_code == 404
    with app.app_context():
        assert session.scalars(sa.select(Registration.ended_at)).one() is not None
    assert "has not been allowed to launch since" in admin.get(path).text
