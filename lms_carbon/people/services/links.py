"""Sign-in links: one-time, 15 minutes, for people who hold a role and have no activity to come in by."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from lms_carbon.core.db import database_now, session
from lms_carbon.core.i18n import mark, text_in
from lms_carbon.people.errors import LinkUsedError, UnknownLinkError
from lms_carbon.people.models.access import SignInLink
from lms_carbon.people.models.persons import Institution, Person, RoleGrant
from lms_carbon.people.rules import LINK_LIFE, LINKS_PER_WINDOW, digest, make_token, tidy_email
from lms_carbon.people.services.audit import record_person_act
from lms_carbon.people.services.letters import in_words, queue_letter
from lms_carbon.people.services.sessions import start_session

_SUBJECT = mark("Sign-in link, {institution}")
_BODY = mark(
    "{name}, open this address to sign in at {institution}. It works once, within 15 minutes:\n{link}\n\n"
    "If you did not ask for it, leave it: nothing happens.\n"
)


@dataclass(frozen=True)
class SignedIn:
    """A new session, and whose."""

    token: str
    person_id: int
    institution_id: int


def mail_links(*, email: str, address_of_link: str, at: datetime) -> None:
    """Mail a link to each person with this address who holds a role; to nobody else, and nobody is told which.

    Candidates come through their course: what their platform says about an address must not open a door.
    `address_of_link` ends where the token begins. Beyond `LINKS_PER_WINDOW` no more is mailed.
    """
    has_role = sa.exists().where(RoleGrant.person_id == Person.id, RoleGrant.ended_at.is_(None))
    people = session.execute(
        sa.select(Person.id, Person.institution_id, Person.name, Person.email, Person.language)
        .where(sa.func.lower(Person.email) == tidy_email(email), Person.erased_at.is_(None), has_role)
        .with_for_update()  # makes the count below true when many ask at once
    ).all()
    for person in people:
        if _asked_too_often(person.id, at):
            continue
        link = address_of_link + make_link(person_id=person.id, institution_id=person.institution_id, at=at)
        names = session.execute(sa.select(Institution.name).where(Institution.id == person.institution_id)).scalar_one()
        words = {"institution": text_in(names, person.language), "name": person.name, "link": link}
        queue_letter(
            institution_id=person.institution_id,
            person_id=person.id,
            address=person.email,
            subject=in_words(_SUBJECT, person.language, **words),
            body=in_words(_BODY, person.language, **words),
            at=at,
        )


def _asked_too_often(person_id: int, at: datetime) -> bool:
    return any(
        (
            session.scalar(
                sa.select(sa.func.count(SignInLink.id)).where(
                    SignInLink.person_id == person_id, SignInLink.created_at > at - window
                )
            )
            or 0
        )
        >= most
        for window, most in LINKS_PER_WINDOW.items()
    )


def make_link(*, person_id: int, institution_id: int, at: datetime) -> str:
    """Return the token of a new link."""
    token = make_token()
    link = SignInLink(
        institution_id=institution_id,
        person_id=person_id,
        token_digest=digest(token),
        created_at=at,
        expires_at=at + LINK_LIFE,
    )
    session.add(link)
    session.flush()
    record_person_act(
        person_id=None,
        institution_id=institution_id,
        action="sign_in_link.create",
        object_type="person",
        object_id=person_id,
        at=at,
    )
    return token


def take_link(*, token: str, at: datetime) -> SignedIn:
    """Consume a link, atomically, and sign its person in. Raises `LinkUsedError`, `UnknownLinkError`."""
    link = session.execute(
        sa.update(SignInLink)
        .where(
            SignInLink.token_digest == digest(token),
            SignInLink.used_at.is_(None),
            SignInLink.expires_at > database_now(),
        )
        .values(used_at=at)
        .returning(SignInLink.person_id, SignInLink.institution_id)
    ).one_or_none()
    if link is None:
        known = session.scalar(sa.select(SignInLink.id).where(SignInLink.token_digest == digest(token)))
        raise UnknownLinkError if known is None else LinkUsedError
    language = session.scalar(sa.select(Person.language).where(Person.id == link.person_id, Person.erased_at.is_(None)))
    if language is None:
        raise LinkUsedError
    session_token = start_session(
        person_id=link.person_id, institution_id=link.institution_id, language=language, at=at
    )
    record_person_act(
        person_id=link.person_id,
        institution_id=link.institution_id,
        action="session.start",
        object_type="person",
        object_id=link.person_id,
        detail={"by": "link"},
        at=at,
    )
    return SignedIn(token=session_token, person_id=link.person_id, institution_id=link.institution_id)
