"""Letters on their way. They wait as rows and leave by the job `send_mail`, after the transaction that wrote them."""

import base64
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa

from lms_carbon.core.db import database_now, session
from lms_carbon.core.i18n import chinese_messages
from lms_carbon.core.jobs import wake
from lms_carbon.core.vault import seal, unseal
from lms_carbon.people.models.records import Mail
from lms_carbon.people.rules import MAIL_TRIES, mail_pause

SEND_MAIL = "send_mail"
_PURPOSE = "mail"
_LEASE = timedelta(minutes=5)
"""How long a letter belongs to the worker that took it; a worker that died meanwhile is followed by another."""


@dataclass(frozen=True)
class Letter:
    """A letter as it is handed to the mail server."""

    mail_id: int
    tries: int
    address: str
    subject: str
    body: str


def in_words(message: str, language: str, **params: object) -> str:
    """Return a message id in a language, outside any request."""
    text = chinese_messages().gettext(message) if language == "zh" else message
    return text.format(**params)


def queue_letter(
    *, institution_id: int, person_id: int | None, address: str, subject: str, body: str, at: datetime
) -> None:
    """Put a letter into the outbox and wake the sender.

    The body rests sealed, because one-time links stand in it: who reads the database cannot sign in with it.
    """
    session.add(
        Mail(
            institution_id=institution_id,
            person_id=person_id,
            address=address,
            subject=subject[:255],
            body=base64.b64encode(seal(body.encode(), purpose=_PURPOSE)).decode(),
            created_at=at,
            next_try_at=at,
        )
    )
    session.flush()
    wake(SEND_MAIL)


def take_letter(*, at: datetime) -> Letter | None:
    """Take the next letter that is due for some minutes, and count the try; two workers never take the same."""
    due = (
        sa.select(Mail.id)
        .where(Mail.sent_at.is_(None), Mail.next_try_at <= database_now())
        .order_by(Mail.next_try_at, Mail.id)
        .limit(1)
        .with_for_update(skip_locked=True)
        .scalar_subquery()
    )
    taken = session.execute(
        sa.update(Mail)
        .where(Mail.id == due)
        .values(next_try_at=at + _LEASE, tries=Mail.tries + 1)
        .returning(Mail.id, Mail.tries, Mail.address, Mail.subject, Mail.body)
        .execution_options(synchronize_session=False)
    ).one_or_none()
    if taken is None:
        return None
    body = unseal(base64.b64decode(taken.body), purpose=_PURPOSE).decode()
    return Letter(taken.id, taken.tries, taken.address, taken.subject, body)


def mark_sent(*, letter: Letter, at: datetime) -> None:
    """Write down that the server took the letter; its text is not kept."""
    _change(letter.mail_id, sent_at=at, next_try_at=None, last_error=None, body="")


def mark_failed(*, letter: Letter, error: str, at: datetime) -> None:
    """Write down why it did not go out and when to try again; after ten tries it stays, with its last error."""
    again = at + mail_pause(letter.tries) if letter.tries < MAIL_TRIES else None
    _change(letter.mail_id, next_try_at=again, last_error=error[:2000])


def _change(mail_id: int, **values: object) -> None:
    session.execute(
        sa.update(Mail).where(Mail.id == mail_id).values(**values).execution_options(synchronize_session=False)
    )
