"""Every address of results on one screen, and who may use it."""

from lms_carbon.core.hooks import NavItem
from lms_carbon.core.i18n import mark
from lms_carbon.core.identity import Actor, Role
from lms_carbon.core.web import SIGNED_IN, package_blueprint, roles
from lms_carbon.results.views import desk, own, policy, regrades, signing

blueprint = package_blueprint("results")

_add = blueprint.add_url_rule
_OFFICERS = roles(Role.OFFICER)
_TRACK = "/results/tracks/<int:track_id>"
_CYCLE = "/results/cycles/<int:cycle_id>"
_CANDIDACY = "/results/candidacies/<int:candidacy_id>"
_REGRADE = "/results/regrades/<int:regrade_id>"

# The policy that a track's levels follow
_add(f"{_TRACK}/policy", view_func=policy.show_policy, access=_OFFICERS)
_add(f"{_TRACK}/policy", view_func=policy.confirm, methods=["POST"], access=_OFFICERS)

# The candidate's own result
_add("/results/<int:candidacy_id>", view_func=own.show_own, access=SIGNED_IN)
_add("/results/own/<int:cycle_id>", view_func=own.open_own, access=SIGNED_IN)

# The officers' desk: what a cycle came to
_add("/results", view_func=desk.show_cycles, access=_OFFICERS)
_add(_CYCLE, view_func=desk.show_cycle, access=_OFFICERS)
_add(f"{_CYCLE}/aggregate", view_func=desk.aggregate, methods=["POST"], access=_OFFICERS)
_add(f"{_TRACK}/candidates", view_func=desk.show_candidates, access=_OFFICERS)
_add(_CANDIDACY, view_func=desk.show_candidacy, access=_OFFICERS)
_add(f"{_CANDIDACY}/hold", view_func=desk.hold, methods=["POST"], access=_OFFICERS)
_add(f"{_CANDIDACY}/lift", view_func=desk.lift, methods=["POST"], access=_OFFICERS)

# Two signatures
_add(f"{_CYCLE}/publication", view_func=signing.show_publication, access=_OFFICERS)
_add(f"{_CYCLE}/publication", view_func=signing.sign, methods=["POST"], access=_OFFICERS)
_add(f"{_CYCLE}/publication/take-back", view_func=signing.take_back, methods=["POST"], access=_OFFICERS)

# Corrections after publication
_add(f"{_CYCLE}/regrades/new", endpoint="show_new_regrade", view_func=regrades.show_new, access=_OFFICERS)
_add(
    f"{_CYCLE}/regrades/new", endpoint="propose_regrade", view_func=regrades.create, methods=["POST"], access=_OFFICERS
)
_add(_REGRADE, view_func=signing.show_regrade, access=_OFFICERS)
_add(_REGRADE, view_func=signing.sign_regrade, methods=["POST"], access=_OFFICERS)
_add(f"{_REGRADE}/take-back", view_func=signing.take_regrade_back, methods=["POST"], access=_OFFICERS)


def desks(by: Actor) -> list[NavItem]:
    """Answer the hook `navigation`: results are a desk of officers."""
    if not by.has(Role.OFFICER):
        return []
    return [
        NavItem(
            title=mark("Results"),
            about=mark("See what a cycle came to, sign its results, correct them afterwards."),
            path="/results",
            icon="award",
            order=40,
        )
    ]
