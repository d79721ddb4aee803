"""What templates may call: who is here, which way to go, words for numbers and moments, addresses of static files."""

import hashlib
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit
from zoneinfo import ZoneInfo

from flask import current_app, g, request, url_for
from flask_babel import get_timezone, gettext
from jinja2 import Environment
from markupsafe import Markup

from lms_carbon.core import clock
from lms_carbon.core.errors import DomainError
from lms_carbon.core.extensions import LANGUAGE_FIELD
from lms_carbon.core.hooks import NavItem, navigation
from lms_carbon.core.i18n import HTML_LANG, LANGUAGES, current_language, mark
from lms_carbon.core.identity import Actor, Role, current_actor
from lms_carbon.people.rules import ROLE_NAMES
from lms_carbon.web import words
from lms_carbon.web.icons import icon

BACK_TO_COURSE = mark("Back to the course")
SIGN_IN = mark("Sign in by link")
TRY_AGAIN = mark("Try again")
BACK = mark("Back")
TO_START = mark("To the start")
LANGUAGE_NAMES = {"zh": "中文", "en": "English"}
_WORKING = frozenset(Role) - {Role.CANDIDATE}


def zone() -> ZoneInfo:
    """Return the time zone of the page."""
    return ZoneInfo(str(get_timezone() or "UTC"))


def today() -> date:
    """Return the date that it is for the reader."""
    return clock.now().astimezone(zone()).date()


def html_lang(language: str | None = None) -> str:
    """Return the value of a `lang` attribute, for the page or for `zh`/`en`."""
    return HTML_LANG[language or current_language()]


def other_language() -> str:
    """Return the language that the page is not in."""
    return next(language for language in LANGUAGES if language != current_language())


def number(value: int | float | Decimal | str, decimals: int | None = None) -> str:
    """Return a number in thin groups."""
    return words.number_in_words(value, decimals)


def day_words(value: date) -> str:
    """Return a day, of a date or of an instant in the page's time zone."""
    day = value.astimezone(zone()).date() if isinstance(value, datetime) else value
    return words.day_in_words(day, language=current_language(), today=today())


def moment_words(value: datetime, to: str = "minute") -> str:
    """Return day and time of an instant."""
    return words.moment_in_words(value, language=current_language(), zone=zone(), today=today(), to=to)


def clock_words(value: datetime, to: str = "second") -> str:
    """Return the time of day of an instant."""
    return words.clock_in_words(value, zone=zone(), to=to)


def who_in_words(actor: Actor) -> str:
    """Return the name, and the first two of the roles held."""
    shown = [gettext(ROLE_NAMES[role]) for role in actor.roles]
    joined = ("、" if current_language() == "zh" else ", ").join(shown[:2])
    more = f" +{len(shown) - 2}" if len(shown) > 2 else ""
    return f"{actor.name} · {joined}{more}" if shown else actor.name


def desks() -> list[NavItem]:
    """Return where the signed-in person can go, asked once a request."""
    actor = current_actor()
    if actor is None:
        return []
    if "desks" not in g:
        found = [item for answer in navigation.ask(actor) for item in answer]
        g.desks = sorted(found, key=lambda item: item.order)
    items: list[NavItem] = g.desks
    return items


def tabs() -> list[NavItem]:
    """Return the desks as tabs: for those who work here, where there is more than one."""
    actor = current_actor()
    if actor is None or not actor.has_any(_WORKING):
        return []
    items = desks()
    return items if len(items) > 1 else []


def is_here(item: NavItem) -> bool:
    """Tell whether this page belongs to a desk: the longest path that the address begins with."""
    inside = [desk.path for desk in desks() if _within(request.path, desk.path)]
    return bool(inside) and item.path == max(inside, key=len)


def _within(path: str, folder: str) -> bool:
    return path == folder or path.startswith(folder.rstrip("/") + "/")


def here() -> str:
    """Return the address to come back to: this page where it can be opened again, else the start."""
    return same_page() or "/"


def same_page() -> str | None:
    """Return the address of this page; of the form that it answers, where that has the same one; else None."""
    if request.method != "GET":
        addresses = current_app.create_url_adapter(request)
        if addresses is None or not addresses.test(method="GET"):
            return None
    return request.full_path.removesuffix("?")


def in_other_language(address: str, language: str) -> str:
    """Return an address of ours that asks for a language; for none with an empty one."""
    parts = urlsplit(address)
    kept = [(name, value) for name, value in parse_qsl(parts.query, keep_blank_values=True) if name != LANGUAGE_FIELD]
    query = urlencode([*kept, *([(LANGUAGE_FIELD, language)] if language else [])])
    return address if query == parts.query else urlunsplit(parts._replace(query=query))


def local_address(raw: str | None) -> str:
    """Return `raw` where it stays on this site, else the start."""
    address = raw or ""
    parts = urlsplit(address)
    if parts.scheme or parts.netloc or not address.startswith("/") or address.startswith(("//", "/\\")):
        return "/"
    return "/" if any(ord(character) < 32 for character in address) else address


@dataclass(frozen=True)
class WayOn:
    """The button of an error page."""

    text: str
    href: str
    outside: bool = False
    """True where it leaves the tool: the whole window goes there, not the frame."""


def way_on(error: DomainError) -> WayOn | None:
    """Return what an error page offers to do."""
    if error.way_on_href:
        outside = local_address(error.way_on_href) == "/" != error.way_on_href
        return WayOn(gettext(error.way_on or BACK_TO_COURSE), error.way_on_href, outside)
    back = _page_before()
    if error.status == 401:
        return WayOn(gettext(SIGN_IN), "/sign-in")
    if request.method != "GET":
        # Without a page of ours before it, this was posted by a platform: the sentence says where to go.
        return WayOn(gettext(error.way_on or BACK), back) if back else None
    if error.status >= 500:
        return WayOn(gettext(TRY_AGAIN), here())
    return WayOn(gettext(BACK), back) if back else WayOn(gettext(TO_START), "/")


def _page_before() -> str:
    """Return the page of ours that the reader came from: what they sent stands there still, or can be opened again."""
    parts = urlsplit(request.referrer or "")
    if parts.netloc != request.host:
        return ""
    page = local_address(parts._replace(scheme="", netloc="", fragment="").geturl())
    return "" if page == here() and request.method == "GET" else page


def asset(package: str, filename: str) -> str:
    """Return the address of a static file, with a digest that lets browsers keep it for good."""
    folder = current_app.blueprints[package].static_folder
    path = Path(folder or "") / filename
    return url_for(f"{package}.static", filename=filename, v=_digest(path, path.stat().st_mtime_ns))


@lru_cache(maxsize=1024)
def _digest(path: Path, _changed: int) -> str:
    """Return a digest of a file; `_changed` makes a file that was written anew another entry of the cache."""
    return hashlib.sha256(path.read_bytes()).hexdigest()[:12]


def in_language(texts: dict[str, str] | None) -> Markup:
    """Return bilingual content for the reader; where it falls back, marked with the language that it is in."""
    texts = texts or {}
    language = current_language()
    if texts.get(language):
        return Markup("{}").format(texts[language])
    for other, text in texts.items():
        if text:
            return Markup('<span lang="{}">{}</span>').format(HTML_LANG.get(other, other), text)
    return Markup()


def install(templates: Environment) -> None:
    """Give the templates of all packages these words."""
    helpers: dict[str, Any] = {
        "asset": asset,
        "clock_words": clock_words,
        "current_actor": current_actor,
        "current_language": current_language,
        "day_words": day_words,
        "desks": desks,
        "same_page": same_page,
        "html_lang": html_lang,
        "icon_svg": icon,
        "in_language": in_language,
        "is_here": is_here,
        "language_name": LANGUAGE_NAMES.__getitem__,
        "moment_words": moment_words,
        "now": clock.now,
        "number": number,
        "other_language": other_language,
        "tabs": tabs,
        "way_on": way_on,
        "who_in_words": who_in_words,
    }
    templates.globals.update(helpers)
