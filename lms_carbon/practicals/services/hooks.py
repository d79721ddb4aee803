"""What practicals answer to lower packages; registered in `app.py`."""

from collections.abc import Collection
from datetime import datetime

import sqlalchemy as sa

from lms_carbon.core.db import read_clock, session
from lms_carbon.core.hooks import InstrumentFacts, ListedTarget, OpenWork, OwnWork, ReviewedWork, ShownWork
from lms_carbon.core.i18n import mark
from lms_carbon.core.identity import Actor, Role
from lms_carbon.cycles.models import Candidacy
from lms_carbon.cycles.queries import instrument_scores, name_track, released_score
from lms_carbon.lti.services.scores import queue_scores
from lms_carbon.marking.policy import may_see_work
from lms_carbon.practicals.models import Practical, PracticalState, Sheet, SheetState
from lms_carbon.practicals.policy import source_of
from lms_carbon.practicals.queries.lists import (
    OwnLine,
    find_newest_sheet,
    lines_of_track,
    list_own,
    list_placeable,
    list_working,
    practicals_of,
)
from lms_carbon.practicals.queries.showing import show_work


def find_launch_target(target: str, institution_id: int) -> str | None:
    """Return the start page that `practical:<code>` opens; None for other targets and unknown codes."""
    kind, _, code = target.partition(":")
    if kind != "practical" or not code:
        return None
    practical_id = session.scalar(
        sa.select(Practical.id).where(Practical.institution_id == institution_id, Practical.code == code)
    )
    return None if practical_id is None else f"/practicals/{practical_id}"


def list_targets(institution_id: int) -> list[ListedTarget]:
    """Answer the hook `list_targets`: practicals that can still be handed in. One query."""
    return [
        ListedTarget(
            target=f"practical:{practical.code}",
            kind=mark("Practical assessment"),
            title=practical.instrument.title,
            place=name_track(practical.instrument.track),
            about=mark("Candidates get a case with data of their own and hand in key figures and a workbook."),
            icon="clipboard-data",
            graded=True,
            order=20,
            opens_at=practical.opens_at,
            closes_at=practical.closes_at,
            state=mark("Open the practical") if practical.state is PracticalState.DRAFT else "",
        )
        for practical in list_placeable(institution_id)
    ]


def find_shown_work(source: str) -> ShownWork | None:
    """Return what assessors see of `sheet:<id>`, without a name; None for works of other methods."""
    kind, _, number = source.partition(":")
    if kind != "sheet" or not number.isdigit():
        return None
    sheet = session.scalar(sa.select(Sheet).where(Sheet.id == int(number)))
    return None if sheet is None else ShownWork(template="practicals/_work.html", values=show_work(sheet))


def find_reviewed(target: str, person_id: int, by: Actor) -> ReviewedWork | None:
    """Answer the hook `reviewed_work`: a person's newest sheet that was handed in, of `practical:<code>`."""
    kind, _, code = target.partition(":")
    if kind != "practical" or not code:
        return None
    sheet = find_newest_sheet(code, person_id, by.institution_id)
    if sheet is None:
        return None
    instrument = sheet.practical.instrument
    released = instrument.released_at is not None
    source = source_of(sheet.id)
    return ReviewedWork(
        title=instrument.title,
        instrument_id=instrument.id,
        handed_in_at=sheet.submitted_at,
        released=released,
        score=released_score(instrument, sheet.candidacy_id),
        source=source if released and may_see_work(by, source) else "",
        officer_path=f"/practicals/{sheet.practical_id}/desk",
    )


def find_hand_in(target: str, person_id: int, institution_id: int) -> datetime | None:
    """Answer the hook `handed_in`, of `practical:<code>`."""
    kind, _, code = target.partition(":")
    sheet = find_newest_sheet(code, person_id, institution_id) if kind == "practical" and code else None
    return sheet.submitted_at if sheet is not None else None


def list_open_work(cycle_id: int) -> list[OpenWork]:
    """Return the sheets that candidates are working on, one entry for each practical."""
    return [
        OpenWork(
            instrument_id=practical.instrument_id,
            title=mark("Practicals under way"),
            names=tuple(names),
            path=f"/practicals/{practical.id}/desk",
            running=True,
            until=practical.closes_at,
        )
        for practical, names in list_working(cycle_id)
    ]


def list_instrument_facts(track_id: int) -> list[InstrumentFacts]:
    """Return how the practicals of a track stand."""
    return [
        InstrumentFacts(
            instrument_id=line.practical.instrument_id,
            target=f"practical:{line.practical.code}",
            path=f"/practicals/{line.practical.id}/desk",
            ready=line.practical.state is not PracticalState.DRAFT,
            todo=mark("Open the practical") if line.practical.state is PracticalState.DRAFT else "",
            opens_at=line.practical.opens_at,
            closes_at=line.practical.closes_at,
            running=line.working,
            submitted=line.submitted,
            marked=line.marked,
        )
        for line in lines_of_track(track_id)
    ]


def list_own_work(by: Actor) -> list[OwnWork]:
    """Return the practicals that the actor can take, goes on with, or has handed in."""
    if not by.has(Role.CANDIDATE):
        return []
    lines = list_own(by)
    now = read_clock() if lines else None
    return [
        OwnWork(
            title=line.practical.instrument.title,
            about=_about(line, over=now is not None and now >= line.practical.closes_at),
            path=f"/practicals/{line.practical.id}",
            icon="clipboard-data",
            track_id=line.practical.instrument.track_id,
            until=None if line.sheet_state is SheetState.SUBMITTED else line.practical.closes_at,
            done=line.sheet_state is SheetState.SUBMITTED,
            order=30,
        )
        for line in lines
    ]


def send_scores_out(instrument_ids: Collection[int], at: datetime) -> None:
    """Send the scores of these instruments' practicals to the gradebooks that show them."""
    for practical in practicals_of(instrument_ids):
        scores = instrument_scores(practical.instrument)
        persons = session.execute(sa.select(Candidacy.id, Candidacy.person_id).where(Candidacy.id.in_(scores)))
        title = " / ".join(text for text in (practical.instrument.title.get(tag) for tag in ("zh", "en")) if text)
        queue_scores(
            institution_id=practical.institution_id,
            target=f"practical:{practical.code}",
            rows=[
                (person_id, scores[candidacy_id], f"{title}: {_hundredths(scores[candidacy_id])} / 100")
                for candidacy_id, person_id in persons
            ],
            at=at,
        )


def may_read_file(by: Actor, file_id: int) -> bool:
    """Tell whether an officer may download a workbook: once it is handed in.

    Assessors do not come this way: a file's name may be its author's, so they get the work's own address.
    """
    return by.has(Role.OFFICER) and _is_handed_in(file_id, by.institution_id)


def is_file_kept(file_id: int) -> bool:
    """Tell whether a file is a workbook that was handed in: results rest on it."""
    return _is_handed_in(file_id, None)


def _is_handed_in(file_id: int, institution_id: int | None) -> bool:
    query = sa.select(Sheet.id).where(Sheet.file_id == file_id, Sheet.state == SheetState.SUBMITTED)
    if institution_id is not None:
        query = query.where(Sheet.institution_id == institution_id)
    return session.scalar(query.limit(1)) is not None


def _about(line: OwnLine, *, over: bool) -> str:
    if line.sheet_state is SheetState.SUBMITTED:
        return mark("Handed in; the receipt is there.")
    if line.sheet_state is SheetState.OPEN:
        return mark("Under way: go on and hand in before the deadline.")
    if over or line.practical.state is PracticalState.CLOSED:
        return mark("Over; nothing was handed in.")
    return mark("A case with data of your own, key figures and a workbook.")


def _hundredths(score: int) -> str:
    return f"{score // 100}.{score % 100:02d}"
