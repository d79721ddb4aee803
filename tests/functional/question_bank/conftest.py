"""A bank with people: two authors, a reviewer, one who is both, people without a right, and another institution.

Requests inside a pushed app context would share its `g`, the signed-in person included, so each helper pushes its own.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import joinedload, selectinload

from lms_carbon.core.clock import now
from lms_carbon.core.db import session
from lms_carbon.core.identity import Actor, Role
from lms_carbon.core.transaction import transaction
from lms_carbon.framework.models import Requirement
from lms_carbon.people.models.records import AuditEntry
from lms_carbon.question_bank.models import QuestionVersion
from lms_carbon.question_bank.services.samples import import_samples
from tests.support.questions import load_standard, make_approved, make_question, send, sign
from tests.support.world import World, act_as, make_institution, make_person, sign_in

T = TypeVar("T")


@dataclass
class Bank:
    """The world of these tests."""

    app: Flask
    requirements: dict[str, Requirement]
    people: dict[str, World]
    actors: dict[str, Actor] = field(default_factory=dict)

    def client(self, name: str) -> FlaskClient:
        """Return a browser in which this person is signed in."""
        client = self.app.test_client()
        sign_in(client, self.people[name])
        return client

    def within(self, act: Callable[..., T], *args: Any, **options: Any) -> T:
        """Call something inside an app context of its own."""
        with self.app.app_context():
            return act(*args, **options)

    def actor(self, name: str) -> Actor:
        """Return the person as services take them."""
        if name not in self.actors:
            self.actors[name] = self.within(act_as, self.people[name])
        return self.actors[name]

    def question(self, *codes: str, by: str = "author", **about: Any) -> int:
        """Make a draft tagged to these requirements and return the question's id."""
        statements = [self.statement(code) for code in codes or ("5.2.1-a-3",)]
        return self.within(make_question, self.actor(by), *statements, **about)

    def approved(self, *codes: str, by: str = "author", reviewer: str = "reviewer", **about: Any) -> int:
        """Make a question that somebody else approved and return its id."""
        statements = [self.statement(code) for code in codes or ("5.2.1-a-3",)]
        return self.within(make_approved, self.actor(by), self.actor(reviewer), *statements, **about)

    def send(self, question_id: int, by: str = "author") -> None:
        """Send a draft to review."""
        self.within(send, self.actor(by), question_id)

    def sign(self, question_id: int, by: str = "reviewer", revision: int = 1) -> None:
        """Approve what is in review."""
        self.within(sign, self.actor(by), question_id, revision)

    def import_samples(self, institution_id: int) -> int:
        """Bring in the sample questions; return how many were added."""

        def act() -> int:
            with transaction():
                return import_samples(institution_id=institution_id, by=None, at=now())

        return self.within(act)

    def newest(self) -> QuestionVersion | None:
        """Return the version made last, with question and tags."""
        query = (
            sa.select(QuestionVersion)
            .options(
                joinedload(QuestionVersion.question),
                selectinload(QuestionVersion.tags),
                selectinload(QuestionVersion.editors),
                selectinload(QuestionVersion.signatures),
            )
            .order_by(QuestionVersion.id.desc())
            .limit(1)
        )
        return self.within(lambda: session.scalar(query))

    def acts(self) -> list[str]:
        """Return what the audit trail has of questions, in order."""
        query = sa.select(AuditEntry.action).where(AuditEntry.object_type == "question_version").order_by(AuditEntry.id)
        return self.within(lambda: list(session.scalars(query)))

    def statement(self, code: str) -> int:
        """Return the statement of a requirement's code."""
        return self.requirements[code].statement_id


@pytest.fixture
def bank(app: Flask) -> Bank:
    """Make the world."""
    with app.app_context():
        here, there = make_institution("here"), make_institution("there")
        people = {
            "author": make_person(here, "Zhou Ning", [Role.AUTHOR]),
            "colleague": make_person(here, "Chen Xi", [Role.AUTHOR]),
            "reviewer": make_person(here, "Li Wen", [Role.REVIEWER]),
            "both": make_person(here, "Wu Tong", [Role.AUTHOR, Role.REVIEWER]),
            "officer": make_person(here, "Qian Yu", [Role.OFFICER]),
            "nobody": make_person(here, "Lin Xiao"),
            "foreigner": make_person(there, "Sun Bo", [Role.AUTHOR, Role.REVIEWER]),
            "chinese": make_person(here, "郑宁", [Role.AUTHOR, Role.REVIEWER], language="zh"),
        }
        return Bank(app, load_standard(), people)
