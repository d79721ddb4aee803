"""The candidate's sheet: working on it, its data as a file, handing it in, the receipt. All works without script."""

from collections.abc import Callable, Mapping
from typing import Any

from flask import redirect, render_template, request, send_file, url_for
from flask_babel import gettext
from werkzeug.datastructures import FileStorage
from werkzeug.wrappers import Response

from lms_carbon.core.clock import now
from lms_carbon.core.db import read_clock
from lms_carbon.core.errors import DomainError
from lms_carbon.core.forms import Form, read_form
from lms_carbon.core.http import say
from lms_carbon.core.i18n import current_language
from lms_carbon.core.identity import Actor, signed_in
from lms_carbon.files.errors import LostFileError
from lms_carbon.files.rules import ending_of
from lms_carbon.files.services.storage import path_of
from lms_carbon.practicals.errors import AnswerShapeError, DeclarationNeededError, StaleSheetError
from lms_carbon.practicals.models import Sheet, SheetState
from lms_carbon.practicals.policy import load_sheet, load_workbook_sheet
from lms_carbon.practicals.queries.showing import view_checkpoints
from lms_carbon.practicals.schemas import HandInForm, SheetForm
from lms_carbon.practicals.services.datasheets import WORDS, Part, data_rows, make_csv, make_xlsx
from lms_carbon.practicals.services.sheets import attach_file, check_open, save_sheet
from lms_carbon.practicals.services.submission import hand_in, receipt_of

Answer = str | Response | tuple[str, int]
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def show_sheet(sheet_id: int) -> str:
    """Show the sheet: to work on, or once handed in as it was handed in, after the release with points."""
    sheet = load_sheet(signed_in(), sheet_id)
    if sheet.state is SheetState.SUBMITTED:
        released = sheet.practical.instrument.released_at is not None
        return render_template(
            "practicals/handed_in.html",
            **_shared(sheet),
            receipt=receipt_of(sheet),
            released=released,
            checkpoints=view_checkpoints(sheet, reveal=released),
        )
    return _working_page(sheet, Form())


def save(sheet_id: int) -> Answer:
    """Save what was entered, and the workbook where one was chosen; nothing typed is lost where either is refused."""
    by = signed_in()
    form = read_form(SheetForm(), request.form)
    typed = _typed()
    try:
        save_sheet(
            sheet_id=sheet_id,
            values=typed,
            note=form.data.get("note", ""),
            revision=form.data.get("revision", -1),
            by=by,
            at=now(),
        )
    except StaleSheetError as problem:
        return _stale_page(load_sheet(by, sheet_id), typed, request.form.get("note", ""), problem), 409
    except AnswerShapeError as problem:
        form.problems.update({name: [gettext(str(each)) for each in told] for name, told in _told(problem)})
        return _working_page(load_sheet(by, sheet_id), form, typed), 422
    upload = request.files.get("workbook")
    if upload is not None and upload.filename and not _attach(sheet_id, upload, by, form):
        return _working_page(load_sheet(by, sheet_id), form), 422
    if request.form.get("action") == "hand_in":
        return redirect(url_for("practicals.show_hand_in", sheet_id=sheet_id), 303)
    # Back to the form, not to the top of a long page; the bar below it says when it was saved.
    return redirect(url_for("practicals.show_sheet", sheet_id=sheet_id, _anchor="sheet"), 303)


def show_hand_in(sheet_id: int) -> Answer:
    """Show what will be handed in and what is missing, and ask for the declaration."""
    sheet = load_sheet(signed_in(), sheet_id)
    if sheet.state is SheetState.SUBMITTED:
        return redirect(url_for("practicals.show_receipt", sheet_id=sheet.id), 303)
    check_open(sheet)
    return _hand_in_page(sheet, Form())


def submit(sheet_id: int) -> Answer:
    """Hand in."""
    by = signed_in()
    form = read_form(HandInForm(), request.form)
    try:
        hand_in(
            sheet_id=sheet_id,
            revision=form.data.get("revision", -1),
            declared=bool(form.data.get("declared")),
            by=by,
            at=now(),
        )
    except DeclarationNeededError as problem:
        form.problems["declared"] = [say(problem)]
        return _hand_in_page(load_sheet(by, sheet_id), form), 422
    except StaleSheetError:
        told = gettext("This sheet was saved in another window meanwhile. Look at it again as it is now.")
        form.problems["_"] = [told]
        return _hand_in_page(load_sheet(by, sheet_id), form), 409
    return redirect(url_for("practicals.show_receipt", sheet_id=sheet_id), 303)


def show_receipt(sheet_id: int) -> Answer:
    """Show the receipt; while nothing is handed in, the sheet."""
    sheet = load_sheet(signed_in(), sheet_id)
    if sheet.state is not SheetState.SUBMITTED:
        return redirect(url_for("practicals.show_sheet", sheet_id=sheet.id), 303)
    entered = sum(1 for value in sheet.values.values() if value)
    return render_template("practicals/receipt.html", **_shared(sheet), receipt=receipt_of(sheet), entered=entered)


def download_xlsx(sheet_id: int) -> Response:
    """Hand out the data set drawn for this candidate as a workbook."""
    return _data_file(sheet_id, make_xlsx, "xlsx", _XLSX)


def download_csv(sheet_id: int) -> Response:
    """Hand out the data set drawn for this candidate as CSV."""
    return _data_file(sheet_id, make_csv, "csv", "text/csv; charset=utf-8")


def download_workbook(sheet_id: int) -> Response:
    """Hand out the workbook under a name that says nothing about whose it is: assessors come this way."""
    sheet = load_workbook_sheet(signed_in(), sheet_id)
    stored = sheet.file
    if stored is None:
        raise LostFileError
    try:
        answer = send_file(
            path_of(stored.sha256),
            mimetype=stored.media_type,
            as_attachment=True,
            download_name=f"workbook-{sheet.id}.{ending_of(stored.name)}",
            max_age=0,
        )
    except FileNotFoundError as problem:
        raise LostFileError from problem
    answer.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    answer.headers["Cache-Control"] = "private, no-cache"
    return answer


def _data_file(sheet_id: int, make: Callable[[list[Part]], bytes], ending: str, media_type: str) -> Response:
    sheet = load_sheet(signed_in(), sheet_id)
    words = {name: gettext(sentence) for name, sentence in WORDS.items()}
    parts = data_rows(sheet.practical.task.content, sheet.data, language=current_language(), words=words)
    answer = Response(make(parts), content_type=media_type)
    answer.headers["Content-Disposition"] = f'attachment; filename="data-{sheet.id}.{ending}"'
    answer.headers["Cache-Control"] = "private, no-cache"
    return answer


def _attach(sheet_id: int, upload: FileStorage, by: Actor, form: Form) -> bool:
    try:
        attach_file(sheet_id=sheet_id, stream=upload.stream, name=upload.filename or "", by=by, at=now())
    except DomainError as problem:
        form.problems["workbook"] = [f"{say(problem)} {gettext('Everything else is saved.')}"]
        return False
    return True


def _typed() -> dict[str, dict[str, str]]:
    """Return checkpoint key → what its fields hold, of those that the page sent."""
    return {
        name.removeprefix("v-"): {"value": value, "unit": request.form.get(f"u-{name.removeprefix('v-')}", "")}
        for name, value in request.form.items()
        if name.startswith("v-")
    }


def _told(problem: AnswerShapeError) -> list[tuple[str, list[Any]]]:
    return [(name, told if isinstance(told, list) else [told]) for name, told in problem.problems.items()]


def _shared(sheet: Sheet) -> dict[str, Any]:
    return {
        "sheet": sheet,
        "practical": sheet.practical,
        "task": sheet.practical.task,
        "data": sheet.data,
    }


def _working_page(sheet: Sheet, form: Form, typed: Mapping[str, Any] | None = None) -> str:
    over = sheet.state is SheetState.OPEN and read_clock() > sheet.practical.closes_at
    return render_template(
        "practicals/sheet.html",
        **_shared(sheet),
        form=form,
        over=over,
        note=form.values.get("note", sheet.note),
        checkpoints=view_checkpoints(sheet, values=typed),
    )


def _stale_page(sheet: Sheet, typed: Mapping[str, Any], note: str, problem: StaleSheetError) -> str:
    """Show what this window holds beside what the other one saved; saving again takes what stands in the fields."""
    there = {each.key: each for each in view_checkpoints(sheet)}
    here = view_checkpoints(sheet, values=typed)
    return render_template(
        "practicals/sheet.html",
        **_shared(sheet),
        form=Form(values=request.form),
        over=False,
        note=note,
        checkpoints=here,
        stale=say(problem),
        others={each.key: there[each.key].typed for each in here if each.typed != there[each.key].typed},
        other_note=sheet.note if sheet.note.strip() != note.strip() else None,
    )


def _hand_in_page(sheet: Sheet, form: Form) -> str:
    checkpoints = view_checkpoints(sheet)
    return render_template(
        "practicals/hand_in.html",
        **_shared(sheet),
        form=form,
        checkpoints=checkpoints,
        missing=[each for each in checkpoints if not each.value],
        unreadable=[each for each in checkpoints if each.remark],
    )
