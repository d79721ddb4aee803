"""What review asks, what differs, what answers earn: pure rules over the contents of all kinds."""

from dataclasses import replace
from typing import Any

import pytest

from lms_carbon.question_bank.kinds.registry import KINDS
from lms_carbon.question_bank.rules.about import Draft
from lms_carbon.question_bank.rules.difference import changes_between
from lms_carbon.question_bank.rules.readiness import check_version, is_ready
from lms_carbon.question_bank.rules.trials import try_answers
from tests.unit.question_bank.contents import content

SOURCE = {"zh": "来源", "en": "Source"}


def checked(kind: str, given: dict[str, Any], **changes: Any) -> tuple[bool, list[str]]:
    options = {"points": 1000, "tag_count": 1, "source": SOURCE, **changes}
    checks = check_version(KINDS[kind], given, **options)
    return is_ready(checks), [str(check.reason) for check in checks if not check.ok]


@pytest.mark.parametrize("kind", KINDS)
def test_whole_content_is_ready_and_without_a_tag_it_is_not(kind: str) -> None:
    assert checked(kind, content(kind)) == (True, [])
    ready, said = checked(kind, content(kind), tag_count=0)
    assert not ready
    assert said == ["No requirement is tagged; at least one is needed."]


@pytest.mark.parametrize("kind", KINDS)
def test_a_missing_source_is_told_and_does_not_block(kind: str) -> None:
    assert checked(kind, content(kind), source={"zh": "", "en": ""}) == (True, ["No source is cited."])


@pytest.mark.parametrize("kind", KINDS)
def test_one_whole_language_is_enough(kind: str) -> None:
    given = content(kind)
    given["stem"]["en"] = ""
    ready, said = checked(kind, given)
    assert ready
    assert said == ["Chinese only: it can go to review, the English will be missing."]
    given["stem"]["zh"] = ""
    ready, said = checked(kind, given)
    assert not ready
    assert "In neither language is everything written." in said


def test_half_of_each_language_is_not_enough() -> None:
    given = content("single_choice")
    given["stem"]["en"] = ""
    given["choices"][0]["text"]["zh"] = ""
    ready, said = checked("single_choice", given)
    assert not ready
    assert said == ["In neither language is everything written."]


def test_no_right_choice_blocks() -> None:
    ready, said = checked("single_choice", {**content("single_choice"), "correct": []})
    assert not ready
    assert "Mark exactly one choice as right." in said


def draft(kind: str, **changes: Any) -> Draft:
    return replace(Draft(title={"zh": "题", "en": "Title"}, content=content(kind)), **changes)


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_differs_from_itself(kind: str) -> None:
    assert changes_between(draft(kind), draft(kind), tags=("5.2.1-a-1", "5.2.1-a-1")) == []


def test_differences_are_named_field_by_field() -> None:
    after = content("single_choice", correct=["a"])
    after["stem"]["en"] = "<p>Which {braces}?</p>"
    after["choices"] = after["choices"][:2]
    found = changes_between(
        draft("single_choice"),
        draft("single_choice", content=after, points=2500, needs_expert_review=True),
        tags=("5.2.1-a-1", ""),
    )
    told = [(str(c.label), c.language, str(c.before), str(c.after)) for c in found]
    assert told == [
        ("Stem", "en", "Which one?", "Which {braces}?"),
        ("What is right", None, "b", "a"),
        ("Points", None, "1", "2.5"),
        ("An expert should look at it", None, "no", "yes"),
        ("Requirements", None, "5.2.1-a-1", ""),
        ("Choice C", "zh", "丙", ""),
        ("Choice C", "en", "Third", ""),
    ]


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        ("<p>x<sup>2</sup></p>", "<p>x<sub>2</sub></p>", ("<p>x<sup>2</sup></p>", "<p>x<sub>2</sub></p>")),
        ("<img src='a' alt='A'>", "<img src='b' alt='A'>", ("<img src='a' alt='A'>", "<img src='b' alt='A'>")),
        ("", "<img src='a' alt=''>", ("", "<img src='a' alt=''>")),
        ("<p>{x}</p>", "<p>{y}</p>", ("{x}", "{y}")),
    ],
)
def test_what_differs_in_pictures_or_setting_alone_is_told_as_written(
    before: str, after: str, told: tuple[str, str]
) -> None:
    sides = (
        draft("true_false", content={"stem": {"zh": "题", "en": each}, "correct": True}) for each in (before, after)
    )
    [change] = changes_between(*sides)
    assert (str(change.before), str(change.after)) == told


@pytest.mark.parametrize("kind", KINDS)
def test_trials_show_what_earns_all_and_what_earns_less(kind: str) -> None:
    trials = try_answers(KINDS[kind], content(kind), 2000)
    earned = [trial.score.earned for trial in trials]
    assert max(earned) == 2000
    assert min(earned) < 2000
    assert len({str(trial.answer) for trial in trials}) == len(trials)


def test_numeric_trials_stand_on_both_sides_of_the_tolerance() -> None:
    given = content(
        "numeric", value="100", tolerance={"kind": "absolute", "value": "2"}, accepted_units=[], offered_units=[]
    )
    earned = {str(t.answer): t.score.earned for t in try_answers(KINDS["numeric"], given, 1000)}
    assert earned["101 tCO2"] == earned["98 tCO2"] == 1000
    assert earned["104 tCO2"] == earned["100"] == 0
    assert earned["100000 kgCO2"] == 1000
    assert earned["100 tC"] == 0


@pytest.mark.parametrize("value", ["", "abc", "1e5", "0", "-3.5"])
def test_trials_of_odd_values_do_not_fail(value: str) -> None:
    given = content("numeric", value=value, unit=None, accepted_units=[], offered_units=[])
    assert isinstance(try_answers(KINDS["numeric"], given, 1000), list)


def test_rows_gaps_and_their_order_are_named_one_by_one() -> None:
    before, after = content("ordering"), content("ordering")
    after["rows"] = [after["rows"][1], after["rows"][0], *after["rows"][2:]]
    found = changes_between(draft("ordering", content=before), draft("ordering", content=after))
    assert [(str(c.label), str(c.before), str(c.after)) for c in found] == [
        ("Order of the rows", "A, B, C, D", "B, A, C, D")
    ]
    changed = content("cloze", penalty="0")
    changed["gaps"][0]["answers"].append({"text": "合计*", "credit": "50", "pattern": True})
    changed["gaps"][2]["correct"] = "a"
    found = changes_between(draft("cloze"), draft("cloze", content=changed))
    assert [(str(c.label), str(c.before), str(c.after)) for c in found] == [
        ("Answers in gap [[g1]]", "总量", "总量, ~ 合计* (50 %)"),
        ("Right choice in gap [[g3]]", "b", "a"),
        ("Taken off for each wrong pick", "0.125", "0"),
    ]
    moved = content("matching")
    moved["rows"][0]["option"] = "c"
    (change,) = changes_between(draft("matching"), draft("matching", content=moved))
    assert (str(change.label), str(change.before), str(change.after)) == ("Option of row A", "a", "c")
