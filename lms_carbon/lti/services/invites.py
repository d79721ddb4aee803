"""Invitations to platforms: a link with which one learning platform may register itself, once, within seven days."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import sqlalchemy as sa

from lms_carbon.core.db import database_now, session
from lms_carbon.core.errors import NotFoundError
from lms_carbon.core.identity import Actor
from lms_carbon.core.transaction import independent
from lms_carbon.lti.models.registrations import Deployment, PlatformInvitation, Registration
from lms_carbon.lti.platform_errors import PlatformInvitationOverError
from lms_carbon.people.models.persons import Institution
from lms_carbon.people.rules import INVITATION_LIFE, digest, make_token
from lms_carbon.people.services.audit import record_act

_INVITATION: Final[Any] = PlatformInvitation.__table__


@dataclass(frozen=True)
class Invited:
    """An invitation that is good, and whose."""

    id: int
    institution_id: int
    institution: dict[str, str]


def invite_platform(*, by: Actor | None, institution_id: int, at: datetime) -> str:
    """Return the token of a new invitation; `by` None is the command line."""
    token = make_token()
    invitation = PlatformInvitation(
        institution_id=institution_id,
        token_digest=digest(token),
        created_at=at,
        expires_at=at + INVITATION_LIFE,
    )
    session.add(invitation)
    session.flush()
    record_act(
        by=by,
        institution_id=institution_id,
        action="platform.invite",
        object_type="platform_invitation",
        object_id=invitation.id,
        at=at,
    )
    return token


def find_invitation(token: str) -> Invited:
    """Return a good invitation; raises `NotFoundError`, `PlatformInvitationOverError`."""
    good = sa.and_(PlatformInvitation.used_at.is_(None), PlatformInvitation.expires_at > database_now())
    row = session.execute(
        sa.select(PlatformInvitation.id, PlatformInvitation.institution_id, Institution.name, good.label("good"))
        .join(Institution, Institution.id == PlatformInvitation.institution_id)
        .where(PlatformInvitation.token_digest == digest(token))
    ).one_or_none()
    if row is None:
        raise NotFoundError
    if not row.good:
        raise PlatformInvitationOverError
    return Invited(row.id, row.institution_id, row.name)


@dataclass(frozen=True)
class Registered:
    """What came of an invitation."""

    name: str
    institution: dict[str, str]
    scopes: list[str] | None
    """What the platform granted; None where it never said."""
    waits: bool
    """Whether no place is known from which it may be opened."""


def find_registered(token: str) -> Registered:
    """Return the platform that an invitation was used for; raises `NotFoundError`."""
    row = session.execute(
        sa.select(
            Registration.name,
            Institution.name.label("institution"),
            Registration.granted_scopes,
            sa.exists().where(Deployment.registration_id == Registration.id).label("placed"),
        )
        .join(PlatformInvitation, PlatformInvitation.registration_id == Registration.id)
        .join(Institution, Institution.id == Registration.institution_id)
        .where(PlatformInvitation.token_digest == digest(token), Registration.ended_at.is_(None))
    ).one_or_none()
    if row is None:
        raise NotFoundError
    return Registered(row.name, row.institution, row.granted_scopes, not row.placed)


def take_invitation(invited: Invited) -> None:
    """Use an invitation up before the platform is asked, so that of two at once only one registers.

    Committed when this returns; raises `PlatformInvitationOverError`.
    """
    with independent() as connection:
        taken = connection.execute(
            sa.update(_INVITATION)
            .where(
                _INVITATION.c.id == invited.id,
                _INVITATION.c.used_at.is_(None),
                _INVITATION.c.expires_at > database_now(),
            )
            .values(used_at=database_now())
        )
    if not taken.rowcount:
        raise PlatformInvitationOverError


def give_back_invitation(invited: Invited) -> None:
    """Let an invitation be used again, because the platform refused; committed when this returns."""
    unfinished = sa.and_(_INVITATION.c.id == invited.id, _INVITATION.c.registration_id.is_(None))
    with independent() as connection:
        connection.execute(sa.update(_INVITATION).where(unfinished).values(used_at=None))
