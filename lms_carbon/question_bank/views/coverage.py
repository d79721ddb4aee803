"""The coverage page: requirements × approved questions as a heat map, and what is short against the weight tables."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any, Final
from urllib.parse import urlencode

from flask import Response, render_template, request, url_for
from flask_babel import gettext, ngettext

from lms_carbon.core.i18n import current_language, mark, text_in
from lms_carbon.core.identity import Actor, Role, signed_in
from lms_carbon.framework.models import Position, Requirement
from lms_carbon.framework.queries import list_positions, list_requirements, positions_by_statement, read_framework
from lms_carbon.framework.rules import Dimension
from lms_carbon.question_bank.kinds.registry import KINDS
from lms_carbon.question_bank.models import WeightTable
from lms_carbon.question_bank.queries.coverage import count_approved, count_shown
from lms_carbon.question_bank.queries.weights import current_weights
from lms_carbon.question_bank.rules.about import COGNITIVE, DIFFICULTY_NAMES
from lms_carbon.question_bank.rules.coverage import Row, count_rows, missing_in_all, most_lacking, step_of
from lms_carbon.question_bank.rules.weights import apportion
from lms_carbon.question_bank.services.coverage_file import XLSX, make_coverage_file
from lms_carbon.question_bank.views.blueprint import READERS, blueprint

LANGUAGE_NAMES: Final = {"zh": mark("Chinese"), "en": mark("English")}
DEFAULT_KIND: Final = "single_choice"


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What the address asks for."""

    position: str
    dimension: str
    band: str
    short: bool
    samples: bool

    @property
    def arguments(self) -> dict[str, str]:
        """The address's arguments, defaults left out."""
        found = {
            "position": self.position,
            "dimension": "" if self.dimension == Dimension.KNOWLEDGE else self.dimension or "all",
            "band": self.band,
            "short": "1" if self.short else "",
            "sample": "" if self.samples else "0",
        }
        return {name: value for name, value in found.items() if value}


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the heat map: what it goes by, and which of these."""

    group: str
    key: str
    title: str


@dataclass(frozen=True, slots=True)
class Cell:
    """A count with its colour, its words and where it leads; no address where there is nothing to do."""

    count: int
    step: int
    label: str
    href: str
    first: bool


@dataclass(kw_only=True)
class Coverage:
    """All that the page and the file show."""

    wanted: Wanted
    columns: Sequence[Column]
    bands: Sequence[tuple[str, str]]
    """Code and title of those that a weight table measures here."""
    rows: Sequence[tuple[Requirement, Row]]
    """Those to show, with what was counted."""
    counted: Sequence[Row]
    """All of the position and dimension."""
    weights: dict[tuple[int, str], WeightTable] = field(default_factory=dict)
    sharing: dict[int, int] = field(default_factory=dict)
    """Statement → how many positions ask it."""
    list_at: str = field(default_factory=lambda: url_for("question_bank.list_bank"))
    new_at: Mapping[str, str] = field(
        default_factory=lambda: {kind: url_for("question_bank.new_question", kind=kind) for kind in KINDS}
    )
    """Addresses are made once: a page has two thousand of them."""


def columns() -> list[Column]:
    """Return the columns of the heat map, left to right."""
    return [
        *(Column("kind", name, gettext(kind.title)) for name, kind in KINDS.items()),
        *(Column("cognitive", name, gettext(title)) for name, title in COGNITIVE.items()),
        *(Column("difficulty", name, gettext(title)) for name, title in DIFFICULTY_NAMES.items()),
        *(Column("language", name, gettext(title)) for name, title in LANGUAGE_NAMES.items()),
    ]


def read_wanted() -> Wanted:
    """Return what the address asks for; what is none of ours is left out."""
    dimension = request.args.get("dimension", Dimension.KNOWLEDGE)
    band = request.args.get("band", "")
    return Wanted(
        position=request.args.get("position", "").strip()[:16],
        dimension=dimension if dimension in set(Dimension) else "",
        band=band if band in {one.code for one in read_framework().bands} else "",
        short=request.args.get("short") == "1",
        samples=request.args.get("sample") != "0",
    )


def measure(by: Actor, wanted: Wanted, positions: Sequence[Position]) -> Coverage:
    """Return the coverage that the address asks for, in a fixed number of statements."""
    asked = list_requirements(
        position_id=next((one.id for one in positions if one.code == wanted.position), None),
        dimension=wanted.dimension or None,
    )
    weights = current_weights(by=by)
    needed: dict[int, dict[str, int]] = {}
    for (_, band), table in weights.items():
        if wanted.band in ("", band):
            shares = {line.requirement_id: line.share for line in table.shares}
            for requirement_id, number in apportion(table.questions, shares).items():
                needed.setdefault(requirement_id, {})[band] = number
    narrowed = {one.statement_id for one in asked} if wanted.position or wanted.dimension else None
    counts = count_approved(by=by, statement_ids=narrowed, samples=wanted.samples)
    counted = count_rows([(one, one.position.code) for one in asked], counts, needed)
    rows = [pair for pair in zip(asked, counted, strict=True) if pair[1].lacks or not wanted.short]
    weighed = {band for row in counted for band in row.needed}
    titles = [(code, title) for code, title in band_titles() if code in weighed]
    sharing = {key: len(held) for key, held in positions_by_statement([one.statement_id for one in asked]).items()}
    return Coverage(
        wanted=wanted,
        columns=columns(),
        bands=titles,
        rows=rows,
        counted=counted,
        weights=weights,
        sharing=sharing,
    )


@blueprint.get("/coverage", access=READERS)
def show_coverage() -> str:
    """Show what the bank has and lacks."""
    by, wanted = signed_in(), read_wanted()
    positions = list_positions()
    found = measure(by, wanted, positions)
    may_write = by.has(Role.AUTHOR)
    ids = [row.requirement_id for row in found.counted]
    lacking = most_lacking([row for _, row in found.rows] or found.counted)
    codes = {requirement.id: requirement.code for requirement, _ in found.rows}
    missing, lines = missing_in_all(found.counted)
    return render_template(
        "question_bank/coverage.html",
        wanted=wanted,
        positions=positions,
        dimensions={each.value: _title_of(each) for each in Dimension},
        bands=band_titles(),
        shown_bands=found.bands,
        columns=found.columns,
        groups=[(name, len(list(members))) for name, members in groupby(found.columns, key=lambda one: one.group)],
        sections=[
            (position, [_line(requirement, row, found, may_write) for requirement, row in members])
            for position, members in groupby(found.rows, key=lambda pair: pair[0].position)
        ],
        approved=count_shown(by=by, requirement_ids=ids, samples=wanted.samples),
        missing=missing,
        lines=lines,
        weighed=any(row.needed for row in found.counted),
        names=_names_of_tables(found, wanted),
        first=url_for("question_bank.new_question", kind=DEFAULT_KIND, requirement=codes[lacking.requirement_id])
        if may_write and lacking and lacking.requirement_id in codes
        else "",
        may_write=may_write,
        file=url_for("question_bank.coverage_file", **wanted.arguments),  # type: ignore[arg-type]
    )


@blueprint.get("/coverage.xlsx", access=READERS)
def coverage_file() -> Response:
    """Hand out what the page shows as a workbook."""
    found = measure(signed_in(), read_wanted(), list_positions())
    language = current_language()
    head = [gettext("Requirement code"), gettext("What is asked"), gettext("Present")]
    for _, title in found.bands:
        head += [f"{gettext('Needed')}, {title}", f"{gettext('Short')}, {title}"]
    rows: list[list[str | int | None]] = []
    for requirement, row in found.rows:
        line: list[str | int | None] = [requirement.code, text_in(requirement.statement.text, language), row.present]
        for band, _ in found.bands:
            line += [row.needed.get(band), row.short.get(band)]
        rows.append([*line, *(row.counts[column.group][column.key] for column in found.columns)])
    data = make_coverage_file(gettext("Coverage"), [*head, *(column.title for column in found.columns)], rows)
    name = {"Content-Disposition": 'attachment; filename="coverage.xlsx"'}
    return Response(data, mimetype=XLSX, headers=name)


def _line(requirement: Requirement, row: Row, found: Coverage, may_write: bool) -> dict[str, Any]:
    return {
        "requirement": requirement,
        "row": row,
        "sharing": found.sharing.get(row.statement_id, 1),
        "list": f"{found.list_at}?{urlencode({'state': 'approved', 'requirement': requirement.code})}",
        "cells": [_cell(requirement, row, column, found, may_write) for column in found.columns],
    }


def _cell(requirement: Requirement, row: Row, column: Column, found: Coverage, may_write: bool) -> Cell:
    count = row.counts[column.group][column.key]
    about = {"code": requirement.code, "what": column.title}
    first = not count and (column.group != "language" or not row.present)
    if first and may_write:
        label = gettext("%(code)s, %(what)s: none yet, write one", **about)
        kind = column.key if column.group == "kind" else DEFAULT_KIND
        more = {column.group: column.key} if column.group in ("cognitive", "difficulty") else {}
        wish = urlencode({"requirement": requirement.code, **more})
        return Cell(0, 0, label, f"{found.new_at[kind]}?{wish}", first=True)
    label = ngettext("%(code)s, %(what)s: %(num)s question", "%(code)s, %(what)s: %(num)s questions", count, **about)
    if not count and not row.present:
        return Cell(0, 0, label, "", first=False)
    # A language that some questions lack leads to these: they are what is to be done.
    key = column.key
    if column.group == "language":
        key = f"approved-{key}" if count else f"unapproved-{key}"
    filters = {"state": "approved", "requirement": requirement.code, column.group: key}
    filters |= {} if found.wanted.samples else {"sample": "0"}
    href = f"{found.list_at}?{urlencode(filters)}" if count or column.group == "language" else ""
    return Cell(count, step_of(count), label, href, first=False)


def _names_of_tables(found: Coverage, wanted: Wanted) -> str:
    """Return what the weight tables in use are called, so that nobody takes one for another."""
    shown = {requirement.position_id for requirement, _ in found.rows}
    names = {
        table.name
        for (position_id, band), table in found.weights.items()
        if position_id in shown and wanted.band in ("", band)
    }
    return ", ".join(sorted(names))


def band_titles() -> list[tuple[str, str]]:
    """Return code and title of the bands, lowest first."""
    return [(band.code, band.title.in_language(current_language())) for band in read_framework().bands]


def _title_of(dimension: Dimension) -> str:
    return read_framework().dimension_titles[dimension].in_language(current_language())
