"""One person's work, asked for from the course's gradebook."""

from flask import redirect, render_template
from markupsafe import Markup
from werkzeug.wrappers import Response

from lms_carbon.core.hooks import shown_work
from lms_carbon.core.identity import Role, signed_in
from lms_carbon.lti.queries import find_whereabouts
from lms_carbon.lti.services.reviews import find_review


def show_review() -> str | Response:
    """Show what is out of a person's work; one's own opens as it always does."""
    by = signed_in()
    review = find_review(by=by)
    if review.own_path is not None or review.work is None:
        return redirect(review.own_path or "/", 303)
    shown = shown_work.first(review.work.source) if review.work.source else None
    return render_template(
        "lti/review.html",
        name=review.name,
        work=review.work,
        document=Markup(render_template(shown.template, **shown.values)) if shown else None,  # noqa: S704 - a page of ours
        officer=by.has(Role.OFFICER),
        marks=by.has_any((Role.ASSESSOR, Role.MODERATOR)),
        here=find_whereabouts(by),
    )
