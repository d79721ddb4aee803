"""Single and multiple choice: what is right, what is partly right, what order is shown."""

from itertools import chain, combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms_carbon.question_bank.kinds.errors import ContentShapeError, ResponseShapeError
from lms_carbon.question_bank.kinds.registry import KINDS
from tests.unit.question_bank.contents import MULTIPLE, SINGLE, content

SINGLE_CHOICE, MULTIPLE_CHOICE = KINDS["single_choice"], KINDS["multiple_choice"]


def _subsets(ids: str) -> list[tuple[str, ...]]:
    return list(chain.from_iterable(combinations(ids, size) for size in range(1, len(ids) + 1)))


def test_single_choice_is_all_or_nothing() -> None:
    example = content("single_choice")
    assert [SINGLE_CHOICE.score(example, each, 5000).earned for each in "abc"] == [0, 5000, 0]


def test_a_choice_that_does_not_exist_is_refused() -> None:
    for kind, name in ((SINGLE_CHOICE, "single_choice"), (MULTIPLE_CHOICE, "multiple_choice")):
        with pytest.raises(ResponseShapeError):
            kind.normalise_response(content(name), "z")
    with pytest.raises(ResponseShapeError):
        MULTIPLE_CHOICE.normalise_response(content("multiple_choice"), ["a", "z"])


@pytest.mark.parametrize("picked", _subsets("abcd"))
def test_all_or_nothing_gives_points_for_the_exact_set_alone(picked: tuple[str, ...]) -> None:
    example = content("multiple_choice", scoring="all_or_nothing")
    earned = MULTIPLE_CHOICE.score(example, list(picked), 5000).earned
    assert earned == (5000 if set(picked) == {"b", "c"} else 0)


@pytest.mark.parametrize(
    ("picked", "earned"),
    [("b", 2500), ("bc", 5000), ("ab", 0), ("abc", 2500), ("abcd", 0), ("a", 0), ("ad", 0), ("bcd", 2500)],
)
def test_partial_credit_is_right_minus_wrong(picked: str, earned: int) -> None:
    assert MULTIPLE_CHOICE.score(content("multiple_choice"), list(picked), 5000).earned == earned


def test_partial_credit_is_rounded_half_up_and_says_what_it_counted() -> None:
    thirds = content("multiple_choice", correct=["a", "b", "c"])
    score = MULTIPLE_CHOICE.score(thirds, ["a"], 1000)
    assert score.earned == 333
    assert str(score.why) == "1 of 3 right choices picked, 0 wrong ones."
    assert MULTIPLE_CHOICE.score(thirds, ["a", "b"], 1000).earned == 667


@given(picked=st.lists(st.sampled_from("abcd"), max_size=12))
def test_picks_count_once_in_the_authors_order(picked: list[str]) -> None:
    response = MULTIPLE_CHOICE.normalise_response(content("multiple_choice"), picked)
    assert response == (sorted(set(picked)) or None)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"correct": []}, "correct"),
        ({"correct": ["a", "b"]}, "correct"),
        ({"correct": ["h"]}, "correct"),
        ({"choices": SINGLE["choices"][:1], "correct": ["a"]}, "choices"),
        ({"choices": [*SINGLE["choices"], SINGLE["choices"][0]]}, "choices"),
        ({"choices": [*SINGLE["choices"], {"id": "d", "text": {"zh": "甲", "en": "Other"}}]}, "choices"),
        ({"choices": [*SINGLE["choices"], {"id": "d", "text": {}}]}, "choice-d-zh"),
    ],
)
def test_what_keeps_single_choice_a_draft(changes: dict[str, object], field: str) -> None:
    problems = SINGLE_CHOICE.check_content(content("single_choice", **changes))
    assert field in {problem.field for problem in problems if problem.blocking}


def test_multiple_choice_needs_a_right_one_and_warns_when_all_are() -> None:
    (none,) = MULTIPLE_CHOICE.check_content(content("multiple_choice", correct=[]))
    assert none.blocking
    (every,) = MULTIPLE_CHOICE.check_content(content("multiple_choice", correct=["a", "b", "c", "d"]))
    assert not every.blocking


def test_the_order_follows_the_seed_and_only_where_the_author_lets_it() -> None:
    def order(seed: str, **changes: object) -> str:
        view = MULTIPLE_CHOICE.candidate_view(content("multiple_choice", **changes), "en", seed=seed)
        assert [choice.letter for choice in view.choices] == list("ABCD")  # type: ignore[attr-defined]
        return "".join(choice.id for choice in view.choices)  # type: ignore[attr-defined]

    seen = {order(f"attempt-{number}") for number in range(60)}
    assert len(seen) > 10
    assert order("attempt-1") == order("attempt-1")
    assert order("") == "abcd"
    assert {order(f"attempt-{number}", shuffle=False) for number in range(20)} == {"abcd"}


def test_the_author_always_has_two_rows_to_spare() -> None:
    def rows(count: int) -> list[str]:
        made = [{"id": name, "text": {"zh": name, "en": name}} for name in "abcdefgh"[:count]]
        return [row["id"] for row in MULTIPLE_CHOICE.form_values({**MULTIPLE, "choices": made})["choices"]]

    assert [len(rows(count)) for count in range(9)] == [4, 4, 4, 5, 6, 7, 8, 9, 10]
    assert rows(3) == list("abcde")


def test_more_choices_than_twenty_are_refused() -> None:
    many = [{"id": f"c{number}", "text": {}} for number in range(21)]
    with pytest.raises(ContentShapeError) as refused:
        content("single_choice", choices=many)
    assert [problem.field for problem in refused.value.found] == ["choices"]


def test_feedback_is_shown_with_the_answer() -> None:
    reveal = SINGLE_CHOICE.reveal(content("single_choice"), "a", 5000, "en")
    assert (reveal.score.earned, reveal.key, reveal.feedback["a"].html) == (0, ["b"], "No")
    assert set(reveal.feedback) == {"a"}
