"""A new question as a cell of the coverage page asks for it: tags and classification set."""

from dataclasses import replace
from typing import Final

from werkzeug.datastructures import MultiDict

from lms_carbon.framework.queries import list_requirements
from lms_carbon.question_bank.rules.about import COGNITIVE, Tag
from lms_carbon.question_bank.schemas import Entered

_DIFFICULTY: Final = {"easy": "75", "medium": "60", "hard": "45"}


def prefill(entered: Entered, args: MultiDict[str, str]) -> Entered:
    """Return the blank form with what the address names; what is none of ours is left out."""
    about = dict(entered.about)
    if args.get("cognitive") in COGNITIVE:
        about["cognitive"] = args["cognitive"]
    if args.get("difficulty") in _DIFFICULTY:
        about["difficulty"] = _DIFFICULTY[args["difficulty"]]
    code = args.get("requirement", "")[:16]
    found = [one for one in list_requirements(search=code) if one.code == code] if code else []
    return replace(
        entered, about=about, tags=tuple(Tag(statement_id=one.statement_id) for one in found) or entered.tags
    )
