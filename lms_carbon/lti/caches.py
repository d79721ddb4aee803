"""What a process remembers between requests. Each app has its own, so that two in one process never mix."""

import threading
import time
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from typing import Any, Final, Generic, TypeVar

from flask import current_app

from lms_carbon.lti.http import fetch
from lms_carbon.lti.keysets import Keysets

V = TypeVar("V")
_EXTENSION: Final = "lms_carbon.lti"


class Remembered(Generic[V]):
    """Values that are good for some seconds. `None` is never remembered."""

    def __init__(self, seconds: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._seconds, self._clock = seconds, clock
        self._values: dict[Hashable, tuple[float, V]] = {}
        self._lock = threading.Lock()

    def find(self, key: Hashable, look: Callable[[], V | None]) -> V | None:
        """Return what is remembered, else what `look` finds."""
        known = self._values.get(key)
        if known is not None and self._clock() < known[0]:
            return known[1]
        value = look()
        if value is not None:
            self.keep(key, value, self._seconds)
        return value

    def keep(self, key: Hashable, value: V, seconds: float) -> None:
        """Remember a value for so long."""
        with self._lock:
            self._values[key] = (self._clock() + seconds, value)

    def drop(self, key: Hashable) -> None:
        """Forget one value."""
        with self._lock:
            self._values.pop(key, None)

    def clear(self) -> None:
        """Forget all."""
        with self._lock:
            self._values.clear()


@dataclass
class Caches:
    """All that `lti` remembers."""

    keysets: Keysets = field(default_factory=lambda: Keysets(fetch))
    registrations: Remembered[Any] = field(default_factory=lambda: Remembered(15))
    """(issuer, client id) → `queries.Platform`; whether it has ended is asked again at every launch."""
    origins: Remembered[list[str]] = field(default_factory=lambda: Remembered(60))
    tokens: Remembered[str] = field(default_factory=lambda: Remembered(0))
    """(registration, scopes) → access token."""
    refused: Remembered[bool] = field(default_factory=lambda: Remembered(600))
    """(registration, scope) for which the platform gave no token: what can do without does so for a while."""


def caches() -> Caches:
    """Return this app's."""
    extensions = current_app.extensions
    made: Caches = extensions.get(_EXTENSION) or extensions.setdefault(_EXTENSION, Caches())
    return made
