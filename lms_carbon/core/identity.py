"""Who acts. Filled in by `people` for every request, handed to services as `by=`.

Roles and scopes are those of DESIGN §2. An actor always belongs to one institution; a person who works for two
acts as one of them at a time.
"""

import enum
from collections.abc import Collection
from dataclasses import dataclass

from flask import g, has_request_context

from lms_carbon.core.cookies import session_token
from lms_carbon.core.errors import ForbiddenError, NotSignedInError, SecondFactorNeededError
from lms_carbon.core.hooks import load_actor


class Role(enum.StrEnum):
    """What a person may do, each within a scope."""

    CANDIDATE = "candidate"
    AUTHOR = "author"
    REVIEWER = "reviewer"
    ASSESSOR = "assessor"
    MODERATOR = "moderator"
    INVIGILATOR = "invigilator"
    OFFICER = "officer"
    TEACHER = "teacher"
    MENTOR = "mentor"
    ADMINISTRATOR = "administrator"


class Scope(enum.StrEnum):
    """Where a role holds; `scope_id` is the id of that thing."""

    INSTITUTION = "institution"
    INSTRUMENT = "instrument"
    SITTING = "sitting"
    COURSE = "course"
    GROUP = "group"


SCOPE_OF_ROLE = {
    Role.AUTHOR: Scope.INSTITUTION,
    Role.REVIEWER: Scope.INSTITUTION,
    Role.ASSESSOR: Scope.INSTRUMENT,
    Role.MODERATOR: Scope.INSTRUMENT,
    Role.INVIGILATOR: Scope.SITTING,
    Role.OFFICER: Scope.INSTITUTION,
    Role.TEACHER: Scope.COURSE,
    Role.MENTOR: Scope.GROUP,
    Role.ADMINISTRATOR: Scope.INSTITUTION,
}
"""Candidate is absent: it follows from candidacies and launches, never from a grant."""


@dataclass(frozen=True)
class HeldRole:
    """A role and where it holds; `scope_id` None for the whole institution or one's own work."""

    role: Role
    scope_id: int | None = None


@dataclass(frozen=True, kw_only=True)
class Actor:
    """A signed-in person, in one institution, with the roles in force now."""

    person_id: int
    institution_id: int
    name: str
    language: str
    held: tuple[HeldRole, ...]
    session_id: int
    strong: bool = False
    """True where the second factor was given in this session."""
    launch_id: int | None = None
    """The `lti` launch this session came from; None for those who signed in by link."""
    withheld: frozenset[Role] = frozenset()
    """Roles that were given but wait for the second factor in this session."""

    @property
    def roles(self) -> list[Role]:
        """Return the distinct roles in the order of `Role`."""
        mine = {held.role for held in self.held}
        return [role for role in Role if role in mine]

    def has(self, role: Role, scope_id: int | None = None) -> bool:
        """Tell whether the role is held, for `scope_id` where one is given."""
        return any(h.role is role and (scope_id is None or h.scope_id in (None, scope_id)) for h in self.held)

    def has_any(self, roles: Collection[Role]) -> bool:
        """Tell whether any of the roles is held, in whatever scope."""
        return any(held.role in roles for held in self.held)


def current_actor() -> Actor | None:
    """Return who makes this request, looked up once at first need; None for the anonymous."""
    if not has_request_context():
        return None
    if "actor" not in g:
        token = session_token()
        g.actor = load_actor.first(token) if token else None
    actor: Actor | None = g.actor
    return actor


def signed_in() -> Actor:
    """Return who makes this request; raises `NotSignedInError` for the anonymous."""
    actor = current_actor()
    if actor is None:
        raise NotSignedInError
    return actor


def acting(*roles: Role) -> Actor:
    """Return who makes this request; raises `ForbiddenError` where none of the roles is held.

    `SecondFactorNeededError` where one would be after the second factor.
    """
    actor = signed_in()
    if not actor.has_any(roles):
        raise SecondFactorNeededError if actor.withheld.intersection(roles) else ForbiddenError
    return actor
