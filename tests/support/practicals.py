"""A practical: the standard, an open cycle, the shipped task set as an instrument, candidates at the door."""

import io
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from openpyxl import Workbook
from werkzeug.test import TestResponse

from lms_carbon.core.clock import now
from lms_carbon.core.db import session
from lms_carbon.core.identity import Actor, Role
from lms_carbon.core.transaction import transaction
from lms_carbon.cycles.models import EntryRule, InstrumentKind, Track
from lms_carbon.cycles.services.planning import add_instrument
from lms_carbon.framework.queries import get_position_by_code
from lms_carbon.people.services.audit import record_act
from lms_carbon.practicals.models import Practical, Sheet
from lms_carbon.practicals.rules.drawing import draw_data
from lms_carbon.practicals.rules.scoring import right_value
from lms_carbon.practicals.rules.tasks import read_tasks
from lms_carbon.practicals.services.practicals import create_practical, open_practical
from lms_carbon.practicals.services.sheets import attach_file, open_sheet
from lms_carbon.practicals.services.tasks import import_tasks
from tests.support.exams import make_track
from tests.support.marking import add_practical
from tests.support.standard import put_standard
from tests.support.world import World, act_as, form_token, make_institution, make_person, make_session, use_token

TASK = read_tasks()[0]
KEYS = tuple(each.key for each in TASK.checkpoints)
NOTE = "The June bill stands in for the missing reading; February is out of line because of the holiday."


@dataclass(frozen=True, kw_only=True)
class PracticalWorld:
    """Ids of what was made, and who acts."""

    app: Flask
    institution_id: int
    officer: World
    track_id: int
    instrument_id: int
    task_id: int
    practical_id: int

    @property
    def path(self) -> str:
        """Return the address of the practical."""
        return f"/practicals/{self.practical_id}"


def make_practical(
    app: Flask, *, slug: str = "demo", entry: EntryRule = EntryRule.ENTER, opened: bool = True
) -> PracticalWorld:
    """Set the shipped task for 5.2.1, to end in a week, open unless said otherwise; needs an app context."""
    institution_id = make_institution(slug)
    officer = make_person(institution_id, "考务", [Role.OFFICER])
    with transaction():
        put_standard()
        position_id = get_position_by_code("5.2.1").id
    track = make_track(institution_id, position_id, act_as(officer), entry)
    instrument = add_practical(track, officer)
    with transaction():
        task_id = import_tasks(institution_id=institution_id, by=None, at=now())[0]
    with transaction():
        practical = create_practical(
            code="practical-1",
            instrument_id=instrument.id,
            task_id=task_id,
            opens_at=None,
            closes_at=now() + timedelta(days=7),
            by=act_as(officer),
            at=now(),
        )
        if opened:
            open_practical(practical_id=practical.id, by=act_as(officer), at=now())
    return PracticalWorld(
        app=app,
        institution_id=institution_id,
        officer=officer,
        track_id=track.id,
        instrument_id=instrument.id,
        task_id=task_id,
        practical_id=practical.id,
    )


def end_practical(world: PracticalWorld, *, ago: timedelta = timedelta(minutes=2)) -> None:
    """Let the deadline be past."""
    with world.app.app_context(), transaction():
        practical = session.get_one(Practical, world.practical_id)
        practical.closes_at = now() - ago
        record_act(
            by=None,
            institution_id=world.institution_id,
            action="practical.move_deadline",
            object_type="practical",
            object_id=practical.id,
            at=now(),
        )


def right_values(seed: int) -> dict[str, str]:
    """Return checkpoint key → right value of a seed."""
    data = draw_data(TASK.content, seed)
    return {each.key: right_value(each.answer, data) for each in TASK.checkpoints}


def workbook() -> bytes:
    """Return a small workbook."""
    book, stream = Workbook(), io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def practical_in(track: Track, officer: World) -> int:
    """Set and open the shipped task, to end in a week, and return the practical's id; within a transaction."""
    instrument = add_instrument(
        track=track,
        kind=InstrumentKind.PRACTICAL,
        dimension="skill",
        title={"zh": "实验考核", "en": "Practical"},
        by=act_as(officer),
        at=now(),
    )
    practical = create_practical(
        code="practical-wall",
        instrument_id=instrument.id,
        task_id=import_tasks(institution_id=track.institution_id, by=None, at=now())[0],
        opens_at=None,
        closes_at=now() + timedelta(days=7),
        by=act_as(officer),
        at=now(),
    )
    open_practical(practical_id=practical.id, by=act_as(officer), at=now())
    return practical.id


def sheet_in(practical_id: int, by: Actor) -> Sheet:
    """Begin a sheet and attach a workbook; within a transaction."""
    sheet, _ = open_sheet(practical_id=practical_id, by=by, at=now())
    attach_file(sheet_id=sheet.id, stream=io.BytesIO(b"month,value\n1,2\n"), name="data.csv", by=by, at=now())
    return sheet


@dataclass
class Worker:
    """A candidate with a browser of their own."""

    world: PracticalWorld
    client: FlaskClient
    person: World
    sheet_id: int = 0

    @property
    def path(self) -> str:
        """Return the address of the sheet."""
        return f"/sheets/{self.sheet_id}"

    def begin(self) -> TestResponse:
        """Press "Begin" and note which sheet it is."""
        token = form_token(self.client, self.world.path)
        answer = self.client.post(f"{self.world.path}/begin", data={"csrf_token": token})
        if answer.status_code == 303:
            self.sheet_id = int(answer.headers["Location"].rsplit("/", 1)[1])
        return answer

    def row(self) -> Sheet:
        """Return the sheet as it is in the database."""
        with self.world.app.app_context(), transaction(write=False):
            return session.scalars(sa.select(Sheet).where(Sheet.id == self.sheet_id)).one()

    def answers(self) -> dict[str, str]:
        """Return the form's fields with everything right."""
        seed = self.row().seed
        units = {each.key: each.answer["unit"] for each in TASK.checkpoints}
        return {
            field: text
            for key, value in right_values(seed).items()
            for field, text in ((f"v-{key}", value), (f"u-{key}", units[key]))
        }

    def save(self, *, revision: int | None = None, **fields: Any) -> TestResponse:
        """Press "Save" with these fields, at the revision that the page shows unless another is given."""
        data = {
            "csrf_token": form_token(self.client, self.path),
            "revision": self.row().revision if revision is None else revision,
            "action": "save",
            **fields,
        }
        return self.client.post(self.path, data=data, content_type="multipart/form-data")

    def hand_in(self, **fields: Any) -> TestResponse:
        """Press "Hand in now" on the page that asks for the declaration."""
        path = f"{self.path}/hand-in"
        token = form_token(self.client, path)
        return self.client.post(path, data={"csrf_token": token, "revision": self.row().revision, **fields})


def make_worker(world: PracticalWorld, name: str = "林晓", *, language: str = "en") -> Worker:
    """Make a candidate who came by launch."""
    client = world.app.test_client()
    with world.app.app_context():
        person = make_person(world.institution_id, name, language=language)
        use_token(client, make_session(person, launch_role=Role.CANDIDATE))
    return Worker(world, client, person)
