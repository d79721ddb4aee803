"""The members of a course as its platform lists them, known here as persons (NRPS 2.0)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial

import sqlalchemy as sa
from joserfc.jwk import RSAKey

from lms_carbon.core.db import session
from lms_carbon.core.errors import NotFoundError
from lms_carbon.core.identity import Actor
from lms_carbon.core.transaction import transaction
from lms_carbon.lti.gradebook import Access
from lms_carbon.lti.memberships import fetch_members
from lms_carbon.lti.models.launches import Course
from lms_carbon.lti.models.registrations import Deployment, Registration
from lms_carbon.lti.policy import visible_courses
from lms_carbon.lti.rules.rosters import ListedMember, is_learner
from lms_carbon.lti.services.registrations import signing_key
from lms_carbon.people.models.persons import Identity
from lms_carbon.people.services.audit import record_act
from lms_carbon.people.services.persons import upsert_identity


@dataclass(frozen=True, kw_only=True)
class RosterMember:
    """Somebody in a course, and who that is here."""

    subject: str
    person_id: int
    name: str
    email: str | None
    number: str | None
    roles: tuple[str, ...]
    """As the platform says them: URIs or short names."""
    active: bool

    @property
    def learns(self) -> bool:
        """Whether this is a learner of the course, so one whom the gradebook grades."""
        return is_learner(self.roles)


@dataclass(frozen=True, kw_only=True)
class _Source:
    """A course's roster and how to ask for it, read before the platform is asked."""

    url: str
    provider: str
    institution_id: int
    access: Access


def list_rosters(institution_id: int) -> Sequence[Course]:
    """Return the courses whose platform offers their roster, by title; no platform is asked."""
    return session.scalars(
        sa.select(Course)
        .join(Deployment, Deployment.id == Course.deployment_id)
        .join(Registration, Registration.id == Deployment.registration_id)
        .where(Course.institution_id == institution_id, Course.roster_url.is_not(None), Registration.ended_at.is_(None))
        .order_by(Course.title, Course.id)
    ).all()


def read_roster(*, course_id: int, by: Actor, at: datetime) -> list[RosterMember]:
    """Ask the platform who is in a course, make those persons who are not known yet, and return them as listed.

    Has transactions of its own around the asking, so call it outside one (a view with `transactional=False`).
    Whoever the platform lists as no longer active is not made a person, and is told of only where known.
    Raises `NotFoundError` for a course without roster or not the actor's, `RosterRefusedError`,
    `RosterUnreachableError`.
    """
    with transaction(write=False):
        source = _find_source(course_id, by)
    members = fetch_members(source.access, source.url, at=at)
    with transaction():
        kept = [each for each in (_keep_member(source, member, by, at) for member in members) if each is not None]
        record_act(
            by=by,
            institution_id=source.institution_id,
            action="roster.read",
            object_type="course",
            object_id=course_id,
            detail={"members": len(kept)},
            at=at,
        )
    return kept


def _find_source(course_id: int, by: Actor) -> _Source:
    row = session.execute(
        sa.select(Course, Registration)
        .join(Deployment, Deployment.id == Course.deployment_id)
        .join(Registration, Registration.id == Deployment.registration_id)
        .where(Course.id == course_id, visible_courses(by), Registration.ended_at.is_(None))
    ).one_or_none()
    if row is None or row.Course.roster_url is None:
        raise NotFoundError
    registration = row.Registration
    return _Source(
        url=row.Course.roster_url,
        provider=f"lti:{registration.id}",
        institution_id=row.Course.institution_id,
        access=Access(
            registration_id=registration.id,
            client_id=registration.client_id,
            token_url=registration.auth_token_url,
            audience=registration.auth_audience or registration.auth_token_url,
            key=partial(_signing_key, registration.id),
        ),
    )


def _signing_key(registration_id: int) -> RSAKey:
    with transaction(write=False):
        return signing_key(registration_id)


def _keep_member(source: _Source, member: ListedMember, by: Actor, at: datetime) -> RosterMember | None:
    if member.active:
        person_id: int | None = upsert_identity(
            institution_id=source.institution_id,
            provider=source.provider,
            subject=member.subject,
            name=member.name,
            email=member.email,
            number=member.number,
            language=by.language,
            at=at,
        )
    else:
        person_id = session.scalar(
            sa.select(Identity.person_id).where(
                Identity.provider == source.provider, Identity.subject == member.subject
            )
        )
    if person_id is None:
        return None
    return RosterMember(
        subject=member.subject,
        person_id=person_id,
        name=member.name or member.number or member.subject,
        email=member.email,
        number=member.number,
        roles=member.roles,
        active=member.active,
    )
