"""What the style page shows in its form fields."""

from typing import Final

from flask_babel import gettext
from werkzeug.datastructures import MultiDict

from lms_carbon.core.forms import Form
from lms_carbon.core.i18n import mark

_ENTERED: Final = MultiDict({"points": "12", "note": "", "band": "intermediate", "method": "written", "agree": ""})
_PROBLEMS: Final = {
    "points": mark("12 is more than the 10 this item has. The 8 given before still stands."),
    "note": mark("Say in a sentence why; the candidate reads it."),
    "agree": mark("Tick this to go on."),
}


def sample_form(*, empty: bool = False) -> Form:
    """Return a form with mistakes, or an untouched one."""
    if empty:
        return Form()
    return Form(values=_ENTERED, problems={name: [gettext(text)] for name, text in _PROBLEMS.items()})
