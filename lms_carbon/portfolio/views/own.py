"""The candidate's portfolio: what it is about, the evidence, handing in, the receipt."""

from collections.abc import Callable
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from lms_carbon.core.clock import now
from lms_carbon.core.errors import ConflictError, DomainError, ForbiddenError, InvalidInputError, TooLargeError
from lms_carbon.core.forms import Form, read_form
from lms_carbon.core.http import say
from lms_carbon.core.identity import Actor, Role, signed_in
from lms_carbon.cycles.services.candidacies import ask_entry
from lms_carbon.lti.queries import find_whereabouts
from lms_carbon.portfolio.errors import EvidenceError
from lms_carbon.portfolio.models import Evidence, EvidenceKind, PortfolioReview
from lms_carbon.portfolio.policy import (
    READERS,
    load_own_evidence,
    load_own_portfolio,
    load_review_for_candidate,
    load_review_for_reader,
)
from lms_carbon.portfolio.queries import (
    Standing,
    evidence_by_requirement,
    find_score,
    find_standing,
    list_asked,
    list_criteria,
    list_evidence,
    requirements_without,
)
from lms_carbon.portfolio.rules import FILES, Door, receipt_text
from lms_carbon.portfolio.schemas import EvidenceForm
from lms_carbon.portfolio.services.evidence import (
    EvidenceDraft,
    Upload,
    add_evidence,
    change_evidence,
    open_portfolio,
    remove_evidence,
    restore_evidence,
)
from lms_carbon.portfolio.services.submission import submit_portfolio

Answer = str | Response | tuple[str, int]


def show_review(review_id: int) -> str:
    """Show a candidate their portfolio, or what stands before it; officers and teachers what candidates see."""
    by = signed_in()
    if not by.has(Role.CANDIDATE):
        return _show_to_reader(by, review_id)
    review = load_review_for_candidate(by, review_id)
    standing = find_standing(review, by.person_id)
    page = {
        "review": review,
        "standing": standing,
        "state": page_state(standing),
        "here": find_whereabouts(by),
        **_parts(review, standing),
    }
    if standing.portfolio is None:
        return render_template("portfolio/start.html", criteria=list_criteria(review.rubric_id), **page)
    return render_template("portfolio/own.html", **page)


def page_state(standing: Standing) -> str:
    """Return what the page shows: a door's name; where a portfolio could begin, the entry's name."""
    return standing.entry if standing.door is Door.OPEN else standing.door.value


def ask_to_enter(review_id: int) -> Response:
    """Ask to be entered, where the track's rule is to ask."""
    by = signed_in()
    review = load_review_for_candidate(by, review_id)
    ask_entry(track=review.instrument.track, by=by, at=now())
    return _back(review_id)


def begin(review_id: int) -> Response:
    """Begin the portfolio."""
    open_portfolio(review_id=review_id, by=signed_in(), at=now())
    return _back(review_id)


def show_new(review_id: int) -> Answer:
    """Show the form of a new piece of evidence."""
    by = signed_in()
    review = load_review_for_candidate(by, review_id)
    if find_standing(review, by.person_id).door is not Door.WORKING:
        return redirect(url_for("portfolio.show_review", review_id=review_id))
    wanted = request.args.get("requirement", "")
    return _evidence_page(review, Form(values={"requirement_id": wanted} if wanted else {}), _kind(request.args))


def add(review_id: int) -> Answer:
    """Put the evidence into the portfolio, or show the form again with all that was entered."""
    kind = _kind(request.form)
    return _save(review_id, kind, None, lambda given: add_evidence(**given, kind=kind))


def show_evidence(review_id: int, evidence_id: int) -> Answer:
    """Show a piece of evidence to be changed; once that is over, the portfolio."""
    by = signed_in()
    review = load_review_for_candidate(by, review_id)
    evidence = load_own_evidence(load_own_portfolio(by, review), evidence_id)
    if find_standing(review, by.person_id).door is not Door.WORKING:
        return redirect(url_for("portfolio.show_review", review_id=review_id))
    values = {name: getattr(evidence, name) or "" for name in ("requirement_id", "title", "statement", "url", "text")}
    return _evidence_page(review, Form(values=values), evidence.kind, evidence)


def change(review_id: int, evidence_id: int) -> Answer:
    """Save the changes, or show the form again with all that was entered."""
    by = signed_in()
    review = load_review_for_candidate(by, review_id)
    evidence = load_own_evidence(load_own_portfolio(by, review), evidence_id)
    return _save(review_id, evidence.kind, evidence, lambda given: change_evidence(**given, evidence_id=evidence_id))


def remove(review_id: int, evidence_id: int) -> Response:
    """Take a piece of evidence out."""
    done = gettext("It is taken out. You can put it back until you hand in.")
    return _step(review_id, evidence_id, remove_evidence, done)


def restore(review_id: int, evidence_id: int) -> Response:
    """Put a piece of evidence back."""
    return _step(review_id, evidence_id, restore_evidence, gettext("It is back in your portfolio."))


def show_hand_in(review_id: int) -> Answer:
    """Show what goes out, what is missing, and the declaration."""
    by = signed_in()
    review = load_review_for_candidate(by, review_id)
    if find_standing(review, by.person_id).door is not Door.WORKING:
        return redirect(url_for("portfolio.show_review", review_id=review_id))
    return _hand_in_page(review, by)


def hand_in(review_id: int) -> Answer:
    """Hand the portfolio in, or say what is missing."""
    by = signed_in()
    without = {int(each) for each in request.form.getlist("without") if each.isdecimal() and len(each) < 16}
    try:
        submit_portfolio(review_id=review_id, declared="declared" in request.form, without=without, by=by, at=now())
    except InvalidInputError as problem:
        return _hand_in_page(load_review_for_candidate(by, review_id), by, say(problem), without), 422
    except ConflictError as problem:
        flash(say(problem), "bad")
    return _back(review_id)


def _show_to_reader(by: Actor, review_id: int) -> str:
    if not by.has_any(READERS):
        raise ForbiddenError
    review = load_review_for_reader(by, review_id)
    return render_template(
        "portfolio/start.html",
        review=review,
        state="reader",
        asked=list_asked(review),
        criteria=list_criteria(review.rubric_id),
        may_edit=by.has(Role.OFFICER),
        here=None,
    )


def _parts(review: PortfolioReview, standing: Standing) -> dict[str, Any]:
    asked = list_asked(review)
    portfolio = standing.portfolio
    evidence = list_evidence(portfolio.id) if portfolio else ()
    return {
        "asked": asked,
        "held": evidence_by_requirement(evidence),
        "pieces": len(evidence),
        "missing": requirements_without(asked, evidence),
        "removed": list_evidence(portfolio.id, removed=True) if portfolio and standing.door is Door.WORKING else (),
        "score": find_score(review, portfolio) if portfolio else None,
        "receipt": receipt_text(portfolio.digest) if portfolio and portfolio.digest else "",
    }


def _save(
    review_id: int, kind: EvidenceKind, evidence: Evidence | None, act: Callable[[dict[str, Any]], Evidence]
) -> Answer:
    by = signed_in()
    form = read_form(EvidenceForm(), request.form)
    upload = request.files.get("file")
    given = Upload(stream=upload.stream, name=upload.filename) if upload and upload.filename else None
    if form.ok:
        draft = EvidenceDraft(**form.data, file=given if kind is EvidenceKind.FILE else None)
        try:
            saved = act({"review_id": review_id, "draft": draft, "by": by, "at": now()})
        except (InvalidInputError, TooLargeError, ConflictError) as problem:
            _note(form, problem)
            status = problem.status
        else:
            flash(gettext("Saved. You can change it until you hand in."), "ok")
            return redirect(
                url_for("portfolio.show_review", review_id=review_id, _anchor=f"r{saved.requirement_id}"), 303
            )
    else:
        status = 422
    lost = given.name if given else ""
    return _evidence_page(load_review_for_candidate(by, review_id), form, kind, evidence, lost), status


def _note(form: Form, problem: DomainError) -> None:
    """Put what a service found beside the fields; what a file is refused for stands beside the file."""
    if isinstance(problem, EvidenceError):
        for name, sentences in problem.problems.items():
            form.problems[name] = [gettext(each) for each in sentences]  # type: ignore[attr-defined]
    else:
        form.problems["_" if isinstance(problem, ConflictError) else "file"] = [say(problem)]


def _step(review_id: int, evidence_id: int, step: Callable[..., Evidence], done: str) -> Response:
    anchor = None
    try:
        evidence = step(review_id=review_id, evidence_id=evidence_id, by=signed_in(), at=now())
    except ConflictError as problem:
        flash(say(problem), "bad")
    else:
        flash(done, "ok")
        anchor = f"r{evidence.requirement_id}"
    return redirect(url_for("portfolio.show_review", review_id=review_id, _anchor=anchor), 303)


def _evidence_page(
    review: PortfolioReview, form: Form, kind: EvidenceKind, evidence: Evidence | None = None, lost: str = ""
) -> str:
    return render_template(
        "portfolio/evidence.html",
        review=review,
        form=form,
        kind=kind.value,
        evidence=evidence,
        asked=list_asked(review),
        types=", ".join(FILES.kinds),
        limit=FILES.size // 1_000_000,
        here=find_whereabouts(signed_in()),
        lost=lost,
    )


def _hand_in_page(review: PortfolioReview, by: Actor, problem: str = "", without: set[int] | None = None) -> str:
    standing = find_standing(review, by.person_id)
    return render_template(
        "portfolio/hand_in.html",
        review=review,
        here=find_whereabouts(by),
        problem=problem,
        without=without or set(),
        declared="declared" in request.form,
        **_parts(review, standing),
    )


def _kind(given: Any) -> EvidenceKind:
    wanted = given.get("kind", "")
    return EvidenceKind(wanted) if wanted in set(EvidenceKind) else EvidenceKind.FILE


def _back(review_id: int) -> Response:
    return redirect(url_for("portfolio.show_review", review_id=review_id), 303)
