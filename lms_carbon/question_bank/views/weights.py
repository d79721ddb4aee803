"""Weight tables: what holds, what came before, loading a sheet and taking a table out."""

from flask import Response as FlaskResponse
from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext, ngettext
from werkzeug.wrappers import Response

from lms_carbon.core import clock
from lms_carbon.core.errors import InvalidInputError
from lms_carbon.core.http import say
from lms_carbon.core.i18n import current_language
from lms_carbon.core.identity import Actor, Role, signed_in
from lms_carbon.framework.queries import list_positions, list_requirements, read_framework
from lms_carbon.question_bank.errors import WeightFileError, WeightSheetError
from lms_carbon.question_bank.queries.weights import current_weights, list_weights
from lms_carbon.question_bank.services.coverage_file import XLSX
from lms_carbon.question_bank.services.weight_files import Words, make_sheet
from lms_carbon.question_bank.services.weights import MAX_NAME, load_weights, withdraw_weights
from lms_carbon.question_bank.views.blueprint import AUTHORS, ID, READERS, blueprint
from lms_carbon.question_bank.views.showing import say_reason


@blueprint.get("/weights", access=READERS)
def show_weights() -> str:
    """Show the weight tables."""
    return _page(signed_in())


@blueprint.post("/weights", access=AUTHORS)
def load_sheet() -> Response | tuple[str, int]:
    """Load a sheet, or say row by row what is wrong with it."""
    by = signed_in()
    file = request.files.get("file")
    data = file.stream.read() if file else b""
    name = request.form.get("name", "").strip() or ((file.filename or "") if file else "").rpartition(".")[0]
    try:
        tables = load_weights(by=by, data=data, name=name or gettext("Without a name"), at=clock.now())
    except WeightSheetError as refusal:
        return _page(by, problem=say(refusal), rows=[say_reason(reason) for reason in refusal.found], name=name), 422
    except WeightFileError as refusal:
        return _page(by, problem=say(refusal), name=name), 422
    told = ngettext("%(num)s weight table loaded.", "%(num)s weight tables loaded.", len(tables))
    flash(told, "ok")
    return redirect(url_for("question_bank.show_weights"), 303)


@blueprint.post(f"/weights/<{ID}:table_id>", access=AUTHORS)
def act_on_weights(table_id: int) -> Response:
    """Take a table out."""
    if request.form.get("action") != "withdraw":
        raise InvalidInputError
    withdraw_weights(by=signed_in(), table_id=table_id, at=clock.now())
    flash(gettext("Taken out. The table loaded before it holds again, where there is one."), "ok")
    return redirect(url_for("question_bank.show_weights"), 303)


@blueprint.get("/weights.xlsx", access=READERS)
def weights_file() -> FlaskResponse:
    """Hand out what holds now as a sheet; what is still empty in it is there to fill in."""
    by, language = signed_in(), current_language()
    requirements = list_requirements()
    words = Words(
        code=gettext("Requirement code"),
        requirement=gettext("What is asked"),
        questions=gettext("questions in all"),
        bands={band.code: band.title.in_language(language) for band in read_framework().bands},
    )
    weights = {
        key: (table.questions, {line.requirement_id: line.share for line in table.shares})
        for key, table in current_weights(by=by).items()
    }
    positions = [(one, [r for r in requirements if r.position_id == one.id]) for one in list_positions()]
    headers = {"Content-Disposition": 'attachment; filename="weights.xlsx"'}
    return FlaskResponse(make_sheet(positions, weights, words, language), mimetype=XLSX, headers=headers)


def _page(by: Actor, **more: object) -> str:
    tables = list_weights(by=by)
    holding = {table.id for table in current_weights(by=by).values()}
    return render_template(
        "question_bank/weights.html",
        tables=tables,
        holding=holding,
        bands={band.code: band.title.in_language(current_language()) for band in read_framework().bands},
        may_write=by.has(Role.AUTHOR),
        max_name=MAX_NAME,
        **{"problem": "", "rows": [], "name": "", **more},
    )
