"""Contents and strategies that the tests of kinds share."""

from typing import Any

from hypothesis import strategies as st

from lms_carbon.question_bank.kinds.registry import KINDS

SINGLE = {
    "stem": {"zh": "<p>哪一项？</p>", "en": "<p>Which one?</p>"},
    "choices": [
        {"id": "a", "text": {"zh": "甲", "en": "First"}, "feedback": {"zh": "不是", "en": "No"}},
        {"id": "b", "text": {"zh": "乙", "en": "Second"}},
        {"id": "c", "text": {"zh": "丙", "en": "Third"}},
    ],
    "correct": ["b"],
    "shuffle": True,
}
MULTIPLE = {**SINGLE, "correct": ["b", "c"], "scoring": "partial"}
MULTIPLE["choices"] = [*SINGLE["choices"], {"id": "d", "text": {"zh": "丁", "en": "Fourth"}}]
TRUE_FALSE = {"stem": {"zh": "<p>对吗？</p>", "en": "<p>So it is.</p>"}, "correct": False}
NUMERIC = {
    "stem": {"zh": "<p>多少？</p>", "en": "<p>How much?</p>"},
    "value": "32368",
    "unit": "tCO2",
    "accepted_units": ["kgCO2"],
    "offered_units": ["tC"],
    "tolerance": {"kind": "relative", "value": "0.5"},
}
RAW = {
    "single_choice": SINGLE,
    "multiple_choice": MULTIPLE,
    "true_false": TRUE_FALSE,
    "numeric": NUMERIC,
}


def content(kind: str, **changes: Any) -> dict[str, Any]:
    """Return loaded content of `kind`, with changes."""
    return KINDS[kind].load_content({**RAW[kind], **changes})


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=True, allow_infinity=True)
    | st.text(max_size=80)
    | st.sampled_from(["a", "b", "c", "true", "32368 tCO2", "NaN", "1e999", "\x00", "\ud800", "1 t//"]),
    lambda inner: (
        st.lists(inner, max_size=5)
        | st.dictionaries(st.sampled_from(["value", "unit", "id", "stem", "zh"]) | st.text(), inner, max_size=4)
    ),
    max_leaves=12,
)
"""Anything that a JSON body can hold, and what Python's reader takes beyond it."""
