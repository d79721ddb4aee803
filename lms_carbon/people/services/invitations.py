"""Invitations: a single-use link that makes a person with a role, or gives the role to somebody who is here."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from lms_carbon.core.db import database_now, session
from lms_carbon.core.i18n import mark, text_in
from lms_carbon.core.identity import Actor, Role, Scope
from lms_carbon.people.errors import InvitationExpiredError, InvitationUsedError, SelfGrantError, UnknownLinkError
from lms_carbon.people.models.access import Invitation
from lms_carbon.people.models.persons import Institution
from lms_carbon.people.policy import check_may_give, check_scope
from lms_carbon.people.rules import INVITATION_LIFE, ROLE_NAMES, digest, make_token, tidy_email
from lms_carbon.people.services.audit import record_act, record_person_act
from lms_carbon.people.services.grants import insert_grant
from lms_carbon.people.services.letters import in_words, queue_letter
from lms_carbon.people.services.persons import create_person

_SUBJECT = mark("Invitation: {role}, {institution}")
_BODY = mark(
    "You are invited to work as {role} at {institution}.\n\n"
    "Open this address to accept; it works once, within seven days:\n{link}\n"
)


@dataclass(frozen=True)
class Accepted:
    """Who an invitation became."""

    person_id: int
    institution_id: int


def invite(
    *,
    by: Actor | None,
    institution_id: int,
    role: Role,
    scope: Scope,
    scope_id: int | None,
    email: str | None,
    at: datetime,
) -> str:
    """Return the token of a new invitation, good once and for seven days; `by` None is the command line."""
    check_scope(role, scope, scope_id)
    check_may_give(by, institution_id=institution_id, person_id=None)
    token = make_token()
    invitation = Invitation(
        institution_id=institution_id,
        token_digest=digest(token),
        role=role,
        scope=scope,
        scope_id=scope_id,
        email=tidy_email(email) if email else None,
        invited_by=by.person_id if by else None,
        created_at=at,
        expires_at=at + INVITATION_LIFE,
    )
    session.add(invitation)
    session.flush()
    record_act(
        by=by,
        institution_id=institution_id,
        action="invitation.create",
        object_type="invitation",
        object_id=invitation.id,
        detail={"role": role.value, "scope": scope.value, "scope_id": scope_id},
        at=at,
    )
    return token


def mail_invitation(*, institution_id: int, role: Role, email: str, link: str, at: datetime) -> None:
    """Put the letter with the link into the outbox, in both languages: nobody has told us theirs."""
    names = session.execute(sa.select(Institution.name).where(Institution.id == institution_id)).scalar_one()
    subjects, bodies = [], []
    for language in ("zh", "en"):
        words = {"role": in_words(ROLE_NAMES[role], language), "institution": text_in(names, language), "link": link}
        subjects.append(in_words(_SUBJECT, language, **words))
        bodies.append(in_words(_BODY, language, **words))
    queue_letter(
        institution_id=institution_id,
        person_id=None,
        address=email,
        subject=" / ".join(subjects),
        body="\n\n".join(bodies),
        at=at,
    )


def accept_invitation(*, token: str, by: Actor | None, name: str, language: str, at: datetime) -> Accepted:
    """Consume an invitation, atomically.

    Who is signed in at the institution (`by`) gets the role; anybody else becomes a new person called `name`.
    Raises `InvitationUsedError`, `InvitationExpiredError`, `UnknownLinkError`; `SelfGrantError` for who sent it.
    """
    invitation = _take(token, at)
    if by is not None and by.institution_id == invitation.institution_id:
        person_id = by.person_id
        if person_id == invitation.invited_by:
            raise SelfGrantError
    else:
        person_id = create_person(
            institution_id=invitation.institution_id, name=name, email=invitation.email, language=language, at=at
        )
    session.execute(sa.update(Invitation).where(Invitation.id == invitation.id).values(person_id=person_id))
    record_person_act(
        person_id=person_id,
        institution_id=invitation.institution_id,
        action="invitation.accept",
        object_type="invitation",
        object_id=invitation.id,
        detail={"role": invitation.role.value},
        at=at,
    )
    insert_grant(
        by=None,
        institution_id=invitation.institution_id,
        person_id=person_id,
        role=invitation.role,
        scope=invitation.scope,
        scope_id=invitation.scope_id,
        granted_by=invitation.invited_by,
        at=at,
    )
    return Accepted(person_id=person_id, institution_id=invitation.institution_id)


def _take(token: str, at: datetime) -> Any:
    taken = session.execute(
        sa.update(Invitation)
        .where(
            Invitation.token_digest == digest(token),
            Invitation.used_at.is_(None),
            Invitation.expires_at > database_now(),
        )
        .values(used_at=at)
        .returning(
            Invitation.id,
            Invitation.institution_id,
            Invitation.role,
            Invitation.scope,
            Invitation.scope_id,
            Invitation.email,
            Invitation.invited_by,
        )
    ).one_or_none()
    if taken is None:
        raise refusal_of(token)
    return taken


def refusal_of(token: str) -> Exception:
    """Return why a link that was not taken is not taken."""
    row = session.execute(sa.select(Invitation.used_at).where(Invitation.token_digest == digest(token))).one_or_none()
    if row is None:
        return UnknownLinkError()
    return InvitationExpiredError() if row.used_at is None else InvitationUsedError()
