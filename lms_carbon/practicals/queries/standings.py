"""Where a candidate stands with a practical, and what is overdue."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from lms_carbon.core.db import read_clock, session
from lms_carbon.cycles.queries import entry_of, find_candidacy
from lms_carbon.practicals.models import CheckpointShare, Practical, Sheet, SheetState
from lms_carbon.practicals.rules.scoring import CheckpointItem
from lms_carbon.practicals.rules.states import GRACE, Door, DoorFacts, door


@dataclass(frozen=True, kw_only=True)
class Standing:
    """A candidate at a practical's start page; `now` is the database's clock."""

    door: Door
    now: datetime
    sheet: Sheet | None


def find_standing(practical: Practical, person_id: int) -> Standing:
    """Return where a person stands with a practical."""
    now = read_clock()
    sheet = session.scalar(
        sa.select(Sheet)
        .where(Sheet.practical_id == practical.id, Sheet.person_id == person_id)
        .order_by(Sheet.number.desc())
        .limit(1)
        .execution_options(populate_existing=True)
    )
    found = door(
        DoorFacts(
            state=practical.state,
            opens_at=practical.opens_at,
            closes_at=practical.closes_at,
            sheet=sheet.state if sheet else None,
            now=now,
        )
    )
    return Standing(door=found, now=now, sheet=sheet)


def find_entry(practical: Practical, person_id: int) -> str:
    """Return whether a person may begin, by candidacy and the track's rule: open, ask, asked, refused or no_cycle."""
    track = practical.instrument.track
    return entry_of(track, find_candidacy(track.id, person_id), moment=read_clock())


def list_items(practical: Practical) -> list[CheckpointItem]:
    """Return a practical's checkpoints in order, with the requirements that each goes to. Two queries."""
    tags: dict[int, list[tuple[int, int]]] = {}
    shares = session.execute(
        sa.select(CheckpointShare.checkpoint_id, CheckpointShare.requirement_id, CheckpointShare.possible)
        .where(CheckpointShare.practical_id == practical.id)
        .order_by(CheckpointShare.ordinal)
    )
    for checkpoint_id, requirement_id, possible in shares:
        tags.setdefault(checkpoint_id, []).append((requirement_id, possible))
    return [
        CheckpointItem(
            id=each.id,
            key=each.key,
            title=each.title,
            prompt=each.prompt,
            answer=each.answer,
            points=each.possible,
            tags=tuple(tags.get(each.id, ())),
        )
        for each in practical.task.checkpoints
    ]


def list_overdue(limit: int = 200) -> Sequence[int]:
    """Return sheets that nobody handed in and whose deadline, with the grace, is past by the database's clock."""
    return session.scalars(
        sa.select(Sheet.id)
        .join(Sheet.practical)
        .where(Sheet.state == SheetState.OPEN, Practical.closes_at < read_clock() - GRACE)
        .order_by(Practical.closes_at, Sheet.id)
        .limit(limit)
    ).all()
