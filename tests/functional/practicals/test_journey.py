"""A candidate's way through a practical, over HTTP: begin, save, attach, hand in, receipt; and what stands in it."""

import io
from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from openpyxl import load_workbook
from werkzeug.test import TestResponse

from lms_carbon.core.clock import now
from lms_carbon.core.db import session
from lms_carbon.core.transaction import transaction
from lms_carbon.cycles.models import EntryRule, Instrument
from lms_carbon.cycles.services.release import release_instrument
from lms_carbon.marking.models import Work
from lms_carbon.practicals.jobs import submit_overdue
from lms_carbon.practicals.models import Sheet, SheetState
from lms_carbon.practicals.services.tasks import import_tasks
from tests.support.practicals import (
    KEYS,
    NOTE,
    TASK,
    PracticalWorld,
    Worker,
    end_practical,
    make_practical,
    make_worker,
    right_values,
    workbook,
)
from tests.support.world import act_as, form_token


@pytest.fixture
def world(app: Flask) -> PracticalWorld:
    with app.app_context():
        return make_practical(app)


def works(world: PracticalWorld) -> list[Work]:
    with world.app.app_context(), transaction(write=False):
        return list(session.scalars(sa.select(Work).order_by(Work.id)).all())


def test_tasks_come_once(world: PracticalWorld) -> None:
    with world.app.app_context():
        with transaction():
            again = import_tasks(institution_id=world.institution_id, by=None, at=now())
        assert again == [world.task_id]


def test_a_candidate_does_the_practical(world: PracticalWorld) -> None:
    worker = make_worker(world)
    assert "Begin" in worker.client.get(world.path).text
    worker.begin()
    assert worker.client.get(worker.path).status_code == 200
    answer = worker.save(
        **worker.answers(), note=NOTE, workbook=(io.BytesIO(workbook()), "林晓.xlsx"), action="hand_in"
    )
    assert answer.status_code == 303, answer.text
    page = worker.client.get(answer.headers["Location"]).text
    assert "All key figures have a value" in page
    refused = worker.hand_in()
    assert refused.status_code == 422
    assert "Tick the declaration" in refused.text
    done = worker.hand_in(declared="1")
    assert done.status_code == 303
    receipt = worker.client.get(done.headers["Location"]).text
    sheet = worker.row()
    assert sheet.digest is not None
    assert sheet.digest in receipt
    assert sheet.state is SheetState.SUBMITTED
    (work,) = works(world)
    assert work.source == f"sheet:{sheet.id}"
    assert sum(row["earned"] for row in work.scored) == sum(each.points for each in TASK.checkpoints)
    assert {row["item_kind"] for row in work.scored} == {"checkpoint"}


def test_beginning_twice_is_one_sheet(world: PracticalWorld) -> None:
    worker = make_worker(world)
    worker.begin()
    first, data = worker.sheet_id, worker.row().data
    worker.client.post(f"{world.path}/begin", data={"csrf_token": "x"})
    worker.begin()
    assert worker.sheet_id == first
    assert worker.row().data == data


def test_handing_in_twice_gives_the_same_receipt(world: PracticalWorld) -> None:
    worker = make_worker(world)
    worker.begin()
    worker.hand_in(declared="1")
    digest = worker.row().digest
    again = worker.client.post(f"{worker.path}/hand-in", data={"revision": 0, "declared": "1"})
    assert again.status_code in (303, 400)
    assert worker.row().digest == digest
    assert len(works(world)) == 1


def test_an_older_window_overwrites_nothing_and_loses_nothing(world: PracticalWorld) -> None:
    worker = make_worker(world)
    worker.begin()
    key = KEYS[0]
    worker.save(**{f"v-{key}": "111", f"u-{key}": "t"}, note="first window", revision=0)
    stale = worker.save(**{f"v-{key}": "222", f"u-{key}": "t"}, note="second window", revision=0)
    assert stale.status_code == 409
    for text in ('value="222"', "111 t", "second window", "first window"):
        assert text in stale.text
    assert worker.row().values[key]["value"] == "111"
    worker.save(**{f"v-{key}": "222", f"u-{key}": "t"}, note="second window")
    assert worker.row().values[key]["value"] == "222"


def test_what_is_not_a_workbook_is_refused_and_the_rest_saved(world: PracticalWorld) -> None:
    worker = make_worker(world)
    worker.begin()
    lie = worker.save(note=NOTE, workbook=(io.BytesIO(b"%PDF-1.7 not a workbook"), "inventory.xlsx"))
    assert lie.status_code == 422
    assert "inventory.xlsx is really a PDF file and was not taken. Upload the XLSX itself." in lie.text
    assert "Everything else is saved." in lie.text
    assert worker.row().note == NOTE
    assert worker.row().file_id is None
    assert "inventory.csv is larger than the 10 MB that are taken here." in send_large(worker, 10_000_001).text


def send_large(worker: Worker, size: int) -> TestResponse:
    """Send a file of so many bytes; made by hand, as the client would leave a temporary file open."""
    fields = {"csrf_token": form_token(worker.client, worker.path), "revision": str(worker.row().revision)}
    parts = [f'--cut\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}' for name, value in fields.items()]
    parts.append('--cut\r\nContent-Disposition: form-data; name="workbook"; filename="inventory.csv"\r\n\r\n')
    body = "\r\n".join(parts).encode() + b"x" * size + b"\r\n--cut--\r\n"
    return worker.client.post(worker.path, data=body, content_type="multipart/form-data; boundary=cut")


def test_what_is_no_number_is_kept_and_told(world: PracticalWorld) -> None:
    worker = make_worker(world)
    worker.begin()
    worker.save(**{f"v-{KEYS[0]}": "about 12", f"u-{KEYS[0]}": ""})
    page = worker.client.get(worker.path).text
    assert 'value="about 12"' in page
    assert "cannot be read as a number" in page
    long = worker.save(**{f"v-{KEYS[0]}": "1" * 80})
    assert long.status_code == 422
    assert "1" * 80 in long.text
    assert worker.row().values[KEYS[0]]["value"] == "about 12"


def test_data_come_along_as_files(world: PracticalWorld) -> None:
    worker = make_worker(world)
    worker.begin()
    drawn = worker.row().data["tables"]["ledger"]["grid"]
    book = load_workbook(io.BytesIO(worker.client.get(f"{worker.path}/data.xlsx").data))
    assert [row[1].value for row in list(book.worksheets[0].rows)[2:]] == [pytest.approx(float(each)) for each in drawn]
    text = worker.client.get(f"{worker.path}/data.csv").data.decode("utf-8-sig")
    assert drawn[0] in text


def test_the_deadline_hands_in_what_is_saved(world: PracticalWorld) -> None:
    worker, other = make_worker(world), make_worker(world, "周宁")
    worker.begin()
    other.begin()
    worker.save(**worker.answers())
    end_practical(world, ago=timedelta(days=8))
    late = worker.client.post(worker.path, data={"revision": 1, "note": "late"})
    assert late.status_code in (400, 409)
    assert worker.row().note == ""
    with world.app.app_context():
        submit_overdue()
        submit_overdue()
    assert worker.row().submitted_by == "scheduler"
    assert {work.source for work in works(world)} == {f"sheet:{worker.sheet_id}", f"sheet:{other.sheet_id}"}
    assert "handed in for you" in worker.client.get(f"{worker.path}/receipt").text


def test_nothing_of_points_shows_before_the_release(world: PracticalWorld) -> None:
    worker = make_worker(world)
    worker.begin()
    worker.save(**worker.answers())
    worker.hand_in(declared="1")
    key, value = TASK.checkpoints[1], right_values(worker.row().seed)[KEYS[1]]
    before = worker.client.get(worker.path).text
    assert "points" not in before
    assert "Correct value" not in before
    with world.app.app_context(), transaction():
        instrument = session.get_one(Instrument, world.instrument_id)
        release_instrument(instrument=instrument, by=act_as(world.officer), at=now())
    after = worker.client.get(worker.path).text
    assert f"{key.points // 1000} of {key.points // 1000} points" in after
    assert f"Correct value: {value}" in after


def test_nobody_gets_at_somebody_elses_sheet(world: PracticalWorld) -> None:
    worker, other = make_worker(world), make_worker(world, "周宁")
    worker.begin()
    for path in ("", "/data.xlsx", "/data.csv", "/workbook", "/hand-in", "/receipt"):
        assert other.client.get(worker.path + path).status_code == 404


@pytest.mark.parametrize(
    ("entry", "words"), [(EntryRule.ASK, "Ask to be entered"), (EntryRule.REFUSE, "You are not entered")]
)
def test_who_is_not_entered_does_not_begin(app: Flask, entry: EntryRule, words: str) -> None:
    with app.app_context():
        world = make_practical(app, entry=entry)
    worker = make_worker(world)
    assert words in worker.client.get(world.path).text
    assert worker.begin().status_code in (400, 403)
    with app.app_context():
        assert session.scalar(sa.select(sa.func.count()).select_from(Sheet)) == 0


def test_a_draft_says_that_it_is_not_open(app: Flask) -> None:
    with app.app_context():
        world = make_practical(app, opened=False)
    answer = make_worker(world).client.get(world.path)
    assert answer.status_code == 409
    assert "not open" in answer.text
