"""Custom parameter substitution: what the platform puts in the place of `$Name` (LTI core, appendix)."""

from collections.abc import Mapping
from typing import Final

from lms_carbon.sandbox.activities import Placed
from lms_carbon.sandbox.config import Course, Person

VARIABLES: Final = (
    "User.id",
    "Context.id",
    "Context.label",
    "ResourceLink.id",
    "ResourceLink.available.startDateTime",
    "ResourceLink.available.endDateTime",
    "ResourceLink.submission.startDateTime",
    "ResourceLink.submission.endDateTime",
)


def substitute(custom: Mapping[str, str], *, person: Person, course: Course, activity: Placed | None) -> dict[str, str]:
    """`custom` with the variables that the platform knows put in; unknown ones stay as they are, as LTI asks."""
    known = {"User.id": person.sub, "Context.id": course.id, "Context.label": course.label}
    if activity is not None:
        known["ResourceLink.id"] = activity.resource_link_id
        for kind, dates in activity.dates.items():
            for edge, moment in dates.items():
                known[f"ResourceLink.{kind}.{edge}"] = moment
    return {key: known.get(value[1:], value) if value.startswith("$") else value for key, value in custom.items()}
