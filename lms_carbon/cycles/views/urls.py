"""Every address of cycles on one screen, and who may use it."""

from lms_carbon.core.hooks import NavItem
from lms_carbon.core.i18n import mark
from lms_carbon.core.identity import Actor, Role
from lms_carbon.core.web import package_blueprint, roles
from lms_carbon.cycles.views import candidates, desk, plan, roster

blueprint = package_blueprint("cycles", prefix="/cycles")

_add = blueprint.add_url_rule
_OFFICERS = roles(Role.OFFICER)
_CYCLE = "/<int:cycle_id>"
_TRACK = "/tracks/<int:track_id>"
_INSTRUMENT = "/instruments/<int:instrument_id>"

# Cycles
_add("", view_func=desk.show_list, access=_OFFICERS)
_add("/new", view_func=desk.show_new, access=_OFFICERS)
_add("/new", view_func=desk.create, methods=["POST"], access=_OFFICERS)
_add(_CYCLE, view_func=desk.show_board, access=_OFFICERS)
_add(f"{_CYCLE}/edit", view_func=desk.show_settings, access=_OFFICERS)
_add(f"{_CYCLE}/edit", view_func=desk.save_settings, methods=["POST"], access=_OFFICERS)
_add(f"{_CYCLE}/open", view_func=desk.open_, methods=["POST"], access=_OFFICERS)
_add(f"{_CYCLE}/close", view_func=desk.close, methods=["POST"], access=_OFFICERS)
_add(f"{_CYCLE}/links", view_func=desk.show_links, access=_OFFICERS)

# The plan: positions and what assesses them
_add(f"{_CYCLE}/plan", view_func=plan.show_plan, access=_OFFICERS)
_add(f"{_CYCLE}/tracks/new", view_func=plan.show_new_track, access=_OFFICERS)
_add(f"{_CYCLE}/tracks/new", view_func=plan.create_track, methods=["POST"], access=_OFFICERS)
_add(f"{_TRACK}/entry", view_func=plan.save_entry, methods=["POST"], access=_OFFICERS)
_add(f"{_TRACK}/delete", view_func=plan.delete_track, methods=["POST"], access=_OFFICERS)
_add(f"{_TRACK}/instruments/new", view_func=plan.show_new_instrument, access=_OFFICERS)
_add(f"{_TRACK}/instruments/new", view_func=plan.create_instrument, methods=["POST"], access=_OFFICERS)
_add(_INSTRUMENT, view_func=plan.show_instrument, access=_OFFICERS)
_add(_INSTRUMENT, view_func=plan.save_instrument, methods=["POST"], access=_OFFICERS)
_add(f"{_INSTRUMENT}/delete", view_func=plan.delete_instrument, methods=["POST"], access=_OFFICERS)

# Candidates
_add(f"{_CYCLE}/candidates", view_func=candidates.show_candidates, access=_OFFICERS)
_add("/candidacies/<int:candidacy_id>", view_func=candidates.show_candidacy, access=_OFFICERS)
_add("/candidacies/<int:candidacy_id>", view_func=candidates.change, methods=["POST"], access=_OFFICERS)
_add(f"{_TRACK}/candidates", view_func=candidates.show_add, access=_OFFICERS)
_add(f"{_TRACK}/candidates", view_func=candidates.add, methods=["POST"], access=_OFFICERS)
_add(f"{_TRACK}/roster", view_func=roster.show_roster, methods=["POST"], access=_OFFICERS, transactional=False)


def desks(by: Actor) -> list[NavItem]:
    """Answer the hook `navigation`: cycles are a desk of officers."""
    if not by.has(Role.OFFICER):
        return []
    return [
        NavItem(
            title=mark("Cycles"),
            about=mark("Plan assessment cycles, enter candidates, see what holds them up."),
            path="/cycles",
            icon="arrow-repeat",
            order=10,
        )
    ]
