"""Reads of registrations, of what a launch finds already here, and of where scores are."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

import sqlalchemy as sa

from lms_carbon.core.db import session
from lms_carbon.core.identity import Actor
from lms_carbon.lti.models.launches import Course, Launch, ResourceLink
from lms_carbon.lti.models.registrations import Deployment, KeyState, Registration, ToolKey
from lms_carbon.lti.models.scores import LineItem
from lms_carbon.lti.rules.addresses import tell_on_return
from lms_carbon.people.models.persons import Identity, Institution, Person


@dataclass(frozen=True, kw_only=True)
class Platform:
    """A registration as a login or launch needs it."""

    id: int
    institution_id: int
    issuer: str
    client_id: str
    auth_login_url: str
    key_set_url: str

    @property
    def provider(self) -> str:
        """The name under which its users are known in `Identity`."""
        return f"lti:{self.id}"


_PLATFORM = sa.select(
    Registration.id,
    Registration.institution_id,
    Registration.issuer,
    Registration.client_id,
    Registration.auth_login_url,
    Registration.key_set_url,
).where(Registration.ended_at.is_(None), Registration.issuer == sa.bindparam("issuer"))
_PLATFORM_OF_CLIENT = _PLATFORM.where(Registration.client_id == sa.bindparam("client_id"))


def find_platform(connection: sa.Connection, *, issuer: str, client_id: str | None) -> Platform | None:
    """Return the registration in force; without a client id (optional at login) only where the issuer has just one."""
    if client_id is None:
        rows = connection.execute(_PLATFORM.limit(2), {"issuer": issuer}).mappings().all()
    else:
        rows = connection.execute(_PLATFORM_OF_CLIENT, {"issuer": issuer, "client_id": client_id}).mappings().all()
    return Platform(**rows[0]) if len(rows) == 1 else None


# What a launch would write if it were not here yet: one read instead of five, and none of the writes when all is known.
_KNOWN = (
    sa.select(
        Deployment.id.label("deployment_id"),
        Identity.person_id,
        Person.name,
        Person.email,
        Person.number,
        Person.language,
        Course.id.label("course_id"),
        Course.title.label("course_title"),
        Course.roster_url,
        ResourceLink.id.label("link_id"),
        ResourceLink.course_id.label("link_course_id"),
        ResourceLink.title.label("link_title"),
        ResourceLink.target,
        LineItem.target.label("line_item_target"),
        LineItem.resource_link_id.label("line_item_link_id"),
    )
    .join(Registration, Registration.id == Deployment.registration_id)
    .outerjoin(
        Identity,
        sa.and_(Identity.provider == sa.bindparam("provider"), Identity.subject == sa.bindparam("subject")),
    )
    .outerjoin(Person, Person.id == Identity.person_id)
    .outerjoin(Course, sa.and_(Course.deployment_id == Deployment.id, Course.context_id == sa.bindparam("context_id")))
    .outerjoin(
        ResourceLink,
        sa.and_(
            ResourceLink.deployment_id == Deployment.id,
            ResourceLink.resource_link_id == sa.bindparam("resource_link_id"),
        ),
    )
    .outerjoin(
        LineItem, sa.and_(LineItem.registration_id == Registration.id, LineItem.url == sa.bindparam("line_item"))
    )
    .where(
        Registration.id == sa.bindparam("registration_id"),
        Registration.ended_at.is_(None),
        Deployment.deployment_id == sa.bindparam("deployment_id"),
        Deployment.pending_since.is_(None),
    )
)


def find_known(**looked_for: Any) -> Any | None:
    """Return what of a launch is here already, None where registration or deployment is not (any more)."""
    return session.connection().execute(_KNOWN, looked_for).one_or_none()  # rows, not objects: half the time


RETIRED_SHOWN: Final = timedelta(days=7)
"""How long a key stays published after it last signed: what it signed is checked within minutes."""


def public_keys(*, at: datetime) -> list[dict[str, Any]]:
    """Return the public keys that platforms may need: next, active and lately retired ones, registrations in force."""
    rows = session.scalars(
        sa.select(ToolKey.public_jwk)
        .join(Registration, Registration.id == ToolKey.registration_id)
        .where(
            Registration.ended_at.is_(None),
            sa.or_(ToolKey.state != KeyState.RETIRED, ToolKey.retired_at > at - RETIRED_SHOWN),
        )
        .order_by(ToolKey.id)
    )
    return list(rows)


def platform_addresses(connection: sa.Connection) -> list[tuple[str, str, list[str]]]:
    """Return issuer, login address and further origins of every registration in force."""
    rows = connection.execute(
        sa.select(Registration.issuer, Registration.auth_login_url, Registration.frame_origins).where(
            Registration.ended_at.is_(None)
        )
    )
    return [(row.issuer, row.auth_login_url, row.frame_origins) for row in rows]


def list_registrations() -> list[tuple[Registration, str]]:
    """Return all registrations with their institution's slug and their deployments, oldest first."""
    rows = session.execute(
        sa.select(Registration, Institution.slug)
        .join(Institution, Institution.id == Registration.institution_id)
        .options(sa.orm.selectinload(Registration.deployments))
        .order_by(Registration.id)
    )
    return [(row[0], row[1]) for row in rows]


@dataclass(frozen=True)
class PlatformRow:
    """A platform in the administrators' list."""

    registration: Registration
    last_launch_at: datetime | None

    @property
    def pending(self) -> int:
        """How many places wait to be confirmed."""
        return sum(place.pending_since is not None for place in self.registration.deployments)


def list_platforms(actor: Actor) -> list[PlatformRow]:
    """Return the platforms of the actor's institution, those in force first."""
    last = (
        sa.select(sa.func.max(Launch.created_at))
        .join(Deployment, Deployment.id == Launch.deployment_id)
        .where(Deployment.registration_id == Registration.id)
        .correlate(Registration)
        .scalar_subquery()
    )
    rows = session.execute(
        sa.select(Registration, last)
        .where(Registration.institution_id == actor.institution_id)
        .options(sa.orm.selectinload(Registration.deployments))
        .order_by(Registration.ended_at.is_not(None), Registration.id)
    )
    return [PlatformRow(row[0], row[1]) for row in rows]


def find_place(launch_id: int | None, institution_id: int) -> tuple[str, Any | None]:
    """Return the institution's slug, and of a launch its roles, course and link as the platform calls them."""
    slug = session.scalar(sa.select(Institution.slug).where(Institution.id == institution_id)) or ""
    if launch_id is None:
        return slug, None
    row = session.execute(
        sa.select(
            Launch.lti_roles,
            Launch.return_url,
            Course.context_id,
            Course.title,
            ResourceLink.resource_link_id,
        )
        .outerjoin(Course, Course.id == Launch.course_id)
        .outerjoin(ResourceLink, ResourceLink.id == Launch.resource_link_id)
        .where(Launch.id == launch_id, Launch.institution_id == institution_id)
    ).one_or_none()
    return slug, row


@dataclass(frozen=True, kw_only=True)
class Whereabouts:
    """Who a candidate is to us and where they came from; empty where they did not come from a course."""

    name: str
    number: str
    institution: Mapping[str, str]
    course: str = ""
    platform: str = ""
    return_url: str = ""

    def way_back(self, message: str) -> str:
        """Return the way back with what the platform is to show there, '' where there is none."""
        return tell_on_return(self.return_url, message=message)


def find_whereabouts(by: Actor) -> Whereabouts:
    """Return who the actor is and which launch brought them here. Two queries."""
    person = session.execute(
        sa.select(Person.name, Person.number, Institution.name.label("institution"))
        .join(Institution, Institution.id == by.institution_id)
        .where(Person.id == by.person_id)
    ).one()
    launch: dict[str, Any] = {}
    if by.launch_id is not None:
        row = session.execute(
            sa.select(Course.title, Registration.name, Launch.return_url)
            .select_from(Launch)
            .join(Deployment, Deployment.id == Launch.deployment_id)
            .join(Registration, Registration.id == Deployment.registration_id)
            .outerjoin(Course, Course.id == Launch.course_id)
            .where(Launch.id == by.launch_id, Launch.institution_id == by.institution_id)
        ).one_or_none()
        if row is not None:
            launch = {"course": row.title or "", "platform": row.name, "return_url": row.return_url or ""}
    return Whereabouts(name=person.name, number=person.number or "", institution=person.institution, **launch)
