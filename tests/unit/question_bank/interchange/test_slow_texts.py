"""Texts made to keep a reader busy take no more time than others, and those beyond reason are left out."""

import io
import time
from html import escape

import pytest

from lms_carbon.question_bank.interchange.base import DEFAULT_LIMITS, IMPORTED, SKIPPED, Finding, Limits
from lms_carbon.question_bank.interchange.guarding import TEXT_TOO_LONG
from lms_carbon.question_bank.interchange.registry import FORMATS, recognise

SIZE = 100_000
MOODLE = (
    '<quiz><question type="{kind}"><name><text>a</text></name><questiontext><text>{text}</text></questiontext>'
    "</question></quiz>"
)
QTI = (
    '<assessmentItem xmlns="http://www.imsglobal.org/xsd/imsqti_v2p2" identifier="a"><itemBody><p>{text}</p>'
    "</itemBody></assessmentItem>"
)
CANVAS = (
    '<questestinterop><item ident="a"><presentation><material><mattext texttype="text/html">{text}</mattext></material>'
    "</presentation></item></questestinterop>"
)


def findings(text: str, limits: Limits = DEFAULT_LIMITS) -> list[Finding]:
    source = io.BytesIO(text.encode())
    read = FORMATS[recognise(source, "a.txt").name].read
    assert read
    return list(read(source, limits))


@pytest.mark.parametrize(
    "part",
    [
        "<img ", "<a ", "{1:SA:", "{1:SA:\\}", "{1:SA:=a}{", '<span class="multilang" lang="en">', "{mlang en}", "{ ",
        "<img src=", "\\",
    ],
)  # fmt: skip
def test_no_text_of_moodle_keeps_the_reader_busy(part: str) -> None:
    text = part * (SIZE // len(part))
    began = time.process_time()
    assert findings(MOODLE.format(kind="cloze", text=escape(f"{{{' ' * SIZE}:multilang {text}")))
    assert time.process_time() - began < 2


@pytest.mark.parametrize("part", ["<img ", "<img data-equation-content='"])
def test_no_text_of_canvas_keeps_the_reader_busy(part: str) -> None:
    began = time.process_time()
    assert findings(CANVAS.format(text=escape(part * (SIZE // len(part)))))
    assert time.process_time() - began < 2


@pytest.mark.parametrize("part", [" ", "=", "~ ", "~%", "=a -> ", "[html]", "#", "\\ "])
def test_no_answers_of_gift_keep_the_reader_busy(part: str) -> None:
    began = time.process_time()
    assert findings(f"::a::b{{= a {part * (SIZE // len(part))}x}}")
    assert time.process_time() - began < 2


@pytest.mark.parametrize(
    "text",
    [
        MOODLE.format(kind="shortanswer", text="a" * 2_001),
        CANVAS.format(text="a" * 2_001),
        QTI.format(text="a" * 2_001),
        f"::a::{'a' * 2_001}{{T}}",
        f"{'a' * 2_001}\nA. b\nB. c\nANSWER: A\n",
    ],
    ids=lambda text: text[:12],
)
def test_a_text_beyond_reason_is_left_out(text: str) -> None:
    (found,) = findings(text, Limits(text_chars=2_000))
    assert found.status == SKIPPED
    assert found.reasons[-1].msgid == TEXT_TOO_LONG


@pytest.mark.parametrize(
    "answers",
    [
        "#1e999999..9e999999", "#sNaN..1", "#NaN..inf",
        "".join(f"={n} -> {n}\n" for n in range(800)), "".join(f"~{n}\n" for n in range(500)) + "=a",
    ],
    ids=lambda answers: answers[:12],
)  # fmt: skip
def test_one_odd_question_keeps_no_other_out(answers: str) -> None:
    found = findings(f"::odd::How many?{{{answers}}}\n\n::plain::Two and two is four.{{T}}\n")
    assert [each.identifier for each in found] == ["/odd", "/plain"]
    assert found[0].status != IMPORTED
    assert found[1].item
