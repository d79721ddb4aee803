"""Work outside requests: letters go out, old access rows go away."""

import smtplib
import ssl
from collections.abc import Callable
from datetime import timedelta
from email.message import EmailMessage
from email.utils import formatdate, make_msgid
from urllib.parse import urlsplit

import structlog

from lms_carbon.core.clock import now
from lms_carbon.core.jobs import Job
from lms_carbon.core.settings import current_settings
from lms_carbon.core.transaction import transaction
from lms_carbon.people.rules import MailServer, read_mail_url
from lms_carbon.people.services.letters import SEND_MAIL, Letter, mark_failed, mark_sent, take_letter
from lms_carbon.people.services.upkeep import forget_old_access

log = structlog.get_logger("lms_carbon.people.jobs")

_TIMEOUT = 30
"""Seconds a mail server may take to answer."""


def send_mail() -> None:
    """Send what is due, one letter at a time. A crash between sending and noting it may send one twice, never none."""
    settings = current_settings()
    if not settings.mail_url:
        return
    while True:
        with transaction():
            letter = take_letter(at=now())
        if letter is None:
            return
        _send_one(letter, lambda: read_mail_url(settings.mail_url, public_host=_host(settings.public_url)))


def _host(url: str) -> str:
    return urlsplit(url).hostname or "localhost"


def _send_one(letter: Letter, server: Callable[[], MailServer]) -> None:
    try:
        hand_over(letter, server())
    except (OSError, smtplib.SMTPException, ValueError) as problem:
        log.warning("letter not sent", mail=letter.mail_id, tries=letter.tries, error=str(problem))
        with transaction():
            mark_failed(letter=letter, error=f"{type(problem).__name__}: {problem}", at=now())
        return
    with transaction():
        mark_sent(letter=letter, at=now())


def hand_over(letter: Letter, server: MailServer) -> None:
    """Give a letter to the mail server; raises what smtplib raises."""
    message = EmailMessage()
    message["Subject"] = " ".join(letter.subject.split())
    message["From"] = server.sender
    message["To"] = letter.address
    message["Date"] = formatdate(usegmt=True)
    message["Message-ID"] = make_msgid(domain=server.sender.rpartition("@")[2] or None)
    message.set_content(letter.body)
    with _connect(server) as connection:
        if server.user is not None:
            connection.login(server.user, server.password or "")
        connection.send_message(message)


def _connect(server: MailServer) -> smtplib.SMTP:
    trusted = ssl.create_default_context()
    if server.encrypted:
        return smtplib.SMTP_SSL(server.host, server.port, timeout=_TIMEOUT, context=trusted)
    connection = smtplib.SMTP(server.host, server.port, timeout=_TIMEOUT)
    connection.ehlo()
    if connection.has_extn("starttls"):
        connection.starttls(context=trusted)
        connection.ehlo()
    elif server.user is not None:
        connection.close()
        raise smtplib.SMTPNotSupportedError("the server offers no encryption, so the password is not sent to it")
    return connection


def tidy_access() -> None:
    """Remove access rows that ended long ago."""
    with transaction():
        forget_old_access(at=now())


JOBS = (
    Job(name=SEND_MAIL, run=send_mail, every=timedelta(minutes=1)),
    Job(name="tidy_access", run=tidy_access, every=timedelta(days=1)),
)
