"""The parts of a question in words, for differences: rows, options, gaps, answers."""

import re
from collections.abc import Iterable, Mapping
from typing import Any, Final

from lms_carbon.core.i18n import LANGUAGES, mark
from lms_carbon.question_bank.kinds.plain import plain_phrase

PARTS: Final[Mapping[str, str]] = {
    "choices": mark("Choice {letter}"),
    "rows": mark("Row {letter}"),
    "options": mark("Option {letter}"),
    "categories": mark("Category {letter}"),
    "gaps": mark("Gap {letter}"),
    "areas": mark("Area {letter}"),
}
"""Lists of content whose members have a name of their own."""

MEMBERS: Final[Mapping[tuple[str, str], str]] = {
    ("choices", "feedback"): mark("Feedback on choice {letter}"),
    ("rows", "option"): mark("Option of row {letter}"),
    ("rows", "category"): mark("Category of row {letter}"),
    ("areas", "shape"): mark("Shape of area {letter}"),
    ("areas", "coords"): mark("Numbers of area {letter}"),
    ("gaps", "kind"): mark("Kind of gap {letter}"),
    ("gaps", "weight"): mark("Weight of gap {letter}"),
    ("gaps", "answers"): mark("Answers in gap {letter}"),
    ("gaps", "value"): mark("Correct value in gap {letter}"),
    ("gaps", "tolerance"): mark("Tolerance in gap {letter}"),
    ("gaps", "choices"): mark("Choices in gap {letter}"),
    ("gaps", "correct"): mark("Right choice in gap {letter}"),
    ("gaps", "case_sensitive"): mark("Gap {letter}: capital and small letters are different"),
    ("gaps", "fold_width"): mark("Gap {letter}: full-width and half-width characters are the same"),
    ("gaps", "fold_script"): mark("Gap {letter}: simplified and traditional characters are the same"),
}
"""What else a member has, by list and field."""
PART: Final = mark("Part {letter}")
"""Of a case; what is in it is content of its own."""
ORDERED: Final = frozenset({"rows"})
"""Lists whose order may be the key."""


def short_name(name: str) -> str:
    """Return the name of a row as pages say it: `r3` → `3`, `b` → `B`, a gap as it stands in the stem."""
    if re.fullmatch("[rp][0-9]+", name):
        return name[1:]
    return f"[[{name}]]" if re.fullmatch("g[0-9]+", name) else name.upper()


def member_label(group: str, member: str) -> str:
    """Return the message id for a field of a row; a field that nobody has named goes by its row."""
    return MEMBERS.get((group, member), PARTS[group])


def list_in_words(values: Iterable[Any]) -> str:
    """Return a list on one line: units, ids, answers with what they earn, choices with their texts."""
    return ", ".join(_in_words(value) if isinstance(value, Mapping) else str(value) for value in values)


def _in_words(value: Mapping[str, Any]) -> str:
    if "name" in value:
        return _variable(value)
    text = value.get("text", "")
    if isinstance(text, Mapping):
        words = " / ".join(plain_phrase(text[language]) for language in LANGUAGES if text.get(language))
        return f"{short_name(str(value.get('id', '')))}: {words}"
    credit = "" if value.get("credit", "100") == "100" else f" ({value['credit']} %)"
    return f"{'~ ' if value.get('pattern') else ''}{text}{credit}"


def _variable(value: Mapping[str, Any]) -> str:
    """Return a variable with what it may be: `m = 10 … 20 (0.5)`, `k = 2 | 4`."""
    if value.get("values"):
        return f"{value['name']} = {' | '.join(value['values'])}"
    return f"{value['name']} = {value.get('min', '')} … {value.get('max', '')} ({value.get('step', '')})"
