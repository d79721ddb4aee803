"""The tool's keys: announced, active, retired, and what platforms see of them."""

from datetime import datetime, timedelta

import sqlalchemy as sa
from flask import Flask

from lms_carbon.core.clock import now
from lms_carbon.core.db import session
from lms_carbon.core.transaction import transaction
from lms_carbon.lti.commands import keys_commands
from lms_carbon.lti.models.registrations import KeyState, Registration, ToolKey
from lms_carbon.lti.services.keys import ANNOUNCED, Rotation, rotate_keys
from lms_carbon.lti.services.registrations import signing_key
from tests.support.platform import FakePlatform, register
from tests.support.world import list_acts, make_institution, run_command


def _published(app: Flask) -> set[str]:
    answer = app.test_client().get("/lti/keys")
    assert "max-age=3600" in answer.headers["Cache-Control"]
    return {key["kid"] for key in answer.get_json()["keys"]}


def _rotate(app: Flask, at: datetime, *, leaked: bool = False) -> Rotation:
    with app.app_context(), transaction():
        registrations = session.scalars(sa.select(Registration)).all()
        [done] = rotate_keys(by=None, registrations=registrations, leaked=leaked, at=at)
        assert signing_key(done.registration.id).kid == done.active
        return done


def test_a_key_is_announced_before_it_signs_and_published_after_it_did(app: Flask) -> None:
    with app.app_context():
        register(app, FakePlatform(issuer="http://localhost:9"), make_institution("demo"))
    [first] = _published(app)
    begun = now() - timedelta(days=30)

    announced = _rotate(app, begun)
    assert (announced.active, announced.changed) == (first, False)
    assert _published(app) == {first, announced.next}
    assert _rotate(app, begun + ANNOUNCED / 2).next == announced.next  # too early: nothing happens

    rotated = _rotate(app, now() - timedelta(days=6))
    assert (rotated.active, rotated.changed) == (announced.next, True)
    assert _published(app) == {first, rotated.active, rotated.next}
    with app.app_context(), transaction():
        session.execute(
            sa.update(ToolKey).where(ToolKey.state == KeyState.RETIRED).values(retired_at=now() - timedelta(days=8))
        )
    assert _published(app) == {rotated.active, rotated.next}  # nothing that it signed is valid any more

    leaked = _rotate(app, now(), leaked=True)
    assert leaked.active not in {first, rotated.active, rotated.next}
    assert _published(app) == {leaked.active}
    assert list_acts(app)[1:] == ["platform.add", "key.announce", "key.rotate", "key.rotate"]


def test_the_command(app: Flask) -> None:
    with app.app_context():
        register(app, FakePlatform(issuer="http://localhost:9"), make_institution("demo"))
    said = run_command(app, keys_commands, "rotate", "--institution", "demo")
    assert "still signs with" in said
    assert "2 hours later" in said
    assert "signs with" in run_command(app, keys_commands, "rotate", "--leaked")
    run_command(app, keys_commands, "rotate", "--institution", "nowhere", status=2)
