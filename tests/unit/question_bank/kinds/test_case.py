"""Cases: points of parts, numbers of parts, and parts that come and go in the author's form."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from werkzeug.datastructures import MultiDict

from lms_carbon.question_bank.kinds.case_parts import split_by_parts
from lms_carbon.question_bank.kinds.errors import ContentShapeError, ResponseShapeError
from lms_carbon.question_bank.kinds.registry import KINDS
from tests.unit.question_bank.contents import RAW, content

CASE = KINDS["case"]


def with_part(kind: str, **changes: Any) -> dict[str, Any]:
    part = {"id": "p1", "kind": kind, "points": "1", "content": {**RAW[kind], **changes}}
    return content("case", parts=[part])


@given(st.integers(0, 100_000), st.lists(st.sampled_from(["1", "2.5", "0", "x", "100", "0.1"]), max_size=12))
@settings(max_examples=50)
def test_points_of_parts_add_up(points: int, shares: list[str]) -> None:
    found = split_by_parts(points, [{"points": share} for share in shares])
    assert all(each >= 0 for each in found)
    assert sum(found) == (points if any(share not in {"0", "x"} for share in shares) else 0)


def test_every_part_earns_its_share() -> None:
    example = content("case")
    key = CASE.key_response(example)
    assert {name: CASE.score(example, {name: key[name]}, 4500).earned for name in key} == {
        "p1": 1000,
        "p2": 2500,
        "p3": 1000,
    }
    two = CASE.score(example, {"p1": "b", "p2": {"value": "1", "unit": "tCO2"}, "p3": key["p3"]}, 4500)
    assert (two.earned, str(two.why)) == (2000, "Full points in 2 of 3 parts.")
    reveal = CASE.reveal(example, {"p1": "a"}, 4500, "en")
    assert [part.score.earned for part in reveal.parts.values()] == [0, 0, 0]
    assert reveal.parts["p2"].possible == 2500


def test_a_part_draws_numbers_of_its_own() -> None:
    variables = [{"name": "m", "min": "1", "max": "9000", "step": "1"}, {"name": "k", "values": ["2"]}]
    example = with_part("calculated", variables=variables, digits=None, constraints=[])
    mine, again, other = (CASE.deal(example, seed) for seed in ("7:1", "7:1", "8:1"))
    assert mine == again
    assert CASE.candidate_view(mine, "en") != CASE.candidate_view(other, "en")
    assert CASE.score(mine, CASE.key_response(mine), 1000).earned == 1000
    assert CASE.score(other, CASE.key_response(mine), 1000).earned == 0


@pytest.mark.parametrize("raw", [{"p9": "a"}, {"p1": "z"}, {"p1": {"value": "1"}}, ["p1"], "p1"])
def test_an_answer_of_no_part_is_refused(raw: object) -> None:
    with pytest.raises(ResponseShapeError):
        CASE.normalise_response(content("case"), raw)


@pytest.mark.parametrize(
    ("part", "field"),
    [
        ({"id": "p1", "kind": "case", "content": RAW["case"]}, "part-p1-kind"),
        ({"id": "p1", "kind": "numeric", "content": {"stem": {}, "value": 5}}, "part-p1-value"),
        ({"id": "p1", "kind": "single_choice", "content": {**RAW["single_choice"], "x": 1}}, "part-p1-x"),
        ({"id": "p1", "kind": "numeric", "content": []}, "part-p1"),
    ],
)
def test_what_a_part_refuses_names_the_part(part: dict[str, Any], field: str) -> None:
    with pytest.raises(ContentShapeError) as refusal:
        content("case", parts=[part])
    assert [problem.field for problem in refusal.value.found] == [field]


def test_problems_of_a_part_name_the_part() -> None:
    broken = with_part("single_choice", stem={"zh": r"<p>\(\nosuch\)</p>", "en": "<p>x</p>"}, correct=[])
    fields = [problem.field for problem in CASE.check_content(broken) if problem.blocking]
    assert fields == ["part-p1-stem-zh", "part-p1-correct"]


def test_parts_come_and_go_in_the_form() -> None:
    form = MultiDict([("stem-zh", "一家工厂"), ("new-part", "numeric")])
    values = CASE.form_values(CASE.parse_form(form))
    (part,) = values["parts"]
    assert (part.id, part.number, part.kind.name, part.points) == ("p1", 1, "numeric", "1")
    form = MultiDict([("part", "p1"), ("part-p1-kind", "numeric"), ("part-p1-value", "5"), ("new-part", "true_false")])
    parts = CASE.parse_form(form)["parts"]
    assert [(each["id"], each["kind"]) for each in parts] == [("p1", "numeric"), ("p2", "true_false")]
    assert parts[0]["content"]["value"] == "5"
    form.add("part-p1-remove", "1")
    assert [each["id"] for each in CASE.parse_form(form)["parts"]] == ["p1"], "the name is free again"
    assert [each["kind"] for each in CASE.parse_form(form)["parts"]] == ["true_false"]
    assert part.named('<input name="a" id="a" aria-describedby="a-1 a-2" value=" name=&#34;b&#34;">') == (
        '<input name="part-p1-a" id="part-p1-a" aria-describedby="part-p1-a-1 part-p1-a-2" value=" name=&#34;b&#34;">'
    )
