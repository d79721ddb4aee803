"""Who may give roles. Nobody gives one to themselves, whatever they are."""

from lms_carbon.core.identity import SCOPE_OF_ROLE, Actor, Role, Scope
from lms_carbon.people.errors import MayNotGiveError, SelfGrantError, WrongScopeError
from lms_carbon.people.rules import GRANTABLE


def check_scope(role: Role, scope: Scope, scope_id: int | None) -> None:
    """Raise `WrongScopeError` where the role is not one that is given, or not in this scope."""
    if role not in GRANTABLE or SCOPE_OF_ROLE[role] is not scope or (scope is Scope.INSTITUTION and scope_id):
        raise WrongScopeError(role=role.value)


def check_may_give(by: Actor | None, *, institution_id: int, person_id: int | None) -> None:
    """Raise where `by` may not give a role to this person; the command line (None) may.

    Administrators have no content and no marks (DESIGN §2). Were they to give themselves a role, that line would hold
    nothing: with a second person in the act, the audit trail names two.
    """
    if by is None:
        return
    if by.institution_id != institution_id or not by.has(Role.ADMINISTRATOR):
        raise MayNotGiveError
    if person_id == by.person_id:
        raise SelfGrantError


def check_may_end(by: Actor | None, *, institution_id: int) -> None:
    """Raise `MayNotGiveError` where `by` may not take roles back; ending one's own is allowed."""
    if by is not None and (by.institution_id != institution_id or not by.has(Role.ADMINISTRATOR)):
        raise MayNotGiveError
