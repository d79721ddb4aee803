"""Every address of results on one screen, and who may use it."""

from lms_carbon.core.identity import Role
from lms_carbon.core.web import SIGNED_IN, package_blueprint, roles
from lms_carbon.results.views import own, policy

blueprint = package_blueprint("results")

_add = blueprint.add_url_rule
_OFFICERS = roles(Role.OFFICER)
_TRACK = "/results/tracks/<int:track_id>"

# The policy that a track's levels follow
_add(f"{_TRACK}/policy", view_func=policy.show_policy, access=_OFFICERS)
_add(f"{_TRACK}/policy", view_func=policy.confirm, methods=["POST"], access=_OFFICERS)

# The candidate's own result
_add("/results/<int:candidacy_id>", view_func=own.show_own, access=SIGNED_IN)
_add("/results/own/<int:cycle_id>", view_func=own.open_own, access=SIGNED_IN)
