"""What holds for every kind there is."""

import dataclasses
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.datastructures import MultiDict

from lms_carbon.question_bank.kinds.errors import ContentShapeError, ResponseShapeError
from lms_carbon.question_bank.kinds.registry import KINDS
from tests.unit.question_bank.contents import JSON, RAW, content

every_kind = pytest.mark.parametrize("name", list(KINDS))


@every_kind
def test_the_registry_knows_it_by_its_own_name(name: str) -> None:
    kind = KINDS[name]
    assert kind.name == name
    assert kind.view_template.endswith(f"/{name}.html")
    assert kind.form_template.endswith(f"/edit_{name}.html")


@every_kind
def test_the_example_has_no_problems(name: str) -> None:
    assert KINDS[name].check_content(content(name)) == []


@every_kind
@given(points=st.integers(0, 100_000))
def test_the_key_earns_full_marks(name: str, points: int) -> None:
    kind, example = KINDS[name], content(name)
    response = kind.normalise_response(example, kind.key_response(example))
    assert kind.is_answered(example, response)
    assert kind.score(example, response, points).earned == points


@every_kind
@given(raw=JSON, points=st.integers(0, 100_000))
def test_any_json_is_an_answer_or_is_refused_by_name(name: str, raw: Any, points: int) -> None:
    kind, example = KINDS[name], content(name)
    try:
        response = kind.normalise_response(example, raw)
    except ResponseShapeError:
        return
    score = kind.score(example, response, points)
    assert 0 <= score.earned <= points
    assert str(score.why)
    remark = kind.remark(example, response)
    assert remark is None or str(remark)
    stored = json.loads(json.dumps(response, allow_nan=False))
    assert stored == response
    assert kind.normalise_response(example, stored) == response
    json.dumps(response, ensure_ascii=False).encode()
    assert "\x00" not in str(response)


@every_kind
def test_no_answer_earns_nothing_and_says_so(name: str) -> None:
    kind, example = KINDS[name], content(name)
    for raw in (None, ""):
        response = kind.normalise_response(example, raw)
        assert response is None
        assert not kind.is_answered(example, response)
        score = kind.score(example, response, 5000)
        assert (score.earned, score.why.msgid) == (0, "Not answered.")


@every_kind
@pytest.mark.parametrize("raw", ["x" * 500_000, ["a"] * 100_000, [[["a"]]], {"value": ["1"]}, 3.5j])
def test_what_no_page_sends_is_refused(name: str, raw: Any) -> None:
    with pytest.raises(ResponseShapeError):
        KINDS[name].normalise_response(content(name), raw)


@every_kind
@given(raw=JSON)
def test_any_json_is_content_or_is_refused_by_name(name: str, raw: Any) -> None:
    kind = KINDS[name]
    for attempt in (raw, {"stem": raw}, {**RAW[name], "choices": raw}, {**RAW[name], "correct": raw}):
        try:
            loaded = kind.load_content(attempt)
        except ContentShapeError:
            continue
        assert kind.load_content(loaded) == loaded
        kind.check_content(loaded)


@every_kind
def test_a_draft_with_gaps_is_kept_and_its_gaps_are_named(name: str) -> None:
    kind = KINDS[name]
    emptied = {"stem": {}} if name in {"true_false", "numeric"} else {"stem": {}, "choices": []}
    problems = kind.check_content(kind.load_content(emptied))
    assert {"stem-zh"} < {problem.field for problem in problems if problem.blocking}


@every_kind
def test_a_missing_translation_is_told_and_does_not_block(name: str) -> None:
    one = content(name, stem={"zh": "<p>只有中文</p>"})
    (problem,) = KINDS[name].check_content(one)
    assert (problem.field, problem.blocking) == ("stem-en", False)
    view = KINDS[name].candidate_view(one, "en")
    assert (view.stem.html, view.stem.lang, view.stem.fallback) == ("<p>只有中文</p>", "zh-CN", True)


@every_kind
@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_view_is_the_same_whatever_the_key(name: str, language: str) -> None:
    other = {
        "single_choice": {"correct": ["c"]},
        "multiple_choice": {"correct": ["a"], "scoring": "all_or_nothing"},
        "true_false": {"correct": True},
        "numeric": {"value": "1", "unit": "tC", "offered_units": ["tCO2", "kgCO2"], "accepted_units": []},
    }[name]
    shown = KINDS[name].candidate_view(content(name), language, seed="7")
    assert shown == KINDS[name].candidate_view(content(name, **other), language, seed="7")
    assert "correct" not in str(dataclasses.asdict(shown))


@every_kind
def test_the_form_gives_back_what_it_was_filled_with(name: str) -> None:
    kind, example = KINDS[name], content(name)
    form = MultiDict[str, str](_as_form(kind.form_values(example)))
    assert kind.load_content(kind.parse_form(form)) == _with_explanation(example)


@every_kind
def test_an_empty_form_is_a_draft(name: str) -> None:
    kind = KINDS[name]
    loaded = kind.load_content(kind.parse_form(MultiDict()))
    assert any(problem.blocking for problem in kind.check_content(loaded))
    kind.form_values(loaded)
    kind.form_values({})


@every_kind
def test_an_answer_by_form_is_the_answer_by_script(name: str) -> None:
    kind, example = KINDS[name], content(name)
    key = kind.key_response(example)
    sent: list[tuple[str, str]] = {
        "single_choice": [("slot-3", "b")],
        "multiple_choice": [("slot-3", "c"), ("slot-3", "b")],
        "true_false": [("slot-3", "false")],
        "numeric": [("slot-3", "32368"), ("slot-3-unit", "tCO2")],
    }[name]
    raw = kind.response_from_form(MultiDict(sent), "slot-3")
    assert kind.normalise_response(example, raw) == key
    nothing = kind.response_from_form(MultiDict(), "slot-3")
    assert kind.normalise_response(example, nothing) is None


def test_points_are_printed_with_two_decimals_at_most() -> None:
    reveal = KINDS["single_choice"].reveal(content("single_choice"), "b", 3335, "en")
    assert (reveal.earned_text, reveal.possible_text) == ("3.34", "3.34")
    assert KINDS["single_choice"].reveal(content("single_choice"), "a", 10_000, "en").possible_text == "10"


def _with_explanation(example: dict[str, Any]) -> dict[str, Any]:
    return {"explanation": {"zh": "", "en": ""}, **example}


def _as_form(values: dict[str, Any]) -> list[tuple[str, str]]:
    """Return what a browser would send of the author's form filled with `values`."""
    sent: list[tuple[str, str]] = []
    for name in ("stem", "explanation"):
        sent += [(f"{name}-{language}", text) for language, text in values[name].items()]
    for row in values.get("choices", []):
        sent.append(("choice", row["id"]))
        sent += [(f"choice-{row['id']}-{language}", text) for language, text in row["text"].items()]
        sent += [(f"choice-{row['id']}-feedback-{lang}", text) for lang, text in row["feedback"].items()]
        sent += [("correct", row["id"])] if row["correct"] else []
    for name in ("value", "unit", "accepted_units", "offered_units", "tolerance_kind", "tolerance", "scoring"):
        sent += [(name, values[name])] if name in values else []
    sent += [("shuffle", "1")] if values.get("shuffle") else []
    sent += [("correct", str(values["correct"]).lower())] if "correct" in values else []
    return sent
