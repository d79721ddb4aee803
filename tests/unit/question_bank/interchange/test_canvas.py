"""Packages as Canvas takes and gives them: one made by text2qti, and Canvas's own kinds of question."""

import io
from pathlib import Path
from typing import Any

import pytest
from text2qti.config import Config
from text2qti.qti import QTI
from text2qti.quiz import Quiz

from lms_carbon.question_bank.interchange.base import DEFAULT_LIMITS, Finding
from lms_carbon.question_bank.interchange.qti.reading import read
from lms_carbon.question_bank.kinds.registry import KINDS

QUIZ = """Quiz title: Carbon

1.  Which gas is **CO2**? ![a tree](tree.png)
... general
a)  Methane
... no
*b) Carbon dioxide

Points: 2
2.  哪些是温室气体？
[*] 二氧化碳
[*] 甲烷
[ ] 氮气

3.  44/12?
=   3.67 +- 0.01

4.  Half an interval?
=   [3, 4]

5.  A whole number?
=   7

6.  The capital of China
*   Beijing
*   北京

7.  Describe a footprint.
___

8.  Hand it in.
^^^^

9. The sky is blue.
*a) True
b) False
"""


def quiz(folder: Path) -> io.BytesIO:
    (folder / "tree.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        return io.BytesIO(QTI(Quiz(QUIZ, config=Config(), source_name="quiz.txt")).zip_bytes())


def content(found: Finding) -> dict[str, Any]:
    assert found.item is not None, found.reasons
    return dict(found.item.content)


@pytest.fixture(scope="module")
def findings(tmp_path_factory: pytest.TempPathFactory) -> list[Finding]:
    return list(read(quiz(tmp_path_factory.mktemp("quiz")), DEFAULT_LIMITS))


def test_every_question_is_accounted_for(findings: list[Finding]) -> None:
    assert [each.status for each in findings] == ["imported"] * 6 + ["skipped"] * 2 + ["imported"]
    assert [each.item.kind for each in findings if each.item] == [
        "single_choice", "multiple_choice", "numeric", "numeric", "numeric", "short_text", "true_false"
    ]  # fmt: skip
    assert [str(each.reasons[0]) for each in findings if not each.item] == [
        "This needs “essay_question”, which the bank does not have.",
        "This needs “file_upload_question”, which the bank does not have.",
    ]
    assert all(each.line for each in findings)
    assert len({each.identifier for each in findings}) == 9


def test_what_came_in_is_right_about_itself(findings: list[Finding]) -> None:
    for found in findings:
        if found.item:
            kind = KINDS[found.item.kind]
            key = kind.key_response(found.item.content)
            assert kind.score(found.item.content, key, found.item.points).earned == found.item.points


def test_a_choice_keeps_its_picture_and_its_feedback(findings: list[Finding]) -> None:
    made = content(findings[0])
    assert made["explanation"]["en"] == "<p>general</p>"
    assert made["choices"][0]["feedback"]["en"] == "no"
    assert made["choices"][1]["text"]["en"] == "Carbon dioxide"
    assert findings[0].item is not None
    (name,) = findings[0].item.media
    assert f'<img src="media:{name}" alt="a tree">' in made["stem"]["en"]


def test_several_choices_give_all_points_or_none(findings: list[Finding]) -> None:
    made = content(findings[1])
    assert made["scoring"] == "all_or_nothing"
    assert made["stem"] == {"zh": "<p>哪些是温室气体？</p>", "en": ""}
    assert findings[1].item is not None
    assert findings[1].item.points == 2_000


@pytest.mark.parametrize(("index", "value", "tolerance"), [(2, "3.67", "0.01"), (3, "3.5", "0.5"), (4, "7", "0")])
def test_numbers_keep_their_range(index: int, value: str, tolerance: str, findings: list[Finding]) -> None:
    made = content(findings[index])
    assert (made["value"], made["tolerance"]) == (value, {"kind": "absolute", "value": tolerance})


DOCUMENT = """<questestinterop xmlns="http://www.imsglobal.org/xsd/ims_qtiasiv1p2"><assessment><section>
<item ident="q1" title="Named"><itemmetadata><qtimetadata><qtimetadatafield><fieldlabel>question_type</fieldlabel>
<fieldentry>{type}</fieldentry></qtimetadatafield></qtimetadata></itemmetadata>
<presentation><material><mattext texttype="text/html">{stem}</mattext></material>{responses}</presentation>
<resprocessing>{conditions}</resprocessing></item></section></assessment></questestinterop>"""
CONDITION = """<respcondition><conditionvar><varequal respident="{name}">{value}</varequal></conditionvar>
<setvar varname="SCORE" action="Add">50</setvar></respcondition>"""
LABEL = """<response_label ident="{name}"><material><mattext>{text}</mattext></material></response_label>"""


def document(kind: str, stem: str, responses: dict[str, tuple[str, dict[str, str], str]]) -> Finding:
    """Return what becomes of a question with responses: name → (its text, its labels, the right one)."""
    asked = "".join(
        f'<response_lid ident="{name}"><material><mattext>{text}</mattext></material><render_choice>'
        + "".join(LABEL.format(name=label, text=word) for label, word in labels.items())
        + "</render_choice></response_lid>"
        for name, (text, labels, _) in responses.items()
    )
    right = "".join(CONDITION.format(name=name, value=key) for name, (_, _, key) in responses.items())
    text = DOCUMENT.format(type=kind, stem=stem, responses=asked, conditions=right)
    (found,) = read(io.BytesIO(text.encode()), DEFAULT_LIMITS)
    return found


def test_pairs_become_matching() -> None:
    options = {"1": "eins", "2": "zwei", "3": "drei"}
    found = document("matching_question", "Match.", {"r1": ("one", options, "1"), "r2": ("two", options, "2")})
    assert found.status == "imported"
    made = content(found)
    assert [(row["text"]["en"], row["option"]) for row in made["rows"]] == [("one", "a"), ("two", "b")]
    assert [option["text"]["en"] for option in made["options"]] == ["eins", "zwei", "drei"]


@pytest.mark.parametrize(
    ("kind", "gaps"), [("fill_in_multiple_blanks_question", "text"), ("multiple_dropdowns_question", "choice")]
)
def test_blanks_become_gaps(kind: str, gaps: str) -> None:
    responses = {
        "response_colour": ("colour", {"1": "blue", "2": "azure"}, "1"),
        "response_sea": ("sea", {"3": "wet", "4": "deep"}, "3"),
    }
    found = document(kind, "The sky is [colour], the sea [sea].", responses)
    assert found.status == "imported"
    made = content(found)
    assert made["stem"]["en"] == "The sky is [[g1]], the sea [[g2]]."
    assert [gap["kind"] for gap in made["gaps"]] == [gaps, gaps]


def test_an_unknown_kind_is_named() -> None:
    found = document("hot_spot_question", "Where?", {})
    assert found.status == "skipped"
    assert "hot_spot_question" in str(found.reasons[0])


def test_formulas_come_in_as_formulas() -> None:
    image = '&lt;img class="equation_image" data-equation-content="\\frac{44}{12}" src="/equation_images/x"&gt;'
    found = document(
        "true_false_question", f"&lt;p&gt;{image}&lt;/p&gt;", {"r": ("", {"t": "True", "f": "False"}, "f")}
    )
    assert found.status == "imported"
    made = content(found)
    assert made["correct"] is False
    assert "<mfrac>" in made["stem"]["en"]


CALCULATED = """<questestinterop><item ident="c1" title="Drawn"><itemmetadata><qtimetadata><qtimetadatafield>
<fieldlabel>question_type</fieldlabel><fieldentry>calculated_question</fieldentry></qtimetadatafield></qtimetadata>
</itemmetadata><presentation><material><mattext texttype="text/html">&lt;p&gt;[m] t of carbon as CO2?&lt;/p&gt;
</mattext>
</material><response_str ident="response1"/></presentation><itemproc_extension><calculated>
<answer_tolerance>{tolerance}</answer_tolerance><formulas decimal_places="2">{formulas}</formulas><vars>
<var name="m" scale="1"><min>2.0</min><max>9.5</max></var></vars></calculated></itemproc_extension></item>
</questestinterop>"""


@pytest.mark.parametrize(
    ("tolerance", "kind", "value"),
    [("0.05", "absolute", "0.05"), ("1%", "relative", "1"), ("0", "absolute", "0.005"), ("", "absolute", "0.005")],
)
def test_drawn_numbers_stay_drawn(tolerance: str, kind: str, value: str) -> None:
    text = CALCULATED.format(tolerance=tolerance, formulas="<formula>m * 44 / 12</formula>")
    (found,) = read(io.BytesIO(text.encode()), DEFAULT_LIMITS)
    assert (found.status, found.reasons) == ("imported", ())
    made = content(found)
    assert made["stem"]["en"] == "<p>{{m}} t of carbon as CO2?</p>"
    assert made["variables"] == [{"name": "m", "min": "2", "max": "9.5", "step": "0.1"}]
    assert made["tolerance"] == {"kind": kind, "value": value}


def test_formulas_that_build_on_each_other_are_named() -> None:
    text = CALCULATED.format(tolerance="0", formulas="<formula>a = m * 2</formula><formula>a + 1</formula>")
    (found,) = read(io.BytesIO(text.encode()), DEFAULT_LIMITS)
    assert found.status == "skipped"
    assert "several formulas" in str(found.reasons[0])
