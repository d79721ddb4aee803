"""A platform made of `cryptography` alone: signs what no real one would, and serves its keyset over real HTTP."""

import base64
import json
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from lms_carbon.core.clock import now
from lms_carbon.core.transaction import transaction
from lms_carbon.lti.services.registrations import add_registration

CLAIM = "https://purl.imsglobal.org/spec/lti/claim/"
AGS = "https://purl.imsglobal.org/spec/lti-ags/claim/endpoint"
SCORE = "https://purl.imsglobal.org/spec/lti-ags/scope/score"
MEMBERSHIP = "http://purl.imsglobal.org/vocab/lis/v2/membership"
INSTRUCTOR, LEARNER = f"{MEMBERSHIP}#Instructor", f"{MEMBERSHIP}#Learner"
LAUNCH_URL = "http://127.0.0.1:8000/lti/launch"
GONE = object()
"""The value that takes a claim away."""


@cache
def private_key(name: str) -> rsa.RSAPrivateKey:
    """A key pair that stays the same for a test run."""
    del name
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def encode(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def number(value: int) -> str:
    return encode(value.to_bytes((value.bit_length() + 7) // 8, "big"))


def jwk(key: rsa.RSAPrivateKey, kid: str) -> dict[str, str]:
    public = key.public_key().public_numbers()
    return {"kty": "RSA", "use": "sig", "alg": "RS256", "kid": kid, "n": number(public.n), "e": number(public.e)}


def sign(payload: Any, *, key: rsa.RSAPrivateKey, header: Mapping[str, Any]) -> str:
    """RS256 over any JSON, with any header; None as a header value takes it away."""
    full = {k: v for k, v in {"typ": "JWT", "alg": "RS256", **header}.items() if v is not None}
    body = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
    signed = f"{encode(json.dumps(full).encode())}.{encode(body)}"
    return f"{signed}.{encode(key.sign(signed.encode(), padding.PKCS1v15(), hashes.SHA256()))}"


@dataclass
class FakePlatform:
    """One registration at one platform."""

    issuer: str
    client_id: str = "tool-1"
    deployment_id: str = "dep-1"
    kid: str = "platform-key"
    key_name: str = "platform"
    keyset: Any = None
    fetches: int = 0
    keyset_status: int = 200
    clock: Any = time.time
    registration_id: int = 0
    https_keyset: str = ""
    token_url: str = ""
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def key(self) -> rsa.RSAPrivateKey:
        return private_key(self.key_name)

    def keyset_body(self) -> bytes:
        with self._lock:
            self.fetches += 1
        if isinstance(self.keyset, bytes):
            return self.keyset
        return json.dumps(self.keyset or {"keys": [jwk(self.key, self.kid)]}).encode()

    def claims(self, nonce: str, /, **changes: Any) -> dict[str, Any]:
        """A resource link launch as Moodle sends it. Names of LTI claims go without their prefix."""
        at = int(self.clock())
        claims: dict[str, Any] = {
            "iss": self.issuer,
            "aud": self.client_id,
            "sub": "4",
            "iat": at,
            "exp": at + 60,
            "nonce": nonce,
            "name": "Lin Xiao",
            "given_name": "Xiao",
            "family_name": "Lin",
            "email": "lin.xiao@school.example",
            CLAIM + "version": "1.3.0",
            CLAIM + "message_type": "LtiResourceLinkRequest",
            CLAIM + "deployment_id": self.deployment_id,
            CLAIM + "target_link_uri": LAUNCH_URL,
            CLAIM + "roles": [LEARNER],
            CLAIM + "context": {"id": "c-1", "label": "CM", "title": "Carbon management"},
            CLAIM + "resource_link": {"id": "rl-1", "title": "Written exam"},
            CLAIM + "launch_presentation": {"locale": "en_us", "return_url": f"{self.issuer}/return"},
        }
        for name, value in changes.items():
            full = name if name in claims or CLAIM + name not in claims else CLAIM + name
            if value is GONE:
                claims.pop(full, None)
            else:
                claims[full] = value
        return claims

    def sign(self, payload: Any, **header: Any) -> str:
        return sign(payload, key=self.key, header={"kid": self.kid, **header})

    def login_fields(self, **changes: str) -> dict[str, str]:
        fields = {
            "iss": self.issuer,
            "client_id": self.client_id,
            "login_hint": "4",
            "target_link_uri": LAUNCH_URL,
            "lti_message_hint": '{"cmid":3,"launchid":"ltilaunch3_89"}',
            **changes,
        }
        return {name: value for name, value in fields.items() if value}

    def login(self, client: FlaskClient, **changes: str) -> tuple[str, str]:
        """Begin a login in this browser and return its state and nonce."""
        answer = client.get("/lti/login", query_string=self.login_fields(**changes))
        assert answer.status_code == 302, answer.text
        asked = {name: values[0] for name, values in parse_qs(urlsplit(answer.headers["Location"]).query).items()}
        return asked["state"], asked["nonce"]

    def launch(self, client: FlaskClient, **changes: Any) -> TestResponse:
        """Login and launch of this browser, with changed claims."""
        state, nonce = self.login(client)
        return post(client, self.sign(self.claims(nonce, **changes)), state)


def post(client: FlaskClient, id_token: str, state: str) -> TestResponse:
    return client.post("/lti/launch", data={"id_token": id_token, "state": state}, headers={"Origin": "null"})


@contextmanager
def start_platform(**options: Any) -> Iterator[FakePlatform]:
    """Serve a platform's keyset at `<issuer>/keys`."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = platform.keyset_body()
            self.send_response(platform.keyset_status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    platform = FakePlatform(issuer=f"http://localhost:{server.server_port}", **options)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield platform
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def register(app: Flask, platform: FakePlatform, institution_id: int) -> FakePlatform:
    """Make the platform known to the tool."""
    with app.app_context(), transaction():
        platform.registration_id = add_registration(
            by=None,
            institution_id=institution_id,
            name="Platform",
            issuer=platform.issuer,
            client_id=platform.client_id,
            auth_login_url=f"{platform.issuer}/auth?from=lms",
            auth_token_url=platform.token_url or f"{platform.issuer}/token",
            key_set_url=f"{platform.issuer}/keys",
            deployment_ids=[platform.deployment_id],
            at=now(),
        ).id
    return platform
