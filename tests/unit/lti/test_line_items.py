"""Which column of a course's gradebook is an activity's: looked for first, and never made twice."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from lms_carbon.lti import line_items
from lms_carbon.lti.gradebook import Access
from lms_carbon.lti.http import Answer
from lms_carbon.lti.line_items import Wanted, find_or_make

URL = "https://lms.example/items"
MADE = f"{URL}/made"
OWN = {"resourceLinkId": "rl-2", "resourceId": "exam:one"}
ANOTHERS = {"resourceLinkId": "rl-1", "resourceId": "exam:two"}
LEFT = {"resourceId": "exam:two"}
LEFT_BY_THE_ORIGINAL = {"resourceId": "exam:one"}
ORIGINAL = {"resourceLinkId": "rl-1", "resourceId": "exam:one"}


@pytest.mark.parametrize(
    ("columns", "copied", "found"),
    [
        ([], None, "made"),
        ([ANOTHERS, OWN], None, "1"),  # the platform says whose it is, whatever it once showed
        ([LEFT], None, "0"),
        ([ANOTHERS], None, None),
        ([LEFT_BY_THE_ORIGINAL], None, "made"),
        ([LEFT_BY_THE_ORIGINAL], "exam:one", "0"),  # it came with the activity
        ([ORIGINAL], "exam:one", "made"),
        ([LEFT_BY_THE_ORIGINAL, LEFT], "exam:one", "1"),
    ],
)
def test_the_column_of_an_activity(
    monkeypatch: pytest.MonkeyPatch, columns: list[dict[str, str]], copied: str | None, found: str | None
) -> None:
    shown = [{"id": f"{URL}/{number}", **column} for number, column in enumerate(columns)]

    def call(access: Access, scope: str, method: str, url: str, *rest: object, **request: Any) -> Answer:
        body = {"id": MADE} if method == "POST" else shown  # one that filters nothing
        return Answer(200, {}, json.dumps(body).encode())

    monkeypatch.setattr(line_items, "call_platform", call)
    monkeypatch.setattr(line_items, "is_demo", lambda: False)
    wanted = Wanted(
        link_id=1,
        institution_id=1,
        registration_id=1,
        client_id="tool",
        token_url=URL,
        audience=URL,
        url=URL,
        resource_link_id="rl-2",
        target="exam:two",
        label="Exam",
        copied_target=copied,
    )
    access: Any = None
    assert find_or_make(access, wanted, at=datetime(2026, 11, 23, tzinfo=UTC)) == (found and f"{URL}/{found}")
