"""The second factor: TOTP (RFC 6238), its secret sealed.

A wrong code must be counted, so nothing here raises for one: callers look at the verdict and *return* a page, which
commits. Raising would roll the count back and let a guesser go on.
"""

import enum
import hmac
import unicodedata
from dataclasses import dataclass
from datetime import datetime

import pyotp
import sqlalchemy as sa

from lms_carbon.core.db import session
from lms_carbon.core.i18n import mark
from lms_carbon.core.identity import Actor
from lms_carbon.core.vault import seal, unseal
from lms_carbon.people.errors import MayNotGiveError, SecondFactorExistsError
from lms_carbon.people.models.access import AuthSession, SecondFactor
from lms_carbon.people.policy import check_may_end
from lms_carbon.people.rules import TOTP_STEP, pause_after
from lms_carbon.people.services.audit import record_act

_PURPOSE = "second factor"


class Outcome(enum.Enum):
    """What became of a code; the value is the sentence about it."""

    RIGHT = mark("The code is right.")
    WRONG = mark("This code is not right. It changes every 30 seconds; enter the one shown now.")
    USED = mark("This code has been used already. Wait for the next one.")
    WAIT = mark("Too many wrong codes. Try again in {minutes} min.")
    NONE = mark("No second factor is set up yet.")


@dataclass(frozen=True)
class Verdict:
    """The outcome, and when the next try is possible where one has to wait."""

    outcome: Outcome
    minutes: int = 0

    @property
    def right(self) -> bool:
        """True where the code was right and counts."""
        return self.outcome is Outcome.RIGHT


def begin_setup(*, by: Actor, at: datetime) -> None:
    """Make a secret that waits for its first code; one that waits already stays, so a reload shows the same.

    Raises `SecondFactorExistsError` where a confirmed one is in use.
    """
    factor = _load(by.person_id)
    if factor is not None and factor.confirmed_at is not None:
        raise SecondFactorExistsError
    if factor is not None:
        return
    session.add(
        SecondFactor(
            person_id=by.person_id,
            institution_id=by.institution_id,
            secret=seal(pyotp.random_base32().encode(), purpose=_PURPOSE),
            created_at=at,
        )
    )
    session.flush()
    _record(by, by.person_id, "second_factor.begin", at)


def adopt_factor(*, institution_id: int, person_id: int, secret: str, at: datetime) -> None:
    """Take over the base32 secret that a person's authenticator holds already; for moves and the demo, not for pages.

    One that is there stays, whatever it is.
    """
    if session.get(SecondFactor, person_id) is not None:
        return
    sealed = seal(secret.encode(), purpose=_PURPOSE)
    session.add(
        SecondFactor(person_id=person_id, institution_id=institution_id, secret=sealed, created_at=at, confirmed_at=at)
    )
    session.flush()
    record_act(
        by=None,
        institution_id=institution_id,
        action="second_factor.adopt",
        object_type="person",
        object_id=person_id,
        at=at,
    )


def secret_to_confirm(*, by: Actor) -> str | None:
    """Return the base32 secret while it waits for its first code; never afterwards."""
    factor = session.get(SecondFactor, by.person_id)
    if factor is None or factor.confirmed_at is not None:
        return None
    return unseal(factor.secret, purpose=_PURPOSE).decode()


def verify_code(*, by: Actor, code: str, at: datetime) -> Verdict:
    """Check a code of this person; right once per time step, with growing pauses after 5 wrong ones in a row.

    Runs in the caller's write transaction, which must commit whatever the verdict. The first right code confirms
    the set-up.
    """
    factor = _load(by.person_id)
    if factor is None:
        return Verdict(Outcome.NONE)
    if factor.locked_until is not None and factor.locked_until > at:
        return Verdict(Outcome.WAIT, minutes=_minutes(factor.locked_until, at))
    step = _step_of(code, unseal(factor.secret, purpose=_PURPOSE).decode(), at)
    if step is None:
        return _count_failure(factor, by, at)
    if step <= factor.last_step:
        return Verdict(Outcome.USED)
    factor.last_step = step
    factor.failures = 0
    factor.locked_until = None
    if factor.confirmed_at is None:
        factor.confirmed_at = at
        _record(by, by.person_id, "second_factor.confirm", at)
    session.flush()
    return Verdict(Outcome.RIGHT)


def confirm_strong(*, by: Actor, code: str, at: datetime) -> Verdict:
    """Check a code and, where it is right, let the session hold the strong roles.

    What is signed asks again: call this in the same transaction as the signature and sign only where
    `verdict.right`; else return the form with the verdict's sentence.
    """
    verdict = verify_code(by=by, code=code, at=at)
    if verdict.right:
        session.execute(sa.update(AuthSession).where(AuthSession.id == by.session_id).values(strong_at=at))
    return verdict


def remove_factor(*, by: Actor | None, institution_id: int, person_id: int, at: datetime) -> None:
    """Take a lost factor away and sign the person out everywhere; the next sign-in sets up another.

    For administrators about others, and for the command line (`by` None). One's own is replaced by `replace_factor`.
    """
    check_may_end(by, institution_id=institution_id)
    if by is not None and by.person_id == person_id:
        raise MayNotGiveError
    session.execute(
        sa.delete(SecondFactor).where(
            SecondFactor.person_id == person_id, SecondFactor.institution_id == institution_id
        )
    )
    session.execute(
        sa.update(AuthSession)
        .where(
            AuthSession.person_id == person_id,
            AuthSession.institution_id == institution_id,
            AuthSession.ended_at.is_(None),
        )
        .values(ended_at=at)
    )
    record_act(
        by=by,
        institution_id=institution_id,
        action="second_factor.remove",
        object_type="person",
        object_id=person_id,
        at=at,
    )


def replace_factor(*, by: Actor, code: str, at: datetime) -> Verdict:
    """Let somebody who has the old factor begin a new one."""
    verdict = verify_code(by=by, code=code, at=at)
    if verdict.right:
        session.execute(sa.delete(SecondFactor).where(SecondFactor.person_id == by.person_id))
        session.expire_all()
        begin_setup(by=by, at=at)
    return verdict


def _load(person_id: int) -> SecondFactor | None:
    return session.scalar(
        sa.select(SecondFactor)
        .where(SecondFactor.person_id == person_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )


def _step_of(code: str, secret: str, at: datetime) -> int | None:
    """Return the time step a code belongs to: this one, or one beside it (RFC 6238 5.2 allows for clocks)."""
    entered = "".join(unicodedata.normalize("NFKC", code).split())
    now = int(at.timestamp()) // TOTP_STEP
    totp = pyotp.TOTP(secret)
    found = None
    for step in (now - 1, now, now + 1):
        if hmac.compare_digest(totp.at(step * TOTP_STEP).encode(), entered.encode()):
            found = step
    return found


def _count_failure(factor: SecondFactor, by: Actor, at: datetime) -> Verdict:
    factor.failures += 1
    pause = pause_after(factor.failures)
    if pause is None:
        session.flush()
        return Verdict(Outcome.WRONG)
    factor.locked_until = at + pause
    session.flush()
    _record(by, by.person_id, "second_factor.lock", at)
    return Verdict(Outcome.WAIT, minutes=_minutes(factor.locked_until, at))


def _minutes(until: datetime, at: datetime) -> int:
    return max(1, -int(-(until - at).total_seconds() // 60))


def _record(by: Actor, person_id: int, action: str, at: datetime) -> None:
    record_act(by=by, institution_id=by.institution_id, action=action, object_type="person", object_id=person_id, at=at)
