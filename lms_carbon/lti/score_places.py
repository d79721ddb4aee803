"""Reads of where scores belong: in which columns, and as which of a person's accounts."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from lms_carbon.core.db import session
from lms_carbon.lti.models.launches import CourseMember, Launch, ResourceLink
from lms_carbon.lti.models.registrations import Registration
from lms_carbon.lti.models.scores import LineItem, ScoreDelivery
from lms_carbon.people.models.persons import Identity


def find_places(line_items: Sequence[int], people: Sequence[int]) -> Sequence[Any]:
    """Return where these people's scores belong: (line item, person, platform's user id, last sequence number)."""
    last = (
        sa.select(sa.func.coalesce(sa.func.max(ScoreDelivery.seq), 0))
        .where(ScoreDelivery.line_item_id == LineItem.id, ScoreDelivery.person_id == Identity.person_id)
        .correlate(LineItem, Identity)
        .scalar_subquery()
    )
    provider = sa.literal("lti:").op("||", return_type=sa.String())(sa.cast(LineItem.registration_id, sa.String))
    found = session.execute(
        sa.select(
            LineItem.id.label("line_item_id"),
            Identity.person_id,
            sa.func.coalesce(_listed_as(), _came_as(), sa.func.max(Identity.subject)).label("subject"),
            last.label("last_seq"),
        )
        .join(Registration, Registration.id == LineItem.registration_id)
        .join(Identity, Identity.provider == provider)
        .where(
            LineItem.id.in_(line_items),
            Identity.person_id.in_(people),
            Registration.ended_at.is_(None),
            _belongs_there(),
        )
        .group_by(LineItem.id, Identity.person_id)
    )
    return found.all()


def _listed_as() -> sa.ScalarSelect[str | None]:
    """Return as which of their accounts the platform lists the person of `Identity` as a learner of the course."""
    return (
        sa.select(CourseMember.subject)
        .join(ResourceLink, ResourceLink.course_id == CourseMember.course_id)
        .where(
            ResourceLink.id == LineItem.resource_link_id,
            CourseMember.person_id == Identity.person_id,
            CourseMember.learns,
            CourseMember.gone_at.is_(None),
        )
        .correlate(LineItem, Identity)
        .scalar_subquery()
    )


def _came_as() -> sa.ScalarSelect[str | None]:
    """Return as which of their accounts the person of `Identity` came from the course of `LineItem` the last time."""
    return (
        sa.select(Launch.subject)
        .join(ResourceLink, ResourceLink.id == LineItem.resource_link_id)
        .where(
            Launch.person_id == Identity.person_id,
            Launch.subject.is_not(None),
            sa.or_(Launch.course_id == ResourceLink.course_id, Launch.resource_link_id == ResourceLink.id),
        )
        .order_by(Launch.id.desc())
        .limit(1)
        .correlate(LineItem, Identity)
        .scalar_subquery()
    )


def _belongs_there() -> sa.ColumnElement[bool]:
    """Return the condition that the person of `Identity` came from the course of `LineItem`, or learns in it."""
    came_from_there = (
        sa.select(Launch.id)
        .join(ResourceLink, ResourceLink.id == LineItem.resource_link_id)
        .where(
            Launch.person_id == Identity.person_id,
            sa.or_(Launch.course_id == ResourceLink.course_id, Launch.resource_link_id == ResourceLink.id),
        )
        .correlate(LineItem, Identity)
        .exists()
    )
    learns_there = (
        sa.select(CourseMember.id)
        .join(ResourceLink, ResourceLink.course_id == CourseMember.course_id)
        .where(
            ResourceLink.id == LineItem.resource_link_id,
            CourseMember.person_id == Identity.person_id,
            CourseMember.learns,
            CourseMember.gone_at.is_(None),
        )
        .correlate(LineItem, Identity)
        .exists()
    )
    return sa.or_(came_from_there, learns_there)
