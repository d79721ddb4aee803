"""Every address of results on one screen, and who may use it."""

from lms_carbon.core.identity import Role
from lms_carbon.core.web import package_blueprint, roles
from lms_carbon.results.views import policy

blueprint = package_blueprint("results")

_add = blueprint.add_url_rule
_OFFICERS = roles(Role.OFFICER)
_TRACK = "/results/tracks/<int:track_id>"

# The policy that a track's levels follow
_add(f"{_TRACK}/policy", view_func=policy.show_policy, access=_OFFICERS)
_add(f"{_TRACK}/policy", view_func=policy.confirm, methods=["POST"], access=_OFFICERS)
