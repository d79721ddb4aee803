"""What can go wrong on the way to a level, in words for the person who asks."""

from collections.abc import Sequence

from lms_carbon.core.errors import ConflictError, DomainError
from lms_carbon.core.hooks import OpenWork
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


class CycleNotClosedError(ConflictError):
    """Results come after the end: before it the ledger still grows."""

    code = "cycle-not-closed"
    title = mark("This cycle is not over")
    sentence = mark("Levels are computed once the cycle is closed.")


class OpenWorkError(ConflictError):
    """Something of the cycle is not marked yet. `works` says what, with names or codes."""

    code = "open-work"
    title = mark("Not all work is marked")
    sentence = mark("Cannot publish: {count} pieces of work are not finished ({names}).")
    safe = mark("Nothing was published, and no signature was lost.")

    def __init__(self, works: Sequence[OpenWork]) -> None:
        """Name the first ten."""
        names = [name for work in works for name in work.names]
        self.works = tuple(works)
        more = "…" if len(names) > 10 else ""
        super().__init__(count=len(names), names=", ".join(names[:10]) + more)


class NothingToPublishError(ConflictError):
    """All results that there are have been published."""

    code = "nothing-to-publish"
    title = mark("There is nothing to publish")
    sentence = mark("Every result of this cycle is published already, or withheld.")


class AlreadySignedError(ConflictError):
    """Two signatures mean two people."""

    code = "already-signed"
    title = mark("You have signed")
    sentence = mark("You have signed. Another officer must sign too.")


class OtherPublicationWaitsError(ConflictError):
    """One publication of a cycle at a time, or nobody could tell what the second signature was for."""

    code = "other-publication-waits"
    title = mark("Another publication waits")
    sentence = mark("Another publication of this cycle waits for its second signature. Finish that one first.")


class AlreadyPublishedError(ConflictError):
    """A published result is not withheld or changed, only revised."""

    code = "already-published"
    title = mark("This result is published")
    sentence = mark("This result is published. It can no longer be withheld, only corrected by a regrade.")


class AlreadyHeldError(ConflictError):
    """Two officers withheld the same result."""

    code = "already-held"
    title = mark("This result is withheld already")
    sentence = mark("This result is withheld already.")


class NotHeldError(ConflictError):
    """Somebody else let go first."""

    code = "not-held"
    title = mark("This result is not withheld")
    sentence = mark("This result is not withheld any more.")


class NotPublishedError(ConflictError):
    """Before publication marks are corrected where they are made."""

    code = "not-published"
    title = mark("This cycle is not published")
    sentence = mark("A regrade corrects published results, and this cycle is not published yet.")


class NothingToRegradeError(ConflictError):
    """The correction would change no mark."""

    code = "nothing-to-regrade"
    title = mark("This changes nothing")
    sentence = mark("This would change no mark: everyone concerned has these points already.")


class TooManyPointsError(DomainError):
    """More than the item has."""

    code = "too-many-points"
    title = mark("These points cannot be")
    sentence = mark("{value} is more than the {possible} this item has. The {earned} given before still stands.")


class InvalidPointsError(DomainError):
    """Points that are not a number from 0 with at most three decimals."""

    code = "invalid-points"
    title = mark("These points cannot be")
    sentence = mark("{value} is not a number of points: 0 or more with at most three decimals is expected.")


class RegradeOverError(ConflictError):
    """It is booked or taken back."""

    code = "regrade-over"
    title = mark("This regrade is over")
    sentence = mark("This regrade is booked or taken back already.")


class RegradeStaleError(ConflictError):
    """Another regrade has changed the same marks since."""

    code = "regrade-stale"
    title = mark("The marks have changed since")
    sentence = mark("Another regrade has changed some of these marks since. Take this one back and propose it again.")
