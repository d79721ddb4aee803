"""Every address of exams on one screen, and who may use it."""

from lms_carbon.core.hooks import NavItem
from lms_carbon.core.i18n import mark
from lms_carbon.core.identity import Actor, Role
from lms_carbon.core.web import SIGNED_IN, package_blueprint, roles
from lms_carbon.exams.views import desk, papers, printing, runner, start

blueprint = package_blueprint("exams")

_add = blueprint.add_url_rule
_CANDIDATES = roles(Role.CANDIDATE)
_OFFICERS = roles(Role.OFFICER)
_ID = "int"
_EXAM = f"/exams/<{_ID}:exam_id>"
_FORM = f"{_EXAM}/forms/<{_ID}:number>"
_ATTEMPT = f"/attempts/<{_ID}:attempt_id>"

# Before the exam
_add(_EXAM, view_func=start.show_exam, access=SIGNED_IN)
_add(f"{_EXAM}/state", view_func=start.tell_state, access=_CANDIDATES)
_add(f"{_EXAM}/trial", view_func=start.try_saving, methods=["POST"], access=_CANDIDATES)
_add(f"{_EXAM}/entry", view_func=start.ask_to_enter, methods=["POST"], access=_CANDIDATES)

# The exam and after it
_add(_ATTEMPT, view_func=runner.show_attempt, access=SIGNED_IN)
_add(f"{_ATTEMPT}/receipt", view_func=runner.show_receipt, access=SIGNED_IN)

# The officers' desk
_add("/exams", view_func=desk.show_list, access=_OFFICERS)
_add("/exams/new", view_func=desk.show_new, access=_OFFICERS)
_add("/exams/new", view_func=desk.create, methods=["POST"], access=_OFFICERS)
_add(f"{_EXAM}/desk", view_func=desk.show_desk, access=_OFFICERS)
_add(f"{_EXAM}/edit", view_func=desk.show_settings, access=_OFFICERS)
_add(f"{_EXAM}/edit", view_func=desk.save_settings, methods=["POST"], access=_OFFICERS)
_add(f"{_EXAM}/attempts", view_func=desk.show_attempts, access=_OFFICERS)
_add(f"{_EXAM}/late", view_func=desk.show_late, access=_OFFICERS)
_add(f"{_EXAM}/open", view_func=desk.open_, methods=["POST"], access=_OFFICERS)
_add(f"{_EXAM}/close", view_func=desk.close, methods=["POST"], access=_OFFICERS)
_add(f"{_EXAM}/release", view_func=desk.release, methods=["POST"], access=_OFFICERS)
_add(f"{_EXAM}/delete", view_func=desk.delete, methods=["POST"], access=_OFFICERS)
_add(f"{_EXAM}/forms", endpoint="make_form", view_func=papers.make, methods=["POST"], access=_OFFICERS)
_add(_FORM, view_func=papers.show_form, access=_OFFICERS)
_add(f"{_FORM}/text", view_func=printing.print_form, access=_OFFICERS)
_add(f"{_FORM}/items", view_func=papers.add, methods=["POST"], access=_OFFICERS)
_add(f"{_FORM}/items/<{_ID}:slot>", view_func=papers.change, methods=["POST"], access=_OFFICERS)
_add(f"{_FORM}/freeze", view_func=papers.freeze, methods=["POST"], access=_OFFICERS)


def desks(by: Actor) -> list[NavItem]:
    """Answer the hook `navigation`: exams are a desk of officers."""
    if not by.has(Role.OFFICER):
        return []
    return [
        NavItem(
            title=mark("Exams"),
            about=mark("Put papers together, open exams, see who sits them, release scores."),
            path="/exams",
            icon="journal-check",
            order=20,
        )
    ]
