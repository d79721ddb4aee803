"""The shipped samples: complete in both languages, tagged, above recall often enough, and recomputed."""

import ast
import operator
import re
from collections import Counter
from collections.abc import Callable
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from math import isqrt
from typing import Any

import pytest

from lms_carbon.question_bank.html import plain_text
from lms_carbon.question_bank.kinds.registry import KINDS
from lms_carbon.question_bank.samples import (
    SampleDefectError,
    SampleQuestion,
    make_sample,
    read_practice,
    read_samples,
)

ALL = [*read_samples(), *read_practice()]
REQUIREMENTS = [f"5.2.1-a-{ordinal}" for ordinal in range(1, 5)]
every_sample = pytest.mark.parametrize("sample", ALL, ids=[sample.code for sample in ALL])
_OPERATIONS: dict[type, Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.Pow: operator.pow,
}


def _exact(text: str) -> Fraction:
    """Return simple arithmetic as an exact fraction, numbers as they are written."""

    def value(node: ast.expr) -> Fraction:
        if isinstance(node, ast.Constant):
            return Fraction(ast.get_source_segment(text, node))
        if isinstance(node, ast.BinOp):
            right = value(node.right)
            return Fraction(
                _OPERATIONS[type(node.op)](
                    value(node.left), int(right) if right.denominator == 1 and isinstance(node.op, ast.Pow) else right
                )
            )
        assert isinstance(node, ast.Call)
        assert isinstance(node.func, ast.Name)
        assert node.func.id == "sqrt"
        square = value(node.args[0])
        root = Fraction(isqrt(square.numerator), isqrt(square.denominator))
        assert root * root == square
        return root

    return value(ast.parse(text, mode="eval").body)


def test_there_are_enough_of_every_sort() -> None:
    samples = read_samples()
    assert len(samples) >= 28
    assert len({sample.code for sample in ALL}) == len(ALL)
    tagged = Counter(tag for sample in samples for tag in sample.tags[:1])
    assert set(tagged) == set(REQUIREMENTS)
    assert min(tagged.values()) >= 6
    kinds = Counter(sample.kind for sample in samples)
    assert set(kinds) == set(KINDS)
    assert min(kinds.values()) >= 5
    above_recall = [sample for sample in samples if sample.cognitive != "remember"]
    assert len(above_recall) * 3 >= len(samples)
    assert len(read_practice()) == 3


@every_sample
def test_it_is_marked_as_a_sample_and_tagged_with_known_codes(sample: SampleQuestion) -> None:
    assert sample.sample
    assert set(sample.tags) <= set(REQUIREMENTS)
    assert bool(sample.tags) != sample.code.startswith("practice")
    assert len(set(sample.tags)) == len(sample.tags)
    if sample.tags:
        assert sample.code.startswith("sample-" + sample.tags[0].replace(".", "").replace("-", "") + "-")


def _texts(node: Any) -> list[dict[str, str]]:
    if isinstance(node, dict) and set(node) == {"zh", "en"}:
        return [node]
    below = node.values() if isinstance(node, dict) else node if isinstance(node, list) else []
    return [found for each in below for found in _texts(each)]


@every_sample
def test_both_languages_say_it_and_with_the_same_numbers(sample: SampleQuestion) -> None:
    for texts in [dict(sample.title), dict(sample.source), *_texts(dict(sample.content))]:
        zh, en = plain_text(texts["zh"]), plain_text(texts["en"])
        assert bool(zh) == bool(en)
        assert not re.search("[\u4e00-\u9fff]", re.sub(r"[（(][^()（）]*[)）]", "", en))
    stem = sample.content["stem"]
    assert re.search("[\u4e00-\u9fff]", stem["zh"])
    # "3 月" is a name in Chinese and a word in English.
    plain = [re.sub(r"\d+ 月", "某月", plain_text(stem[language])) for language in ("zh", "en")]
    long_numbers = [re.findall(r"\d[\d. ]*\d", text) for text in plain]
    data = [sorted(number for number in found if "." in number or " " in number) for found in long_numbers]
    assert data[0] == data[1]


@every_sample
def test_the_key_earns_full_marks_and_nothing_earns_none(sample: SampleQuestion) -> None:
    kind = KINDS[sample.kind]
    key = kind.normalise_response(sample.content, kind.key_response(sample.content))
    assert kind.score(sample.content, key, sample.points).earned == sample.points
    assert kind.score(sample.content, None, sample.points).earned == 0


@every_sample
def test_the_content_is_clean_already(sample: SampleQuestion) -> None:
    assert KINDS[sample.kind].load_content(sample.content) == sample.content


@pytest.mark.parametrize(
    "sample",
    [sample for sample in ALL if sample.kind == "numeric"],
    ids=[sample.code for sample in ALL if sample.kind == "numeric"],
)
def test_every_number_is_recomputed(sample: SampleQuestion) -> None:
    assert sample.check
    exact = _exact(sample.check)
    written = Decimal(sample.content["value"])
    rounded = (Decimal(exact.numerator) / Decimal(exact.denominator)).quantize(written, ROUND_HALF_UP)
    assert rounded == written
    unit = sample.content["unit"]
    precise = f"{Decimal(exact.numerator) / Decimal(exact.denominator):.9f} {unit}"
    kind = KINDS["numeric"]
    response = kind.normalise_response(sample.content, precise)
    assert kind.score(sample.content, response, sample.points).earned == sample.points


def test_what_rests_on_other_texts_is_marked_for_an_expert() -> None:
    marked = {sample.code for sample in ALL if sample.needs_expert_review}
    elsewhere = {sample.code for sample in ALL if re.search("GB/T|标准化法", sample.source["zh"])}
    assert marked == elsewhere


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"kind": "riddle"}, "riddle"),
        ({"title": {"zh": "题"}}, "title is not in both languages"),
        ({"cognitive": "guess"}, "unknown cognitive level guess"),
        ({"difficulty": 3}, "difficulty"),
        ({"content": {"stem": {"zh": "对", "en": "So"}}}, "Say whether the statement is true."),
        ({"content": {"stem": {"zh": "对"}, "correct": True}}, "The English is missing."),
        ({"colour": "red"}, "colour"),
    ],
)
def test_a_sample_with_a_fault_does_not_load(change: dict[str, Any], fault: str) -> None:
    sound: dict[str, Any] = {
        "code": "x-1",
        "kind": "true_false",
        "title": {"zh": "题", "en": "T"},
        "tags": [],
        "cognitive": "apply",
        "difficulty": 0.5,
        "minutes": 1,
        "points": 1,
        "source": {"zh": "源", "en": "S"},
        "content": {"stem": {"zh": "对", "en": "So"}, "correct": True},
    }
    assert make_sample(sound).points == 1000
    with pytest.raises(SampleDefectError, match=re.escape(fault)):
        make_sample(sound | change)
