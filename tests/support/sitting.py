"""Candidates at a browser: sat down at an exam of the live site by the services, then left to the page."""

from dataclasses import dataclass

from playwright.sync_api import Page, expect

from lms_carbon.core.clock import now
from lms_carbon.core.identity import Role
from lms_carbon.core.transaction import transaction
from lms_carbon.exams.services.attempts import start_attempt
from lms_carbon.people.services.handoffs import make_handoff
from tests.support.browser import Visitor
from tests.support.exams import ExamWorld
from tests.support.world import World, actor_of, make_person, make_session


@dataclass(frozen=True)
class Sitter:
    """A candidate whose attempt runs; `token` is good for any number of browsers."""

    person: World
    token: str
    attempt_id: int = 0


def make_sitter(world: ExamWorld, *, language: str = "en") -> Sitter:
    """Make a candidate who came by launch and has not begun."""
    with world.app.app_context():
        person = make_person(world.institution_id, "林晓", language=language)
        return Sitter(person, make_session(person, strong=False, launch_role=Role.CANDIDATE))


def begin(world: ExamWorld, *, language: str = "en", exam_id: int | None = None) -> Sitter:
    """Make a candidate whose attempt runs."""
    sitter = make_sitter(world, language=language)
    with world.app.app_context():
        by = actor_of(sitter.token)
        with transaction():
            attempt, _ = start_attempt(exam_id=exam_id or world.exam_id, language=language, by=by, at=now())
            return Sitter(sitter.person, sitter.token, attempt.id)


def signed_in(visitor: Visitor, world: ExamWorld, token: str, path: str, **options: object) -> Page:
    """Open a page in a browser of its own, signed in by a handoff, as windows of the product are."""
    with world.app.app_context():
        by = actor_of(token)
        with transaction():
            code = make_handoff(by=by, target=path, at=now())
    return visitor.open(f"/handoff/{code}", **options)  # type: ignore[arg-type]


def sit(visitor: Visitor, world: ExamWorld, sitter: Sitter, **options: object) -> Page:
    """Open the attempt in a browser of its own and wait until that window has it."""
    page = signed_in(visitor, world, sitter.token, f"/attempts/{sitter.attempt_id}", **options)
    wait_ready(page)
    return page


def wait_ready(page: Page) -> None:
    """Wait until this window has the attempt."""
    expect(page.locator("html[data-ready]")).to_be_attached()
