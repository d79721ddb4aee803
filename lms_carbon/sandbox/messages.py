"""The claims of the platform's messages, as real platforms send them."""

import sqlite3
from collections.abc import Mapping
from typing import Any

from lms_carbon.sandbox.activities import Placed
from lms_carbon.sandbox.config import Course, Person
from lms_carbon.sandbox.launches import Launch
from lms_carbon.sandbox.place import Sandbox
from lms_carbon.sandbox.tools import Tool
from lms_carbon.sandbox.variables import history_of, substitute
from lms_carbon.sandbox.vocabulary import (
    AGS_ENDPOINT,
    AGS_SCOPES,
    CLAIM,
    COURSE_SECTION,
    DEEP_LINKING_REQUEST,
    DEEP_LINKING_SETTINGS,
    DEPLOYMENT_ID,
    LTI_VERSION,
    MESSAGE_TYPE,
    NRPS_SERVICE,
    RESOURCE_LINK_REQUEST,
    SCOPE_ROSTER,
    SUBMISSION_REVIEW_REQUEST,
    VERSION,
)


def line_items_url(sandbox: Sandbox, course_id: str) -> str:
    """The line items of a course, over AGS."""
    return f"{sandbox.url}/api/courses/{course_id}/lineitems"


def line_item_url(sandbox: Sandbox, course_id: str, line_item_id: int) -> str:
    """One line item, over AGS."""
    return f"{line_items_url(sandbox, course_id)}/{line_item_id}{sandbox.config.rules.line_item_query}"


def roster_url(sandbox: Sandbox, course_id: str) -> str:
    """The members of a course, over NRPS."""
    return f"{sandbox.url}/api/courses/{course_id}/memberships"


def resource_link_claims(
    sandbox: Sandbox,
    db: sqlite3.Connection,
    *,
    launch: Launch,
    tool: Tool,
    person: Person,
    course: Course,
    activity: Placed,
    nonce: str,
    at: int,
) -> dict[str, Any]:
    """The id_token of a resource link launch (LTI core §5.3)."""
    claims = _common_claims(sandbox, launch=launch, tool=tool, person=person, course=course, nonce=nonce, at=at)
    claims |= {
        MESSAGE_TYPE: RESOURCE_LINK_REQUEST,
        CLAIM + "target_link_uri": launch.target_link_uri or activity.target_link_uri,
        CLAIM + "resource_link": _link_claim(activity, launch.language),
    }
    claims |= _custom_claim(sandbox, db, tool.custom | activity.custom, person=person, course=course, activity=activity)
    claims |= _service_claims(sandbox, db, tool=tool, course=course, activity=activity)
    return claims


def review_claims(
    sandbox: Sandbox,
    db: sqlite3.Connection,
    *,
    launch: Launch,
    tool: Tool,
    person: Person,
    course: Course,
    activity: Placed | None,
    column: Mapping[str, Any],
    nonce: str,
    at: int,
) -> dict[str, Any]:
    """The id_token by which a teacher asks for the work of `launch.for_sub` (submission review 1.0 §3).

    `column` is the line item in its AGS form, of an activity or not; its `submissionReview` may add parameters.
    """
    wish = column.get("submissionReview", {})
    claims = _common_claims(sandbox, launch=launch, tool=tool, person=person, course=course, nonce=nonce, at=at)
    claims |= {
        MESSAGE_TYPE: SUBMISSION_REVIEW_REQUEST,
        CLAIM + "target_link_uri": launch.target_link_uri or tool.launch_url,
        CLAIM + "for_user": {"user_id": launch.for_sub},
    }
    custom = tool.custom | (activity.custom if activity else {}) | wish.get("custom", {})
    claims |= _custom_claim(sandbox, db, custom, person=person, course=course, activity=activity)
    if activity is not None:
        claims[CLAIM + "resource_link"] = _link_claim(activity, launch.language)
    claims |= _service_claims(sandbox, db, tool=tool, course=course, activity=activity)
    if AGS_ENDPOINT in claims:
        claims[AGS_ENDPOINT]["lineitem"] = column["id"]
    return claims


def _link_claim(activity: Placed, lang: str) -> dict[str, str]:
    return {"id": activity.resource_link_id, "title": activity.title[lang]}


def _custom_claim(
    sandbox: Sandbox,
    db: sqlite3.Connection,
    custom: Mapping[str, str],
    *,
    person: Person,
    course: Course,
    activity: Placed | None,
) -> dict[str, Any]:
    """The custom claim, with variables put in; none without parameters."""
    values = substitute(
        custom,
        person=person,
        course=course,
        activity=activity,
        history=history_of(db, course, activity, rules=sandbox.config.rules),
    )
    return {CLAIM + "custom": values} if values else {}


def deep_linking_claims(
    sandbox: Sandbox,
    db: sqlite3.Connection,
    *,
    launch: Launch,
    tool: Tool,
    person: Person,
    course: Course,
    nonce: str,
    at: int,
) -> dict[str, Any]:
    """The id_token of a deep linking request (Deep Linking 2.0 §4.4)."""
    claims = _common_claims(sandbox, launch=launch, tool=tool, person=person, course=course, nonce=nonce, at=at)
    claims |= {
        MESSAGE_TYPE: DEEP_LINKING_REQUEST,
        CLAIM + "target_link_uri": tool.launch_url,
        DEEP_LINKING_SETTINGS: {
            "deep_link_return_url": f"{sandbox.url}/deep-links/{launch.id}",
            "accept_types": ["ltiResourceLink"],
            "accept_presentation_document_targets": ["iframe", "window"],
            "accept_multiple": True,
            "auto_create": True,
        },
    }
    if sandbox.config.rules.deep_link_data:
        claims[DEEP_LINKING_SETTINGS] |= {"accept_lineitem": True, "data": f"deep-link:{launch.id}"}
    claims |= _custom_claim(sandbox, db, tool.custom, person=person, course=course, activity=None)
    claims |= _service_claims(sandbox, db, tool=tool, course=course, activity=None)
    return claims


def _common_claims(
    sandbox: Sandbox,
    *,
    launch: Launch,
    tool: Tool,
    person: Person,
    course: Course,
    nonce: str,
    at: int,
) -> dict[str, Any]:
    lang, rules = launch.language, sandbox.config.rules
    claims: dict[str, Any] = {
        "iss": sandbox.issuer,
        "sub": person.sub,
        "aud": tool.client_id,
        "iat": at,
        "exp": at + rules.id_token_seconds,
        "nonce": nonce,
        "name": person.name[lang],
        "given_name": person.given_name[lang],
        "family_name": person.family_name[lang],
        VERSION: LTI_VERSION,
        DEPLOYMENT_ID: tool.deployment_id,
        CLAIM + "roles": list(person.roles),
        CLAIM + "context": context_claim(course, lang),
        CLAIM + "launch_presentation": {
            "locale": rules.locales[lang],
            "document_target": launch.document_target,
            "return_url": f"{sandbox.url}/courses/{course.id}/return",
        },
        CLAIM + "tool_platform": {
            "guid": sandbox.config.guid,
            "name": sandbox.config.name[lang],
            "product_family_code": rules.product_family_code,
            "version": "1",
        },
    }
    if rules.says_azp:
        claims["azp"] = tool.client_id
    if rules.says_locale:
        claims["locale"] = rules.locales[lang]
    if person.email:
        claims["email"] = person.email
    return claims


def context_claim(course: Course, lang: str) -> dict[str, Any]:
    """The context of a launch or roster."""
    return {
        "id": course.id,
        "label": course.label,
        "title": course.title[lang],
        "type": [COURSE_SECTION],
    }


def _service_claims(
    sandbox: Sandbox, db: sqlite3.Connection, *, tool: Tool, course: Course, activity: Placed | None
) -> dict[str, Any]:
    """The AGS and NRPS claims, each only where the tool has a scope of it."""
    claims: dict[str, Any] = {}
    scopes = [scope for scope in tool.scopes if scope in AGS_SCOPES]
    if scopes:
        endpoint: dict[str, Any] = {
            "scope": scopes,
            "lineitems": line_items_url(sandbox, course.id),
        }
        rows = db.execute(
            "SELECT id FROM line_item WHERE resource_link_id = ? AND client_id = ?",
            (activity.resource_link_id if activity else None, tool.client_id),
        ).fetchall()
        if len(rows) == 1:  # AGS §3.1: the claim names a line item only where there is exactly one
            endpoint["lineitem"] = line_item_url(sandbox, course.id, rows[0]["id"])
        claims[AGS_ENDPOINT] = endpoint
    if SCOPE_ROSTER in tool.scopes:
        claims[NRPS_SERVICE] = {
            "context_memberships_url": roster_url(sandbox, course.id),
            "service_versions": ["2.0"],
        }
    return claims
