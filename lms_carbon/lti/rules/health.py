"""Whether all is well between a platform and this tool: each check with what was found and what to do about it."""

import enum
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Final

from lms_carbon.core.i18n import mark
from lms_carbon.lti.rules.claims import LEEWAY
from lms_carbon.lti.rules.platforms import SCOPE_WORDS

QUIET: Final = timedelta(days=180)
"""Without a launch for so long, a platform is worth a look: half a school year and a holiday."""


class Finding(enum.StrEnum):
    """How a check ended; the names are those of tags."""

    OK = "ok"
    INFO = "info"
    WARN = "warn"
    BAD = "bad"


@dataclass(frozen=True, kw_only=True)
class Check:
    """One check: message ids of what was looked at, what was found and what to do; `params` fill the last two."""

    what: str
    finding: Finding
    said: str
    advice: str = ""
    params: Mapping[str, object] = field(default_factory=dict)


KEYSET: Final = mark("The platform's keys")
CLOCK: Final = mark("The clocks")
TOKEN: Final = mark("Access to the platform's services")
SCOPES: Final = mark("What the platform allows")
PLACES: Final = mark("Places")
LAUNCHES: Final = mark("Launches")
SCORES: Final = mark("Scores")
ROSTERS: Final = mark("Rosters")

_UNREACHABLE: Final = mark(
    "Compare the address with the one that the platform shows. It must answer this tool by https; addresses in private"
    " networks have to be allowed in the settings."
)


def judge_keyset(status: int | None, keys: int | None) -> Check:
    """Judge the fetch of a keyset: its status (None: no answer) and how many usable keys it held (None: no keyset)."""
    if status is None:
        return Check(what=KEYSET, finding=Finding.BAD, said=mark("The address did not answer."), advice=_UNREACHABLE)
    if status != 200 or keys is None:
        said = mark("What is at the address is not a keyset (answer %(status)s).")
        return Check(what=KEYSET, finding=Finding.BAD, said=said, advice=_UNREACHABLE, params={"status": status})
    if keys == 0:
        return Check(
            what=KEYSET,
            finding=Finding.BAD,
            said=mark("The keyset holds no key that can be used."),
            advice=mark(
                "The platform needs an RSA key of at least 2048 bits with a key id; its administrator makes one."
            ),
        )
    return Check(what=KEYSET, finding=Finding.OK, said=mark("Usable: %(keys)s."), params={"keys": keys})


def judge_clock(date: str | None, *, at: datetime) -> Check | None:
    """Judge the `Date` header of an answer against our clock; None where it does not say."""
    try:
        seconds = round(abs((parsedate_to_datetime(date or "") - at).total_seconds()))
    except (ValueError, TypeError):
        return None
    params = {"seconds": seconds}
    if seconds <= LEEWAY // 3:
        return Check(what=CLOCK, finding=Finding.OK, said=mark("They differ by %(seconds)s s."), params=params)
    return Check(
        what=CLOCK,
        finding=Finding.BAD if seconds > LEEWAY else Finding.WARN,
        said=mark("They differ by %(seconds)s s; from 30 s on launches are refused."),
        advice=mark("Let the platform's server and this one take their time from the network (NTP)."),
        params=params,
    )


def judge_token(status: int | None) -> Check:
    """Judge the answer to a token request; None for no answer."""
    if status is None:
        return Check(what=TOKEN, finding=Finding.BAD, said=mark("The address did not answer."), advice=_UNREACHABLE)
    if status == 200:
        return Check(what=TOKEN, finding=Finding.OK, said=mark("The platform lets the tool in."))
    return Check(
        what=TOKEN,
        finding=Finding.BAD,
        said=mark("The platform does not let the tool in (answer %(status)s). Scores and rosters wait."),
        advice=mark(
            "Check there that the tool is active and its keyset URL is this tool's, and here that client ID, access"
            " token URL and audience are the platform's."
        ),
        params={"status": status},
    )


def scopes_in(document: object, *, asked: Sequence[str]) -> list[str]:
    """Return which of the scopes asked for a token's answer grants; all where it does not say (RFC 6749 5.1)."""
    said = document.get("scope") if isinstance(document, dict) else None
    return [scope for scope in asked if scope in said.split()] if isinstance(said, str) else list(asked)


def judge_scopes(missing: Sequence[str]) -> Check:
    """Judge the scopes that the platform keeps from us; the page names what cannot be done without them."""
    if not missing:
        return Check(what=SCOPES, finding=Finding.OK, said=mark("All that the tool asks for."))
    return Check(
        what=SCOPES,
        finding=Finding.WARN,
        said=mark("Not everything. The tool cannot:"),
        advice=mark("The platform's administrator can allow it in the settings of the tool there."),
        params={"cannot": [SCOPE_WORDS[scope] for scope in missing]},
    )


def judge_places(*, launching: int, waiting: int) -> Check:
    """Judge how many places of a platform may launch, and how many wait to be confirmed."""
    if waiting:
        return Check(
            what=PLACES,
            finding=Finding.WARN,
            said=mark("Waiting to be confirmed: %(waiting)s. Nobody can come in from there."),
            advice=mark("Compare their numbers with the platform's and confirm them."),
            params={"waiting": waiting},
        )
    if launching:
        return Check(
            what=PLACES, finding=Finding.OK, said=mark("May launch: %(places)s."), params={"places": launching}
        )
    return Check(
        what=PLACES,
        finding=Finding.WARN,
        said=mark("None is known yet."),
        advice=mark("Set the tool up in the platform and open it once, or add its deployment ID here."),
    )


def judge_launches(last: datetime | None, *, at: datetime) -> Check:
    """Judge when somebody last came from the platform; the page shows the moment itself."""
    if last is None:
        advice = mark("Open an activity of this tool in a course, to see that it works.")
        return Check(what=LAUNCHES, finding=Finding.INFO, said=mark("Nobody has come from there yet."), advice=advice)
    old = at - last > QUIET
    return Check(
        what=LAUNCHES, finding=Finding.INFO if old else Finding.OK, said=mark("The last one:"), params={"at": last}
    )


def judge_scores(*, last: datetime | None, late: int, refused: int) -> Check:
    """Judge the scores on their way: when one last arrived, how many failed before and wait, how many were refused."""
    if late or refused:
        return Check(
            what=SCORES,
            finding=Finding.WARN,
            said=mark("Waiting after a failure: %(late)s. Refused: %(refused)s."),
            advice=mark("An officer sees under Gradebooks why, for each person."),
            params={"late": late, "refused": refused},
        )
    if last is None:
        return Check(what=SCORES, finding=Finding.INFO, said=mark("None was sent yet."))
    return Check(what=SCORES, finding=Finding.OK, said=mark("The last one arrived:"), params={"at": last})


def judge_rosters(*, offered: int, unread: int) -> Check:
    """Judge how many courses offer their roster, and where the last reading by schedule failed."""
    if unread:
        return Check(
            what=ROSTERS,
            finding=Finding.WARN,
            said=mark("Not readable the last time: %(unread)s of %(offered)s."),
            advice=mark(
                "They are read again within two hours. Where access works, look there whether rosters are allowed."
            ),
            params={"unread": unread, "offered": offered},
        )
    if not offered:
        return Check(what=ROSTERS, finding=Finding.INFO, said=mark("No course has offered its roster yet."))
    said = mark("Courses that offer theirs: %(offered)s.")
    return Check(what=ROSTERS, finding=Finding.OK, said=said, params={"offered": offered})


def worst(checks: Sequence[Check]) -> Finding:
    """Return the worst finding."""
    order = list(Finding)
    return max((check.finding for check in checks), key=order.index, default=Finding.OK)
