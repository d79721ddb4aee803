"""A course's members: from the platform's roster to persons here, over real HTTP."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
import requests
import sqlalchemy as sa
from flask import Flask, jsonify, request

from lms_carbon.core.clock import now
from lms_carbon.core.db import session
from lms_carbon.core.errors import NotFoundError
from lms_carbon.core.identity import Actor, Role
from lms_carbon.core.jobs import run_job
from lms_carbon.core.transaction import transaction
from lms_carbon.lti.errors import RosterRefusedError, RosterUnreachableError
from lms_carbon.lti.models.launches import Course, CourseMember
from lms_carbon.lti.rules import rosters as rules
from lms_carbon.lti.services.rosters import RosterMember, list_rosters, read_roster
from lms_carbon.people.models.persons import Identity, Person
from tests.functional.lti.conftest import Both, on_every_platform
from tests.support.sandbox import serve_app
from tests.support.world import act_as, make_institution, make_person


def course_after_launch(both: Both, sub: str = "u-lin") -> int:
    """Open an activity, so that the course and its roster are known; return the course's id."""
    both.open("rl-exam", sub, language="zh")
    with both.app.app_context(), transaction(write=False):
        return list_rosters(both.institution_id)[0].course_id


def officer(both: Both) -> Actor:
    return act_as(make_person(both.institution_id, "王敏", (Role.OFFICER,)))


def read(both: Both, course_id: int, by: Actor) -> list[RosterMember]:
    return read_roster(course_id=course_id, by=by, at=now())


@on_every_platform
def test_an_officer_reads_who_is_in_the_course(both: Both) -> None:
    course_id = course_after_launch(both)
    with both.app.app_context():
        members = {member.subject: member for member in read(both, course_id, officer(both))}
        known = {row.subject: row.person_id for row in session.execute(sa.select(Identity.subject, Identity.person_id))}
    assert {subject for subject, member in members.items() if member.learns} >= {"u-lin", "u-lu"}
    assert not members["u-zhao"].learns
    assert {subject: member.person_id for subject, member in members.items()} == known
    assert (members["u-lu"].name, members["u-lu"].email) == ("陆川", "lu.chuan@sandbox.example")
    assert members["u-lu"].active


def test_reading_twice_makes_nobody_twice(both: Both) -> None:
    course_id = course_after_launch(both)
    with both.app.app_context():
        by = officer(both)
        first = read(both, course_id, by)
        people = session.scalar(sa.select(sa.func.count()).select_from(Person))
        assert read(both, course_id, by) == first
        assert session.scalar(sa.select(sa.func.count()).select_from(Person)) == people


@on_every_platform
def test_pages_are_followed_to_the_end(both: Both, monkeypatch: pytest.MonkeyPatch) -> None:
    course_id = course_after_launch(both)
    monkeypatch.setattr("lms_carbon.lti.memberships.PAGE_SIZE", 2)
    with both.app.app_context():
        members = read(both, course_id, officer(both))
    assert len(members) == len({member.subject for member in members}) > 4
    log = requests.get(f"{both.sandbox}/log.json", timeout=5).json()
    assert sum(entry["kind"] == "roster" for entry in log) == -(-len(members) // 2)


def test_those_who_may_open_one_activity(both: Both) -> None:
    course_id = course_after_launch(both)
    with both.app.app_context():
        by = officer(both)
        [activity] = [each for each in list_rosters(both.institution_id) if each.link_id]
        assert activity.course_id == course_id
        assert read_roster(course_id=course_id, by=by, at=now(), link_id=activity.link_id)
        with pytest.raises(NotFoundError):
            read_roster(course_id=course_id, by=by, at=now(), link_id=999)
    log = requests.get(f"{both.sandbox}/log.json", timeout=5).json()
    assert "rlid=rl-exam" in next(entry["summary"] for entry in log if entry["kind"] == "roster")


def test_only_those_of_the_institution_or_the_course_may_read(both: Both) -> None:
    course_id = course_after_launch(both)
    with both.app.app_context():
        stranger = act_as(make_person(make_institution("elsewhere"), "外人", (Role.OFFICER,)))
        with pytest.raises(NotFoundError):
            read(both, course_id, stranger)
        assert list_rosters(stranger.institution_id) == []
        candidate = act_as(make_person(both.institution_id, "旁人"), launch_role=Role.CANDIDATE)
        with pytest.raises(NotFoundError):
            read(both, course_id, candidate)
        teacher = make_person(both.institution_id, "赵磊")
        assert read(both, course_id, act_as(teacher, launch_role=Role.TEACHER, course_id=course_id))


@contextmanager
def other_roster(both: Both, course_id: int, answers: dict[str, tuple[int, Any, dict[str, str]]]) -> Iterator[str]:
    """Let the course's roster be at a server that gives these answers by page."""

    def make(_url: str) -> Flask:
        app = Flask("roster")

        @app.get("/members")
        def members() -> Any:
            status, body, headers = answers[request.args.get("page", "1")]
            return jsonify(body), status, {name: value.replace("HERE", _url) for name, value in headers.items()}

        return app

    with serve_app(make) as (url, _app):
        with both.app.app_context(), transaction():
            session.execute(sa.update(Course).where(Course.id == course_id).values(roster_url=f"{url}/members"))
        yield url


def link(url: str) -> dict[str, str]:
    return {"Link": f'<{url}>; rel="next"'}


def test_a_roster_as_platforms_write_them(both: Both) -> None:
    course_id = course_after_launch(both)
    pages = {
        "1": (
            200,
            {
                "members": [
                    {"user_id": "7", "roles": ["Learner"], "given_name": "晓", "family_name": "林"},
                    {"user_id": "8", "roles": ["Learner"], "status": "Inactive", "name": "走了的人"},
                    {"user_id": "u-lin", "roles": ["Learner"], "status": "Inactive", "name": "林晓"},
                    {"roles": ["Learner"]},
                    {"user_id": 9, "roles": ["Learner"]},
                    "nobody",
                ]
            },
            link("HERE/members?page=2&x=%2F"),
        ),
        "2": (200, {"members": [{"user_id": "10", "roles": None}]}, link("HERE/members?page=2&x=%2F")),
    }
    with other_roster(both, course_id, pages), both.app.app_context():
        members = read(both, course_id, officer(both))
    assert [(member.subject, member.name, member.learns, member.active) for member in members] == [
        ("7", "林晓", True, True),
        ("u-lin", "林晓", True, False),
        ("10", "10", False, True),
    ]


def test_the_schedule_sees_who_joins_and_leaves(both: Both) -> None:
    course_id = course_after_launch(both)
    lin, stranger = (
        {"user_id": "u-lin", "roles": ["Learner"]},
        {"user_id": "77", "roles": ["Learner"], "name": "Unknown"},
    )
    answers: dict[str, tuple[int, Any, dict[str, str]]] = {"1": (200, {"members": [lin, stranger]}, {})}

    def run() -> tuple[list[tuple[bool, bool]], str | None, bool]:
        with both.app.app_context(), transaction():
            session.execute(sa.update(Course).values(roster_due_at=now()))
        run_job(both.app, "lti.read_rosters")
        with both.app.app_context(), transaction(write=False):
            members = session.scalars(sa.select(CourseMember)).all()
            course = session.get_one(Course, course_id)
            assert session.scalar(sa.select(sa.func.count()).select_from(Person)) == 1  # a stranger is made nobody
            due = course.roster_due_at is not None and course.roster_due_at > now() + timedelta(hours=1)
            return [(each.learns, each.gone_at is None) for each in members], course.roster_problem, due

    with other_roster(both, course_id, answers):
        assert run() == ([(True, True)], None, True)
        # Half a roster is no reason to think that somebody left.
        answers["1"] = (200, {"members": [stranger]}, link("http://127.0.0.1:9/members"))
        assert run() == ([(True, True)], None, True)
        answers["1"] = (500, {}, {})
        assert run() == ([(True, True)], "roster-unreachable", True)
        answers["1"] = (200, {"members": [stranger]}, {})
        assert run() == ([(True, False)], None, True)
        answers["1"] = (200, {"members": [lin]}, {})
        assert run() == ([(True, True)], None, True)


def test_our_token_goes_to_no_other_host(both: Both) -> None:
    course_id = course_after_launch(both)
    one = {"members": [{"user_id": "7", "roles": ["Learner"]}]}
    with other_roster(both, course_id, {"1": (200, one, link("http://127.0.0.1:9/members"))}), both.app.app_context():
        assert [member.subject for member in read(both, course_id, officer(both))] == ["7"]


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        ((403, {}, {}), RosterRefusedError),
        ((401, {}, {}), RosterRefusedError),
        ((500, {}, {}), RosterUnreachableError),
        ((200, {"members": 7}, {}), RosterUnreachableError),
        ((200, [], {}), RosterUnreachableError),
        ((200, {"members": [{"user_id": "x" * 100, "pad": "y" * 3000}] * 100}, {}), RosterUnreachableError),
    ],
)
def test_a_platform_that_tells_nothing(both: Both, answer: tuple[int, Any, dict[str, str]], error: type) -> None:
    course_id = course_after_launch(both)
    with other_roster(both, course_id, {"1": answer}), both.app.app_context():
        by = officer(both)
        with pytest.raises(error):
            read(both, course_id, by)


def test_caps_hold(monkeypatch: pytest.MonkeyPatch, both: Both) -> None:
    course_id = course_after_launch(both)
    monkeypatch.setattr("lms_carbon.lti.memberships.MOST_MEMBERS", 3)
    with both.app.app_context():
        assert len(read(both, course_id, officer(both))) == 3


def test_the_next_page_is_opaque() -> None:
    assert rules.next_page('<https://a.example/m?page=bookmark:ABC%3D>; rel="next"') == (
        "https://a.example/m?page=bookmark:ABC%3D"
    )
    both = '<https://a.example/1>; rel="first",<https://a.example/2>; rel="next"'
    assert rules.next_page(both) == "https://a.example/2"
    assert rules.next_page('<https://a.example/1>; rel="differences"') is None
    assert rules.next_page(None) is None
    curly = "<https://a.example/m?a=1&amp;b=2>; rel=“next”".encode().decode(
        "latin-1"
    )  # as Moodle's gradebook writes it
    assert rules.next_page(curly) == "https://a.example/m?a=1&b=2"
