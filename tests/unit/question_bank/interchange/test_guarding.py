"""What is wrong with one question stays with it."""

import io
from dataclasses import replace
from typing import Any

import pytest

from lms_carbon.question_bank.interchange.base import DEFAULT_LIMITS, SKIPPED, Item
from lms_carbon.question_bank.interchange.registry import FORMATS, WRITTEN_FORMATS
from lms_carbon.question_bank.kinds.registry import KINDS
from lms_carbon.question_bank.kinds.schemas import MAX_CHOICES
from tests.unit.question_bank import contents


def item(kind: str, **changes: Any) -> Item:
    content = contents.content(kind)
    return Item(identifier=f"Q-{kind}", kind=kind, title={"zh": "题", "en": "Q"}, content={**content, **changes})


def many_choices() -> Item:
    rows = [{"id": chr(97 + n), "text": {"zh": f"第{n}", "en": f"No. {n}"}} for n in range(MAX_CHOICES)]
    raw = {**contents.content("single_choice"), "choices": rows, "correct": [rows[-1]["id"]]}
    return replace(item("single_choice"), content=KINDS["single_choice"].load_content(raw))


@pytest.mark.parametrize("name", WRITTEN_FORMATS)
def test_one_question_that_cannot_be_written_keeps_no_other_back(name: str) -> None:
    out = io.BytesIO()
    broken = replace(item("true_false"), identifier="broken", content={"stem": None})
    writer, reader = FORMATS[name].write, FORMATS["qti" if name.startswith("qti") else name].read
    assert writer
    assert reader
    found = writer([item("true_false"), broken, many_choices()], out)
    assert [each.identifier for each in found if each.status == SKIPPED] == ["broken"]
    back = [each.item for each in reader(io.BytesIO(out.getvalue()), DEFAULT_LIMITS)]
    assert [each.identifier for each in back if each] == ["Q-true_false", "Q-single_choice"]
    assert back[1]
    assert len(back[1].content["choices"]) == MAX_CHOICES
