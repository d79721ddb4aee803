"""What pages call a question."""

import pytest

from lms_carbon.question_bank.models import QuestionVersion
from lms_carbon.question_bank.views.showing import name_of


@pytest.mark.parametrize(
    ("title", "stem", "name"),
    [
        ({"zh": "标题", "en": "Title"}, {"en": "<p>Stem</p>"}, ("Title", "en")),
        ({"zh": "标题", "en": ""}, {"en": "<p>Stem</p>"}, ("标题", "zh-CN")),
        ({}, {"en": "<p>It is [[g1]] of [[1]].</p>"}, ("It is ____ of [[1]].", "en")),
        ({}, {"en": f"<p>{'x' * 100}</p>"}, ("x" * 89 + "…", "en")),
    ],
)
def test_a_question_goes_by_its_title_else_by_its_stem(title: dict[str, str], stem: dict[str, str], name: str) -> None:
    assert name_of(QuestionVersion(title=title, content={"stem": stem}), "en") == name
