"""The one way out to platforms: https to public addresses, small answers, short patience, no redirects.

Platforms' addresses come from registrations, so an administrator of one institution could otherwise make the server
ask machines inside its own network. The address is checked where it counts, on the open socket: a name that resolves
differently the second time gains nothing. Private networks that the settings name are open too.
"""

import ipaddress
import json
import socket
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import metadata
from typing import Any, Final

import requests
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

from lms_carbon.core.settings import current_settings
from lms_carbon.lti.rules.addresses import is_usable

TIMEOUT: Final = (5, 5)  # seconds to connect, and between two pieces
WHOLE_TIMEOUT: Final = 15  # seconds for an answer altogether
MAX_BYTES: Final = 256 * 1024
USER_AGENT: Final = f"lms-carbon/{metadata.version('lms-carbon')}"


class FetchError(Exception):
    """No usable answer; the text is for the log, never for a page."""


@dataclass(frozen=True)
class Answer:
    """What came back."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> Any:
        """Return the body as JSON, whatever it calls itself (Moodle's token endpoint says text/html)."""
        try:
            return json.loads(self.body)
        except (ValueError, RecursionError) as problem:
            raise FetchError("the answer is not JSON") from problem


def _refuse_private(sock: socket.socket) -> socket.socket:
    address = ipaddress.ip_address(sock.getpeername()[0].split("%")[0])
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped:
        address = address.ipv4_mapped
    inside = any(address in network for network in current_settings().platform_networks)
    if not inside and (not address.is_global or address.is_multicast):
        sock.close()
        raise OSError(f"{address} is not a public address")
    return sock


class _PublicHTTPConnection(HTTPConnection):
    def _new_conn(self) -> socket.socket:
        return _refuse_private(super()._new_conn())


class _PublicHTTPSConnection(HTTPSConnection):
    def _new_conn(self) -> socket.socket:
        return _refuse_private(super()._new_conn())


class _PublicHTTPPool(HTTPConnectionPool):
    ConnectionCls = _PublicHTTPConnection


class _PublicHTTPSPool(HTTPSConnectionPool):
    ConnectionCls = _PublicHTTPSConnection


class _PublicAdapter(HTTPAdapter):
    """Connects to public addresses only."""

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = {"http": _PublicHTTPPool, "https": _PublicHTTPSPool}


_local = threading.local()


def _session(*, demo: bool) -> requests.Session:
    """Return this thread's session; connections to a platform are kept between calls."""
    sessions: dict[bool, requests.Session] = _local.__dict__.setdefault("sessions", {})
    if demo not in sessions:
        made = sessions[demo] = requests.Session()
        # Neither proxies nor .netrc from the environment: a proxy would hide whom we are talking to.
        made.trust_env = False
        made.headers["User-Agent"] = USER_AGENT
        if not demo:
            made.mount("http://", _PublicAdapter())
            made.mount("https://", _PublicAdapter())
    return sessions[demo]


def is_demo() -> bool:
    """Tell whether plain http and private addresses are allowed."""
    return current_settings().demo


def fetch(
    method: str, url: str, *, headers: Mapping[str, str] | None = None, data: bytes | Mapping[str, str] | None = None
) -> Answer:
    """Ask a platform. Any status is an answer; raises `FetchError` for none, or one that is too large or too slow."""
    demo = is_demo()
    if not is_usable(url, demo=demo):
        raise FetchError("not an address that may be called")
    try:
        with _session(demo=demo).request(
            method, url, headers=headers, data=data, timeout=TIMEOUT, allow_redirects=False, stream=True
        ) as response:
            return Answer(response.status_code, response.headers, _read(response))
    except (requests.RequestException, OSError) as problem:
        raise FetchError(f"{type(problem).__name__}: {problem}"[:300]) from problem


def _read(response: requests.Response) -> bytes:
    body, deadline = bytearray(), time.monotonic() + WHOLE_TIMEOUT
    for piece in response.iter_content(16 * 1024):
        body += piece
        if len(body) > MAX_BYTES:
            raise FetchError("the answer is too large")
        if time.monotonic() > deadline:
            raise FetchError("the answer takes too long")
    return bytes(body)
