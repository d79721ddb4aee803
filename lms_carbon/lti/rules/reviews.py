"""Whose work somebody asks for: by submission review's own claim, or by the link that went along with a score.

Canvas has no submission review. Its SpeedGrader opens the address that came with a score as an ordinary launch of the
activity, so the address says whose work it is; the launch that brings it is signed, and who asks decides what shows.
"""

from typing import Final
from urllib.parse import parse_qs, urlsplit

from lms_carbon.lti.rules.addresses import merge_query
from lms_carbon.lti.rules.claims import RESOURCE_LINK, SUBMISSION_REVIEW, Message, read_id

_WHOSE: Final = "for_user"


def review_link(launch_url: str, subject: str) -> str:
    """Return the address of a launch that opens this user's work."""
    return merge_query(launch_url, {_WHOSE: subject})


def subject_of(message: Message) -> str | None:
    """Return the platform's id of the user whose work is asked for; None where it is not about one's work.

    Raises `ClaimError` for a submission review that does not say whose.
    """
    if message.kind == SUBMISSION_REVIEW:
        return read_id(message.for_user.get("user_id"), "for_user.user_id")
    if message.kind != RESOURCE_LINK:
        return None
    asked = parse_qs(urlsplit(message.target_link_uri).query).get(_WHOSE)
    return read_id(asked[0], "target_link_uri.for_user") if asked else None
