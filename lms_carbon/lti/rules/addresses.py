"""Addresses of platforms: which may be used, how ours are built onto them."""

import re
from typing import Final
from urllib.parse import SplitResult, urlencode, urlsplit, urlunsplit

_HOST: Final = re.compile(r"\[[0-9a-f:.]+\]|[a-z0-9.-]+", re.IGNORECASE)
_MAX_LENGTH: Final = 2048


def _split(url: str) -> SplitResult | None:
    """Return the parts of an absolute http(s) address without a user name, None for anything else."""
    if len(url) > _MAX_LENGTH or not url.isprintable() or " " in url:
        return None
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return None
    host = parts.netloc.removesuffix(f":{port}") if port is not None else parts.netloc
    if parts.scheme not in ("http", "https") or not _HOST.fullmatch(host) or not url.isascii():
        return None
    return parts


def is_usable(url: object, *, demo: bool) -> bool:
    """Tell whether a platform's address may be called: https, or http too in the demo."""
    parts = _split(url) if isinstance(url, str) else None
    return parts is not None and (parts.scheme == "https" or demo)


def origin_of(url: str) -> str | None:
    """Return `scheme://host:port`, None where the address is not one."""
    parts = _split(url)
    return f"{parts.scheme}://{parts.netloc.lower()}" if parts else None


def merge_query(url: str, fields: dict[str, str]) -> str:
    """Add fields to an address that may have a query already."""
    parts = urlsplit(url)
    query = "&".join(filter(None, (parts.query, urlencode(fields))))
    return urlunsplit(parts._replace(query=query, fragment=""))


def tell_on_return(url: str, *, message: str = "", error: str = "", log: str = "") -> str:
    """Add to the way back what the platform shows there, and what it logs (LTI core 5.4.2: `lti_msg` and others)."""
    told = {"lti_msg": message, "lti_errormsg": error, "lti_errorlog": log}
    told = {name: text for name, text in told.items() if text}
    return merge_query(url, told) if url and told else url


def append_path(url: str, segment: str) -> str:
    """Append to the path, before the query, as line item addresses need it (AGS 3.4.2; Moodle has `?type_id=`)."""
    parts = urlsplit(url)
    return urlunsplit(parts._replace(path=parts.path.rstrip("/") + "/" + segment))


def safe_return_url(url: object, *, platform: tuple[str, ...], demo: bool) -> str | None:
    """Return the platform's way back where it leads to the platform itself: one of its hosts or a sibling of one.

    `platform` holds addresses of the registration (issuer, login).
    """
    if not isinstance(url, str) or not is_usable(url, demo=demo):
        return None
    host = urlsplit(url).hostname or ""
    for known in platform:
        theirs = urlsplit(known).hostname or ""
        if host == theirs or _site(host) == _site(theirs) != "":
            return url
    return None


def _site(host: str) -> str:
    """Return the part of a host name that siblings share (`school.edu.cn` of `moodle.school.edu.cn`), or ''.

    Without the public suffix list a site is the host's parent, as long as that itself has two labels and is not
    a well-known registry suffix such as edu.cn.
    """
    labels = host.split(".")
    if len(labels) < 3 or labels[-1].isdigit():
        return ""
    parent = labels[1:]
    if len(parent) == 2 and len(parent[-1]) == 2 and len(parent[0]) <= 3:
        return ""
    return ".".join(parent)
