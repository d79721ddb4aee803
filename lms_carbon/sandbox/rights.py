"""Who may do what in the sandbox, by the roles that the LMS gives."""

from lms_carbon.sandbox.config import Person

_PLACING = ("#Instructor", "#ContentDeveloper", "#Administrator")


def can_place(person: Person) -> bool:
    """Whether they may add activities to a course."""
    return any(role.endswith(_PLACING) for role in person.roles)


def can_review(person: Person, sub: str) -> bool:
    """Whether they may open the work of the person with that sub."""
    return person.is_teacher or person.sub == sub


def can_register(person: Person) -> bool:
    """Whether they may register tools and say which one a course uses."""
    return any(role.endswith("#Administrator") for role in person.roles)
