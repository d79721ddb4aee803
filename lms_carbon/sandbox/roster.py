"""The roster of a course over NRPS 2.0."""

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, Response, request

from lms_carbon.sandbox.access import require_scope
from lms_carbon.sandbox.activities import Placed, find_activity
from lms_carbon.sandbox.config import Course, Person
from lms_carbon.sandbox.errors import RefusalError
from lms_carbon.sandbox.exchange import answer_json, check_accept, cut_page, find_course
from lms_carbon.sandbox.messages import context_claim, roster_url
from lms_carbon.sandbox.place import database, here
from lms_carbon.sandbox.variables import history_of, substitute
from lms_carbon.sandbox.vocabulary import (
    CLAIM,
    MEMBERSHIP,
    MESSAGE_TYPE,
    RESOURCE_LINK_REQUEST,
    SCOPE_ROSTER,
    TYPE_ROSTER,
)

blueprint = Blueprint("roster", __name__)


@blueprint.get("/api/courses/<course_id>/memberships")
def list_members(course_id: str) -> Response:
    """The members, filtered by `role` (URI or short name), seen from resource link `rlid`, in pages of `limit`."""
    client_id = require_scope(SCOPE_ROSTER)
    check_accept(TYPE_ROSTER)
    course = find_course(course_id, client_id)
    activity = _activity(course, client_id)
    people = [each for each in here().config.members(course) if _is_member(each)]
    role = request.args.get("role")
    if role is not None:
        wanted = role if "#" in role else MEMBERSHIP + role
        people = [each for each in people if wanted in each.roles]
    page, headers = cut_page(people)
    history = history_of(database(), course, activity, rules=here().config.rules)
    body = {
        "id": roster_url(here(), course.id),
        "context": context_claim(course, course.language),
        "members": [_member(each, course, activity, history) for each in page],
    }
    answer = answer_json(body, TYPE_ROSTER)
    answer.headers.update(headers)
    return answer


def _activity(course: Course, client_id: str) -> Placed | None:
    link = request.args.get("rlid")
    if link is None:
        return None
    activity = find_activity(database(), link)
    if activity is None or (activity.course_id, activity.client_id) != (course.id, client_id):
        raise RefusalError(404, "not_found", f"The course has no resource link {link} of this tool.")
    return activity


def _is_member(person: Person) -> bool:
    """Someone with a role in the course; an administrator of the site has none."""
    return any(role.startswith(MEMBERSHIP) for role in person.roles)


def _roles(person: Person) -> list[str]:
    """Moodle's roster says only whether somebody teaches or learns, in short names."""
    if not here().config.rules.short_roles:
        return list(person.roles)
    return ["Instructor" if person.is_teacher else "Learner"]


def _member(person: Person, course: Course, activity: Placed | None, history: Mapping[str, str]) -> dict[str, Any]:
    body: dict[str, Any] = {
        "status": "Active",
        "user_id": person.sub,
        "roles": _roles(person),
        "name": person.name[course.language],
        "given_name": person.given_name[course.language],
        "family_name": person.family_name[course.language],
    }
    if person.email:
        body["email"] = person.email
    if activity is not None:  # NRPS §3.2: with rlid, what a launch of that link would carry
        custom = substitute(activity.custom, person=person, course=course, activity=activity, history=history)
        body["message"] = [{MESSAGE_TYPE: RESOURCE_LINK_REQUEST, CLAIM + "custom": custom}]
    return body
