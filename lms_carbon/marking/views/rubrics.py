"""Rubrics, to read."""

from flask import render_template

from lms_carbon.core.identity import signed_in
from lms_carbon.framework.queries import list_requirements
from lms_carbon.marking.policy import load_rubric
from lms_carbon.marking.queries import list_rubrics


def show_rubrics() -> str:
    """Show the institution's rubrics."""
    return render_template("marking/rubrics.html", rubrics=list_rubrics(signed_in().institution_id))


def show_rubric(rubric_id: int) -> str:
    """Show one rubric with its criteria, levels and the statements they show."""
    rubric = load_rubric(signed_in(), rubric_id)
    statements = {tag.statement_id for criterion in rubric.criteria for tag in criterion.tags}
    codes: dict[int, list[str]] = {}
    for requirement in list_requirements(statement_ids=statements):
        codes.setdefault(requirement.statement_id, []).append(requirement.code)
    return render_template("marking/rubric.html", rubric=rubric, codes=codes)
