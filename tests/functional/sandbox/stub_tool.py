"""A tool of a few lines, written against the specifications alone: what the sandbox says is checked from outside."""

import secrets
import time
from html.parser import HTMLParser
from typing import Any
from urllib.parse import parse_qs, urlsplit

import requests
from flask import Flask, jsonify, request
from joserfc import jwt
from joserfc.jwk import KeySet, RSAKey

CLIENT_ID = "lms-carbon-demo"
CLAIM = "https://purl.imsglobal.org/spec/lti/claim/"
AGS = "https://purl.imsglobal.org/spec/lti-ags/scope/"
ROSTER_SCOPE = "https://purl.imsglobal.org/spec/lti-nrps/scope/contextmembership.readonly"
ALL_SCOPES = f"{AGS}lineitem {AGS}lineitem.readonly {AGS}score {AGS}result.readonly {ROSTER_SCOPE}"


class Form(HTMLParser):
    """The first form of a page: its action and hidden fields."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.action = ""
        self.fields: dict[str, str] = {}
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {key: value or "" for key, value in attrs}
        if tag == "form" and not self.action:
            self.action = found["action"]
        if tag == "input":
            self.fields[found["name"]] = found.get("value", "")


class StubTool:
    """Keys, a keyset over HTTP, and the tool's side of each exchange."""

    def __init__(self) -> None:
        self.url = ""
        self.platform = ""
        self.client_id = CLIENT_ID
        self.key = RSAKey.generate_key(2048, {"kid": secrets.token_hex(4)}, private=True)
        self.keyset_fetches = 0

    def app(self, url: str) -> Flask:
        """The tool's web side."""
        self.url = url
        app = Flask("stub_tool")

        @app.get("/lti/keys")
        def keys() -> Any:
            self.keyset_fetches += 1
            return jsonify({"keys": [self.key.as_dict(private=False, use="sig", alg="RS256")]})

        @app.route("/lti/login", methods=["GET", "POST"])
        def login() -> Any:
            return jsonify(dict(request.values))

        return app

    def sign(self, claims: dict[str, Any], **header: Any) -> str:
        return jwt.encode({"alg": "RS256", "kid": self.key.kid, **header}, claims, self.key)

    def assertion(self, **changes: Any) -> dict[str, Any]:
        """The claims of a client assertion; a change to None takes one out."""
        now = int(time.time())
        claims = {
            "iss": self.client_id,
            "sub": self.client_id,
            "aud": f"{self.platform}/token",
            "iat": now,
            "exp": now + 300,
            "jti": secrets.token_hex(8),
        }
        return {key: value for key, value in {**claims, **changes}.items() if value is not None}

    def ask_token(self, assertion: str, *, scope: str = ALL_SCOPES, **fields: str) -> requests.Response:
        form = {
            "grant_type": "client_credentials",
            "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
            "client_assertion": assertion,
            "scope": scope,
            **fields,
        }
        return requests.post(f"{self.platform}/token", data=form, timeout=5)

    def headers(self, scope: str = ALL_SCOPES) -> dict[str, str]:
        """The Authorization header of a fresh token."""
        answer = self.ask_token(self.sign(self.assertion()), scope=scope)
        assert answer.status_code == 200, answer.text
        return {"Authorization": f"Bearer {answer.json()['access_token']}"}

    def login(self, path: str, *, person: str = "u-lin", language: str = "en") -> dict[str, str]:
        """Begin a launch as that person; the parameters that reach the tool's login."""
        cookies = {"sandbox_person": person, "sandbox_language": language}
        answer = requests.get(f"{self.platform}{path}", cookies=cookies, allow_redirects=False, timeout=5)
        assert answer.status_code == 302, answer.text
        target = urlsplit(answer.headers["Location"])
        assert f"{target.scheme}://{target.netloc}{target.path}" == f"{self.url}/lti/login"
        return {key: values[0] for key, values in parse_qs(target.query, strict_parsing=True).items()}

    def auth_request(self, login: dict[str, str], **changes: str | None) -> dict[str, str]:
        """The authorisation request that answers a login; a change to None takes a parameter out."""
        request_ = {
            "scope": "openid",
            "response_type": "id_token",
            "response_mode": "form_post",
            "prompt": "none",
            "client_id": login["client_id"],
            "redirect_uri": f"{self.url}/lti/launch",
            "login_hint": login["login_hint"],
            "lti_message_hint": login["lti_message_hint"],
            "state": secrets.token_hex(8),
            "nonce": secrets.token_hex(8),
        }
        merged: dict[str, str | None] = {**request_, **changes}
        return {key: value for key, value in merged.items() if value is not None}

    def authorise(self, fields: dict[str, str], **cookies: str) -> Form:
        answer = requests.get(f"{self.platform}/auth", params=fields, cookies=cookies, timeout=5)
        assert answer.status_code == 200, answer.text
        return Form(answer.text)

    def open(self, path: str, *, person: str = "u-lin", language: str = "en") -> dict[str, Any]:
        """A whole launch; the claims of its id_token, verified against the platform's keyset."""
        fields = self.auth_request(self.login(path, person=person, language=language))
        form = self.authorise(fields)
        assert form.action == f"{self.url}/lti/launch"
        assert form.fields["state"] == fields["state"]
        claims = self.verify(form.fields["id_token"])
        assert claims["nonce"] == fields["nonce"]
        return claims

    def verify(self, token: str) -> dict[str, Any]:
        keys = requests.get(f"{self.platform}/jwks.json", timeout=5).json()
        assert all("d" not in key for key in keys["keys"]), "a private key was shown"
        return jwt.decode(token, KeySet.import_key_set(keys), algorithms=["RS256"]).claims
