"""The authenticator of a demo's person: shows the code that a phone would show (RFC 6238)."""

from dataclasses import dataclass
from typing import Final

import pyotp

STEP: Final = 30  # seconds that a code is shown


@dataclass(frozen=True)
class Code:
    """Six digits, and for how many seconds they are still shown."""

    digits: str
    seconds: int

    @property
    def spaced(self) -> str:
        """The digits in two groups, as authenticators show them."""
        return f"{self.digits[:3]} {self.digits[3:]}"


def current_code(secret: str, *, at: float) -> Code:
    """The code of a base32 secret at a moment in Unix seconds."""
    moment = int(at)
    return Code(digits=pyotp.TOTP(secret).at(moment), seconds=STEP - moment % STEP)
