"""Files of questions: handing one in, its report question by question, and taking the bank out."""

import tempfile
from typing import Any, BinaryIO, Final, cast

from flask import redirect, render_template, request, send_file, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from lms_carbon.core import clock
from lms_carbon.core.errors import InvalidInputError, TooLargeError
from lms_carbon.core.http import say
from lms_carbon.core.identity import Role, signed_in
from lms_carbon.question_bank.import_models import ImportState
from lms_carbon.question_bank.interchange.base import DEGRADED, IMPORTED, SKIPPED, Finding
from lms_carbon.question_bank.interchange.items import reason_from_json
from lms_carbon.question_bank.interchange.registry import FORMATS, READ_FORMATS, WRITTEN_FORMATS
from lms_carbon.question_bank.kinds.reasons import Reason
from lms_carbon.question_bank.queries.imports import PAGE, find_import, list_imports, list_rows
from lms_carbon.question_bank.services.exports import write_export
from lms_carbon.question_bank.services.imports import begin_import
from lms_carbon.question_bank.views.blueprint import AUTHORS, ID, READERS, blueprint
from lms_carbon.question_bank.views.words import field_label

MOST_ON_A_PAGE: Final = 2_000
"""Questions that are written while somebody waits for the answer; more by the command line."""
_SHOWN_LOSSES: Final = 100
_IN_MEMORY: Final = 8_000_000
_STATUSES: Final = (IMPORTED, DEGRADED, SKIPPED)


@blueprint.get("/imports", access=READERS)
def list_all_imports() -> str:
    """Show the latest imports, and to authors the form for the next."""
    return _imports_page()


@blueprint.post("/imports", access=AUTHORS)
def hand_in() -> Response | tuple[str, int]:
    """Take a file over and lead to its report, which fills as the file is read."""
    upload = request.files.get("file")
    if upload is None or not upload.filename:
        return _imports_page(problem=gettext("Choose a file.")), 422
    dry_run = request.form.get("action") == "try"
    try:
        made = begin_import(by=signed_in(), stream=upload.stream, name=upload.filename, dry_run=dry_run, at=clock.now())
    except (InvalidInputError, TooLargeError) as refusal:
        return _imports_page(problem=say(refusal)), refusal.status
    return redirect(url_for("question_bank.show_import", import_id=made.id), 303)


@blueprint.get(f"/imports/<{ID}:import_id>", access=READERS)
def show_import(import_id: int) -> str:
    """Show how far an import is, or what became of each question."""
    by = signed_in()
    held = find_import(by=by, import_id=import_id)
    status = request.args.get("status", "")
    status = status if status in _STATUSES else ""
    given = request.args.get("after", "")
    after = int(given) if given.isascii() and given.isdecimal() and len(given) < 10 else 0
    rows = list_rows(by=by, import_id=import_id, status=status, after=after) if held.state is ImportState.DONE else []
    shown = rows[:PAGE]

    def address(**changes: Any) -> str:
        wanted = {"import_id": import_id, "status": status or None, **changes}
        return url_for("question_bank.show_import", **wanted)

    return render_template(
        "question_bank/import.html",
        held=held,
        format=FORMATS[held.format].title if held.format in FORMATS else "",
        running=held.state in {ImportState.WAITING, ImportState.READING},
        refusal=say_whole(reason_from_json(held.refusal)) if held.refusal else "",
        rows=[(row, [say_whole(reason_from_json(reason)) for reason in row.reasons]) for row in shown],
        status=status,
        address=address,
        newer=address() if after else "",
        older=address(after=shown[-1].ordinal) if len(rows) > PAGE else "",
    )


@blueprint.get("/export", access=READERS)
def choose_export() -> str:
    """Show the formats in which the bank can be taken out."""
    return _export_page()


@blueprint.post("/export", access=READERS)
def take_out() -> Response | str | tuple[str, int]:
    """Hand out a file of the bank, or with `action=check` say what the format cannot carry."""
    by, name = signed_in(), request.form.get("format", "")
    approved_only = request.form.get("which", "approved") == "approved"
    trial = request.form.get("action") == "check"
    # send_file closes what it has sent.
    out = cast(BinaryIO, tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY))  # noqa: SIM115
    try:
        count, findings = write_export(
            by=by,
            format_name=name,
            out=out,
            approved_only=approved_only,
            at=clock.now(),
            most=MOST_ON_A_PAGE,
            trial=trial,
        )
    except TooLargeError as refusal:
        out.close()
        return _export_page(problem=say(refusal)), refusal.status
    except BaseException:
        out.close()
        raise
    if trial:
        out.close()
        return _export_page(count=count, findings=findings)
    out.seek(0)
    chosen = FORMATS[name]
    return send_file(
        out, mimetype=chosen.media_type, as_attachment=True, download_name=f"questions{chosen.suffix}", max_age=0
    )


def say_whole(reason: Reason) -> str:
    """Return a reason in the language of the page, with the sentences and names of fields in it."""
    filled = {
        name: say_whole(value) if isinstance(value, Reason) else field_label(str(value)) if name == "field" else value
        for name, value in reason.params.items()
    }
    return gettext(reason.msgid).format(**filled)


def _imports_page(problem: str = "") -> str:
    by = signed_in()
    return render_template(
        "question_bank/imports.html",
        imports=list_imports(by=by),
        formats=[gettext(FORMATS[name].title) for name in READ_FORMATS],
        titles={name: each.title for name, each in FORMATS.items()},
        may_write=by.has(Role.AUTHOR),
        problem=problem,
    )


def _export_page(*, problem: str = "", count: int | None = None, findings: tuple[Finding, ...] = ()) -> str:
    skipped = sum(finding.status == SKIPPED for finding in findings)
    return render_template(
        "question_bank/export.html",
        formats=[FORMATS[name] for name in WRITTEN_FORMATS],
        problem=problem,
        count=count,
        skipped=skipped,
        degraded=len(findings) - skipped,
        losses=[(finding, [say_whole(reason) for reason in finding.reasons]) for finding in findings[:_SHOWN_LOSSES]],
        more=max(len(findings) - _SHOWN_LOSSES, 0),
        chosen=request.form.get("format", WRITTEN_FORMATS[0]),
        which=request.form.get("which", "approved"),
    )
