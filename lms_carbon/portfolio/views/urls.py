"""Every address of portfolios on one screen, and who may use it."""

from lms_carbon.core.hooks import NavItem
from lms_carbon.core.i18n import mark
from lms_carbon.core.identity import Actor, Role
from lms_carbon.core.web import SIGNED_IN, package_blueprint, roles
from lms_carbon.portfolio.views import desk, files, own

blueprint = package_blueprint("portfolio", prefix="/portfolios")

_add = blueprint.add_url_rule
_CANDIDATES = roles(Role.CANDIDATE)
_OFFICERS = roles(Role.OFFICER)
_REVIEW = "/<int:review_id>"
_EVIDENCE = f"{_REVIEW}/evidence/<int:evidence_id>"

# The candidate's portfolio
_add(_REVIEW, view_func=own.show_review, access=SIGNED_IN)
_add(f"{_REVIEW}/entry", view_func=own.ask_to_enter, methods=["POST"], access=_CANDIDATES)
_add(f"{_REVIEW}/begin", view_func=own.begin, methods=["POST"], access=_CANDIDATES)
_add(f"{_REVIEW}/evidence/new", view_func=own.show_new, access=_CANDIDATES)
_add(f"{_REVIEW}/evidence/new", view_func=own.add, methods=["POST"], access=_CANDIDATES)
_add(_EVIDENCE, view_func=own.show_evidence, access=_CANDIDATES)
_add(_EVIDENCE, view_func=own.change, methods=["POST"], access=_CANDIDATES)
_add(f"{_EVIDENCE}/file", view_func=files.download_file, access=SIGNED_IN)
_add(f"{_EVIDENCE}/remove", view_func=own.remove, methods=["POST"], access=_CANDIDATES)
_add(f"{_EVIDENCE}/restore", view_func=own.restore, methods=["POST"], access=_CANDIDATES)
_add(f"{_REVIEW}/hand-in", view_func=own.show_hand_in, access=_CANDIDATES)
_add(f"{_REVIEW}/hand-in", view_func=own.hand_in, methods=["POST"], access=_CANDIDATES)

# The officers' desk
_add("", view_func=desk.show_list, access=_OFFICERS)
_add("/new", endpoint="new_review", view_func=desk.show_new, access=_OFFICERS)
_add("/new", view_func=desk.create, methods=["POST"], access=_OFFICERS)
_add(f"{_REVIEW}/desk", view_func=desk.show_desk, access=_OFFICERS)
_add(f"{_REVIEW}/edit", view_func=desk.show_settings, access=_OFFICERS)
_add(f"{_REVIEW}/edit", view_func=desk.save_settings, methods=["POST"], access=_OFFICERS)
_add(f"{_REVIEW}/open", view_func=desk.open_, methods=["POST"], access=_OFFICERS)
_add(f"{_REVIEW}/close", view_func=desk.close, methods=["POST"], access=_OFFICERS)


def desks(by: Actor) -> list[NavItem]:
    """Answer the hook `navigation`: portfolio reviews are a desk of officers."""
    if not by.has(Role.OFFICER):
        return []
    return [
        NavItem(
            title=mark("Portfolios"),
            about=mark("Set portfolio reviews up, open them, see who has handed in."),
            path="/portfolios",
            icon="folder2-open",
            order=24,
        )
    ]
