"""Which addresses platforms may have: public ones, and the private networks that the settings name."""

import ipaddress
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from lms_carbon.lti import http
from tests.support.databases import settings_for


class _Socket:
    closed = False

    def __init__(self, peer: str) -> None:
        self.peer = peer

    def getpeername(self) -> tuple[str, int]:
        return self.peer, 443

    def close(self) -> None:
        self.closed = True


@pytest.mark.parametrize(
    ("peer", "networks", "open_"),
    [
        ("93.184.215.14", "", True),
        ("10.1.2.3", "", False),
        ("10.1.2.3", "10.1.0.0/16", True),
        ("10.2.2.3", "10.1.0.0/16", False),
        ("::ffff:10.1.2.3", "10.1.0.0/16", True),
        ("127.0.0.1", "10.1.0.0/16", False),
        ("fd00::7%eth0", "fd00::/64", True),
        ("169.254.169.254", "", False),
    ],
)
def test_private_networks(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, peer: str, networks: str, open_: bool
) -> None:
    allowed = tuple(ipaddress.ip_network(network) for network in networks.split(",") if network)
    settings = replace(settings_for("sqlite:///x", tmp_path), platform_networks=allowed)
    monkeypatch.setattr(http, "current_settings", lambda: settings)
    sock: Any = _Socket(peer)
    if open_:
        assert http._refuse_private(sock) is sock
    else:
        with pytest.raises(OSError, match="not a public address"):
            http._refuse_private(sock)
    assert sock.closed is not open_
