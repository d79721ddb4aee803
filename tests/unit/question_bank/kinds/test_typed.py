"""Typed answers: what makes no difference, patterns, the first answer that fits."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lms_carbon.question_bank.kinds.folding import Folding, example_of, fits, fold_text
from lms_carbon.question_bank.kinds.plain import plain_paragraphs, plain_phrase
from lms_carbon.question_bank.kinds.registry import KINDS
from tests.unit.question_bank.contents import content

ALL = Folding()
NONE = Folding(case=False, width=False, script=False)


@pytest.mark.parametrize(
    ("written", "answer", "folding", "same"),
    [
        ("ＣＯ２", "co2", ALL, True),
        ("ＣＯ２", "CO2", NONE, False),
        ("CO₂", "CO2", ALL, True),
        ("co2", "CO2", NONE, False),
        ("co2", "CO2", Folding(width=False), True),
        ("溫室氣體", "温室气体", ALL, True),
        ("溫室氣體", "温室气体", Folding(script=False), False),
        ("温室气体", "溫室氣體", ALL, True),
        ("碳 中和", "碳中和", NONE, True),
        ("carbon   neutral", "carbon neutral", NONE, True),
        ("carbonneutral", "carbon neutral", ALL, False),
        ("“双碳”目标", '"双碳"目标', ALL, True),
        ("E\u0301", "é", ALL, True),
    ],
)
def test_what_makes_no_difference(written: str, answer: str, folding: Folding, same: bool) -> None:
    assert fits(written, answer, folding) is same


@pytest.mark.parametrize(
    ("written", "pattern", "found"),
    [
        ("carbon neutrality", "carbon*", True),
        ("a carbon market", "*carbon*", True),
        ("碳排放权交易", "碳*交易", True),
        ("碳排放配额", "碳*交易", False),
        ("scope 2", "scope ?", True),
        ("scope", "scope ?", False),
        ("50*2", r"50\*2", True),
        ("5012", r"50\*2", False),
        ("why?", r"why\?", True),
        ("a\\b", r"a\\b", True),
        ("", "*", True),
        ("ab", "*a*b*", True),
    ],
)
def test_patterns(written: str, pattern: str, found: bool) -> None:
    assert fits(written, pattern, ALL, pattern=True) is found


@settings(max_examples=50)
@given(st.text(alphabet="ab*?\\碳", max_size=12))
def test_a_pattern_fits_its_own_example(pattern: str) -> None:
    assert fits(example_of(pattern), pattern, ALL, pattern=True)


@settings(max_examples=50)
@given(st.text(max_size=20))
def test_folding_twice_is_folding_once(text: str) -> None:
    assert fold_text(fold_text(text, ALL), ALL) == fold_text(text, ALL)


def test_no_pattern_takes_long() -> None:
    begun = time.process_time()
    assert not fits("a" * 200, "*a" * 99 + "b", ALL, pattern=True)
    assert time.process_time() - begun < 1


@pytest.mark.parametrize(
    ("written", "earned"),
    [("碳中和", 4000), ("净零", 2000), ("淨零", 2000), ("Carbon Neutrality", 4000), ("not neutral", 0), ("carbon", 0)],
)
def test_the_first_answer_that_fits_counts(written: str, earned: int) -> None:
    assert KINDS["short_text"].score(content("short_text"), written, 4000).earned == earned


def test_an_answer_that_never_counts_is_told_and_does_not_block() -> None:
    answers = [{"text": "*", "pattern": True}, {"text": "碳"}]
    found = KINDS["short_text"].check_content(content("short_text", answers=answers))
    assert [(p.field, p.blocking) for p in found] == [("answer-2", False)]


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("CO<sub>2</sub> m<sup>3</sup>", "CO₂ m³"),
        ("x<sub>max</sub>", "xmax"),
        ('<p>a &lt; b</p><p>c<br>d <img src="media:x" alt="a &gt; b"></p>', "a < b\nc\nd [a > b]"),
        ("<table><tr><td>1</td><td>2</td></tr></table>", "1\t2"),
    ],
)
def test_markup_as_plain_text(html: str, text: str) -> None:
    assert plain_paragraphs(html) == text
    assert plain_phrase(html) == " ".join(text.split())
