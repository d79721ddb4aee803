"""What we ask of a course's gradebook: the column of an activity, made where there is none. Never inside a transaction.

A column is looked for first, and never made twice: not after a course was copied, not by two activities of one target.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from lms_carbon.lti.gradebook import Access, call_platform
from lms_carbon.lti.http import is_demo
from lms_carbon.lti.rules.addresses import is_usable, merge_query, origin_of
from lms_carbon.lti.rules.claims import SCOPE_LINE_ITEM
from lms_carbon.lti.rules.rosters import next_page
from lms_carbon.lti.rules.scores import MAXIMUM

LINE_ITEM_TYPE: Final = "application/vnd.ims.lis.v2.lineitem+json"
LINE_ITEMS_TYPE: Final = "application/vnd.ims.lis.v2.lineitemcontainer+json"
MOST_PAGES: Final = 20


class NoColumnError(Exception):
    """The platform neither has nor makes a column; the text is for the log."""


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """An activity whose column is looked for."""

    link_id: int
    institution_id: int
    registration_id: int
    client_id: str
    token_url: str
    audience: str
    url: str
    """Where the platform lists the course's columns."""
    resource_link_id: str
    target: str
    label: str
    copied_target: str | None = None
    """What the original opens, where this activity came with a copied course: its column may have come along."""


def find_or_make(access: Access, wanted: Wanted, *, at: datetime) -> str | None:
    """Return the address of an activity's column; None where another activity's column shows the same target.

    Raises `NoColumnError`, `NoTokenError`, `FetchError`.
    """
    for item in _list(access, wanted.url, {"resource_link_id": wanted.resource_link_id}, at):
        if item.get("resourceLinkId") == wanted.resource_link_id:
            return _address(item, wanted)
    taken = False
    for target in dict.fromkeys(each for each in (wanted.target, wanted.copied_target) if each):
        for item in _list(access, wanted.url, {"resource_id": target}, at):
            if item.get("resourceId") == target:
                if not item.get("resourceLinkId"):  # as a copied course leaves it
                    return _address(item, wanted)
                taken = taken or target == wanted.target
    return None if taken else _make(access, wanted, at)


def _list(access: Access, url: str, wish: dict[str, str], at: datetime) -> Iterator[dict[str, Any]]:
    """Yield the columns, page after page; some platforms filter, the caller looks all the same (AGS 3.2.5)."""
    page: str | None = merge_query(url, wish)
    for _ in range(MOST_PAGES):
        if page is None or origin_of(page) != origin_of(url):
            return
        answer = call_platform(access, SCOPE_LINE_ITEM, "GET", page, at, headers={"Accept": LINE_ITEMS_TYPE})
        items = answer.json() if answer.status == 200 else None
        if not isinstance(items, list):
            raise NoColumnError(f"columns: status {answer.status}")
        yield from (item for item in items if isinstance(item, dict))
        page = next_page(answer.headers.get("Link"))


def _make(access: Access, wanted: Wanted, at: datetime) -> str:
    document = {
        "label": wanted.label,
        "scoreMaximum": MAXIMUM,
        "resourceLinkId": wanted.resource_link_id,
        "resourceId": wanted.target,
    }
    answer = call_platform(
        access,
        SCOPE_LINE_ITEM,
        "POST",
        wanted.url,
        at,
        headers={"Accept": LINE_ITEM_TYPE, "Content-Type": LINE_ITEM_TYPE},
        data=json.dumps(document, ensure_ascii=False).encode(),
    )
    made = answer.json() if answer.status in (200, 201) else None
    if not isinstance(made, dict):
        raise NoColumnError(f"column not made: status {answer.status}")
    return _address(made, wanted)


def _address(item: dict[str, Any], wanted: Wanted) -> str:
    """Return a column's address; our token is for this platform alone."""
    url = item.get("id")
    if not isinstance(url, str) or not is_usable(url, demo=is_demo()) or origin_of(url) != origin_of(wanted.url):
        raise NoColumnError("the column has no address of the platform's")
    return url
