"""QTI that is incomplete, reaches out of its package, or asks for more time and room than a question needs."""

import io
from pathlib import Path

import pytest

from lms_carbon.question_bank.interchange.base import DEFAULT_LIMITS, Limits
from lms_carbon.question_bank.interchange.errors import (
    BrokenPackageError,
    EntitiesError,
    FileTooLargeError,
    TooManyQuestionsError,
)
from lms_carbon.question_bank.interchange.qti.reading import read
from lms_carbon.question_bank.interchange.safe_zip import write_package
from tests.unit.question_bank.interchange.test_qti_reading import (
    CHOICE,
    MANIFEST,
    RESOURCE,
    item,
    only,
    package,
    read_all,
)


def test_half_a_package_is_refused() -> None:
    with pytest.raises(BrokenPackageError, match=r"i1\.xml"):
        read_all(package(item(), missing=1))


def test_a_package_without_a_manifest_is_refused() -> None:
    out = io.BytesIO()
    write_package([("i.xml", item())], out)
    with pytest.raises(BrokenPackageError, match="imsmanifest"):
        read_all(out)


def test_entities_in_one_item_refuse_the_package() -> None:
    bomb = b'<!DOCTYPE a [<!ENTITY b "c">]><assessmentItem identifier="&b;"/>'
    with pytest.raises(EntitiesError):
        read_all(package(item(), bomb))


def test_limits_hold() -> None:
    with pytest.raises(TooManyQuestionsError):
        read_all(package(item(), item()), Limits(questions=1))
    with pytest.raises(FileTooLargeError):
        read_all(io.BytesIO(b"<assessmentItem>" + b" " * 8_000_001))


def test_a_picture_outside_the_package_is_not_fetched() -> None:
    body = '<p><img src="../../../etc/passwd.png" alt="words"/><img src="http://example.org/x.png" alt="more"/></p>'
    found = read_all(package(item(body + CHOICE)))[0]
    assert found.status == "degraded"
    assert found.item is not None
    assert (dict(found.item.media), "<p>wordsmore</p>" in found.item.content["stem"]["en"]) == ({}, True)


CONDITION = """<responseProcessing><responseCondition><responseIf>{rule}
  <setOutcomeValue identifier="SCORE"><baseValue baseType="float">1</baseValue></setOutcomeValue>
</responseIf></responseCondition></responseProcessing>"""


@pytest.mark.parametrize(
    ("rule", "told"),
    [
        ("<customOperator/>", "customOperator"),
        ("<match/>", "responseProcessing"),
        ("<and>" * 200 + "</and>" * 200, "no points"),
    ],
)
def test_rules_that_cannot_be_run_are_named(rule: str, told: str) -> None:
    written = item().decode()
    start = written.index("<responseProcessing")
    found = only((written[:start] + CONDITION.format(rule=rule) + "</assessmentItem>").encode())
    assert found.status == "degraded"
    assert told in str(found.reasons[0])


def test_more_than_a_question_can_hold_is_named_at_once() -> None:
    rows = "".join(f'<simpleChoice identifier="c{n}">x</simpleChoice>' for n in range(20_000))
    found = only(item(f'<choiceInteraction responseIdentifier="RESPONSE">{rows}</choiceInteraction>'))
    assert found.status == "skipped"
    assert "more than a question can hold" in str(found.reasons[0])


def test_rules_that_would_take_hours_are_given_up() -> None:
    rule = (
        "<and>" + "<match><variable identifier='RESPONSE'/><correct identifier='RESPONSE'/></match>" * 6_000 + "</and>"
    )
    written = item().decode()
    start = written.index("<responseProcessing")
    found = only((written[:start] + CONDITION.format(rule=rule) + "</assessmentItem>").encode())
    assert found.status == "degraded"
    assert "responseProcessing" in str(found.reasons[0])


def test_one_picture_named_often_is_read_once() -> None:
    images = '<img src="p.png" alt="x"/>' * 5_000
    out = io.BytesIO()
    entries = [("imsmanifest.xml", MANIFEST.format(resources=RESOURCE.format(n=0)).encode())]
    write_package([*entries, ("i0.xml", item(f"<p>{images}</p>{CHOICE}")), ("p.png", b"\x89PNG" * 200_000)], out)
    found = list(read(out, Limits(total_bytes=1_000_000)))
    assert len(found) == 1


def test_two_gigabytes_of_nothing_cost_nothing(tmp_path: Path) -> None:
    with (tmp_path / "nothing.zip").open("w+b") as nothing:
        nothing.truncate(2_000_000_000)
        for start in (b"", b"PK\x03\x04"):
            nothing.seek(0)
            nothing.write(start)
            with pytest.raises(FileTooLargeError):
                list(read(nothing, DEFAULT_LIMITS))
