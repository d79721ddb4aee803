"""What a platform's roles mean here (LTI core A.2): exact URIs, never the end of one.

Institution and system roles say nothing about a course (Canvas sends institution#Instructor for students), and
unknown vocabularies give nothing.
"""

from collections.abc import Iterable
from typing import Final

_MEMBERSHIP: Final = "http://purl.imsglobal.org/vocab/lis/v2/membership"
_INSTRUCTOR_SUBROLES: Final = (
    "ExternalInstructor",
    "Grader",
    "GuestInstructor",
    "Lecturer",
    "PrimaryInstructor",
    "SecondaryInstructor",
    "TeachingAssistant",
    "TeachingAssistantGroup",
    "TeachingAssistantGroupAssociation",
    "TeachingAssistantOffering",
    "TeachingAssistantOfferingAssociation",
    "TeachingAssistantSection",
    "TeachingAssistantSectionAssociation",
    "TeachingAssistantTemplate",
    "TeachingAssistantTemplateAssociation",
)
_TEACHING: Final = frozenset(
    (
        "Instructor",  # platforms may send principal context roles by their short name (LTI core A.2.3.1)
        f"{_MEMBERSHIP}#Instructor",
        *(f"{_MEMBERSHIP}/Instructor#{name}" for name in _INSTRUCTOR_SUBROLES),
    )
)


def is_teaching(roles: Iterable[str]) -> bool:
    """Tell whether the roles make a teacher of the course that was launched from."""
    return any(role in _TEACHING for role in roles)
