"""Every address of exams on one screen, and who may use it."""

from lms_carbon.core.hooks import NavItem
from lms_carbon.core.i18n import mark
from lms_carbon.core.identity import Actor, Role
from lms_carbon.core.web import SIGNED_IN, package_blueprint, roles
from lms_carbon.exams.views import runner, start

blueprint = package_blueprint("exams")

_add = blueprint.add_url_rule
_CANDIDATES = roles(Role.CANDIDATE)
_OFFICERS = roles(Role.OFFICER)
_ID = "int(max=9007199254740991)"
_EXAM = f"/exams/<{_ID}:exam_id>"
_ATTEMPT = f"/attempts/<{_ID}:attempt_id>"

# Before the exam
_add(_EXAM, view_func=start.show_exam, access=SIGNED_IN)
_add(f"{_EXAM}/state", view_func=start.tell_state, access=_CANDIDATES)
_add(f"{_EXAM}/trial", view_func=start.try_saving, methods=["POST"], access=_CANDIDATES)
_add(f"{_EXAM}/entry", view_func=start.ask_to_enter, methods=["POST"], access=_CANDIDATES)

# The exam and after it
_add(_ATTEMPT, view_func=runner.show_attempt, access=SIGNED_IN)
_add(f"{_ATTEMPT}/receipt", view_func=runner.show_receipt, access=SIGNED_IN)
