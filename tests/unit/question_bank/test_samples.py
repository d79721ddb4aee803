"""The shipped samples: as `lms-carbon content check` wants them, numbers alike in both languages and recomputed."""

import ast
import operator
import re
from collections.abc import Callable, Mapping
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from math import isqrt
from typing import Any

import pytest
from click.testing import CliRunner

from lms_carbon.framework.documents import shipped_framework
from lms_carbon.question_bank.commands import content_commands
from lms_carbon.question_bank.html import plain_text
from lms_carbon.question_bank.kinds.registry import KINDS
from lms_carbon.question_bank.rules.content import check_samples
from lms_carbon.question_bank.samples import SampleDefectError, make_sample, read_practice, read_samples, sample_rows

ALL = [*read_samples(), *read_practice()]
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


def test_the_shipped_content_is_without_fault() -> None:
    report = check_samples(sample_rows(), shipped_framework())
    assert report.faults == []
    assert len(report.statements) == 31
    assert report.questions >= 31 * 4
    assert report.questions == len(read_samples())
    assert len({sample.kind for sample in read_practice()}) == len(read_practice()) == 8


def test_codes_say_what_a_sample_is_about() -> None:
    for sample in ALL:
        stem = sample.tags[0].replace(".", "").replace("-", "") if sample.tags else ""
        assert sample.code.startswith(f"sample-{stem}-" if stem else "practice-")
        assert len(set(sample.tags)) == len(sample.tags)
        assert sample.sample


def test_both_languages_name_the_same_numbers() -> None:
    differing = []
    for sample in ALL:
        # "3 月" is a name in Chinese and a word in English.
        plain = [re.sub(r"\d+ 月", "某月", plain_text(sample.content["stem"][language])) for language in ("zh", "en")]
        long_numbers = [re.findall(r"\d[\d. ]*\d", text) for text in plain]
        data = [sorted(number for number in found if "." in number or " " in number) for found in long_numbers]
        if data[0] != data[1]:
            differing.append((sample.code, data))
    assert differing == []


def test_no_answer_earns_nothing_and_content_is_clean_already() -> None:
    for sample in ALL:
        kind = KINDS[sample.kind]
        assert kind.score(sample.content, None, sample.points).earned == 0
        assert kind.load_content(sample.content) == sample.content


def _agrees(check: str, value: str) -> Decimal | None:
    """Return the arithmetic's exact value where the one written is that, rounded."""
    exact = _exact(check)
    precise = Decimal(exact.numerator) / Decimal(exact.denominator)
    return precise if precise.quantize(Decimal(value), ROUND_HALF_UP) == Decimal(value) else None


def test_every_number_is_recomputed() -> None:
    kind = KINDS["numeric"]
    for sample in ALL:
        if sample.kind != "numeric":
            continue
        assert isinstance(sample.check, str), sample.code
        precise = _agrees(sample.check, sample.content["value"])
        assert precise is not None, sample.code
        unit = sample.content["unit"] or ""
        response = kind.normalise_response(sample.content, f"{precise:.9f} {unit}")
        assert kind.score(sample.content, response, sample.points).earned == sample.points, sample.code


def test_every_number_in_a_gap_or_part_is_recomputed() -> None:
    for sample in ALL:
        values = {gap["id"]: gap["value"] for gap in sample.content.get("gaps", ()) if gap["kind"] == "number"}
        parts = [part for part in sample.content.get("parts", ()) if part["kind"] == "numeric"]
        values |= {part["id"]: part["content"]["value"] for part in parts}
        checks = sample.check if isinstance(sample.check, Mapping) else {}
        assert set(values) == set(checks), sample.code
        assert all(_agrees(checks[name], value) is not None for name, value in values.items()), sample.code


def _row(code: str = "sample-511a1-99", **change: Any) -> dict[str, Any]:
    return {
        "code": code,
        "kind": "true_false",
        "title": {"zh": "题", "en": "T"},
        "tags": ["5.1.1-a-1"],
        "cognitive": "apply",
        "difficulty": 0.5,
        "minutes": 1,
        "points": 1,
        "source": {"zh": "数据由题目给出", "en": "Data given in the question"},
        "content": {"stem": {"zh": "对", "en": "So"}, "correct": True},
    } | change


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"tags": ["5.1.1-a-9"]}, "unknown requirements 5.1.1-a-9"),
        ({"source": {"zh": "《条例》", "en": "The regulation"}}, "the source and the mark for experts do not agree"),
        ({"needs_expert_review": True}, "the source and the mark for experts do not agree"),
        ({"title": {"zh": "题", "en": "题"}}, "“题” is not English throughout"),
        ({"code": "sample-511a1-98"}, "the code is there 2 times"),
        ({"cognitive": "guess"}, "unknown cognitive level guess"),
        ({"apart": ["sample-511a1-97"]}, "apart from sample-511a1-97, which is not there"),
    ],
)
def test_the_check_finds_faults(change: dict[str, Any], fault: str) -> None:
    rows = [_row("sample-511a1-98"), _row(**change)]
    faults = check_samples(rows, shipped_framework()).faults
    assert any(fault in found for found in faults)
    assert "5.1.1-a-2: 0 questions, 4 are wanted" in faults
    assert not any(fault in found for found in check_samples([_row()], shipped_framework()).faults)


def test_the_check_counts_a_shared_statement_once_and_asks_for_more_than_recall() -> None:
    shared = [_row(f"sample-521a4-{n}", tags=["5.5.1-a-4", "5.2.1-a-4"], cognitive="remember") for n in range(4)]
    report = check_samples(shared, shipped_framework())
    assert report.statements["5.2.1-a-4"] == 4
    assert "less than a third is above recall" in report.faults


def test_the_command_reports() -> None:
    found = CliRunner().invoke(content_commands, ["check"])
    assert "questions on 31 knowledge statements, in both languages" in found.output
    assert found.exit_code == 0


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
