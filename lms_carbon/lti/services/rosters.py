"""The members of a course as its platform lists them, known here as persons (NRPS 2.0)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any, Final

import sqlalchemy as sa

from lms_carbon.core.db import insert_into, session
from lms_carbon.core.errors import NotFoundError
from lms_carbon.core.identity import Actor
from lms_carbon.core.transaction import transaction
from lms_carbon.lti.errors import RosterRefusedError, RosterUnreachableError
from lms_carbon.lti.gradebook import Access
from lms_carbon.lti.memberships import fetch_members
from lms_carbon.lti.models.launches import Course, CourseMember, Launch, ResourceLink
from lms_carbon.lti.models.registrations import Deployment, Registration
from lms_carbon.lti.policy import visible_courses
from lms_carbon.lti.rules.rosters import ListedMember, is_learner
from lms_carbon.lti.services.registrations import access_to
from lms_carbon.lti.services.scores import in_batches
from lms_carbon.people.models.persons import Identity
from lms_carbon.people.services.audit import record_act
from lms_carbon.people.services.persons import upsert_identity

PAUSE: Final = timedelta(hours=6)
"""Between two readings of a course's roster by schedule."""
PAUSE_AFTER_FAULT: Final = timedelta(hours=2)
LATELY: Final = timedelta(days=30)
_MEMBER: Final[Any] = CourseMember.__table__


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
class RosterChoice:
    """Something whose members a platform tells: a course, or those who may open one activity of it."""

    course_id: int
    link_id: int | None
    title: str
    link_title: str | None


@dataclass(frozen=True, kw_only=True)
class _Source:
    """A course's roster and how to ask for it, read before the platform is asked."""

    course_id: int
    url: str
    link: str | None
    provider: str
    institution_id: int
    access: Access


_IN_FORCE: Final = (Course.roster_url.is_not(None), Registration.ended_at.is_(None))


def list_rosters(institution_id: int) -> Sequence[RosterChoice]:
    """Return the courses whose platform offers their roster, and their activities, by title; none is asked."""
    rows = session.execute(
        sa.select(Course.id, Course.title, ResourceLink.id.label("link_id"), ResourceLink.title.label("link_title"))
        .join(Deployment, Deployment.id == Course.deployment_id)
        .join(Registration, Registration.id == Deployment.registration_id)
        .outerjoin(ResourceLink, sa.and_(ResourceLink.course_id == Course.id, ResourceLink.target.is_not(None)))
        .where(Course.institution_id == institution_id, *_IN_FORCE)
        .order_by(Course.title, Course.id, ResourceLink.title, ResourceLink.id)
    ).all()
    choices = []
    for course_id, group in groupby(rows, key=lambda row: row.id):
        links = list(group)
        title = links[0].title
        choices.append(RosterChoice(course_id=course_id, link_id=None, title=title, link_title=None))
        choices += [
            RosterChoice(course_id=course_id, link_id=each.link_id, title=title, link_title=each.link_title)
            for each in links
            if each.link_id is not None
        ]
    return choices


def read_roster(*, course_id: int, by: Actor, at: datetime, link_id: int | None = None) -> list[RosterMember]:
    """Ask the platform who is in a course, make those persons who are not known yet, and return them as listed.

    `link_id` keeps to those who may open that activity. Has transactions of its own around the asking, so call it
    outside one (a view with `transactional=False`). Whoever the platform lists as no longer active is not made a
    person, and is told of only where known. Raises `NotFoundError` for a course without roster or not the actor's,
    `RosterRefusedError`, `RosterUnreachableError`.
    """
    with transaction(write=False):
        source = _find_source(course_id, link_id, visible_courses(by))
    roster = fetch_members(source.access, source.url, at=at, link=source.link)
    with transaction():
        kept = _keep_members(source, roster.members, by.language, at)
        _note_members(source, kept, whole=roster.whole and link_id is None, at=at)
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


def courses_to_read(*, at: datetime, limit: int = 20) -> Sequence[int]:
    """Return courses whose roster is due: those that somebody came from lately, the longest unread first."""
    lately = sa.select(Launch.course_id).where(Launch.created_at > at - LATELY, Launch.course_id.is_not(None))
    return session.scalars(
        sa.select(Course.id)
        .join(Deployment, Deployment.id == Course.deployment_id)
        .join(Registration, Registration.id == Deployment.registration_id)
        .where(
            *_IN_FORCE,
            sa.or_(Course.roster_due_at.is_(None), Course.roster_due_at <= at),
            Course.id.in_(lately),
        )
        .order_by(sa.func.coalesce(Course.roster_due_at, Course.created_at), Course.id)
        .limit(limit)
    ).all()


def refresh_roster(*, course_id: int, at: datetime) -> None:
    """Ask the platform again who is in a course, by schedule: who of those known here joined, and who left.

    Nobody is made a person by it: a course may have members who never come here. Has transactions of its own.
    """
    with transaction():
        source = _find_source(course_id, None, sa.true())
        _set_due(course_id, at + PAUSE_AFTER_FAULT, None)  # should this process die, not at once again
    problem = None
    try:
        roster = fetch_members(source.access, source.url, at=at)
    except (RosterRefusedError, RosterUnreachableError) as error:
        problem = error.code
    with transaction():
        if problem is not None:
            _set_due(course_id, at + PAUSE_AFTER_FAULT, problem)
            return
        _note_members(source, _known_members(source, roster.members), whole=roster.whole, at=at)
        _set_due(course_id, at + PAUSE, None)


def _set_due(course_id: int, due: datetime, problem: str | None) -> None:
    session.execute(sa.update(Course).where(Course.id == course_id).values(roster_due_at=due, roster_problem=problem))


def _find_source(course_id: int, link_id: int | None, seen: sa.ColumnElement[bool]) -> _Source:
    row = session.execute(
        sa.select(Course, Registration)
        .join(Deployment, Deployment.id == Course.deployment_id)
        .join(Registration, Registration.id == Deployment.registration_id)
        .where(Course.id == course_id, seen, *_IN_FORCE)
    ).one_or_none()
    if row is None:
        raise NotFoundError
    link = None
    if link_id is not None:
        link = session.scalar(
            sa.select(ResourceLink.resource_link_id).where(
                ResourceLink.id == link_id, ResourceLink.course_id == course_id
            )
        )
        if link is None:
            raise NotFoundError
    registration = row.Registration
    return _Source(
        course_id=course_id,
        url=row.Course.roster_url,
        link=link,
        provider=f"lti:{registration.id}",
        institution_id=row.Course.institution_id,
        access=access_to(registration),
    )


def _keep_members(source: _Source, members: Sequence[ListedMember], language: str, at: datetime) -> list[RosterMember]:
    """Return the members as listed: the active are made persons, the others told of where known."""
    gone = _known_members(source, [member for member in members if not member.active])
    found = {each.subject: each for each in gone}
    found |= {member.subject: _keep_member(source, member, language, at) for member in members if member.active}
    return [found[member.subject] for member in members if member.subject in found]


def _keep_member(source: _Source, member: ListedMember, language: str, at: datetime) -> RosterMember:
    person_id = upsert_identity(
        institution_id=source.institution_id,
        provider=source.provider,
        subject=member.subject,
        name=member.name,
        email=member.email,
        number=member.number,
        language=language,
        at=at,
    )
    return _told(member, person_id)


def _known_members(source: _Source, members: Sequence[ListedMember]) -> list[RosterMember]:
    """Return those members whom we know. One query for some hundreds."""
    known: dict[str, int] = {}
    for subjects in in_batches([member.subject for member in members]):
        rows = session.execute(
            sa.select(Identity.subject, Identity.person_id).where(
                Identity.provider == source.provider, Identity.subject.in_(subjects)
            )
        )
        known |= {row.subject: row.person_id for row in rows}
    return [_told(member, known[member.subject]) for member in members if member.subject in known]


def _told(member: ListedMember, person_id: int) -> RosterMember:
    return RosterMember(
        subject=member.subject,
        person_id=person_id,
        name=member.name or member.number or member.subject,
        email=member.email,
        number=member.number,
        roles=member.roles,
        active=member.active,
    )


def _note_members(source: _Source, members: Sequence[RosterMember], *, whole: bool, at: datetime) -> None:
    """Remember who is in the course; after a whole roster whoever it does not list has left."""
    rows = {
        each.person_id: {
            "institution_id": source.institution_id,
            "course_id": source.course_id,
            "person_id": each.person_id,
            "learns": each.learns,
            "subject": each.subject,
            "seen_at": at,
        }
        # Of a person's two accounts in one course, the one that is graded there counts.
        for each in sorted(members, key=lambda member: member.learns)
        if each.active
    }
    for batch in in_batches(sorted(rows)):
        statement = insert_into(_MEMBER).values([rows[person_id] for person_id in batch])
        told = {name: statement.excluded[name] for name in ("learns", "subject")} | {"seen_at": at, "gone_at": None}
        session.execute(statement.on_conflict_do_update(index_elements=("course_id", "person_id"), set_=told))
    left = sa.update(_MEMBER).where(_MEMBER.c.course_id == source.course_id, _MEMBER.c.gone_at.is_(None))
    if whole:
        session.execute(left.where(_MEMBER.c.seen_at < at).values(gone_at=at))
        session.execute(sa.update(Course).where(Course.id == source.course_id).values(roster_read_at=at))
    else:
        gone = [each.person_id for each in members if not each.active]
        session.execute(left.where(_MEMBER.c.person_id.in_(gone)).values(gone_at=at))
