"""What can go wrong on the way to a level, in words for the person who asks."""

from lms_carbon.core.errors import DomainError
from lms_carbon.core.i18n import mark


class InvalidScoreError(DomainError):
    """A score outside 0–100, or finer than hundredths, or no number at all."""

    code = "invalid-score"
    title = mark("This score cannot be")
    sentence = mark("{value} is not a score: a number from 0 to 100 with at most two decimals is expected.")

    def __init__(self, value: object) -> None:
        """Quote what was given."""
        super().__init__(value=value)


class InvalidYearsError(DomainError):
    """Years of experience that are not a number from 0 to 100."""

    code = "invalid-years"
    title = mark("These years cannot be")
    sentence = mark("{value} is not a number of years: 0 to 100 with at most two decimals is expected.")

    def __init__(self, value: object) -> None:
        """Quote what was given."""
        super().__init__(value=value)


class InvalidPolicyError(DomainError):
    """A policy of the wrong shape. `place` is a path such as `cuts.intermediate`."""

    code = "invalid-policy"
    title = mark("This policy cannot be used")
    sentence = mark("The policy is not right at {place}: {problem}")

    def __init__(self, place: str, problem: str) -> None:
        """Say where, and what is wrong there."""
        super().__init__(place=place, problem=problem)


class NoCutsForBandError(DomainError):
    """The policy says nothing about the band."""

    code = "no-cuts-for-band"
    title = mark("This policy does not cover the band")
    sentence = mark("The policy {policy} has no cut scores for the band {band}.")
