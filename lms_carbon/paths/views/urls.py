"""Every address of paths on one screen, and who may use it."""

from lms_carbon.core.hooks import NavItem
from lms_carbon.core.i18n import mark
from lms_carbon.core.identity import Actor
from lms_carbon.core.web import SIGNED_IN, package_blueprint, roles
from lms_carbon.paths.policy import CONFIRMERS
from lms_carbon.paths.views import confirmations, own

blueprint = package_blueprint("paths")

_add = blueprint.add_url_rule
_CONFIRMERS = roles(*CONFIRMERS)
_PATH = "/paths/<int:candidacy_id>"
_ACTIVITY = f"{_PATH}/activities/<int:activity_id>"

# The candidate's path
_add(_PATH, view_func=own.show_path, access=SIGNED_IN)
_add("/paths/own/<int:cycle_id>", view_func=own.open_path, access=SIGNED_IN)
_add(_ACTIVITY, view_func=own.show_activity, access=SIGNED_IN)
_add(_ACTIVITY, view_func=own.move, methods=["POST"], access=SIGNED_IN)

# What mentors and officers confirm
_add("/paths/confirmations", view_func=confirmations.show_waiting, access=_CONFIRMERS)
_add(
    "/paths/confirmations/<int:path_id>/<int:activity_id>",
    view_func=confirmations.decide,
    methods=["POST"],
    access=_CONFIRMERS,
)


def desks(by: Actor) -> list[NavItem]:
    """Answer the hook `navigation`: confirming is a desk of mentors and officers."""
    if not by.has_any(CONFIRMERS):
        return []
    return [
        NavItem(
            title=mark("Confirmations"),
            about=mark("Confirm the activities that candidates say they have done."),
            path="/paths/confirmations",
            icon="patch-check",
            order=65,
        )
    ]
