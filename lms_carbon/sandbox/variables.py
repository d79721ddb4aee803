"""Custom parameter substitution: what the platform puts in the place of `$Name` (LTI core, appendix)."""

import sqlite3
from collections.abc import Mapping
from typing import Final

from lms_carbon.sandbox.activities import Placed, list_origins
from lms_carbon.sandbox.config import Course, Person
from lms_carbon.sandbox.rules import Rules

COURSE_HISTORY: Final = "Context.id.history"
LINK_HISTORY: Final = "ResourceLink.id.history"
VARIABLES: Final = (
    "User.id",
    "Context.id",
    "Context.label",
    COURSE_HISTORY,
    "ResourceLink.id",
    LINK_HISTORY,
    "ResourceLink.available.startDateTime",
    "ResourceLink.available.endDateTime",
    "ResourceLink.submission.startDateTime",
    "ResourceLink.submission.endDateTime",
)


def history_of(db: sqlite3.Connection, course: Course, activity: Placed | None, *, rules: Rules) -> dict[str, str]:
    """The variables that say what a course and an activity were copied from (LTI core B.2.2, B.2.4)."""
    told = {COURSE_HISTORY: ",".join(list_origins(db, course.id))}
    if activity is not None and rules.link_history:
        told[LINK_HISTORY] = ",".join(activity.history)
    return told


def substitute(
    custom: Mapping[str, str],
    *,
    person: Person,
    course: Course,
    activity: Placed | None,
    history: Mapping[str, str],
) -> dict[str, str]:
    """`custom` with the variables that the platform knows put in; unknown ones stay as they are, as LTI asks.

    `history` are the variables of `history_of`.
    """
    known = {"User.id": person.sub, "Context.id": course.id, "Context.label": course.label, **history}
    if activity is not None:
        known["ResourceLink.id"] = activity.resource_link_id
        for kind, dates in activity.dates.items():
            for edge, moment in dates.items():
                known[f"ResourceLink.{kind}.{edge}"] = moment
    return {key: known.get(value[1:], value) if value.startswith("$") else value for key, value in custom.items()}
