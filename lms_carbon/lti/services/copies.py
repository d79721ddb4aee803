"""Activities that came with a copied course: noticed at their first launch, decided by an officer, never shared unseen.

A link made by picking carries the pick's code. Two links with one code, or a link whose platform names the original in
its history, are original and copy. So is a link made by hand that tells nothing, where the assessment it names stands
in another course of that platform already. The copy opens nothing, and none of its scores go anywhere, before somebody
said what it opens here: the same assessment, another one, or a clone.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import contains_eager, joinedload

from lms_carbon.core.db import insert_into, session
from lms_carbon.core.errors import ForbiddenError, NotFoundError
from lms_carbon.core.hooks import Clone, ClonePlace, clone_places, launch_target, make_clone
from lms_carbon.core.i18n import mark
from lms_carbon.core.identity import Actor, Role
from lms_carbon.lti.errors import NoSuchTargetError
from lms_carbon.lti.models.launches import Course, Launch, ResourceLink
from lms_carbon.lti.models.placing import LinkCopy, PickedItem
from lms_carbon.lti.models.registrations import Deployment
from lms_carbon.lti.policy import taught_courses
from lms_carbon.lti.queries import Platform
from lms_carbon.lti.rules.claims import Message
from lms_carbon.lti.rules.copies import Trail, read_trail
from lms_carbon.people.services.audit import record_act
from lms_carbon.people.services.messages import tell_holders

_COPY: Final[Any] = LinkCopy.__table__
_PICK: Final[Any] = PickedItem.__table__
TOLD: Final = mark(
    "“{link}” in the course “{course}” names the same assessment as an activity of another course. "
    "Say what it opens there."
)
DESK: Final = "/lti/copies"
WAITING: Final = "/lti/copies/waiting"


@dataclass(frozen=True, kw_only=True)
class Origin:
    """Where a link that has no target yet comes from: what it opens, or that it is a copy of another."""

    target: str | None
    pick_id: int | None = None
    copy: bool = False
    original_link_id: int | None = None
    original_course_id: int | None = None


def find_origin(platform: Platform, message: Message, *, link_id: int | None, course_id: int | None) -> Origin:
    """Return what a link opens that this institution does not know yet, or that it is a copy."""
    trail = read_trail(message.custom)
    if link_id is not None and session.scalar(sa.select(LinkCopy.id).where(LinkCopy.resource_link_id == link_id)):
        return Origin(target=None, copy=True)
    pick = _find_pick(platform, trail)
    target = message.target or (pick.target if pick is not None else None)
    if pick is not None and pick.target == target:
        fresh = pick.resource_link_id is None and pick.course_id in (None, course_id)
        if fresh or (link_id is not None and pick.resource_link_id == link_id):
            return Origin(target=target, pick_id=pick.id)
        return Origin(
            target=target, copy=True, original_link_id=pick.resource_link_id, original_course_id=pick.course_id
        )
    original = _find_original(platform, trail, target, message) or _find_elsewhere(platform, target, course_id)
    if original is None:
        return Origin(target=target)
    return Origin(target=target, copy=True, original_link_id=original.id, original_course_id=original.course_id)


def _find_pick(platform: Platform, trail: Trail) -> PickedItem | None:
    if trail.pick is None:
        return None
    return session.scalar(
        sa.select(PickedItem)
        .join(Deployment, Deployment.id == PickedItem.deployment_id)
        .where(
            PickedItem.code == trail.pick,
            PickedItem.institution_id == platform.institution_id,
            Deployment.registration_id == platform.id,
        )
    )


def _find_original(platform: Platform, trail: Trail, target: str | None, message: Message) -> Any | None:
    """Return the link that the platform's history names, where it opens the same."""
    if target is None or not (trail.links or trail.courses):
        return None
    return session.execute(
        sa.select(ResourceLink.id, ResourceLink.course_id)
        .join(Deployment, Deployment.id == ResourceLink.deployment_id)
        .outerjoin(Course, Course.id == ResourceLink.course_id)
        .where(
            Deployment.registration_id == platform.id,
            ResourceLink.target == target,
            ResourceLink.resource_link_id != message.resource_link_id,
            sa.or_(ResourceLink.resource_link_id.in_(trail.links), Course.context_id.in_(trail.courses)),
        )
        .order_by(ResourceLink.id.desc())
        .limit(1)
    ).one_or_none()


def _find_elsewhere(platform: Platform, target: str | None, course_id: int | None) -> Any | None:
    """Return the first link of another course of the platform that opens the same assessment.

    Practice, results and paths may stand in any number of courses: nothing of one course shows in another by them.
    """
    if target is None or course_id is None:
        return None
    found = session.execute(
        sa.select(ResourceLink.id, ResourceLink.course_id)
        .join(Deployment, Deployment.id == ResourceLink.deployment_id)
        .where(
            Deployment.registration_id == platform.id,
            ResourceLink.target == target,
            ResourceLink.course_id != course_id,
        )
        .order_by(ResourceLink.id)
        .limit(1)
    ).one_or_none()
    if found is None or target not in _clone_places([target], platform.institution_id):
        return None
    return found


def keep_origin(
    origin: Origin, *, institution_id: int, link_id: int, course_id: int | None, title: str, at: datetime
) -> None:
    """Remember which link a pick became, or that a link is a copy; officers are told once."""
    if origin.pick_id is not None:
        bound = sa.update(_PICK).where(_PICK.c.id == origin.pick_id, _PICK.c.resource_link_id.is_(None))
        session.execute(bound.values(resource_link_id=link_id))
    if not origin.copy or origin.target is None:
        return
    statement = (
        insert_into(_COPY)
        .values(
            institution_id=institution_id,
            resource_link_id=link_id,
            target=origin.target,
            original_link_id=origin.original_link_id,
            original_course_id=origin.original_course_id,
            noticed_at=at,
        )
        .on_conflict_do_nothing(index_elements=("resource_link_id",))
        .returning(_COPY.c.id)
    )
    copy_id = session.execute(statement).scalar_one_or_none()
    if copy_id is None:
        return
    record_act(
        by=None,
        institution_id=institution_id,
        action="activity.copied",
        object_type="link_copy",
        object_id=copy_id,
        detail={"target": origin.target, "original": origin.original_link_id},
        at=at,
    )
    _tell_officers(institution_id, course_id, title, at)


def _tell_officers(institution_id: int, course_id: int | None, title: str, at: datetime) -> None:
    course = session.scalar(sa.select(Course.title).where(Course.id == course_id)) if course_id else None
    tell_holders(
        role=Role.OFFICER,
        institution_id=institution_id,
        sentence=TOLD,
        params={"link": title, "course": course or ""},
        path=DESK,
        at=at,
    )


def list_copies(*, by: Actor) -> list[LinkCopy]:
    """Return the copies that wait for a decision of this person, oldest first. One query."""
    query = (
        sa.select(LinkCopy)
        .join(LinkCopy.resource_link)
        .where(_may_decide(by), LinkCopy.decided_at.is_(None))
        .options(contains_eager(LinkCopy.resource_link).joinedload(ResourceLink.course))
        .options(joinedload(LinkCopy.original_course))
        .order_by(LinkCopy.id)
    )
    return list(session.scalars(query))


def _may_decide(by: Actor) -> sa.ColumnElement[bool]:
    """Return the condition on a copy and its link: officers decide all, teachers what came into their course."""
    here = LinkCopy.institution_id == by.institution_id
    return here if by.has(Role.OFFICER) else sa.and_(here, ResourceLink.course_id.in_(taught_courses(by)))


def find_own_copy(*, by: Actor) -> LinkCopy | None:
    """Return the copy that this person's launch led to, decided or not."""
    if by.launch_id is None:
        return None
    return session.scalar(
        sa.select(LinkCopy)
        .join(Launch, Launch.resource_link_id == LinkCopy.resource_link_id)
        .where(Launch.id == by.launch_id, LinkCopy.institution_id == by.institution_id)
    )


def places_of_clones(copies: Collection[LinkCopy]) -> dict[str, list[ClonePlace]]:
    """Return target → where an officer can have a clone of it; in a fixed number of queries."""
    targets: dict[int, set[str]] = {}
    for copy in copies:
        targets.setdefault(copy.institution_id, set()).add(copy.target)
    found: dict[str, list[ClonePlace]] = {copy.target: [] for copy in copies}
    for institution_id, wanted in targets.items():
        found |= _clone_places(wanted, institution_id)
    return found


def _clone_places(targets: Collection[str], institution_id: int) -> dict[str, list[ClonePlace]]:
    return {target: places for answer in clone_places.ask(targets, institution_id) for target, places in answer.items()}


def decide_copy(*, by: Actor, copy_id: int, target: str | None, at: datetime) -> LinkCopy:
    """Say what a copy opens: None is what the original does, which both courses then share; else something else.

    Raises `NotFoundError` where it waits no more or is not this person's to decide, `NoSuchTargetError`.
    """
    copy = _load_waiting(by, copy_id)
    target = copy.target if target is None else target
    if launch_target.first(target, by.institution_id) is None:
        raise NoSuchTargetError
    _decide(copy, target, by=by, at=at, cloned=False)
    return copy


def clone_for_copy(*, by: Actor, copy_id: int, track_id: int, at: datetime) -> Clone:
    """Let a copy open a clone of what the original opens, counted in another track: an officer's decision.

    Raises `NotFoundError`, `ForbiddenError`, `NoSuchTargetError` where there is nothing to clone, and the errors of
    making such an assessment.
    """
    if not by.has(Role.OFFICER):
        raise ForbiddenError
    copy = _load_waiting(by, copy_id)
    clone = make_clone.first(copy.target, track_id, by, at)
    if clone is None:
        raise NoSuchTargetError
    _decide(copy, clone.target, by=by, at=at, cloned=True)
    return clone


def _load_waiting(by: Actor, copy_id: int) -> LinkCopy:
    copy = session.scalar(
        sa.select(LinkCopy)
        .join(LinkCopy.resource_link)
        .where(LinkCopy.id == copy_id, _may_decide(by), LinkCopy.decided_at.is_(None))
        .with_for_update(of=LinkCopy)
    )
    if copy is None:
        raise NotFoundError
    return copy


def _decide(copy: LinkCopy, target: str, *, by: Actor, at: datetime, cloned: bool) -> None:
    copy.decided_at = at
    copy.resource_link.target = target
    session.flush()
    record_act(
        by=by,
        institution_id=copy.institution_id,
        action="activity.decide",
        object_type="link_copy",
        object_id=copy.id,
        detail={"original": copy.target, "target": target, "cloned": cloned},
        at=at,
    )
