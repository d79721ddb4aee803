"""Whose work a launch asks for, and what a first score says of the work it is for."""

import json
from typing import Any
from urllib.parse import quote

import pytest

from lms_carbon.lti.errors import ClaimError
from lms_carbon.lti.gradebook import Access, Sending, send_score
from lms_carbon.lti.http import Answer
from lms_carbon.lti.rules.claims import LTI, read_message
from lms_carbon.lti.rules.reviews import review_link, subject_of
from lms_carbon.lti.rules.scores import SENT, HandedIn, score_document
from tests.unit.lti.test_claims import AT, valid

LAUNCH = "https://tool.example/lti/launch"
CANVAS = "https://canvas.instructure.com/lti/submission"


@pytest.mark.parametrize(
    ("changes", "subject"),
    [
        ({}, None),
        ({"target_link_uri": f"{LAUNCH}?from=lms"}, None),
        ({"target_link_uri": review_link(f"{LAUNCH}?from=lms", "用户 5&x")}, "用户 5&x"),
        ({"for_user": {"user_id": "5"}}, None),  # of another message
        ({"message_type": "LtiSubmissionReviewRequest", "for_user": {"user_id": "5"}}, "5"),
        ({"message_type": "LtiDeepLinkingRequest", "target_link_uri": review_link(LAUNCH, "5")}, None),
    ],
)
def test_whose_work_is_asked_for(changes: dict[str, Any], subject: str | None) -> None:
    claims = valid() | {LTI + name: value for name, value in changes.items()}
    assert subject_of(read_message(claims)) == subject


@pytest.mark.parametrize(
    "changes",
    [
        {"message_type": "LtiSubmissionReviewRequest"},
        {"message_type": "LtiSubmissionReviewRequest", "for_user": {"user_id": 5}},
        {"target_link_uri": f"{LAUNCH}?for_user={'x' * 256}"},
        {"target_link_uri": f"{LAUNCH}?for_user={quote(chr(7))}"},
    ],
)
def test_no_user_at_all_is_refused(changes: dict[str, Any]) -> None:
    message = read_message(valid() | {LTI + name: value for name, value in changes.items()})
    with pytest.raises(ClaimError):
        subject_of(message)


def test_a_platform_without_attempts_left_gets_the_score_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    sent: list[dict[str, Any]] = []

    def call(*_: Any, data: bytes, **__: Any) -> Answer:
        sent.append(json.loads(data))
        return Answer(422 if len(sent) == 1 else 204, {}, b"")

    monkeypatch.setattr("lms_carbon.lti.gradebook.call_platform", call)
    access = Access(registration_id=1, client_id="c", token_url="", audience="", key=lambda: None)
    work = HandedIn(at=AT, link=review_link(LAUNCH, "5"))
    score = Sending(line_item="", subject="5", score=1, comment=None, ours=(), overwrites=True, handed_in=work)
    assert send_score(access, score, stamp=AT, at=AT) == SENT
    assert [each[CANVAS]["new_submission"] for each in sent] == [True, False]


def test_only_a_first_score_makes_a_submission() -> None:
    told: dict[str, Any] = {"subject": "5", "hundredths": 8000, "comment": None, "stamp": AT}
    later = score_document(**told)
    assert (later[CANVAS]["new_submission"], "submission" in later) == (False, False)
    first = score_document(**told, handed_in=HandedIn(at=AT.replace(day=1), link=review_link(LAUNCH, "5")))
    assert first["submission"] == {"submittedAt": "2026-05-01T00:00:00.000Z"}
    assert first[CANVAS] == {
        "new_submission": True,
        "submission_type": "basic_lti_launch",
        "submission_data": f"{LAUNCH}?for_user=5",
        "preserve_score": True,
        "prioritize_non_tool_grade": True,
    }
