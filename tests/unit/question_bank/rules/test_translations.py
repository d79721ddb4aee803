"""Translations that fall behind and catch up."""

import pytest

from lms_carbon.question_bank.rules.translations import older_texts
from tests.unit.question_bank.contents import content


@pytest.mark.parametrize(
    ("wordings", "behind"),
    [
        (["A a"], None),
        (["A a", "A a"], None),
        (["A a", "B a"], "en"),
        (["A a", "A b"], "zh"),
        (["A a", "B b"], None),
        (["A a", "B a", "B a"], "en"),
        (["A a", "B a", "B b"], None),
        (["A a", "B a", "C a"], "en"),
        (["A a", "B a", "B b", "B c"], "zh"),
        (["A _", "B _"], None),
        (["A _", "A a"], None),
        (["A a", "B _"], None),
        (["A a", "B _", "B b"], None),
    ],
)
def test_a_text_falls_behind_and_catches_up(wordings: list[str], behind: str | None) -> None:
    texts = [dict(zip(("zh", "en"), wording.replace("_", "").split(" "), strict=True)) for wording in wordings]
    assert older_texts({"stem": each} for each in texts) == ([("stem", behind)] if behind else [])


def test_texts_go_by_the_names_of_the_form() -> None:
    before, after = content("single_choice"), content("single_choice")
    after["choices"][0]["feedback"]["zh"] = "并非如此"
    after["choices"] = [after["choices"][1], after["choices"][0]]  # where a row stands says nothing about its text
    assert older_texts([before, after]) == [("choice-a-feedback", "en")]
    gaps = content("cloze")
    gaps["gaps"][2]["choices"][1]["text"]["en"] = "gram"
    gaps["stem"]["en"] += "<p>!</p>"
    assert older_texts([content("cloze"), gaps]) == [("stem", "zh"), ("gap-g3-choice-b", "zh")]
