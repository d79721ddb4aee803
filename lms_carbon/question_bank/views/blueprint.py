"""The blueprint that all pages of the package hang on, and what they share."""

from typing import Final

from lms_carbon.core.hooks import NavItem
from lms_carbon.core.http import say
from lms_carbon.core.i18n import mark
from lms_carbon.core.identity import Actor, Role
from lms_carbon.core.web import package_blueprint, roles
from lms_carbon.question_bank.kinds.base import points_text
from lms_carbon.question_bank.views.showing import candidate_html
from lms_carbon.question_bank.views.words import field_label, marked

blueprint = package_blueprint("question_bank", prefix="/questions")

for _helper in (candidate_html, field_label, marked, points_text, say):
    blueprint.add_app_template_global(_helper)

READERS: Final = roles(Role.AUTHOR, Role.REVIEWER)
AUTHORS: Final = roles(Role.AUTHOR)

ID: Final = "int"
"""URL converter of row ids: larger numbers are no row's, and no database takes them."""


def desks(by: Actor) -> list[NavItem]:
    """Answer the hook `navigation`: the bank is a desk of authors and reviewers."""
    if not by.has_any(READERS):
        return []
    return [
        NavItem(
            title=mark("Questions"),
            about=mark("Write questions, try them, and sign off what others wrote."),
            path="/questions",
            icon="patch-question",
            order=30,
        )
    ]
