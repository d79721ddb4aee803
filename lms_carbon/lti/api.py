"""`GET /api/v1/me`: who and where the tool thinks one is."""

from typing import Any

from marshmallow import Schema, fields

from lms_carbon.core.i18n import HTML_LANG
from lms_carbon.core.identity import signed_in
from lms_carbon.core.web import SIGNED_IN, ApiBlueprint
from lms_carbon.lti.queries import find_place

api_blueprint = ApiBlueprint("me", __name__, url_prefix="/api/v1", description="Who is signed in")


class PersonSchema(Schema):
    """The person."""

    id = fields.Integer(required=True)
    name = fields.String(required=True)


class ContextSchema(Schema):
    """The course, by the platform's id."""

    id = fields.String(required=True)
    title = fields.String(required=True)


class MeSchema(Schema):
    """Who is signed in, in which roles, from where."""

    person = fields.Nested(PersonSchema, required=True)
    roles = fields.List(fields.String(), required=True, metadata={"description": "effective roles in the tool"})
    lti_roles = fields.List(fields.String(), required=True, metadata={"description": "as the platform sent them"})
    institution = fields.String(required=True)
    context = fields.Nested(ContextSchema, required=True, allow_none=True)
    resource_link = fields.String(required=True, allow_none=True, metadata={"description": "the platform's id"})
    locale = fields.String(required=True)


@api_blueprint.get("/me", access=SIGNED_IN)
@api_blueprint.response(200, MeSchema)
def me() -> dict[str, Any]:
    """Answer who makes this request. Without a session: 401."""
    actor = signed_in()
    institution, place = find_place(actor.launch_id, actor.institution_id)
    course = place is not None and place.context_id is not None
    return {
        "person": {"id": actor.person_id, "name": actor.name},
        "roles": [role.value for role in actor.roles],
        "lti_roles": place.lti_roles if place else [],
        "institution": institution,
        "context": {"id": place.context_id, "title": place.title} if place and course else None,
        "resource_link": place.resource_link_id if place else None,
        "locale": HTML_LANG[actor.language],
    }
