"""Every address of practicals on one screen, and who may use it."""

from lms_carbon.core.hooks import NavItem
from lms_carbon.core.i18n import mark
from lms_carbon.core.identity import Actor, Role
from lms_carbon.core.web import SIGNED_IN, package_blueprint, roles
from lms_carbon.practicals.policy import TASK_READERS
from lms_carbon.practicals.views import desk, sheet, start
from lms_carbon.practicals.views.words import file_size, in_words, rich_text
from lms_carbon.question_bank.kinds.units import unit_label

blueprint = package_blueprint("practicals")
for _helper in (file_size, rich_text, unit_label):
    blueprint.add_app_template_global(_helper)
blueprint.add_app_template_filter(in_words)

_add = blueprint.add_url_rule
_CANDIDATES = roles(Role.CANDIDATE)
_OFFICERS = roles(Role.OFFICER)
_TASK_READERS = roles(*TASK_READERS)
_PRACTICAL = "/practicals/<int:practical_id>"
_SHEET = "/sheets/<int:sheet_id>"

# The candidate's side
_add(_PRACTICAL, view_func=start.show_practical, access=SIGNED_IN)
_add(f"{_PRACTICAL}/begin", view_func=start.begin, methods=["POST"], access=_CANDIDATES)
_add(f"{_PRACTICAL}/entry", view_func=start.ask_to_enter, methods=["POST"], access=_CANDIDATES)
_add(_SHEET, view_func=sheet.show_sheet, access=SIGNED_IN)
_add(_SHEET, view_func=sheet.save, methods=["POST"], access=SIGNED_IN)
_add(f"{_SHEET}/data.xlsx", view_func=sheet.download_xlsx, access=SIGNED_IN)
_add(f"{_SHEET}/data.csv", view_func=sheet.download_csv, access=SIGNED_IN)
_add(f"{_SHEET}/workbook", view_func=sheet.download_workbook, access=SIGNED_IN)
_add(f"{_SHEET}/hand-in", view_func=sheet.show_hand_in, access=SIGNED_IN)
_add(f"{_SHEET}/hand-in", view_func=sheet.submit, methods=["POST"], access=SIGNED_IN)
_add(f"{_SHEET}/receipt", view_func=sheet.show_receipt, access=SIGNED_IN)

# The officers' desk
_add("/practicals", view_func=desk.show_list, access=_OFFICERS)
_add("/practicals/new", view_func=desk.show_new, access=_OFFICERS)
_add("/practicals/new", view_func=desk.create, methods=["POST"], access=_OFFICERS)
_add(f"{_PRACTICAL}/desk", view_func=desk.show_desk, access=_OFFICERS)
_add(f"{_PRACTICAL}/open", view_func=desk.open_, methods=["POST"], access=_OFFICERS)
_add(f"{_PRACTICAL}/close", view_func=desk.close, methods=["POST"], access=_OFFICERS)
_add(f"{_PRACTICAL}/deadline", view_func=desk.change_deadline, methods=["POST"], access=_OFFICERS)

# Tasks, for those who prepare
_add("/practicals/tasks", view_func=desk.show_tasks, access=_TASK_READERS)
_add("/practicals/tasks/<int:task_id>", view_func=desk.show_task, access=_TASK_READERS)


def desks(by: Actor) -> list[NavItem]:
    """Answer the hook `navigation`: practicals are a desk of officers, their tasks one of authors and reviewers."""
    if by.has(Role.OFFICER):
        return [
            NavItem(
                title=mark("Practicals"),
                about=mark("Set tasks, open them, see who works on them."),
                path="/practicals",
                icon="clipboard-data",
                order=22,
            )
        ]
    if by.has_any(TASK_READERS):
        return [
            NavItem(
                title=mark("Practical tasks"),
                about=mark("Read the tasks of practicals: cases, data sets, formulas."),
                path="/practicals/tasks",
                icon="clipboard-data",
                order=22,
            )
        ]
    return []
