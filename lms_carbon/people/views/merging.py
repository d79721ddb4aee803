"""Two persons who are one: found by name, merged, and parted again."""

import re
from typing import Final

from flask import Response, flash, render_template, request
from flask_babel import gettext as _

from lms_carbon.core.clock import now
from lms_carbon.core.forms import Form, read_form
from lms_carbon.core.identity import signed_in
from lms_carbon.people.merge_queries import list_merges
from lms_carbon.people.queries import PAGE, list_persons
from lms_carbon.people.schemas import ListQuery, MergeForm, UndoForm
from lms_carbon.people.services.merging import merge_persons, undo_merge
from lms_carbon.people.views.doors import go

MOST_PARTS: Final = 4
_BETWEEN: Final = re.compile("[,，、;；]")


def show_merge() -> str:
    """Look for the two, and show what was merged."""
    return _page(Form())


def _page(form: Form) -> str:
    wanted = read_form(ListQuery(), request.args).data or {"q": ""}
    by, text = signed_in(), wanted["q"].strip()
    parts = [part for part in map(str.strip, _BETWEEN.split(text)) if part][:MOST_PARTS]
    # The two may be written differently, as platforms do.
    found = list({row.id: row for part in parts for row in list_persons(by=by, text=part)}.values())
    return render_template(
        "people/merge.html",
        text=text,
        people=found[:PAGE],
        more=len(found) > PAGE,
        form=form,
        merges=list_merges(by=by, limit=PAGE),
    )


def merge() -> Response | tuple[str, int]:
    """Merge."""
    form = read_form(MergeForm(), request.form)
    if not form.ok:
        return _page(form), 422
    merge_persons(by=signed_in(), kept_id=form.data["kept"], gone_id=form.data["gone"], at=now())
    flash(_("Merged. From the next launch on both accounts lead to the same person."), "ok")
    return go("/people/merge")


def undo() -> Response | tuple[str, int]:
    """Part them again."""
    form = read_form(UndoForm(), request.form)
    if not form.ok:
        return _page(form), 422
    undo_merge(by=signed_in(), entry_id=form.data["entry"], at=now())
    flash(_("Undone. The account leads to its own person again."), "ok")
    return go("/people/merge")
