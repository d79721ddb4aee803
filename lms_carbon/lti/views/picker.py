"""Picking activities for a course (Deep Linking 2.0): one page without script, answered by a form to the platform."""

from typing import Any

from flask import render_template, request, url_for
from flask_babel import gettext, ngettext
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from lms_carbon.core.clock import now
from lms_carbon.core.hooks import ListedTarget
from lms_carbon.core.http import allow_form_to
from lms_carbon.core.identity import Role, signed_in
from lms_carbon.core.settings import current_settings
from lms_carbon.lti.models.placing import DeepLinkRequest
from lms_carbon.lti.queries import find_whereabouts
from lms_carbon.lti.services.deep_links import all_targets, answer_request, load_request, takes_links

MAY_PLACE = (Role.TEACHER, Role.OFFICER)
Answer = str | Response | tuple[str, int]


def show_picker(request_id: int) -> str:
    """Show what can be placed in the course."""
    return _page(load_request(by=signed_in(), request_id=request_id), MultiDict())


def pick(request_id: int) -> Answer:
    """Look for something, or answer the platform with what was chosen, or with nothing."""
    wanted = load_request(by=signed_in(), request_id=request_id)
    act = request.form.get("act", "find")
    if act == "none":
        return _reply(request_id, [], error=None if takes_links(wanted) else _not_here())
    if act == "place":
        if not request.form.getlist("target"):
            return _page(wanted, request.form, problem=gettext("Choose at least one activity.")), 422
        return _reply(request_id, request.form.getlist("target"))
    return _page(wanted, request.form)


def _not_here() -> str:
    return gettext("Activities of this tool cannot be placed here.")


def _page(wanted: DeepLinkRequest, form: MultiDict[str, str], *, problem: str = "") -> str:
    by = signed_in()
    every = all_targets(by.institution_id)
    chosen, words = set(form.getlist("target")), form.get("q", "").strip()[:100]
    kind = form.get("kind", "")
    found = [each for each in every if each.target not in chosen and _fits(each, words, kind)]
    return render_template(
        "lti/picker.html",
        wanted=wanted,
        takes=takes_links(wanted),
        course=find_whereabouts(by).course,
        every=every,
        kinds=list(dict.fromkeys(each.kind for each in every)),
        chosen=[each for each in every if each.target in chosen],
        found=found,
        q=words,
        kind=kind,
        columns=form.get("columns") == "1" or "act" not in form,
        problem=problem,
    )


def _fits(target: ListedTarget, words: str, kind: str) -> bool:
    """Tell whether every word occurs in what is shown of a target, in whatever language."""
    if kind and target.kind != kind:
        return False
    shown = (*target.title.values(), *target.place.values(), target.kind, gettext(target.kind), target.target)
    text = " ".join(shown).casefold()
    return all(word in text for word in words.casefold().split())


def _reply(request_id: int, targets: list[str], *, error: str | None = None) -> Answer:
    public = current_settings().public_url
    reply = answer_request(
        by=signed_in(),
        request_id=request_id,
        targets=targets,
        columns=request.form.get("columns") == "1",
        launch_url=f"{public}/lti/launch",
        icon_url=public + url_for("web.static", filename="mark.svg"),
        at=now(),
        words=gettext,
        message=_told,
        error=error,
    )
    allow_form_to(reply.url)
    return render_template("lti/picked.html", reply=reply)


def _told(count: int) -> str | None:
    """Return what the platform may show to the teacher."""
    shown: Any = ngettext("%(num)s activity was added.", "%(num)s activities were added.", count)
    return str(shown) if count else None
