"""How marking lets go of a person: what they marked is handed out; marks stay, with a number in the place of a name."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa

from lms_carbon.core.hooks import PersonData
from lms_carbon.marking.models import Assignment, MarkingPlan, OriginalMark, Rubric
from lms_carbon.people.services.own_data import plain_rows


def export_own(person_id: int) -> dict[str, list[dict[str, Any]]]:
    """Return the person's rows: rubrics written or signed off, plans frozen, works marked with the marks given."""
    mine = sa.select(Assignment.id).where(Assignment.person_id == person_id)
    return {
        "rubric": plain_rows(Rubric, (Rubric.author_id == person_id) | (Rubric.reviewer_id == person_id)),
        "marking_plan": plain_rows(MarkingPlan, MarkingPlan.frozen_by == person_id),
        "assignment": plain_rows(Assignment, Assignment.person_id == person_id),
        "original_mark": plain_rows(OriginalMark, OriginalMark.assignment_id.in_(mine)),
    }


def erase_own(_person_id: int, _at: datetime) -> None:
    """Keep everything: a mark must stay explainable, and names its marker by number alone."""


def person_data_of_marking() -> PersonData:
    """Answer the hook `person_data` for this package."""
    tables = frozenset({"rubric", "marking_plan", "assignment", "original_mark"})
    return PersonData(tables=tables, export=export_own, erase=erase_own)
