"""What holds for every kind there is."""

import dataclasses
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from werkzeug.datastructures import MultiDict

from lms_carbon.question_bank.kinds.errors import ContentShapeError, ResponseShapeError
from lms_carbon.question_bank.kinds.registry import KINDS
from lms_carbon.question_bank.kinds.rows import names_of
from tests.unit.question_bank.contents import JSON, RAW, content

CLOZE_GAPS = RAW["cloze"]["gaps"]
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
@settings(max_examples=20)
@given(points=st.integers(0, 100_000))
def test_the_key_earns_full_marks(name: str, points: int) -> None:
    kind, example = KINDS[name], content(name)
    response = kind.normalise_response(example, kind.as_sent(example, kind.key_response(example)))
    assert kind.is_answered(example, response)
    assert kind.score(example, response, points).earned == points


@every_kind
@settings(max_examples=40)
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
    assert kind.normalise_response(example, kind.as_sent(example, stored)) == response
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
@settings(max_examples=40)
@given(raw=JSON)
def test_any_json_is_content_or_is_refused_by_name(name: str, raw: Any) -> None:
    kind = KINDS[name]
    for attempt in (raw, {"stem": raw}, *({**RAW[name], member: raw} for member in RAW[name])):
        try:
            loaded = kind.load_content(attempt)
        except ContentShapeError:
            continue
        assert kind.load_content(loaded) == loaded
        kind.check_content(loaded)


@every_kind
def test_a_draft_with_gaps_is_kept_and_its_gaps_are_named(name: str) -> None:
    kind = KINDS[name]
    emptied = {"stem": {}, "choices": []} if "choices" in RAW[name] else {"stem": {}}
    problems = kind.check_content(kind.load_content(emptied))
    assert {"stem-zh"} < {problem.field for problem in problems if problem.blocking}


@every_kind
def test_a_missing_translation_is_told_and_does_not_block(name: str) -> None:
    chinese = RAW[name]["stem"]["zh"]
    one = content(name, stem={"zh": chinese})
    (problem,) = KINDS[name].check_content(one)
    assert (problem.field, problem.blocking) == ("stem-en", False)
    view = KINDS[name].candidate_view(one, "en")
    shown = chinese.replace("{{m}}", "16\u202f184").replace("{{k}}", "2.0")
    assert (view.stem.html, view.stem.lang, view.stem.fallback) == (shown, "zh-CN", True)


@every_kind
@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_view_is_the_same_whatever_the_key(name: str, language: str) -> None:
    other = {
        "single_choice": {"correct": ["c"]},
        "multiple_choice": {"correct": ["a"]},
        "true_false": {"correct": True},
        "numeric": {"value": "1", "unit": "tC", "offered_units": ["tCO2", "kgCO2"], "accepted_units": []},
        "calculated": {"formula": "m + k", "digits": None, "tolerance": {"kind": "absolute", "value": "1"}},
        "short_text": {"answers": [{"text": "别的"}], "fold_script": False},
        "cloze": {"gaps": [{**CLOZE_GAPS[0], "answers": []}, {**CLOZE_GAPS[1], "value": "7"}, CLOZE_GAPS[2]]},
        "matching": {"rows": [{**row, "option": "c"} for row in RAW["matching"]["rows"]]},
        "ordering": {"rows": RAW["ordering"]["rows"][::-1], "scoring": "all_or_nothing"},
        "categorising": {"rows": [{**row, "category": "a"} for row in RAW["categorising"]["rows"]]},
        "hotspot": {"correct": ["b"], "minimum": "0.1"},
        "case": {"parts": [{**RAW["case"]["parts"][0], "content": {**RAW["single_choice"], "correct": ["a"]}}]},
    }[name]
    if name == "case":
        other["parts"] += RAW["case"]["parts"][1:]
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
    for language in ("zh", "en"):
        kind.candidate_view(loaded, language)
        kind.plain(kind.deal(loaded, "7"), language)


@every_kind
def test_an_answer_by_form_is_the_answer_by_script(name: str) -> None:
    kind, example = KINDS[name], content(name)
    key = kind.key_response(example)
    sent: list[tuple[str, str]] = {
        "single_choice": [("slot-3", "b")],
        "multiple_choice": [("slot-3", "c"), ("slot-3", "b")],
        "true_false": [("slot-3", "false")],
        "numeric": [("slot-3", "32368"), ("slot-3-unit", "tCO2")],
        "calculated": [("slot-3", "32368"), ("slot-3-unit", "tCO2")],
        "short_text": [("slot-3", " 碳中和 ")],
        "cloze": [("slot-3-g1", "总量"), ("slot-3-g2", "12.5"), ("slot-3-g3", "b")],
        "matching": _named("matching", ["a", "b", "b"], "options"),
        "ordering": _named("ordering", ["1", "2", "3", "4"]),
        "categorising": _named("categorising", ["a", "b"], "categories"),
        "hotspot": [("slot-3", "c"), ("slot-3", "a")],
        "case": [
            *(("slot-3-part", part) for part in ("p1:single_choice", "p2:numeric", "p3:matching")),
            ("slot-3-p1", "b"),
            ("slot-3-p2", "32368"),
            ("slot-3-p2-unit", "tCO2"),
            *((each.replace("slot-3", "slot-3-p3"), pick) for each, pick in _named("matching", list("abb"), "options")),
        ],
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


def _named(kind: str, picks: list[str], targets: str = "") -> list[tuple[str, str]]:
    """Return what a page sends of rows: under names that are not their ids."""
    rows = RAW[kind]["rows"]
    names, of = names_of(rows), names_of(RAW[kind][targets]) if targets else {}
    return [(f"slot-3-{names[row['id']]}", of.get(pick, pick)) for row, pick in zip(rows, picks, strict=True)]


def _as_form(values: dict[str, Any]) -> list[tuple[str, str]]:
    """Return what a browser would send of the author's form filled with `values`."""
    sent: list[tuple[str, str]] = []
    for name in ("stem", "explanation"):
        sent += [(f"{name}-{language}", text) for language, text in values[name].items()]
    for row in values.get("choices", []):
        sent += _row("choice", row)
        sent += [("correct", row["id"])] if row["correct"] else []
    pointer = next((name for name in ("option", "category") if "rows" in values and name in values["rows"][0]), "")
    for row in values.get("rows", []):
        sent += _row("row", row, pointer, "place")
    for row in values.get("targets", []):
        sent += _row(pointer, row)
    sent += _typed("", values) if "answers" in values else []
    for gap in values.get("gaps", []):
        sent += _gap(gap)
    for variable in values.get("variables", []):
        sent.append(("variable", variable["row"]))
        sent += [(f"variable-{variable['row']}-{name}", text) for name, text in variable.items()]
    names = ("value", "unit", "accepted_units", "offered_units", "tolerance_kind", "tolerance")
    names += ("constraints", "formula", "digits")
    for name in (*names, "scoring", "penalty", "minimum"):
        sent += [(name, str(values[name]))] if name in values else []
    sent += _areas(values) if "areas" in values else []
    for part in values.get("parts", []):
        sent += [("part", part.id), (f"part-{part.id}-kind", part.kind.name), (f"part-{part.id}-points", part.points)]
        sent += [(f"part-{part.id}-{field}", text) for field, text in _as_form(dict(part.values))]
    sent += [("shuffle", "1")] if values.get("shuffle") else []
    sent += [("correct", str(values["correct"]).lower())] if "correct" in values else []
    return sent


def _areas(values: dict[str, Any]) -> list[tuple[str, str]]:
    sent = [("image", values["image"]), *((f"alt-{language}", text) for language, text in values["alt"].items())]
    for area in values["areas"]:
        name = f"area-{area['id']}"
        sent += [("area", area["id"]), (f"{name}-shape", area["shape"]), (f"{name}-coords", area["coords"])]
        sent += [(f"{name}-{language}", text) for language, text in area["label"].items()]
        sent += [("correct", area["id"])] if area["correct"] else []
    return sent


def _row(field: str, row: dict[str, Any], *more: str) -> list[tuple[str, str]]:
    name = f"{field}-{row['id']}"
    sent = [(field, row["id"]), *((f"{name}-{language}", text) for language, text in row["text"].items())]
    sent += [(f"{name}-feedback-{language}", text) for language, text in row.get("feedback", {}).items()]
    return sent + [(f"{name}-{other}", row[other]) for other in more if other in row]


def _typed(prefix: str, values: dict[str, Any]) -> list[tuple[str, str]]:
    sent = []
    for row in values["answers"]:
        name = f"{prefix}answer-{row['number']}"
        sent += [(f"{prefix}answer", str(row["number"])), (name, row["text"]), (f"{name}-credit", row["credit"])]
        sent += [(f"{name}-pattern", "1")] if row["pattern"] else []
    ticks = ("case_sensitive", "fold_width", "fold_script")
    return sent + [(f"{prefix}{name}", "1") for name in ticks if values[name]]


def _gap(gap: dict[str, Any]) -> list[tuple[str, str]]:
    prefix = f"gap-{gap['id']}-"
    sent = [("gap", gap["id"])]
    sent += [
        (prefix + name, gap[name]) for name in ("kind", "weight", "value", "tolerance", "tolerance_kind", "correct")
    ]
    for row in gap["choices"]:
        sent += _row(f"{prefix}choice", row)
    return sent + _typed(prefix, gap)
