"""The start page of a practical, inside the course: what it is, until when, and the way in."""

from flask import redirect, render_template, url_for
from werkzeug.wrappers import Response

from lms_carbon.core.clock import now
from lms_carbon.core.errors import ForbiddenError
from lms_carbon.core.identity import Actor, Role, signed_in
from lms_carbon.cycles.services.candidacies import ask_entry
from lms_carbon.practicals.policy import READERS, load_practical_for_candidate, load_practical_for_reader
from lms_carbon.practicals.queries.standings import Standing, find_entry, find_standing
from lms_carbon.practicals.rules.states import Door
from lms_carbon.practicals.services.sheets import open_sheet
from lms_carbon.practicals.services.submission import receipt_of


def show_practical(practical_id: int) -> str:
    """Show a candidate where they stand; officers and teachers what candidates see."""
    by = signed_in()
    if not by.has(Role.CANDIDATE):
        return _show_to_reader(by, practical_id)
    practical = load_practical_for_candidate(by, practical_id)
    standing = find_standing(practical, by.person_id)
    state = page_state(standing, find_entry(practical, by.person_id))
    receipt = receipt_of(standing.sheet) if standing.sheet and standing.door is Door.DONE else None
    return render_template(
        "practicals/start.html", practical=practical, standing=standing, state=state, receipt=receipt
    )


def page_state(standing: Standing, entry: str) -> str:
    """Return what the page shows: a door's name, `ready`, or an entry's name."""
    if standing.door is not Door.OPEN:
        return standing.door.value
    return "ready" if entry == "open" else entry


def begin(practical_id: int) -> Response:
    """Begin the sheet, or go on with the one that is there."""
    sheet, _ = open_sheet(practical_id=practical_id, by=signed_in(), at=now())
    return redirect(url_for("practicals.show_sheet", sheet_id=sheet.id), 303)


def ask_to_enter(practical_id: int) -> Response:
    """Ask to be entered, where the track's rule is to ask."""
    by = signed_in()
    practical = load_practical_for_candidate(by, practical_id)
    ask_entry(track=practical.instrument.track, by=by, at=now())
    return redirect(url_for("practicals.show_practical", practical_id=practical.id), 303)


def _show_to_reader(by: Actor, practical_id: int) -> str:
    if not by.has_any(READERS):
        raise ForbiddenError
    practical = load_practical_for_reader(by, practical_id)
    return render_template("practicals/start_reader.html", practical=practical, may_edit=by.has(Role.OFFICER))
