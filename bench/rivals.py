"""What `bench.launches` compares with, in the same app: bare views, and PyLTI1p3's own Flask contrib twice.

The bare views write the rows that a warm launch needs and check the signature, nothing else. The contrib is set up as
its documentation says, with its launch data in our database; once with key caching, once without, as it comes.
"""

import hashlib
import json
import os
import secrets
from typing import Any
from urllib.parse import urlencode

import sqlalchemy as sa
from flask import Flask, Response, redirect, request
from joserfc import jws
from joserfc.jwk import RSAKey
from pylti1p3.contrib.flask import FlaskCacheDataStorage, FlaskMessageLaunch, FlaskOIDCLogin, FlaskRequest
from pylti1p3.tool_config import ToolConfDict

from lms_carbon.app import create_app
from lms_carbon.core.clock import now
from lms_carbon.core.cookies import set_cookie
from lms_carbon.core.db import db
from lms_carbon.core.transaction import independent
from lms_carbon.core.web import PUBLIC, Blueprint, csrf_exempt
from lms_carbon.lti.models.launches import Launch, LtiLogin
from lms_carbon.people.models.access import AuthSession

blueprint = Blueprint("rivals", __name__)
PLATFORM: dict[str, Any] = json.loads(os.environ.get("BENCH_PLATFORM", "{}"))
"""issuer, client_id, deployment_id, jwk, and the ids of rows that the bare views name."""
_CACHE = sa.Table(
    "bench_cache", sa.MetaData(), sa.Column("key", sa.Text, primary_key=True), sa.Column("value", sa.Text)
)
_LOGIN: Any = LtiLogin.__table__
_LAUNCH: Any = Launch.__table__
_SESSION: Any = AuthSession.__table__


def _digest(text: str) -> bytes:
    return hashlib.sha256(text.encode()).digest()


@blueprint.get("/bare/login", access=PUBLIC, transactional=False)
def bare_login() -> Any:
    """Write a login row and go to the platform."""
    state, nonce = secrets.token_urlsafe(32), secrets.token_urlsafe(32)
    with independent() as connection:
        connection.execute(
            sa.insert(_LOGIN),
            {
                "state_digest": _digest(state),
                "nonce_digest": _digest(nonce),
                "institution_id": PLATFORM["institution"],
                "registration_id": PLATFORM["registration"],
                "target_link_uri": request.args["target_link_uri"],
                "created_at": now(),
            },
        )
    return redirect(f"{PLATFORM['issuer']}/auth?" + urlencode({"state": state, "nonce": nonce}))


@blueprint.post("/bare/launch", access=PUBLIC, transactional=False)
@csrf_exempt
def bare_launch() -> Any:
    """Check the signature, use the login up, write launch and session."""
    token = jws.deserialize_compact(request.form["id_token"], RSAKey.import_key(PLATFORM["jwk"]), algorithms=["RS256"])
    claims, at, session_token = json.loads(token.payload), now(), secrets.token_urlsafe(32)
    with independent() as connection:
        used = sa.update(_LOGIN).where(
            _LOGIN.c.state_digest == _digest(request.form["state"]), _LOGIN.c.used_at.is_(None)
        )
        connection.execute(used.values(used_at=at))
        launch_id = connection.execute(
            sa.insert(_LAUNCH).returning(_LAUNCH.c.id),
            {
                "institution_id": PLATFORM["institution"],
                "person_id": PLATFORM["person"],
                "deployment_id": PLATFORM["deployment"],
                "message_type": "LtiResourceLinkRequest",
                "lti_roles": [claims["sub"]],
                "created_at": at,
            },
        ).scalar_one()
        connection.execute(
            sa.insert(_SESSION),
            {
                "institution_id": PLATFORM["institution"],
                "person_id": PLATFORM["person"],
                "token_digest": _digest(session_token),
                "created_at": at,
                "expires_at": at,
                "language": "zh",
                "launch_id": launch_id,
            },
        )
    response = redirect("/", 303, Response)
    set_cookie(response, "bare_session", session_token, seconds=3600)  # type: ignore[arg-type]
    return response


class DatabaseCache:
    """The cache that `FlaskCacheDataStorage` asks for, in our database."""

    def get(self, key: str) -> Any:
        """Return a value or None."""
        with independent(write=False) as connection:
            value = connection.scalar(sa.select(_CACHE.c.value).where(_CACHE.c.key == key))
        return None if value is None else json.loads(value)

    def set(self, key: str, value: Any, _seconds: int | None) -> None:
        """Keep a value."""
        statement = "INSERT INTO bench_cache (key, value) VALUES (:key, :value)"
        statement += " ON CONFLICT (key) DO UPDATE SET value = excluded.value"
        with independent() as connection:
            connection.execute(sa.text(statement), {"key": key, "value": json.dumps(value)})


def _storage() -> FlaskCacheDataStorage:
    return FlaskCacheDataStorage(DatabaseCache())


def _tool() -> ToolConfDict:
    return ToolConfDict(
        {
            PLATFORM["issuer"]: [
                {
                    "default": True,
                    "client_id": PLATFORM["client_id"],
                    "auth_login_url": f"{PLATFORM['issuer']}/auth",
                    "auth_token_url": f"{PLATFORM['issuer']}/token",
                    "key_set_url": PLATFORM["keyset"],
                    "deployment_ids": [PLATFORM["deployment_id"]],
                }
            ]
        }
    )


TOOL = _tool() if PLATFORM else None


@blueprint.get("/pylti/login", access=PUBLIC, transactional=False)
def pylti_login() -> Any:
    """Do as PyLTI1p3's Flask example does."""
    login = FlaskOIDCLogin(FlaskRequest(), TOOL, launch_data_storage=_storage())
    return login.redirect(request.args["target_link_uri"])


@blueprint.post("/pylti/launch", access=PUBLIC, transactional=False)
@csrf_exempt
def pylti_launch() -> Any:
    """Do as PyLTI1p3's Flask example does; `?cached=1` with `set_public_key_caching`."""
    storage = _storage()
    message = FlaskMessageLaunch(FlaskRequest(), TOOL, launch_data_storage=storage)
    if "cached" in request.args:
        message.set_public_key_caching(storage)
    message.get_launch_data()
    return redirect("/", 303)


def create_bench_app() -> Flask:
    """Return the product's app with the rivals beside it."""
    app = create_app()
    app.register_blueprint(blueprint)
    with app.app_context():
        _CACHE.create(db.engine, checkfirst=True)
    return app


def serve(port: int) -> None:
    """Serve as `lms-carbon serve` does."""
    from granian import Granian  # noqa: PLC0415 - in the server's process alone
    from granian.constants import Interfaces  # noqa: PLC0415

    Granian(
        "bench.rivals:create_bench_app",
        address="127.0.0.1",
        port=port,
        interface=Interfaces.WSGI,
        factory=True,
        workers=1,
        blocking_threads=4,
        log_enabled=False,
    ).serve()
