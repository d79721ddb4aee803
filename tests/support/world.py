"""Builders for journeys over HTTP: an institution, people in it, somebody signed in. Small functions, real services."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import click
import sqlalchemy as sa
from click.testing import CliRunner
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from lms_carbon.core.clock import now
from lms_carbon.core.cookies import cookie_name
from lms_carbon.core.db import session
from lms_carbon.core.identity import SCOPE_OF_ROLE, Actor, Role
from lms_carbon.core.transaction import transaction
from lms_carbon.people.models.records import AuditEntry
from lms_carbon.people.queries import find_actor
from lms_carbon.people.services.grants import grant_role
from lms_carbon.people.services.persons import create_institution, create_person
from lms_carbon.people.services.sessions import start_session


@dataclass(frozen=True)
class World:
    """A person of a test, and where they are."""

    person_id: int
    institution_id: int
    name: str
    language: str = "en"


def make_institution(slug: str = "demo", *, at: datetime | None = None) -> int:
    """Make an institution; needs an app context, as all builders here do. They commit."""
    with transaction():
        return create_institution(slug=slug, name={"zh": f"{slug} 学院", "en": f"{slug} college"}, at=at or now())


def make_person(
    institution_id: int,
    name: str = "林晓",
    roles: Iterable[Role | tuple[Role, int]] = (),
    *,
    email: str | None = None,
    language: str = "en",
    at: datetime | None = None,
) -> World:
    """Make a person; a role may be given with the id of its scope: `(Role.ASSESSOR, instrument_id)`."""
    moment = at or now()
    with transaction():
        person_id = create_person(institution_id=institution_id, name=name, email=email, language=language, at=moment)
        for wanted in roles:
            role, scope_id = wanted if isinstance(wanted, tuple) else (wanted, None)
            grant_role(
                by=None,
                institution_id=institution_id,
                person_id=person_id,
                role=role,
                scope=SCOPE_OF_ROLE[role],
                scope_id=scope_id,
                at=moment,
            )
    return World(person_id, institution_id, name, language)


def make_session(person: World, *, strong: bool = True, at: datetime | None = None, **launch: Any) -> str:
    """Start a session and return its token; `launch_id`, `launch_role`, `course_id` make it one by launch.

    Strong by default, so that officers may work at once.
    """
    moment = at or now()
    with transaction():
        return start_session(
            person_id=person.person_id,
            institution_id=person.institution_id,
            language=person.language,
            at=moment,
            strong_at=moment if strong else None,
            **launch,
        )


def sign_in(client: FlaskClient, person: World, *, strong: bool = True, **launch: Any) -> Actor:
    """Sign the client in as this person and return the actor, for services called beside the pages."""
    with client.application.app_context():
        token = make_session(person, strong=strong, **launch)
        use_token(client, token)
        return actor_of(token)


def use_token(client: FlaskClient, token: str) -> None:
    """Give the client the cookie of a session."""
    with client.application.test_request_context():
        name = cookie_name("lc_session")
    client.set_cookie(name, token, domain="127.0.0.1", secure=True)


def actor_of(token: str) -> Actor:
    """Return who holds the token, as services take it."""
    with transaction(write=False):
        actor = find_actor(token)
    assert actor is not None
    return actor


def act_as(person: World, **options: Any) -> Actor:
    """Return an actor for services, with a session of its own."""
    return actor_of(make_session(person, **options))


def run_command(app: Flask, command: click.Command, *words: str, status: int = 0) -> str:
    """Run a command line on the app's database and return what it prints on standard output."""
    result = CliRunner().invoke(command, list(words), obj=lambda: app)
    assert result.exit_code == status, result.output
    return result.stdout


def submit(
    client: FlaskClient, path: str, data: dict[str, Any] | None = None, *, page: str | None = None
) -> TestResponse:
    """Send a form as a browser does: open the page it stands on (`page`, else `path`), take its token along."""
    return client.post(path, data={**(data or {}), "csrf_token": form_token(client, page or path)})


def form_token(client: FlaskClient, page: str) -> str:
    """Return the token of the forms on a page, for a form that is sent when its page is out of date."""
    found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', client.get(page).text)
    return found.group(1) if found else ""


def list_acts(app: Flask) -> list[str]:
    """Return what the audit trail holds, in order."""
    with app.app_context():
        return list(session.scalars(sa.select(AuditEntry.action).order_by(AuditEntry.id)))
