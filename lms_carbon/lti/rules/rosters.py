"""What a platform's roster says (NRPS 2.0); what of it cannot be used is left out, never guessed."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from requests.utils import parse_header_links

from lms_carbon.lti.rules.claims import ID_LENGTH, tidy_text

ROSTER_TYPE: Final = "application/vnd.ims.lti-nrps.v2.membershipcontainer+json"
PAGE_SIZE: Final = 200
"""Members that we ask for at a time (a hint, NRPS 2.4.1); Moodle makes no pages without being asked to."""
MOST_PAGES: Final = 100
MOST_MEMBERS: Final = 10_000

_CURLY: Final = str.maketrans({"“": '"', "”": '"'})
_MEMBERSHIP: Final = "http://purl.imsglobal.org/vocab/lis/v2/membership"


@dataclass(frozen=True, kw_only=True)
class Roster:
    """What a platform told of a course's members; `whole` unless pages were left out."""

    members: Sequence["ListedMember"]
    whole: bool


@dataclass(frozen=True, kw_only=True)
class ListedMember:
    """Somebody in a course as the platform tells of them; it may keep name, address and number to itself."""

    subject: str
    name: str | None
    email: str | None
    number: str | None
    roles: tuple[str, ...]
    active: bool


def is_learner(roles: Iterable[str]) -> bool:
    """Tell whether the roles make a learner of a course; rosters may use the short name (LTI core A.2.3.1)."""
    return any(
        role in ("Learner", f"{_MEMBERSHIP}#Learner") or role.startswith(f"{_MEMBERSHIP}/Learner#") for role in roles
    )


def read_members(document: Any) -> list[ListedMember] | None:
    """Return the members of one page, None where it is no membership container."""
    members = document.get("members") if isinstance(document, Mapping) else None
    if not isinstance(members, list):
        return None
    return [member for member in map(_read_member, members) if member is not None]


def _read_member(raw: Any) -> ListedMember | None:
    if not isinstance(raw, Mapping):
        return None
    subject = raw.get("user_id")
    if not isinstance(subject, str) or not subject.isprintable() or not 0 < len(subject) <= ID_LENGTH:
        return None
    roles = raw.get("roles")
    number = tidy_text(raw.get("lis_person_sourcedid"))
    return ListedMember(
        subject=subject,
        name=_read_name(raw),
        email=tidy_text(raw.get("email")),
        number=number if number and len(number) <= 64 else None,
        roles=tuple(role for role in roles[:100] if isinstance(role, str)) if isinstance(roles, list) else (),
        active=raw.get("status", "Active") == "Active",  # a missing status means Active (NRPS 2.3)
    )


def _read_name(raw: Mapping[str, Any]) -> str | None:
    whole = tidy_text(raw.get("name"))
    given, family = tidy_text(raw.get("given_name")), tidy_text(raw.get("family_name"))
    if whole or not (given and family):
        return whole or given or family
    chinese = all("\u4e00" <= character <= "\u9fff" for character in family + given)
    return (family + given if chinese else f"{given} {family}")[:ID_LENGTH]


def next_page(header: str | None) -> str | None:
    """Return the address of the next page from a `Link` header: opaque, to be asked as it stands (NRPS 2.4.1).

    Moodle's gradebook writes curly quotes, in UTF-8 that arrives as Latin-1, and `&amp;`.
    """
    text = (header or "").encode("latin-1", "replace").decode("utf-8", "replace")
    for link in parse_header_links(text.translate(_CURLY).replace("&amp;", "&")):
        if link.get("rel", "").lower() == "next":
            return link["url"]
    return None
