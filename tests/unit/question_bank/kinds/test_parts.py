"""Matching, categorising, ordering and cloze: what parts earn, what wrong ones cost, what pages may tell."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markupsafe import Markup

from lms_carbon.question_bank.kinds.errors import ContentShapeError, ResponseShapeError
from lms_carbon.question_bank.kinds.gaps import GapView, marks_in, pieces_of
from lms_carbon.question_bank.kinds.ordering import OrderingView
from lms_carbon.question_bank.kinds.registry import KINDS
from lms_carbon.question_bank.kinds.rows import PartsReveal, names_of
from tests.unit.question_bank.contents import RAW, content

CREDIT = {"scoring": "partial", "penalty": "0", "minimum": "0"}


def earned(kind: str, response: Any, **changes: Any) -> int:
    given = content(kind, **{**CREDIT, **changes} if kind != "ordering" else changes)
    return KINDS[kind].score(given, read(kind, given, response), 9000).earned


def read(kind: str, given: Any, response: Any) -> Any:
    """Return an answer by ids, normalised as it comes from a page."""
    return KINDS[kind].normalise_response(given, KINDS[kind].as_sent(given, response))


@pytest.mark.parametrize(
    ("response", "changes", "points"),
    [
        ({"a": "a", "b": "b", "c": "b"}, {}, 9000),
        ({"a": "a", "b": "b", "c": "c"}, {}, 6000),
        ({"a": "a", "b": "b"}, {}, 6000),
        ({"a": "a", "b": "b", "c": "c"}, {"penalty": "0.25"}, 3750),
        ({"a": "a", "b": "b"}, {"penalty": "0.25"}, 6000),  # what is left open costs nothing
        ({"a": "c", "b": "c", "c": "c"}, {"penalty": "1"}, 0),
        ({"a": "c", "b": "c", "c": "c"}, {"penalty": "1", "minimum": "0.1"}, 900),
        ({"a": "a", "b": "b", "c": "c"}, {"scoring": "all_or_nothing"}, 0),
        ({"a": "a", "b": "b", "c": "c"}, {"scoring": "all_or_nothing", "minimum": "0.5"}, 4500),
        (None, {"minimum": "0.5"}, 0),
    ],
)
def test_pairs_earn_by_row(response: Any, changes: dict[str, Any], points: int) -> None:
    assert earned("matching", response, **changes) == points


@pytest.mark.parametrize(
    ("response", "scoring", "points"),
    [
        (["a", "b", "c", "d"], "partial", 9000),
        (["b", "c", "d", "a"], "partial", 6000),
        (["d", "a", "b", "c"], "partial", 6000),
        (["d", "c", "b", "a"], "partial", 0),
        (["a", "b"], "partial", 3000),
        ({"a": 3, "b": "4"}, "partial", 3000),
        ({"a": 1, "b": 2, "c": 2, "d": 2}, "partial", 0),  # a place given twice is no bet on several rows
        (["b", "c", "d", "a"], "all_or_nothing", 0),
        ({"a": "1", "b": "2", "c": "3", "d": "4"}, "all_or_nothing", 9000),
    ],
)
def test_orders_earn_by_what_follows_what(response: Any, scoring: str, points: int) -> None:
    assert earned("ordering", response, scoring=scoring) == points


@pytest.mark.parametrize(
    ("response", "changes", "points"),
    [
        ({"g1": "总量", "g2": "12.6", "g3": "b"}, {}, 9000),
        ({"g2": "12.5"}, {}, 4500),
        ({"g1": "總量"}, {}, 2250),
        ({"g1": "總量", "g2": "13", "g3": "a"}, {"penalty": "0.1"}, 450),
        ({"g1": "总量", "g2": "12.5"}, {"scoring": "all_or_nothing"}, 0),
        ({"g2": "twelve"}, {"minimum": "0.01"}, 90),
    ],
)
def test_gaps_earn_by_weight(response: Any, changes: dict[str, Any], points: int) -> None:
    assert earned("cloze", response, **changes) == points


@pytest.mark.parametrize(
    ("penalty", "response", "points"),
    [(None, ["b", "c", "d"], 4500), ("0.1", ["b", "c", "d"], 8100), ("0", ["a", "b", "c", "d"], 9000)],
)
def test_wrong_picks_of_multiple_choice_cost_what_the_author_says(penalty: str, response: Any, points: int) -> None:
    given = content("multiple_choice", **({"penalty": penalty} if penalty else {}))
    assert KINDS["multiple_choice"].score(given, response, 9000).earned == points
    exact = given | {"scoring": "all_or_nothing"}
    assert KINDS["multiple_choice"].score(exact, response, 9000).earned == 0
    told = KINDS["multiple_choice"].candidate_view(given, "en").rule
    words = {"0.1": "Each wrong pick takes 10 % of the points off.", "0": "None"}
    assert str(told) == words.get(penalty, "Each wrong pick takes off as much as a right one earns.")
    assert KINDS["multiple_choice"].candidate_view(exact, "en").rule is None


@pytest.mark.parametrize(
    ("kind", "response"),
    [
        ("matching", {"x": "a"}),
        ("matching", {"a": "x"}),
        ("matching", ["a"]),
        ("ordering", ["a", "a"]),
        ("ordering", ["x"]),
        ("ordering", {"a": 5}),
        ("ordering", {"a": True}),
        ("ordering", {"a": "1.0"}),
        ("cloze", {"g4": "1"}),
        ("cloze", {"g3": "c"}),
        ("cloze", {"g1": ["x"]}),
        ("cloze", {"g2": {"value": "1"}}),
    ],
)
def test_what_no_page_sends_is_refused(kind: str, response: Any) -> None:
    with pytest.raises(ResponseShapeError):
        KINDS[kind].normalise_response(content(kind), response)


@pytest.mark.parametrize("kind", ["matching", "categorising", "ordering"])
def test_the_authors_names_are_no_answer(kind: str) -> None:
    given, key = content(kind), KINDS[kind].key_response(content(kind))
    for guess in (key, dict.fromkeys(key, 1), {row["id"]: row["id"] for row in given["rows"]}):
        with pytest.raises(ResponseShapeError):
            KINDS[kind].normalise_response(given, guess)
    names = names_of(given["rows"])
    half = {names[row["id"]]: row["id"] for row in given["rows"]}
    with pytest.raises(ResponseShapeError):
        KINDS[kind].normalise_response(given, half)
    assert read(kind, given, key) == key
    case = content("case")
    with pytest.raises(ResponseShapeError):
        KINDS["case"].normalise_response(case, KINDS["case"].key_response(case))


def test_an_order_half_done_is_kept_and_remarked() -> None:
    kind, given = KINDS["ordering"], content("ordering")
    response = read("ordering", given, {"a": "2", "c": "", "d": "2"})
    assert response == {"a": 2, "d": 2}
    assert str(kind.remark(given, response)) == "Not every row has a place of its own."
    assert kind.remark(given, ["a", "b", "c", "d"]) is None


@settings(max_examples=50)
@given(order=st.permutations(RAW["ordering"]["rows"]), seed=st.text(max_size=8))
def test_names_and_order_of_rows_come_from_their_texts_alone(order: list[dict[str, Any]], seed: str) -> None:
    renamed = [{**row, "id": f"r{place}"} for place, row in enumerate(order)]
    view = KINDS["ordering"].candidate_view(content("ordering", rows=renamed), "en", seed=seed)
    authors = KINDS["ordering"].candidate_view(content("ordering"), "en", seed=seed)
    assert isinstance(view, OrderingView)
    assert isinstance(authors, OrderingView)
    assert [(row.name, row.label) for row in view.rows] == [(row.name, row.label) for row in authors.rows]


def test_answers_already_held_can_be_read_again() -> None:
    plan, monitor = {"zh": "计划", "en": "Plan"}, {"zh": "监测", "en": ""}
    rows = [{"id": "a", "text": plan}, {"id": "b", "text": monitor}, {"id": "c", "text": plan}]
    assert names_of(rows) == {"a": "kfab20ab12f", "b": "k124418dcdb", "c": "k9665539070"}
    given = content("ordering")
    key = [names_of(given["rows"])[row["id"]] for row in given["rows"]]
    assert KINDS["ordering"].normalise_response(given, key) == ["a", "b", "c", "d"]


def test_rows_that_read_the_same_have_names_of_their_own() -> None:
    same = {"zh": "一", "en": "One"}
    names = names_of([{"id": name, "text": same} for name in "abc"])
    assert len(set(names.values())) == 3
    assert all(len(name) > 8 for name in names.values())


@pytest.mark.parametrize(
    ("html", "marks"),
    [
        ("<p>[[g1]] and [[g2]]</p>", ["g1", "g2"]),
        ('<img src="media:x.png" alt="a > [[g1]]"> [[g2]]', ["g2"]),
        ("[[G1]] [[1]] [[ g1 ]] [[g1", []),
    ],
)
def test_gaps_are_marked_in_text_alone(html: str, marks: list[str]) -> None:
    assert marks_in(html) == marks
    views = {name: GapView(name, number, "text", 9) for number, name in enumerate(marks, 1)}
    pieces = list(pieces_of(Markup(html), views))
    assert [piece.id for piece in pieces if isinstance(piece, GapView)] == marks
    assert "".join(f"[[{p.id}]]" if isinstance(p, GapView) else p for p in pieces) == html


@pytest.mark.parametrize(
    ("stem", "said"),
    [
        ("<p>[[g1]] [[g2]]</p>", "The gap [[g3]] must stand in the stem exactly once."),
        ("<p>[[g1]] [[g1]] [[g2]] [[g3]]</p>", "The gap [[g1]] must stand in the stem exactly once."),
        ("<p>[[g1]] [[g2]] [[g3]] [[g4]]</p>", "The gap [[g4]] has no answer yet."),
    ],
)
def test_each_language_has_each_gap_once(stem: str, said: str) -> None:
    given = content("cloze", stem={**RAW["cloze"]["stem"], "en": stem})
    assert [(p.field, str(p.reason), p.blocking) for p in KINDS["cloze"].check_content(given)] == [
        ("stem-en", said, True)
    ]


def test_a_gap_marked_in_the_stem_comes_up_in_the_form() -> None:
    kind = KINDS["cloze"]
    values = kind.form_values({"stem": {"zh": "<p>[[g1]]</p>", "en": "<p>[[g1]] [[g2]]</p>"}})
    assert [(gap["id"], gap["kind"], gap["fold_script"]) for gap in values["gaps"]] == [
        ("g1", "text", True),
        ("g2", "text", True),
    ]


@pytest.mark.parametrize(
    ("kind", "changes", "field"),
    [
        ("cloze", {"gaps": [{"id": "g1", "kind": "text", "value": "1"}]}, "gap-g1-value"),
        ("cloze", {"gaps": [{"id": "g1", "kind": "choice", "choices": [{"id": "a"}]}]}, "gap-g1-choice-a"),
        ("cloze", {"gaps": [{"id": "g1", "kind": "text", "weight": 0}]}, "gap-g1-weight"),
        ("matching", {"penalty": "1.5"}, "penalty"),
        ("matching", {"rows": [{"id": "a", "text": {}, "option": "A B"}]}, "row-a-option"),
        ("ordering", {"minimum": "some"}, "minimum"),
        ("ordering", {"penalty": "0"}, "penalty"),
        ("short_text", {"answers": [{"text": "a"}, {"text": "b", "credit": "101"}]}, "answer-2-credit"),
    ],
)
def test_what_is_no_content_is_named_by_its_field(kind: str, changes: dict[str, Any], field: str) -> None:
    with pytest.raises(ContentShapeError) as refused:
        content(kind, **changes)
    assert [problem.field for problem in refused.value.found] == [field]


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("single_choice", "Which one?\nA. First\nB. Second\nC. Third"),
        ("true_false", "So it is.\n□ True   □ False"),
        ("cloze", "The (1) ________ is (2) ________, (3) ________.\n(3) t / g"),
        ("matching", "Match.\n1. One ____\n2. Two ____\n3. Three ____\nA. First\nB. Second\nC. Third"),
    ],
)
def test_questions_as_plain_text(kind: str, text: str) -> None:
    assert KINDS[kind].plain(content(kind), "en") == text


def test_a_gap_that_earns_half_is_partly_right() -> None:
    answers = [{"text": "总量"}, {"text": "合计", "credit": "50"}]
    gaps = [{"id": "g1", "kind": "text", "answers": answers}, *RAW["cloze"]["gaps"][1:]]
    given = content("cloze", gaps=gaps)
    reveal = KINDS["cloze"].reveal(given, {"g1": "合计", "g2": "12.5", "g3": "a"}, 8000, "en")
    assert isinstance(reveal, PartsReveal)
    assert (reveal.right, reveal.partly) == ({"g2"}, {"g1"})
    assert reveal.keys == {"g1": "总量", "g2": "12.5", "g3": "g"}
    assert reveal.score.earned == 4000  # an eighth of the points is the penalty for the wrong pick
