"""A checked launch becomes a person, a course, a link, a line item, a `Launch` row and a session."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import sqlalchemy as sa

from lms_carbon.core.db import session
from lms_carbon.core.hooks import launch_target
from lms_carbon.core.identity import Role
from lms_carbon.core.transaction import independent
from lms_carbon.lti.caches import caches
from lms_carbon.lti.http import is_demo
from lms_carbon.lti.models.launches import Launch
from lms_carbon.lti.pylti import HardenedMessageLaunch
from lms_carbon.lti.queries import Platform, find_known, find_platform
from lms_carbon.lti.rules.addresses import is_usable, safe_return_url
from lms_carbon.lti.rules.claims import DEEP_LINKING, Message
from lms_carbon.lti.rules.reviews import subject_of
from lms_carbon.lti.rules.roles import is_learning, is_teaching
from lms_carbon.lti.services.copies import WAITING, find_origin, keep_origin
from lms_carbon.lti.services.deep_links import keep_request
from lms_carbon.lti.services.places import keep_course, keep_line_item, keep_link, wish_column
from lms_carbon.lti.services.reviews import REVIEW, keep_review
from lms_carbon.people.services.persons import upsert_identity
from lms_carbon.people.services.sessions import start_session

_LAUNCH: Final[Any] = Launch.__table__
_INSERT_LAUNCH = sa.insert(_LAUNCH).returning(_LAUNCH.c.id)


@dataclass(frozen=True)
class Arrival:
    """Where a launch leads: the session's token and the page; `path` None where what the link points at is gone."""

    token: str
    path: str | None
    return_url: str | None
    person_id: int


def platform_in_force(issuer: str, client_id: str | None) -> Platform | None:
    """Return the registration, remembered for some seconds; a launch asks again in its own transaction."""

    def look() -> Platform | None:
        with independent(write=False) as connection:
            return find_platform(connection, issuer=issuer, client_id=client_id)

    found: Platform | None = caches().registrations.find((issuer, client_id), look)
    return found


class StoredArrivals:
    """What is here already, as `lti.pylti` asks for it."""

    def find_deployment(self, platform: Platform, message: Message) -> Any | None:
        """Return the row of `queries.find_known`."""
        return find_known(
            registration_id=platform.id,
            deployment_id=message.deployment_id,
            provider=platform.provider,
            subject=message.subject,
            context_id=message.context_id,
            resource_link_id=message.resource_link_id,
            line_item=message.line_item,
        )


def way_back(platform: Platform, message: Message) -> str | None:
    """Return the platform's address to return to, where it is one of the platform's."""
    return safe_return_url(message.return_url, platform=(platform.issuer, platform.auth_login_url), demo=is_demo())


def admit_launch(launch: HardenedMessageLaunch, *, language: str, at: datetime) -> Arrival:
    """Check the rest, use the login up and write what the launch brings. One transaction: all of it or nothing.

    `language` is the browser's, for platforms that tell none. Raises `LaunchRefusedError`.
    """
    launch.admit()
    platform, message, known = launch.platform, launch.message, launch.known
    language = message.language or language
    person_id = _keep_person(platform, message, known, language=language, at=at)
    course_id = _keep_course(platform, message, known, at=at)
    link = _keep_link(platform, message, known, course_id=course_id, at=at)
    _keep_line_item(platform, message, known, link=link, course_id=course_id, at=at)
    return_url = way_back(platform, message)
    launch_id = _insert_launch(
        institution_id=platform.institution_id,
        person_id=person_id,
        subject=message.subject,
        deployment_id=known.deployment_id,
        course_id=course_id,
        resource_link_id=link.id,
        message_type=message.kind,
        lti_roles=message.roles,
        locale=message.locale,
        return_url=return_url,
        created_at=at,
    )
    # A teacher is one of a course; without a course nobody is, whatever the platform calls them.
    teaches = course_id is not None and is_teaching(message.roles)
    token = start_session(
        person_id=person_id,
        institution_id=platform.institution_id,
        language=language,
        at=at,
        launch_id=launch_id,
        launch_role=_launch_role(message, teaches=teaches),
        course_id=course_id if teaches else None,
    )
    path = _lead_on(platform, message, known, link=link, launch_id=launch_id, at=at)
    return Arrival(token, path, return_url, person_id)


def _launch_role(message: Message, *, teaches: bool) -> Role | None:
    """Return what the launch makes of somebody (DESIGN §2); None for those who only work there."""
    if teaches:
        return Role.TEACHER
    return Role.CANDIDATE if is_learning(message.roles) else None


def _insert_launch(**columns: Any) -> int:
    return int(session.connection().execute(_INSERT_LAUNCH, columns).scalar_one())


def _keep_person(platform: Platform, message: Message, known: Any, *, language: str, at: datetime) -> int:
    told = ((message.name, known.name), (message.email, known.email), (message.number, known.number))
    if known.person_id is not None and all(now in (None, before) for now, before in told):
        return int(known.person_id)
    return upsert_identity(
        institution_id=platform.institution_id,
        provider=platform.provider,
        subject=message.subject,
        name=message.name or (message.email.partition("@")[0] if message.email and not known.person_id else None),
        email=message.email,
        number=message.number,
        language=language,
        at=at,
    )


def _keep_course(platform: Platform, message: Message, known: Any, *, at: datetime) -> int | None:
    if message.context_id is None:
        return None
    roster_url = message.roster_url if is_usable(message.roster_url, demo=is_demo()) else None
    told_before = message.context_title in ("", known.course_title) and roster_url in (None, known.roster_url)
    if known.course_id is not None and told_before:
        return int(known.course_id)
    return keep_course(
        institution_id=platform.institution_id,
        deployment_id=known.deployment_id,
        context_id=message.context_id,
        title=message.context_title,
        roster_url=roster_url,
        at=at,
    )


@dataclass(frozen=True)
class _Link:
    """The activity of a launch: None where somebody picks; without a target what came with a copied course waits."""

    id: int | None = None
    target: str | None = None
    waits: bool = False


def _keep_link(platform: Platform, message: Message, known: Any, *, course_id: int | None, at: datetime) -> _Link:
    if not message.resource_link_id:
        return _Link()
    if (
        known.link_id is not None
        and course_id in (None, known.link_course_id)
        and message.resource_link_title in ("", known.link_title)
        and (known.target is not None or message.target is None)
    ):
        return _Link(int(known.link_id), known.target)
    origin = None
    if known.target is None:
        origin = find_origin(platform, message, link_id=known.link_id, course_id=course_id)
    link_id, target = keep_link(
        institution_id=platform.institution_id,
        deployment_id=known.deployment_id,
        course_id=course_id,
        resource_link_id=message.resource_link_id,
        title=message.resource_link_title,
        target=None if origin is None or origin.copy else origin.target,
        at=at,
    )
    if origin is not None and target in (None, origin.target):
        keep_origin(
            origin,
            institution_id=platform.institution_id,
            link_id=link_id,
            course_id=course_id,
            title=message.resource_link_title,
            at=at,
        )
    return _Link(link_id, target, waits=origin is not None and origin.copy and target is None)


def _keep_line_item(
    platform: Platform, message: Message, known: Any, *, link: _Link, course_id: int | None, at: datetime
) -> None:
    if link.id is None or link.target in (None, HOME):
        return
    if message.line_item is None:
        if course_id is not None and message.line_items and is_usable(message.line_items, demo=is_demo()):
            wish_column(course_id=course_id, link_id=link.id, url=message.line_items, at=at)
        return
    if not is_usable(message.line_item, demo=is_demo()):
        return
    if (known.line_item_target, known.line_item_link_id) == (link.target, link.id):
        return
    keep_line_item(
        institution_id=platform.institution_id,
        registration_id=platform.id,
        resource_link_id=link.id,
        url=message.line_item,
        target=link.target,
        at=at,
    )


def _lead_on(
    platform: Platform, message: Message, known: Any, *, link: _Link, launch_id: int, at: datetime
) -> str | None:
    """Return the page that a launch opens: the picker, a review, or what the activity points at."""
    if message.kind == DEEP_LINKING:
        return f"/lti/deep-link/{keep_request(platform, message, launch_id=launch_id, at=at)}"
    reviewed = subject_of(message)
    if reviewed is not None:
        target = link.target or known.line_item_target or message.target
        keep_review(platform, reviewed, launch_id=launch_id, target=target)
        return REVIEW
    return _find_path(link, platform.institution_id)


def _find_path(link: _Link, institution_id: int) -> str | None:
    """Return the page that a target opens: the start for none, None where nothing of this institution is called so."""
    if link.waits:
        return WAITING
    if link.target is None or link.target == HOME:
        return "/"
    return launch_target.first(link.target, institution_id)


HOME: Final = "home"
"""The target of a link to the desks, not to one activity."""
