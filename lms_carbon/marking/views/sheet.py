"""What the pages of a work and of a decision share: the document, the criteria, and reading their form."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from flask import Response, jsonify, render_template, request
from flask_babel import format_datetime, gettext
from markupsafe import Markup

from lms_carbon.core import hooks
from lms_carbon.core.errors import DomainError
from lms_carbon.core.http import say
from lms_carbon.core.i18n import mark
from lms_carbon.framework.models import Requirement
from lms_carbon.marking.models import Assignment, Criterion, OriginalMark, Work
from lms_carbon.marking.queries import plan_requirements
from lms_carbon.marking.rules.points import points_text
from lms_carbon.marking.services.marks import GivenMark

COMMA: Final = mark(", ")


@dataclass(kw_only=True)
class Row:
    """A criterion on the page: what it asks, what is given, what of the entered was not taken."""

    criterion: Criterion
    requirements: Sequence[Requirement]
    mark: OriginalMark | None
    problems: list[str] = field(default_factory=list)
    entered: Mapping[str, str] = field(default_factory=dict)
    open: bool = False

    @property
    def given(self) -> bool:
        """Tell whether it has points."""
        return self.mark is not None and self.mark.points is not None

    @property
    def saved(self) -> str:
        """Return the points that are kept, as they are written."""
        return points_text(self.mark.points) if self.mark and self.mark.points is not None else ""

    @property
    def points(self) -> str:
        """Return what stands in the field."""
        return self.entered.get("points", self.saved)

    @property
    def comment(self) -> str:
        """Return what stands in the comment."""
        return self.entered.get("comment", self.mark.comment if self.mark else "")


def show_document(work: Work) -> Markup | None:
    """Return the candidate's work as its method shows it, without a name; None where no method knows it."""
    shown = hooks.shown_work.first(work.source)
    return Markup(render_template(shown.template, **shown.values)) if shown else None  # noqa: S704 - a page of ours


def make_rows(
    assignment: Assignment, criteria: Sequence[Criterion], problems: Mapping[int, Sequence[DomainError]]
) -> list[Row]:
    """Return the criteria with their marks; the first that is open or not right is unfolded."""
    requirements = plan_requirements(assignment.work.plan)
    held = {each.criterion_id: each for each in assignment.marks}
    rows = [
        Row(
            criterion=criterion,
            requirements=requirements.get(criterion.id, []),
            mark=held.get(criterion.id),
            problems=[say(problem) for problem in problems.get(criterion.id, ())],
            entered=_entered(criterion.id) if problems.get(criterion.id) else {},
        )
        for criterion in criteria
    ]
    for row in sorted(rows, key=lambda each: (not each.problems, each.given))[:1]:
        row.open = True
    return rows


def read_given(criteria: Sequence[Criterion]) -> list[GivenMark]:
    """Read the form: criterion by criterion, those that it holds.

    A level and a number of points say the same thing; of the two, the one that was changed on the page counts.
    """
    given = []
    for criterion in criteria:
        points, level = request.form.get(f"points-{criterion.id}"), request.form.get(f"level-{criterion.id}")
        comment, was = request.form.get(f"comment-{criterion.id}"), request.form.get(f"was-{criterion.id}", "")
        typed = points is not None and points.strip() != was
        changed = points if typed else level if level != was else None
        if changed is not None or comment is not None:
            given.append(GivenMark(criterion_id=criterion.id, points=changed, comment=comment))
    return given


def total_of(rows: Sequence[Row]) -> dict[str, str]:
    """Return the points given so far and those there are."""
    earned = sum(row.mark.points for row in rows if row.mark and row.mark.points is not None)
    return {"earned": points_text(earned), "possible": points_text(sum(row.criterion.possible for row in rows))}


def last_saved(assignment: Assignment) -> datetime | None:
    """Return when something was last saved."""
    return max((each.saved_at for each in assignment.marks), default=None)


def wants_saved() -> bool:
    """Tell whether the page's script asks: it wants to know what is saved, not the page again."""
    return request.accept_mimetypes.best == "application/json"


def answer_saved(rows: Sequence[Row], at: datetime) -> tuple[Response, int]:
    """Tell the page's script what is saved now."""
    answer: dict[str, Any] = {
        "saved": gettext("Saved %(time)s", time=format_datetime(at, "HH:mm:ss")),
        "points": {row.criterion.id: row.saved for row in rows},
        "problems": {row.criterion.id: row.problems for row in rows if row.problems},
        "total": total_of(rows),
        "open": open_words(rows),
    }
    return jsonify(answer), 200


def _entered(criterion_id: int) -> dict[str, str]:
    names = {"points": f"points-{criterion_id}", "comment": f"comment-{criterion_id}"}
    return {key: request.form[name] for key, name in names.items() if name in request.form}


def open_words(rows: Sequence[Row]) -> str:
    """Return which criteria have no points yet, in words."""
    numbers = [str(row.criterion.ordinal) for row in rows if not row.given]
    if not numbers:
        return gettext("All criteria have points")
    joined = gettext(COMMA).join(numbers)
    return gettext("Still open: %(numbers)s", numbers=joined)
