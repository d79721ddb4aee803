"""The list of questions."""

from collections.abc import Collection, Mapping
from typing import Any, Final

from flask import render_template, request, url_for
from werkzeug.datastructures import MultiDict

from lms_carbon.core.i18n import current_language, mark
from lms_carbon.core.identity import Role, signed_in
from lms_carbon.framework.queries import list_positions
from lms_carbon.question_bank.kinds.registry import KINDS
from lms_carbon.question_bank.queries.listing import (
    LANGUAGE_FILTERS,
    Filter,
    count_by_state,
    count_questions,
    list_questions,
)
from lms_carbon.question_bank.queries.saved_views import list_views
from lms_carbon.question_bank.queries.statements import statements_by_id
from lms_carbon.question_bank.rules.about import COGNITIVE, DIFFICULTY_NAMES
from lms_carbon.question_bank.rules.bulk import MAX_BULK
from lms_carbon.question_bank.rules.states import STATE_NAMES, VersionState
from lms_carbon.question_bank.services.drafts import tags_of
from lms_carbon.question_bank.services.saved_views import MAX_VIEW_NAME
from lms_carbon.question_bank.views.blueprint import READERS, blueprint
from lms_carbon.question_bank.views.showing import TagShown, name_of

FILTERS: Final = (
    "state",
    "kind",
    "requirement",
    "position",
    "q",
    "mine",
    "cognitive",
    "difficulty",
    "language",
    "sample",
)
WISHES: Final = ("requirement", "cognitive", "difficulty")
"""Filters that a new question begins with, so that from a cell of the coverage page one more is written."""
LANGUAGE_FILTER_NAMES: Final = {
    "zh": mark("In Chinese"),
    "en": mark("In English"),
    "no-zh": mark("Chinese missing"),
    "no-en": mark("English missing"),
    "approved-zh": mark("Approved in Chinese"),
    "approved-en": mark("Approved in English"),
    "unapproved-zh": mark("Approved, but not in Chinese"),
    "unapproved-en": mark("Approved, but not in English"),
    "older-zh": mark("Chinese older than English"),
    "older-en": mark("English older than Chinese"),
}
SAMPLE_FILTER_NAMES: Final = {"0": mark("Without samples"), "1": mark("Samples only")}


def read_filter(args: MultiDict[str, str]) -> Filter:
    """Return the filters of an address; what is none of ours is left out."""
    state = args.get("state", "")
    kind = args.get("kind", "")
    return Filter(
        state=VersionState(state) if state in set(VersionState) else None,
        kind=kind if kind in KINDS else "",
        requirement=args.get("requirement", "").strip()[:16],
        position=args.get("position", "").strip()[:16],
        text=args.get("q", "").strip()[:200],
        mine=args.get("mine") == "1",
        cognitive=_one_of(COGNITIVE, args.get("cognitive", "")),
        difficulty=_one_of(DIFFICULTY_NAMES, args.get("difficulty", "")),
        language=_one_of(LANGUAGE_FILTERS, args.get("language", "")),
        sample={"0": False, "1": True}.get(args.get("sample", "")),
    )


def _one_of(known: Collection[str], value: str) -> str:
    return value if value in known else ""


def address(**changes: str) -> str:
    """Return the address of the list with other filters, from its first page."""
    kept = {name: request.args[name] for name in FILTERS if request.args.get(name)}
    wanted = {name: value for name, value in {**kept, **changes}.items() if value}
    return url_for("question_bank.list_bank", **wanted)  # type: ignore[arg-type]


def _address_of(filters: Mapping[str, str]) -> str:
    ordered = {name: filters[name] for name in FILTERS if name in filters}
    return url_for("question_bank.list_bank", **ordered)  # type: ignore[arg-type]


@blueprint.get("", access=READERS)
def list_bank() -> str:
    """Show the questions of the institution."""
    by = signed_in()
    wanted = read_filter(request.args)
    page = list_questions(by=by, wanted=wanted, after=request.args.get("after", "")[:200])
    uses = statements_by_id({tag.statement_id for version in page.rows for tag in version.tags})
    counts = count_by_state(by=by)
    return render_template(
        "question_bank/list.html",
        rows=[_row(version, uses) for version in page.rows],
        wanted=wanted,
        counts=counts,
        everything=sum(counts.values()),
        filtered=wanted != Filter(),
        states=STATE_NAMES,
        kinds=KINDS,
        positions=list_positions(),
        older=address(after=page.after) if page.after else "",
        newer=address() if request.args.get("after") else "",
        address=address,
        cognitive=COGNITIVE,
        difficulties=DIFFICULTY_NAMES,
        languages=LANGUAGE_FILTER_NAMES,
        samples=SAMPLE_FILTER_NAMES,
        found=count_questions(by=by, wanted=wanted) if page.rows else 0,
        wish={name: request.args[name] for name in WISHES if request.args.get(name)},
        kept={name: request.args[name] for name in FILTERS if request.args.get(name)},
        saved=[(view, _address_of(view.filters)) for view in list_views(by=by)],
        max_bulk=MAX_BULK,
        max_view_name=MAX_VIEW_NAME,
        may_write=by.has(Role.AUTHOR),
    )


def _row(version: Any, uses: Any) -> dict[str, Any]:
    name, lang = name_of(version, current_language())
    tags = [TagShown(uses[t.statement_id], t.positions) for t in tags_of(version) if t.statement_id in uses]
    return {
        "version": version,
        "question": version.question,
        "name": name,
        "lang": lang,
        "kind": KINDS[version.question.kind],
        "tags": tags,
    }
