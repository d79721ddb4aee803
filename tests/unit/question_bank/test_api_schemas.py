"""What a write over the API says of requirements."""

from types import SimpleNamespace
from typing import Any

import pytest

from lms_carbon.question_bank import api_schemas
from lms_carbon.question_bank.kinds.registry import KINDS
from lms_carbon.question_bank.rules.about import Tag
from tests.unit.question_bank.contents import RAW

SHARED = [SimpleNamespace(code=code, guid=f"guid-{code}", statement_id=7) for code in ("5.1.1-a-1", "5.2.1-a-1")]


@pytest.mark.parametrize(
    ("positions", "united"),
    [((["5.1.1"], ["5.2.1", "5.1.1"]), ("5.1.1", "5.2.1")), ((["5.1.1"], []), None), (([], ["5.2.1"]), None)],
)
def test_two_codes_of_one_statement_hold_wherever_either_does(
    monkeypatch: pytest.MonkeyPatch, positions: tuple[list[str], list[str]], united: tuple[str, ...] | None
) -> None:
    monkeypatch.setattr(api_schemas, "list_requirements", lambda: SHARED)
    said = [{"code": one.code, "positions": held} for one, held in zip(SHARED, positions, strict=True)]
    body = {"kind": "true_false", "title": {"en": "x"}, "content": RAW["true_false"], "requirements": said}
    data: Any = api_schemas.NewQuestionSchema().load(body)
    draft = api_schemas.draft_from(KINDS["true_false"], data)
    assert draft.tags == (Tag(statement_id=7, positions=united),)
