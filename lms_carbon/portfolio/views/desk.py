"""The officers' desk: portfolio reviews, their times, opening and closing, who has handed in."""

from collections.abc import Callable
from typing import Any
from zoneinfo import ZoneInfo

from flask import flash, redirect, render_template, request, url_for
from flask_babel import get_timezone, gettext
from werkzeug.wrappers import Response

from lms_carbon.core.clock import now
from lms_carbon.core.db import read_clock
from lms_carbon.core.errors import ConflictError, NotFoundError
from lms_carbon.core.forms import Form, read_form
from lms_carbon.core.http import say
from lms_carbon.core.identity import signed_in
from lms_carbon.marking.queries import count_works, list_rubrics
from lms_carbon.portfolio.errors import ReviewSettingsError
from lms_carbon.portfolio.models import PortfolioReview
from lms_carbon.portfolio.policy import load_review_for_officer
from lms_carbon.portfolio.queries import list_asked, list_free_instruments, list_portfolios, list_reviews
from lms_carbon.portfolio.schemas import NewReviewForm, ReviewForm
from lms_carbon.portfolio.services.reviews import close_review, create_review, open_review, update_review

Answer = str | Response | tuple[str, int]


def show_list() -> str:
    """Show the institution's portfolio reviews."""
    return render_template("portfolio/list.html", lines=list_reviews(signed_in()), moment=read_clock())


def show_new() -> str:
    """Show the form of a new review, for the instrument that the address names."""
    wanted = request.args.get("instrument", "")
    return _settings_page(Form(values={"instrument_id": wanted} if wanted else {}), None)


def create() -> Answer:
    """Make the review, or show the form again."""
    form = read_form(NewReviewForm(), request.form)
    if form.ok:
        try:
            review = create_review(**form.data, by=signed_in(), at=now())
        except (ReviewSettingsError, ConflictError, NotFoundError) as problem:
            _note(form, problem)
        else:
            flash(gettext("The portfolio review is made. Open it, and candidates can begin."), "ok")
            return redirect(url_for("portfolio.show_desk", review_id=review.id), 303)
    return _settings_page(form, None), 422


def show_settings(review_id: int) -> str:
    """Show when candidates may hand in."""
    review = load_review_for_officer(signed_in(), review_id)
    return _settings_page(Form(values=_values(review)), review)


def save_settings(review_id: int) -> Answer:
    """Save it, or show the form again."""
    review = load_review_for_officer(signed_in(), review_id)
    form = read_form(ReviewForm(), request.form)
    if form.ok:
        try:
            update_review(review_id=review_id, **form.data, by=signed_in(), at=now())
        except (ReviewSettingsError, ConflictError) as problem:
            _note(form, problem)
        else:
            flash(gettext("The times are saved."), "ok")
            return redirect(url_for("portfolio.show_desk", review_id=review_id), 303)
    return _settings_page(form, review), 422


def show_desk(review_id: int) -> str:
    """Show one review: state, who has handed in, and the next step."""
    review = load_review_for_officer(signed_in(), review_id)
    return render_template(
        "portfolio/desk.html",
        review=review,
        people=list_portfolios(review),
        asked=list_asked(review),
        works=count_works([review.instrument_id])[review.instrument_id],
        moment=read_clock(),
    )


def open_(review_id: int) -> Response:
    """Let candidates work on portfolios."""
    return _step(review_id, open_review, gettext("The portfolio review is open."))


def close(review_id: int) -> Response:
    """End the time to hand in."""
    return _step(review_id, close_review, gettext("The portfolio review is closed. Nothing can be handed in any more."))


def _step(review_id: int, step: Callable[..., Any], done: str) -> Response:
    try:
        step(review_id=review_id, by=signed_in(), at=now())
    except ConflictError as problem:
        flash(say(problem), "bad")
    else:
        flash(done, "ok")
    return redirect(url_for("portfolio.show_desk", review_id=review_id), 303)


def _settings_page(form: Form, review: PortfolioReview | None) -> str:
    by = signed_in()
    return render_template(
        "portfolio/settings.html",
        form=form,
        review=review,
        instruments=() if review else list_free_instruments(by),
        rubrics=() if review else list_rubrics(by.institution_id),
        zone=str(get_timezone()),
    )


def _values(review: PortfolioReview) -> dict[str, str]:
    zone = ZoneInfo(str(get_timezone() or "UTC"))
    return {
        "opens_at": f"{review.opens_at.astimezone(zone):%Y-%m-%dT%H:%M}" if review.opens_at else "",
        "closes_at": f"{review.closes_at.astimezone(zone):%Y-%m-%dT%H:%M}",
    }


def _note(form: Form, problem: ReviewSettingsError | ConflictError | NotFoundError) -> None:
    """Put what a service found beside the fields."""
    if isinstance(problem, ReviewSettingsError):
        for name, sentences in problem.problems.items():
            form.problems[name] = [gettext(each) for each in sentences]  # type: ignore[attr-defined]
    elif isinstance(problem, NotFoundError):
        form.problems["instrument_id"] = [gettext("Choose one of those offered.")]
    else:
        form.problems["_"] = [say(problem)]
