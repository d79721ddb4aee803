"""The codes of the demo's authenticators."""

import base64

import pytest

from lms_carbon.sandbox.codes import current_code

SECRET = base64.b32encode(b"12345678901234567890").decode()


@pytest.mark.parametrize(
    ("at", "digits", "seconds"), [(59.9, "287082", 1), (1111111109.0, "081804", 1), (60.0, "359152", 30)]
)
def test_codes_are_those_of_rfc_6238(at: float, digits: str, seconds: int) -> None:
    code = current_code(SECRET, at=at)
    assert (code.digits, code.seconds, code.spaced) == (digits, seconds, f"{digits[:3]} {digits[3:]}")
