"""Letters: asked for by anybody, sent to those who work here, sealed while they wait, tried again when they fail."""

import email
import re
import smtplib
import socketserver
import threading
from collections.abc import Iterator
from datetime import timedelta
from email.message import Message as Letter
from email.policy import default as modern
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask

from lms_carbon.core.clock import now
from lms_carbon.core.db import session
from lms_carbon.core.identity import Role
from lms_carbon.core.transaction import transaction
from lms_carbon.people.commands import invite_command
from lms_carbon.people.jobs import send_mail
from lms_carbon.people.models.access import SignInLink
from lms_carbon.people.models.records import Mail
from lms_carbon.people.rules import MAIL_TRIES, mail_pause, read_mail_url
from lms_carbon.people.services.letters import Letter as Taken
from lms_carbon.people.services.letters import mark_failed, queue_letter, take_letter
from tests.support.apps import change_settings
from tests.support.databases import settings_for
from tests.support.world import make_institution, make_person, run_command, submit


class _Box(socketserver.ThreadingTCPServer):
    """A mail server of a few lines: keeps what it is given, refuses recipients whose name begins with `no`."""

    allow_reuse_address = True
    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Talk)
        self.letters: list[Letter] = []

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.server_address[1]}?from=office@example.org"


class _Talk(socketserver.StreamRequestHandler):
    server: _Box

    def handle(self) -> None:
        self._say("220 here")
        while line := self.rfile.readline().decode().strip():
            word = line.upper()
            if word.startswith("DATA"):
                self._say("354 go on")
                self._take()
            elif word.startswith("RCPT TO:<NO"):
                self._say("550 nobody of that name")
                continue
            elif word.startswith("QUIT"):
                self._say("221 bye")
                return
            self._say("250 ok")

    def _take(self) -> None:
        lines = []
        while (line := self.rfile.readline()) != b".\r\n":
            lines.append(line[1:] if line.startswith(b"..") else line)
        self.server.letters.append(email.message_from_bytes(b"".join(lines), policy=modern))

    def _say(self, line: str) -> None:
        self.wfile.write(line.encode() + b"\r\n")


@pytest.fixture
def box() -> Iterator[_Box]:
    with _Box() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture(autouse=True)
def _by_this_box(app: Flask, box: _Box) -> None:
    change_settings(app, mail_url=box.url)


def _text(letter: Letter) -> str:
    return str(letter.get_content())  # type: ignore[attr-defined]


def _send(app: Flask) -> None:
    with app.app_context():
        send_mail()


def _people(app: Flask) -> None:
    with app.app_context():
        institution = make_institution("demo")
        make_person(institution, "王敏", [Role.AUTHOR], email="Wang@Example.org", language="zh")
        make_person(institution, "林晓", email="lin@example.org")  # a candidate: no role, no link
        make_person(institution, "拒", [Role.AUTHOR], email="nobody@example.org")


def test_the_answer_is_the_same_for_all_and_the_letter_goes_to_those_who_work_here(app: Flask, box: _Box) -> None:
    _people(app)
    client = app.test_client()
    pages = [
        submit(client, "/sign-in", {"email": address}).text
        for address in ("wang@example.org", "lin@example.org", "stranger@example.org")
    ]
    hide = re.compile(r'value="[^"]*"|E-\w{4}-\w{4}')
    assert len({hide.sub("", page) for page in pages}) == 1
    _send(app)
    assert [letter["To"] for letter in box.letters] == ["Wang@Example.org"]
    letter = box.letters[0]
    assert letter["From"] == "office@example.org"
    path = re.search(r"/sign-in/[\w-]{43}", _text(letter))
    assert path is not None
    assert submit(client, path.group()).location == "/"
    assert "王敏" in client.get("/profile").text


@pytest.mark.parametrize("address", ["", "not an address", "a@" + "b" * 300 + ".org"])
def test_an_address_must_be_one(app: Flask, address: str) -> None:
    assert submit(app.test_client(), "/sign-in", {"email": address}).status_code == 422


def test_nobody_is_flooded(app: Flask, box: _Box) -> None:
    _people(app)
    client = app.test_client()
    for _ in range(6):
        assert submit(client, "/sign-in", {"email": "wang@example.org"}).status_code == 200
    _send(app)
    assert len(box.letters) == 3
    for minutes, total in ((16, 6), (32, 9), (48, 10), (64, 10)):
        with app.app_context(), transaction():
            session.execute(sa.update(SignInLink).values(created_at=now() - timedelta(minutes=minutes)))
        for _ in range(4):
            submit(client, "/sign-in", {"email": "wang@example.org"})
        with app.app_context():
            assert session.scalar(sa.select(sa.func.count(SignInLink.id))) == total


def test_a_waiting_letter_is_sealed_and_a_sent_one_forgotten(app: Flask, box: _Box) -> None:
    _people(app)
    link = run_command(app, invite_command, "--institution", "demo", "--role", "author", "--email", "new@example.org")
    token = link.strip().rsplit("/", 1)[1]
    with app.app_context():
        waiting = session.execute(sa.select(Mail.body, Mail.subject)).one()
        assert token not in waiting.body + waiting.subject
    _send(app)
    assert token in _text(box.letters[0])
    assert "邀请" in _text(box.letters[0])
    assert "You are invited" in _text(box.letters[0])
    with app.app_context():
        sent = session.scalars(sa.select(Mail)).one()
        assert (sent.body, sent.last_error, sent.next_try_at) == ("", None, None)
        assert sent.sent_at is not None
    _send(app)
    assert len(box.letters) == 1


def test_a_refused_letter_is_tried_again_later_and_stops_no_other(app: Flask, box: _Box) -> None:
    _people(app)
    client = app.test_client()
    submit(client, "/sign-in", {"email": "nobody@example.org"})
    submit(client, "/sign-in", {"email": "wang@example.org"})
    _send(app)
    assert [letter["To"] for letter in box.letters] == ["Wang@Example.org"]
    with app.app_context():
        refused = session.scalars(sa.select(Mail).where(Mail.sent_at.is_(None))).one()
        assert refused.tries == 1
        assert "nobody of that name" in (refused.last_error or "")
        assert refused.next_try_at is not None
        assert timedelta(seconds=30) < refused.next_try_at - now() <= timedelta(minutes=1)
        with transaction():
            mark_failed(letter=Taken(refused.id, MAIL_TRIES, "", "", ""), error="x", at=now())
            session.execute(sa.update(Mail).values(created_at=now() - timedelta(days=9)))
    _send(app)
    assert len(box.letters) == 1  # given up, with its error


def test_two_workers_never_take_the_same_letter(app: Flask) -> None:
    with app.app_context():
        institution = make_institution("demo")
        with transaction():
            for i in range(6):
                queue_letter(
                    institution_id=institution, person_id=None, address=f"a{i}@x.org", subject="s", body="b", at=now()
                )
    taken: list[int] = []
    gate = threading.Barrier(4)

    def work() -> None:
        with app.app_context():
            gate.wait(10)
            while True:
                with transaction():
                    letter = take_letter(at=now())
                if letter is None:
                    break
                taken.append(letter.mail_id)
            session.remove()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(taken) == len(set(taken)) == 6


def test_a_subject_cannot_add_headers(app: Flask, box: _Box) -> None:
    with app.app_context():
        with transaction():
            queue_letter(
                institution_id=make_institution("demo"),
                person_id=None,
                address="a@x.org",
                subject="a\r\nBcc: evil@x.org",
                body="b",
                at=now(),
            )
        send_mail()
    assert box.letters[0]["Bcc"] is None
    assert box.letters[0]["Subject"] == "a Bcc: evil@x.org"


def test_a_password_never_goes_out_in_the_clear(app: Flask, box: _Box) -> None:
    app.extensions["lms_carbon.settings"] = settings_for(
        "sqlite:///unused", Path(), mail_url=box.url.replace("smtp://", "smtp://user:secret@")
    )
    with app.app_context():
        with transaction():
            queue_letter(
                institution_id=make_institution("demo"),
                person_id=None,
                address="a@x.org",
                subject="s",
                body="b",
                at=now(),
            )
        send_mail()
        error = session.scalars(sa.select(Mail.last_error)).one()
    assert error is not None
    assert smtplib.SMTPNotSupportedError.__name__ in error
    assert box.letters == []


def test_addresses_of_mail_servers() -> None:
    server = read_mail_url("smtps://me%40x:p%2Fw@mail.example.org", public_host="assess.example.org")
    assert (server.host, server.port, server.encrypted, server.user, server.password, server.sender) == (
        "mail.example.org",
        465,
        True,
        "me@x",
        "p/w",
        "lms-carbon@assess.example.org",
    )
    with pytest.raises(ValueError, match="smtp://"):
        read_mail_url("http://x", public_host="x")
    assert [mail_pause(n) for n in (1, 2, 3, 9)] == [
        timedelta(minutes=1),
        timedelta(minutes=4),
        timedelta(minutes=16),
        timedelta(days=1),
    ]
