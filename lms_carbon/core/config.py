"""The settings, one frozen table read from the environment once. `docs/configuration.md` is made from it."""

import base64
import ipaddress
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from urllib.parse import urlsplit

PREFIX = "LMS_CARBON_"

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


class SettingsError(Exception):
    """The environment does not hold what the product needs; the text says which entry and what to do."""


def _secret(raw: str) -> str:
    if len(raw) < 32:
        raise ValueError("at least 32 characters are needed; `openssl rand -hex 32` prints a good value")
    return raw


def _key(raw: str) -> bytes:
    try:
        key = base64.urlsafe_b64decode(raw)
    except ValueError:
        key = b""
    if len(key) != 32:
        raise ValueError("32 bytes in URL-safe base64 are needed; `openssl rand -base64 32 | tr +/ -_` prints them")
    return key


def _url(raw: str) -> str:
    parts = urlsplit(raw)
    if parts.scheme not in ("http", "https") or not parts.netloc or parts.path.strip("/"):
        raise ValueError("an address such as https://assess.example.edu is needed, without a path")
    return f"{parts.scheme}://{parts.netloc}"


def _database(raw: str) -> str:
    if raw.startswith("postgresql://"):
        return raw.replace("postgresql://", "postgresql+psycopg://", 1)
    if raw.startswith(("postgresql+psycopg://", "sqlite:///")):
        return raw
    raise ValueError("sqlite:///path or postgresql://user@host/name is needed")


def _count(raw: str) -> int:
    if not raw.isdigit():
        raise ValueError("a whole number is needed")
    return int(raw)


def _networks(raw: str) -> tuple[Network, ...]:
    try:
        return tuple(ipaddress.ip_network(part.strip()) for part in raw.split(",") if part.strip())
    except ValueError as problem:
        raise ValueError(f"networks such as 10.1.0.0/16, 192.168.7.5/32 are needed ({problem})") from problem


def _switch(raw: str) -> bool:
    if raw not in ("0", "1"):
        raise ValueError("0 or 1 is needed")
    return raw == "1"


def _setting(about: str, parse: Callable[[str], object], default: str | None = None, secret: bool = False) -> object:
    """Declare one entry: what it is for, how it is read, its default (None: required)."""
    return field(metadata={"about": about, "parse": parse, "default": default, "secret": secret})


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Everything that may differ between two installations."""

    secret_key: str = _setting("Signs forms and one-time links.", _secret, secret=True)  # type: ignore[assignment]
    key_encryption_key: bytes = _setting(  # type: ignore[assignment]
        "Encrypts the private keys, second factors and answer keys that rest in the database.", _key, secret=True
    )
    public_url: str = _setting(  # type: ignore[assignment]
        "The address under which browsers and learning platforms reach the tool.", _url
    )
    database_url: str = _setting(  # type: ignore[assignment]
        "SQLite file or PostgreSQL 15+.", _database, "sqlite:///lms_carbon.sqlite3"
    )
    files: Path = _setting(  # type: ignore[assignment]
        "Folder for uploaded files; never inside a web root.", Path, "lms_carbon_files"
    )
    trusted_proxies: int = _setting(  # type: ignore[assignment]
        "How many reverse proxies in front add X-Forwarded headers.", _count, "0"
    )
    mail_url: str = _setting(  # type: ignore[assignment]
        "Where mail goes, smtp://user:password@host:port; empty: links are printed by the commands instead.", str, ""
    )
    platform_networks: tuple[Network, ...] = _setting(  # type: ignore[assignment]
        "Private networks in which learning platforms may be, such as 10.1.0.0/16, with commas between; public"
        " addresses need no entry. https is needed all the same.",
        _networks,
        "",
    )
    demo: bool = _setting(  # type: ignore[assignment]
        "1 only in the demo: plain http, private addresses, the sandbox LMS.", _switch, "0"
    )

    @property
    def is_sqlite(self) -> bool:
        """True where the database is the embedded one."""
        return self.database_url.startswith("sqlite")


def read_settings(environment: Mapping[str, str] | None = None) -> Settings:
    """Read and check all entries; raises `SettingsError` that names every one that is missing or wrong."""
    source = os.environ if environment is None else environment
    values: dict[str, object] = {}
    problems: list[str] = []
    for entry in fields(Settings):
        name = PREFIX + entry.name.upper()
        raw = source.get(name) or entry.metadata["default"]
        if raw is None:
            problems.append(f"{name} is not set. {entry.metadata['about']}")
            continue
        try:
            values[entry.name] = entry.metadata["parse"](raw)
        except ValueError as problem:
            problems.append(f"{name}: {problem}")
    known = {PREFIX + entry.name.upper() for entry in fields(Settings)} | {PREFIX + "FIXTURES", PREFIX + "STANDARD"}
    problems += [f"{name} is not a setting" for name in source if name.startswith(PREFIX) and name not in known]
    if problems:
        raise SettingsError("\n".join(problems))
    return Settings(**values)  # type: ignore[arg-type]


def describe_settings() -> str:
    """Return the table of settings in Markdown, as it stands in docs/configuration.md."""
    lines = ["| setting | for | default |", "|---|---|---|"]
    for entry in fields(Settings):
        about, default = entry.metadata["about"], entry.metadata["default"]
        shown = "required" + (", secret" if entry.metadata["secret"] else "") if default is None else f"`{default}`"
        lines.append(f"| `{PREFIX}{entry.name.upper()}` | {about} | {'empty' if shown == '``' else shown} |")
    return "\n".join(lines) + "\n"
