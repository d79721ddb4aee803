"""The demo holds two institutions on one platform: nothing of one is reachable from the other.

Addresses with ids are walled in `test_routes.py`, where the others are people of the demo's second institution; here is
what has no id: lists, desks, homes and links from a course.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from io import BytesIO
from zipfile import ZipFile

import pytest
import sqlalchemy as sa
from flask import Flask

from demo.content import CYCLE_CODE, NAME, OTHER_NAME, OTHER_SLUG, SLUG, fill_demo
from lms_carbon.core.db import session
from lms_carbon.core.hooks import launch_target
from lms_carbon.core.identity import Role
from lms_carbon.core.transaction import transaction
from lms_carbon.cycles.models import Cycle
from lms_carbon.people.models.persons import Identity, Institution, Person
from lms_carbon.sandbox.config import Course, load_config
from tests.support.route_table import TABLE
from tests.support.world import World, make_person, make_session, use_token

SEED = load_config()
HOME = "home"


@dataclass(frozen=True)
class Side:
    """One institution of the demo: its people by role, and the words that only it has."""

    institution_id: int
    course: Course
    people: Mapping[Role, World]
    marks: frozenset[str]

    @property
    def targets(self) -> list[str]:
        """What the activities of its course point at."""
        found = [each.custom["target"] for each in self.course.activities]
        return [target for target in found if target != HOME]


@pytest.fixture
def sides(app: Flask) -> tuple[Side, Side]:
    # Closed again before anybody asks for a page: a request inside it would share its memory of who is signed in.
    with app.app_context():
        with transaction():
            fill_demo(sandbox="http://localhost:1")
        first, second, *_ = SEED.courses
        return _side(SLUG, first, NAME), _side(OTHER_SLUG, second, OTHER_NAME)


def _side(slug: str, course: Course, name: Mapping[str, str]) -> Side:
    """Return one institution; roles that nobody of the demo has there are given to somebody new."""
    institution_id = session.scalars(sa.select(Institution.id).where(Institution.slug == slug)).one()
    query = (
        sa.select(Identity.subject, Person.id, Person.name)
        .join(Person, Person.id == Identity.person_id)
        .where(Person.institution_id == institution_id)
    )
    known = {row.subject: World(row.id, institution_id, row.name) for row in session.execute(query)}
    assert set(known) == set(course.people)
    session.rollback()
    by_launch = {Role.CANDIDATE, Role.TEACHER}
    people = {
        role: make_person(institution_id, f"{role}@{slug}", () if role in by_launch else (role,)) for role in Role
    }
    people |= {Role(person.role): known[person.sub] for person in SEED.members(course)}
    codes = {target.partition(":")[2] for target in _targets(course)} - {CYCLE_CODE, ""}
    names = {person.name["zh"] for person in SEED.members(course)} | {person.name for person in people.values()}
    return Side(institution_id, course, people, frozenset({*codes, *names, *name.values()}))


def _targets(course: Course) -> list[str]:
    return [each.custom["target"] for each in course.activities]


def test_every_activity_leads_somewhere_in_its_own_institution_alone(app: Flask, sides: tuple[Side, Side]) -> None:
    first, second = sides
    for here, there in ((first, second), (second, first)):
        for target in here.targets:
            with app.app_context(), transaction(write=False):
                path, other = (launch_target.first(target, side.institution_id) for side in (here, there))
            assert path, f"{target} leads nowhere"
            if not target.endswith(f":{CYCLE_CODE}"):
                assert other is None, f"{target} of {here.course.id} leads to {other} elsewhere"
            elif other is not None:
                assert other != path, f"{target} leads to one cycle from both"


def test_both_have_a_cycle_of_the_same_code(app: Flask, sides: tuple[Side, Side]) -> None:
    with app.app_context(), transaction(write=False):
        cycles = session.scalars(sa.select(Cycle).where(Cycle.code == CYCLE_CODE)).all()
        assert {cycle.institution_id for cycle in cycles} == {side.institution_id for side in sides}


def test_no_list_of_one_names_anything_of_the_other(app: Flask, sides: tuple[Side, Side]) -> None:
    first, second = sides
    lists = [address.split()[1] for address in TABLE if address.startswith("GET /") and "<" not in address]
    told, leaks = 0, []
    for here, there in ((first, second), (second, first)):
        for role, person in here.people.items():
            for path in lists:
                may = role in TABLE[f"GET {path}"].may
                if not may or path in ("/sign-out", "/style"):  # the style guide shows names that nobody has
                    continue
                text = _read(app, person, role, path)
                told += any(mark in text for mark in here.marks)
                leaks += [f"{path} as {role} of {here.course.id}: {mark}" for mark in there.marks if mark in text]
    assert not leaks, "\n".join(leaks)
    assert told > len(Role), "the pages say nothing of their own institution either"


def _read(app: Flask, person: World, role: Role, path: str) -> str:
    """Return a page or a workbook as somebody of this role sees it."""
    by_launch = {"launch_role": role} if role in (Role.CANDIDATE, Role.TEACHER) else {}
    client = app.test_client()
    with app.app_context():
        use_token(client, make_session(person, **by_launch))
    with client.get(path) as answer:
        assert answer.status_code < 500, f"{path} as {role}: {answer.status_code}"
        if answer.mimetype.endswith("sheet"):
            with ZipFile(BytesIO(answer.data)) as workbook:
                return " ".join(workbook.read(name).decode() for name in workbook.namelist())
        return re.sub(r"<script.*?</script>", "", answer.text, flags=re.DOTALL)
