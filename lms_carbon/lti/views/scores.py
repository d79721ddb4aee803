"""Which scores reached the gradebooks of the courses, which wait, which were refused and why."""

from typing import Any, Final

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext, ngettext
from werkzeug.wrappers import Response

from lms_carbon.core.clock import now
from lms_carbon.core.hooks import NavItem
from lms_carbon.core.i18n import mark
from lms_carbon.core.identity import Actor, Role, signed_in
from lms_carbon.lti.models.scores import DeliveryState
from lms_carbon.lti.rules.scores import Reason
from lms_carbon.lti.score_queries import list_activities, list_scores, read_cursor
from lms_carbon.lti.services.scores import resend_score, resend_scores

MAY_SEE: Final = (Role.OFFICER, Role.TEACHER)

STATE_WORDS: Final = {
    DeliveryState.WAITING: (mark("waiting"), "warn"),
    DeliveryState.SENT: (mark("in the gradebook"), "ok"),
    DeliveryState.REFUSED: (mark("refused"), "bad"),
    DeliveryState.SUPERSEDED: (mark("not sent"), "info"),
}
REASON_WORDS: Final = {
    Reason.NOT_ENROLLED: mark("The platform does not grade this person here; are they enrolled as a student?"),
    Reason.COLUMN_GONE: mark("The platform no longer has this column of the gradebook."),
    Reason.NOT_ALLOWED: mark("The platform does not let this tool send scores; its administrator can change that."),
    Reason.NOT_TAKEN: mark("The platform did not take the score."),
    Reason.NEWER_THERE: mark("The gradebook was changed after this score was made; send it again to replace that."),
    Reason.CHANGED_THERE: mark("The grade was changed in the platform and stands; send the score again to replace it."),
    Reason.UNREACHABLE: mark("The platform does not answer; this goes on by itself."),
    Reason.NO_TOKEN: mark("The platform does not let the tool in; its administrator can check keys and client id."),
    Reason.BUSY: mark("The platform asks for patience; this goes on by itself."),
    Reason.PLATFORM_FAULT: mark("The platform has a fault; this goes on by itself."),
    Reason.ERASED: mark("The person was erased."),
}


def desks_of_scores(actor: Actor) -> list[NavItem]:
    """Answer the hook `navigation`."""
    if not actor.has_any(MAY_SEE):
        return []
    return [
        NavItem(
            title=mark("Gradebooks"),
            about=mark("Which scores reached the courses' gradebooks, and which did not."),
            path="/lti/scores",
            icon="journal-check",
            order=70,
        )
    ]


CHANGED: Final = (mark("changed in the platform"), "warn")


def _words(row: Any) -> tuple[str, str]:
    """Return what a row's state is called, and how it looks."""
    return CHANGED if row.last_error == Reason.CHANGED_THERE.value else STATE_WORDS[row.state]


def _state(raw: str | None) -> DeliveryState | None:
    return DeliveryState(raw) if raw in list(DeliveryState) else None


def show_scores() -> str:
    """List the scores of one target (`?target=exam:code`) or of all, troubled ones first."""
    target, state = request.args.get("target") or None, _state(request.args.get("state"))
    after = request.args.get("after")
    found = list_scores(actor=signed_in(), target=target, state=state, after=after)
    here: dict[str, Any] = {"target": target, "state": state.value if state else None}
    return render_template(
        "lti/scores.html",
        target=target,
        state=state,
        found=found,
        newer=url_for("lti.show_scores", **here) if read_cursor(after) else "",
        older=url_for("lti.show_scores", **here, after=found.following) if found.following else "",
        switch=_switch(target, state, found.counts),
        activities=[] if target or read_cursor(after) else list_activities(signed_in()),
        words_of=_words,
        reason_words={reason.value: words for reason, words in REASON_WORDS.items()},
        states=DeliveryState,
    )


def _switch(target: str | None, state: DeliveryState | None, counts: dict[DeliveryState, int]) -> list[dict[str, Any]]:
    """Return the views of the list: all, and each state that occurs."""
    views: list[tuple[str, DeliveryState | None, int]] = [(gettext("all"), None, sum(counts.values()))]
    views += [(gettext(words), key, counts[key]) for key, (words, _) in STATE_WORDS.items() if counts.get(key)]
    return [
        {
            "title": f"{title} {n}",
            "href": url_for("lti.show_scores", target=target, state=key.value if key else None),
            "here": key is state,
        }
        for title, key, n in views
    ]


def resend(delivery_id: int) -> Response:
    """Queue a score again and go back to the list."""
    resend_score(by=signed_in(), delivery_id=delivery_id, at=now())
    flash(gettext("The score is sent again."), "ok")
    return redirect(url_for("lti.show_scores", target=request.form.get("target") or None), 303)


def resend_all() -> Response:
    """Queue again what was refused, of one activity or of all, and go back to the list."""
    target = request.form.get("target") or None
    resent = resend_scores(by=signed_in(), target=target, at=now())
    flash(ngettext("%(num)s score is sent again.", "%(num)s scores are sent again.", resent), "ok")
    return redirect(url_for("lti.show_scores", target=target), 303)
