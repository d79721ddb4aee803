"""Submission review: somebody asks from the gradebook for one person's work (1EdTech submission review 1.0).

The message names whom it is about; who asks decides what is shown. A learner sees their own work and nobody else's,
whatever the message says. A teacher sees that of people in the course asked from: an ordinary launch may ask as well,
and anybody in any course can have its address written. Marking is blind, so nobody is led from a name to a work before
its scores are released.
"""

from dataclasses import dataclass
from typing import Final

import sqlalchemy as sa

from lms_carbon.core.db import session
from lms_carbon.core.errors import ForbiddenError, NotFoundError
from lms_carbon.core.hooks import ReviewedWork, launch_target, reviewed_work
from lms_carbon.core.identity import Actor, Role
from lms_carbon.lti.errors import NothingHandedInError
from lms_carbon.lti.models.launches import CourseMember, Launch
from lms_carbon.lti.models.placing import ReviewRequest
from lms_carbon.lti.queries import Platform
from lms_carbon.people.models.persons import Identity, Person

REVIEW: Final = "/lti/review"


@dataclass(frozen=True, kw_only=True)
class Review:
    """What is shown: one's own page, or what is out of another person's work."""

    own_path: str | None = None
    name: str = ""
    work: ReviewedWork | None = None


def keep_review(platform: Platform, subject: str, *, launch_id: int, target: str | None) -> None:
    """Keep whose work a launch asks for, where that person and the activity are known."""
    person_id = session.scalar(
        sa.select(Identity.person_id).where(Identity.provider == platform.provider, Identity.subject == subject)
    )
    if person_id is None or target is None:
        return
    session.add(
        ReviewRequest(institution_id=platform.institution_id, launch_id=launch_id, person_id=person_id, target=target)
    )
    session.flush()


def find_review(*, by: Actor) -> Review:
    """Return what the launch of this session asked for.

    Raises `ForbiddenError` for those who may not see it, `NothingHandedInError` (also for a person or an activity that
    is not known here), and `NotFoundError` where the activity is gone.
    """
    asked = session.execute(
        sa.select(ReviewRequest.person_id, ReviewRequest.target, Person.name, Launch.course_id)
        .join(Launch, Launch.id == ReviewRequest.launch_id)
        .join(Person, Person.id == ReviewRequest.person_id)
        .where(ReviewRequest.launch_id == (by.launch_id or 0), ReviewRequest.institution_id == by.institution_id)
    ).one_or_none()
    if asked is None:
        raise NothingHandedInError
    if asked.person_id == by.person_id:
        path = launch_target.first(asked.target, by.institution_id)
        if path is None:
            raise NotFoundError
        return Review(own_path=path)
    work = reviewed_work.first(asked.target, asked.person_id, by)
    if not _may_ask(by, asked.course_id, work):
        raise ForbiddenError
    if work is None or not (_oversees(by, work) or _takes_part(asked.person_id, asked.course_id)):
        raise NothingHandedInError
    return Review(name=asked.name, work=work)


def _may_ask(by: Actor, course_id: int | None, work: ReviewedWork | None) -> bool:
    """Tell whether somebody may look at another's work: officers, the course's teachers, the instrument's markers."""
    return (course_id is not None and by.has(Role.TEACHER, course_id)) or _oversees(by, work)


def _oversees(by: Actor, work: ReviewedWork | None) -> bool:
    """Tell whether somebody may look whatever the course: by an office in the institution, or in the instrument."""
    if by.has(Role.OFFICER):
        return True
    if work is None or work.instrument_id is None:
        return False
    return by.has(Role.ASSESSOR, work.instrument_id) or by.has(Role.MODERATOR, work.instrument_id)


def _takes_part(person_id: int, course_id: int | None) -> bool:
    """Tell whether the platform ever listed somebody in a course, or somebody came from it."""
    listed = sa.exists().where(CourseMember.person_id == person_id, CourseMember.course_id == course_id)
    came = sa.exists().where(Launch.person_id == person_id, Launch.course_id == course_id)
    return bool(session.scalar(sa.select(sa.or_(listed, came))))
