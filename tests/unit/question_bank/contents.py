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
SHORT_TEXT = {
    "stem": {"zh": "<p>叫什么？</p>", "en": "<p>What is it called?</p>"},
    "answers": [
        {"text": "not *", "credit": "0", "pattern": True},
        {"text": "碳中和", "credit": "100", "pattern": False},
        {"text": "carbon neutral*", "credit": "100", "pattern": True},
        {"text": "净零", "credit": "50", "pattern": False},
    ],
    "case_sensitive": False,
    "fold_width": True,
    "fold_script": True,
}
CLOZE = {
    "stem": {"zh": "<p>[[g1]]为[[g2]]，[[g3]]。</p>", "en": "<p>The [[g1]] is [[g2]], [[g3]].</p>"},
    "gaps": [
        {"id": "g1", "kind": "text", "weight": 1, "answers": [{"text": "总量", "credit": "100", "pattern": False}]},
        {"id": "g2", "kind": "number", "weight": 2, "value": "12.5", "tolerance": {"kind": "relative", "value": "1"}},
        {
            "id": "g3",
            "kind": "choice",
            "weight": 1,
            "choices": [{"id": "a", "text": {"zh": "吨", "en": "t"}}, {"id": "b", "text": {"zh": "克", "en": "g"}}],
            "correct": "b",
        },
    ],
    "scoring": "partial",
    "penalty": "0.125",
}
MATCHING = {
    "stem": {"zh": "<p>配对。</p>", "en": "<p>Match.</p>"},
    "rows": [
        {"id": "a", "text": {"zh": "一", "en": "One"}, "option": "a"},
        {"id": "b", "text": {"zh": "二", "en": "Two"}, "option": "b"},
        {"id": "c", "text": {"zh": "三", "en": "Three"}, "option": "b"},
    ],
    "options": [
        {"id": "a", "text": {"zh": "甲", "en": "First"}},
        {"id": "b", "text": {"zh": "乙", "en": "Second"}},
        {"id": "c", "text": {"zh": "丙", "en": "Third"}},
    ],
    "shuffle": True,
    "scoring": "partial",
    "penalty": "0.1",
}
CATEGORISING = {
    "stem": {"zh": "<p>归类。</p>", "en": "<p>Sort.</p>"},
    "categories": [
        {"id": "a", "text": {"zh": "范围一", "en": "Scope 1"}},
        {"id": "b", "text": {"zh": "范围二", "en": "Scope 2"}},
    ],
    "rows": [
        {"id": "a", "text": {"zh": "锅炉", "en": "Boiler"}, "category": "a"},
        {"id": "b", "text": {"zh": "外购电", "en": "Purchased power"}, "category": "b"},
    ],
    "shuffle": True,
    "scoring": "all_or_nothing",
}
ORDERING = {
    "stem": {"zh": "<p>排序。</p>", "en": "<p>Order.</p>"},
    "rows": [
        {"id": "a", "text": {"zh": "计划", "en": "Plan"}},
        {"id": "b", "text": {"zh": "监测", "en": "Monitor"}},
        {"id": "c", "text": {"zh": "报告", "en": "Report"}},
        {"id": "d", "text": {"zh": "核查", "en": "Verify"}},
    ],
    "scoring": "partial",
}
CALCULATED = {
    "stem": {"zh": "<p>{{m}} 的 {{k}} 倍？</p>", "en": "<p>{{m}} times {{k}}?</p>"},
    "variables": [{"name": "m", "values": ["16184"]}, {"name": "k", "min": "2", "max": "2", "step": "0.5"}],
    "constraints": ["k < m"],
    "formula": "m * k",
    "unit": "tCO2",
    "accepted_units": ["kgCO2"],
    "offered_units": ["tC"],
    "tolerance": {"kind": "significant", "value": "3"},
    "digits": 5,
}
RAW: dict[str, dict[str, Any]] = {
    "single_choice": SINGLE,
    "multiple_choice": MULTIPLE,
    "true_false": TRUE_FALSE,
    "numeric": NUMERIC,
    "calculated": CALCULATED,
    "short_text": SHORT_TEXT,
    "cloze": CLOZE,
    "matching": MATCHING,
    "ordering": ORDERING,
    "categorising": CATEGORISING,
}
RAW["hotspot"] = {
    "stem": {"zh": "<p>哪里排放？</p>", "en": "<p>Where does it emit?</p>"},
    "image": f"media:{'a' * 64}.png",
    "alt": {"zh": "工厂平面图", "en": "Plan of a works"},
    "areas": [
        {"id": "a", "shape": "rect", "coords": [10, 10, 60, 40], "label": {"zh": "锅炉房", "en": "Boiler house"}},
        {"id": "b", "shape": "circle", "coords": [120, 60, 20], "label": {"zh": "水塔", "en": "Water tower"}},
        {"id": "c", "shape": "polygon", "coords": [70, 70, 90, 70, 80, 90], "label": {"zh": "窑", "en": "Kiln"}},
    ],
    "correct": ["a", "c"],
    "scoring": "partial",
    "penalty": "0.25",
}
RAW["case"] = {
    "stem": {"zh": "<p>一家水泥厂。</p>", "en": "<p>A cement works.</p>"},
    "parts": [
        {
            "id": "p1",
            "kind": "single_choice",
            "points": "1",
            "content": {**SINGLE, "explanation": {"zh": "", "en": ""}},
        },
        {"id": "p2", "kind": "numeric", "points": "2.5", "content": {**NUMERIC, "explanation": {"zh": "", "en": ""}}},
        {"id": "p3", "kind": "matching", "points": "1", "content": {**MATCHING, "explanation": {"zh": "", "en": ""}}},
    ],
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
