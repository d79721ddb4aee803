"""Every address of marking on one screen, and who may use it."""

from lms_carbon.core.hooks import NavItem
from lms_carbon.core.i18n import mark
from lms_carbon.core.identity import Actor, Role
from lms_carbon.core.web import package_blueprint, roles
from lms_carbon.marking.policy import MARKERS, READERS
from lms_carbon.marking.rules.points import points_text
from lms_carbon.marking.views import decision, queue, rubrics, watch, work

blueprint = package_blueprint("marking", prefix="/marking")
blueprint.add_app_template_global(points_text, "points_in_words")

_add = blueprint.add_url_rule
_DESK = roles(*MARKERS, Role.OFFICER)
_MARKERS = roles(*MARKERS)
_WATCHERS = roles(Role.OFFICER, Role.MODERATOR)
_READERS = roles(*READERS)
_WORK = "/works/<int:work_id>"
_INSTRUMENT = "/instruments/<int:instrument_id>"

# The queue, and one work
_add("", view_func=queue.show_queue, access=_DESK)
_add("/take", view_func=queue.take, methods=["POST"], access=_MARKERS)
_add(_WORK, view_func=work.show_work, access=_MARKERS)
_add(_WORK, view_func=work.save_work, methods=["POST"], access=_MARKERS)
_add(f"{_WORK}/finish", view_func=work.finish, methods=["POST"], access=_MARKERS)
_add(f"{_WORK}/return", view_func=work.give_back_work, methods=["POST"], access=_MARKERS)

# Where two marks differ
_add(f"{_WORK}/decision", view_func=decision.show_decision, access=_MARKERS)
_add(f"{_WORK}/decision", view_func=decision.save_decision, methods=["POST"], access=_MARKERS)
_add(f"{_WORK}/decision/finish", view_func=decision.decide, methods=["POST"], access=_MARKERS)

# How far it is
_add(_INSTRUMENT, view_func=watch.show_instrument, access=_WATCHERS)
_add(f"{_INSTRUMENT}/recall", view_func=watch.recall, methods=["POST"], access=_WATCHERS)

# Rubrics
_add("/rubrics", view_func=rubrics.show_rubrics, access=_READERS)
_add("/rubrics/<int:rubric_id>", view_func=rubrics.show_rubric, access=_READERS)


def desks(by: Actor) -> list[NavItem]:
    """Answer the hook `navigation`: the queue, which leads on to the rubrics; these alone for who does not mark."""
    found: list[NavItem] = []
    if by.has_any((*MARKERS, Role.OFFICER)):
        found.append(
            NavItem(
                title=mark("Marking"),
                about=mark("Mark what candidates handed in, by rubric and without names; see what is still open."),
                path="/marking",
                icon="pencil-square",
                order=30,
            )
        )
    elif by.has_any(READERS):
        found.append(
            NavItem(
                title=mark("Rubrics"),
                about=mark("Read by which criteria and levels works are marked."),
                path="/marking/rubrics",
                icon="list-check",
                order=35,
            )
        )
    return found
