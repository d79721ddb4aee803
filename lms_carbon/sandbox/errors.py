"""What the sandbox refuses, and with which status."""

from typing import Any


class ConfigError(ValueError):
    """The seed file is not one that the sandbox can start from."""


class RefusalError(Exception):
    """A request that the platform does not take; answered as JSON to a program, as a page to a person."""

    def __init__(self, status: int, code: str, detail: str) -> None:
        """`code` is one of OAuth 2.0's where it has one; `detail` says in English what was wrong."""
        super().__init__(f"{status} {code}: {detail}")
        self.status = status
        self.code = code
        self.detail = detail

    def body(self) -> dict[str, Any]:
        """The JSON form, as OAuth 2.0 (RFC 6749 §5.2) spells it."""
        return {"error": self.code, "error_description": self.detail}
