"""Institutions of the demo and their people, as the sandbox LMS knows them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from lms_carbon.core.identity import SCOPE_OF_ROLE, Actor, HeldRole, Role
from lms_carbon.lti.services.registrations import add_registration
from lms_carbon.people.services.grants import grant_role
from lms_carbon.people.services.persons import create_institution, create_person, upsert_identity
from lms_carbon.people.services.second_factor import adopt_factor
from lms_carbon.sandbox.config import Course, Person, Registration, SandboxConfig

BY_LAUNCH: Final = frozenset({Role.CANDIDATE, Role.TEACHER})
"""Roles that nobody is given: the launch says them."""


@dataclass(frozen=True, kw_only=True)
class Place:
    """An institution with its people: sub → person id."""

    institution_id: int
    people: Mapping[str, int]
    officer: Actor
    """Who planned what the demo begins with."""


def settle(
    seed: SandboxConfig, course: Course, *, slug: str, name: dict[str, str], sandbox: str, at: datetime
) -> Place:
    """Make an institution, connect it to the sandbox by the course's registration, and give its people their roles."""
    institution_id = create_institution(slug=slug, name=name, at=at)
    [tool] = [each for each in seed.registrations if each.client_id == course.client_id]
    provider = f"lti:{connect_platform(institution_id, tool, sandbox, at)}"
    members = seed.members(course)
    people = {person.sub: add_person(institution_id, provider, person, at) for person in members}
    [officer, *_others] = [person for person in members if person.role == Role.OFFICER]
    actor = Actor(
        person_id=people[officer.sub],
        institution_id=institution_id,
        name=officer.name["zh"],
        language="zh",
        held=(HeldRole(Role.OFFICER),),
        session_id=0,
    )
    return Place(institution_id=institution_id, people=people, officer=actor)


def connect_platform(institution_id: int, tool: Registration, sandbox: str, at: datetime) -> int:
    """Register the sandbox LMS for an institution."""
    registration = add_registration(
        institution_id=institution_id,
        name="Sandbox LMS",
        issuer=sandbox,
        client_id=tool.client_id,
        deployment_ids=[tool.deployment_id],
        auth_login_url=f"{sandbox}/auth",
        auth_token_url=f"{sandbox}/token",
        key_set_url=f"{sandbox}/jwks.json",
        by=None,
        at=at,
    )
    return registration.id


def add_person(institution_id: int, provider: str, person: Person, at: datetime) -> int:
    """Make a person with their role and, where the sandbox shows codes for them, their authenticator."""
    person_id = upsert_identity(
        institution_id=institution_id,
        provider=provider,
        subject=person.sub,
        name=person.name["zh"],
        email=person.email,
        number=None,
        language="zh",
        at=at,
    )
    role = Role(person.role)
    if role not in BY_LAUNCH:
        grant_role(
            by=None,
            institution_id=institution_id,
            person_id=person_id,
            role=role,
            scope=SCOPE_OF_ROLE[role],
            scope_id=None,
            at=at,
        )
    if person.totp_secret is not None:
        adopt_factor(institution_id=institution_id, person_id=person_id, secret=person.totp_secret, at=at)
    return person_id


def add_reviewer(institution_id: int, name: str, at: datetime) -> int:
    """Make a reviewer whom the sandbox does not know."""
    person_id = create_person(institution_id=institution_id, name=name, email=None, language="zh", at=at)
    grant_role(
        by=None,
        institution_id=institution_id,
        person_id=person_id,
        role=Role.REVIEWER,
        scope=SCOPE_OF_ROLE[Role.REVIEWER],
        scope_id=None,
        at=at,
    )
    return person_id
