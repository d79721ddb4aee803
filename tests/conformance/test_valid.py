"""The valid launches of the certification suite, for teachers and for students (6.1.2, 6.1.3)."""

from typing import Any

import pytest

from tests.conformance.conftest import Door
from tests.support.platform import CLAIM, GONE, INSTRUCTOR, LEARNER, MEMBERSHIP

PERSON = "http://purl.imsglobal.org/vocab/lis/v2/institution/person"
UNKNOWN = "http://purl.imsglobal.org/vocab/lis/v2/unknown/unknown#Helper"
NAMES = ("name", "given_name", "family_name")

NO_NAMES: dict[str, Any] = dict.fromkeys(NAMES, GONE)

CERTIFIED: dict[str, tuple[dict[str, Any], list[str]]] = {
    "6.1.2 valid": ({"roles": [INSTRUCTOR]}, ["teacher"]),
    "6.1.2 with roles": ({"roles": [INSTRUCTOR, f"{PERSON}#Staff", f"{PERSON}#Other"]}, ["teacher"]),
    "6.1.2 short role": ({"roles": ["Instructor"]}, ["teacher"]),
    "6.1.2 unknown role": ({"roles": [UNKNOWN]}, ["candidate"]),
    "6.1.2 no role": ({"roles": [""]}, ["candidate"]),
    "6.1.2 email only": ({"roles": [INSTRUCTOR], **NO_NAMES}, ["teacher"]),
    "6.1.2 names only": ({"roles": [INSTRUCTOR], "email": GONE}, ["teacher"]),
    "6.1.2 no personal data": ({"roles": [INSTRUCTOR], "email": GONE, **NO_NAMES}, ["teacher"]),
    "6.1.2 email without context": ({"roles": [INSTRUCTOR], "context": GONE, **NO_NAMES}, ["candidate"]),
    "6.1.3 valid": ({"roles": [LEARNER]}, ["candidate"]),
    "6.1.3 with roles": ({"roles": [LEARNER, f"{PERSON}#Student", f"{MEMBERSHIP}#Mentor"]}, ["candidate"]),
    "6.1.3 short role": ({"roles": ["Learner"]}, ["candidate"]),
    "6.1.3 unknown role": ({"roles": [UNKNOWN, LEARNER]}, ["candidate"]),
    "6.1.3 no role": ({"roles": []}, ["candidate"]),
    "6.1.3 email only": (NO_NAMES, ["candidate"]),
    "6.1.3 names only": ({"email": GONE}, ["candidate"]),
    "6.1.3 no personal data": ({"email": GONE, **NO_NAMES}, ["candidate"]),
    "6.1.3 email without context": ({"context": GONE, **NO_NAMES}, ["candidate"]),
}
"""The nine launches of a teacher and the nine of a student, and what each makes of the person here."""
TEACHERS: dict[str, dict[str, Any]] = {
    "teaching assistant": {"roles": [f"{MEMBERSHIP}/Instructor#TeachingAssistant"]},
    "new resource link": {"roles": [INSTRUCTOR], "resource_link": {"id": "never-seen"}},
}
STUDENTS: dict[str, dict[str, Any]] = {
    "unknown role that ends as a known one": {"roles": ["http://purl.imsglobal.org/vocab/lis/v2/unknown/x#Instructor"]},
    "sub-role of a learner": {"roles": [f"{MEMBERSHIP}/Learner#Instructor"]},
    "institution's instructor": {"roles": [f"{PERSON}#Instructor", LEARNER]},
    "Canvas' test student": {"roles": [LEARNER, "http://purl.imsglobal.org/vocab/lti/system/person#TestUser"]},
    "learner who manages too": {"roles": [f"{MEMBERSHIP}#Manager", LEARNER]},
    "new resource link": {"resource_link": {"id": "never-seen"}},
}
STAFF: dict[str, dict[str, Any]] = {
    "system administrator": {"roles": ["http://purl.imsglobal.org/vocab/lis/v2/system/person#Administrator"]},
    "institution's administrator": {"roles": [f"{PERSON}#Administrator"]},
    "manager": {"roles": [f"{MEMBERSHIP}#Manager"]},
    "designer": {"roles": [f"{MEMBERSHIP}#ContentDeveloper", UNKNOWN]},
    "observer": {"roles": ["Mentor"]},
}


@pytest.mark.parametrize(("changes", "roles"), CERTIFIED.values(), ids=CERTIFIED.keys())
def test_certified_launches_get_in(door: Door, changes: dict[str, Any], roles: list[str]) -> None:
    answer = door.platform.launch(door.client, **changes)
    assert answer.status_code == 303, answer.text
    me = door.me()
    assert me["roles"] == roles
    assert me["person"]["name"]
    assert (me["context"] is None) is (changes.get("context") is GONE)


@pytest.mark.parametrize("changes", TEACHERS.values(), ids=TEACHERS.keys())
def test_teachers_get_in_as_teachers(door: Door, changes: dict[str, Any]) -> None:
    answer = door.platform.launch(door.client, **changes)
    assert answer.status_code == 303, answer.text
    me = door.me()
    assert me["roles"] == ["teacher"]
    assert me["context"] == {"id": "c-1", "title": "Carbon management"}
    assert me["person"]["name"]


@pytest.mark.parametrize("changes", STUDENTS.values(), ids=STUDENTS.keys())
def test_all_others_get_in_as_candidates(door: Door, changes: dict[str, Any]) -> None:
    answer = door.platform.launch(door.client, **changes)
    assert answer.status_code == 303, answer.text
    me = door.me()
    assert me["roles"] == ["candidate"]
    assert me["person"]["name"]


@pytest.mark.parametrize("changes", STAFF.values(), ids=STAFF.keys())
def test_who_works_at_a_course_is_no_candidate_of_it(door: Door, changes: dict[str, Any]) -> None:
    answer = door.platform.launch(door.client, **changes)
    assert answer.status_code == 303, answer.text
    assert door.me()["roles"] == []


def test_me_says_who_and_where(door: Door) -> None:
    answer = door.platform.launch(door.client, roles=[LEARNER, f"{PERSON}#Student"])
    assert answer.headers["Location"] == "/"
    me = door.me()
    person = me.pop("person")
    assert isinstance(person["id"], int)
    assert person["name"] == "Lin Xiao"
    assert me == {
        "roles": ["candidate"],
        "lti_roles": [LEARNER, f"{PERSON}#Student"],
        "institution": "demo",
        "context": {"id": "c-1", "title": "Carbon management"},
        "resource_link": "rl-1",
        "locale": "en",
    }


def test_without_a_session_me_is_a_problem(door: Door) -> None:
    answer = door.client.get("/api/v1/me")
    assert answer.status_code == 401
    assert answer.mimetype == "application/problem+json"


def test_email_without_context(door: Door) -> None:
    answer = door.platform.launch(door.client, context=GONE, **dict.fromkeys(NAMES, GONE))
    assert answer.status_code == 303
    me = door.me()
    assert me["context"] is None
    assert me["person"]["name"] == "lin.xiao"


def test_only_what_is_required(door: Door) -> None:
    state, nonce = door.platform.login(door.client)
    wanted = ("version", "message_type", "deployment_id", "target_link_uri", "roles", "resource_link")
    keep = {"iss", "aud", "sub", "iat", "exp", "nonce", *(CLAIM + name for name in wanted)}
    claims = {name: value for name, value in door.platform.claims(nonce).items() if name in keep}
    claims[CLAIM + "resource_link"] = {"id": "rl-1"}
    answer = door.client.post("/lti/launch", data={"id_token": door.platform.sign(claims), "state": state})
    assert answer.status_code == 303


@pytest.mark.parametrize(
    ("locale", "presented", "shown"),
    [
        (None, "zh_cn", "zh-CN"),
        (None, "zh-TW", "zh-CN"),
        (None, "zh-Hans-CN", "zh-CN"),
        (None, "en_us", "en"),
        ("en-GB", "zh_cn", "en"),
        ("$Message.locale", "en", "en"),
        (None, "de_kids", "en"),
        (None, None, "en"),
        (7, {"zh": 1}, "en"),
    ],
)
def test_the_platform_says_which_language(door: Door, locale: Any, presented: Any, shown: str) -> None:
    """The launch's own locale, then its presentation's, then the browser's (here English)."""
    door.client.environ_base["HTTP_ACCEPT_LANGUAGE"] = "en"
    door.platform.launch(door.client, locale=locale, launch_presentation={"locale": presented})
    assert door.me()["locale"] == shown


def test_what_is_unknown_or_null_is_ignored(door: Door) -> None:
    nulls = dict.fromkeys((*NAMES, "email", "context", "launch_presentation", "azp", "nbf"))
    more = {
        "https://vendor.example/claim": {"deep": [None, 1e300, "\ud800"]},
        CLAIM + "custom": None,
        CLAIM + "lis": None,
    }
    answer = door.platform.launch(door.client, **nulls, **more)
    assert answer.status_code == 303, answer.text


def test_one_identity_through_changing_names(door: Door) -> None:
    door.platform.launch(door.client)
    first = door.me()["person"]
    door.platform.launch(door.client, name="Lin Xiao-Wang", email="new@school.example")
    second = door.me()["person"]
    assert second == {"id": first["id"], "name": "Lin Xiao-Wang"}
    door.platform.launch(door.client, **dict.fromkeys((*NAMES, "email"), GONE))
    assert door.me()["person"] == second
    assert door.count("person") == 1
    assert door.count("resource_link") == door.count("course") == 1


def test_the_same_email_is_not_the_same_person(door: Door) -> None:
    door.platform.launch(door.client, sub="4")
    door.platform.launch(door.client, sub="5")
    assert door.count("person") == 2
