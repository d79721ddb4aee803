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

_LEARNING: Final = frozenset(("Learner", f"{_MEMBERSHIP}#Learner"))
_OTHER_PRINCIPAL: Final = ("Administrator", "ContentDeveloper", "Manager", "Member", "Mentor", "Officer")
_PERSON: Final = (
    "http://purl.imsglobal.org/vocab/lis/v2/institution/person#Administrator",
    "http://purl.imsglobal.org/vocab/lis/v2/system/person#Administrator",
    "http://purl.imsglobal.org/vocab/lis/v2/system/person#SysAdmin",
    "http://purl.imsglobal.org/vocab/lis/v2/system/person#SysSupport",
    "http://purl.imsglobal.org/vocab/lis/v2/person#Administrator",  # Moodle's rosters, malformed
)
_WORKING: Final = frozenset((*_OTHER_PRINCIPAL, *(f"{_MEMBERSHIP}#{name}" for name in _OTHER_PRINCIPAL), *_PERSON))


def is_teaching(roles: Iterable[str]) -> bool:
    """Tell whether the roles make a teacher of the course that was launched from."""
    return any(role in _TEACHING for role in roles)


def is_learning(roles: Iterable[str]) -> bool:
    """Tell whether the roles make a candidate: learners, and those of whom the platform says nothing that we know.

    A manager, designer, observer or administrator works at a course and is assessed in none; what they may here is
    given inside the tool.
    """
    named = list(roles)
    learns = any(role in _LEARNING or role.startswith(f"{_MEMBERSHIP}/Learner#") for role in named)
    return learns or not any(role in _WORKING for role in named)
