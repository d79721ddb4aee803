"""Files of questions come in whole or not at all, twice changes nothing, and the report counts every question."""

import base64
import hashlib
import io
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from lms_carbon.core.clock import now
from lms_carbon.core.db import session
from lms_carbon.core.identity import Role
from lms_carbon.core.transaction import transaction
from lms_carbon.files.models import StoredFile
from lms_carbon.question_bank import jobs
from lms_carbon.question_bank.commands import questions_commands
from lms_carbon.question_bank.import_models import ImportState, QuestionImport, QuestionImportRow, QuestionOrigin
from lms_carbon.question_bank.interchange.base import Item, ItemTag
from lms_carbon.question_bank.interchange.xlsx.workbooks import write
from lms_carbon.question_bank.models import Question, QuestionMedia, QuestionVersion
from lms_carbon.question_bank.services.exports import write_export
from lms_carbon.question_bank.services.imports import GIVEN_UP, LEASE, begin_import, run_import, waiting_imports
from tests.functional.question_bank.conftest import Bank
from tests.support.world import list_acts, make_person, run_command, submit
from tests.unit.question_bank import contents

PNG = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
ESSAY = (
    '<question type="essay"><name><text>Essay</text></name><questiontext><text>Write.</text></questiontext></question>'
)


def true_false(number: str, stem: str, *, tags: str = "5.2.1-a-3", more: str = "") -> str:
    return f"""<question type="truefalse"><name><text>Statement</text></name>
      <questiontext format="html"><text><![CDATA[{stem}]]></text>{more}</questiontext><defaultgrade>2</defaultgrade>
      <idnumber>{number}</idnumber><answer fraction="100"><text>true</text></answer>
      <answer fraction="0"><text>false</text></answer><tags><tag><text>{tags}</text></tag></tags></question>"""


def quiz(*questions: str) -> bytes:
    return f'<?xml version="1.0" encoding="UTF-8"?><quiz>{"".join(questions)}</quiz>'.encode()


def bring(
    bank: Bank, content: bytes, *, name: str = "quiz.xml", dry_run: bool = False, by: str = "author"
) -> dict[str, Any]:
    """Hand a file in, have the job read it, and return the report."""

    def run() -> dict[str, Any]:
        with transaction():
            held = begin_import(by=bank.actor(by), stream=io.BytesIO(content), name=name, dry_run=dry_run, at=now())
        jobs.run_imports()
        with transaction(write=False):
            row = session.get_one(QuestionImport, held.id, populate_existing=True)
            rows = session.scalars(
                sa.select(QuestionImportRow)
                .where(QuestionImportRow.import_id == held.id)
                .order_by(QuestionImportRow.ordinal)
            ).all()
            return {
                "state": row.state,
                "counts": (row.found, row.imported, row.degraded, row.skipped, row.unchanged),
                "rows": [(each.identifier, each.status, each.outcome) for each in rows],
                "why": [reason["msgid"] for each in rows for reason in each.reasons],
                "refusal": row.refusal,
                "file": row.file_id,
            }

    return bank.within(run)


def held(bank: Bank) -> list[tuple[str, int, str]]:
    """Return code, version and stem of all that was brought in."""

    def read() -> list[tuple[str, int, str]]:
        rows = session.execute(
            sa.select(Question.code, QuestionVersion.number, QuestionVersion.content)
            .join(QuestionVersion.question)
            .join(QuestionOrigin, QuestionOrigin.question_id == Question.id)
            .order_by(Question.id, QuestionVersion.number)
        )
        return [(code, number, content["stem"]["en"]) for code, number, content in rows]

    return bank.within(read)


def test_a_file_comes_in_with_a_report_and_again_changes_nothing(bank: Bank) -> None:
    picture = f'<file name="a.png" encoding="base64">{PNG}</file>'
    shown = '<p>See <img src="@@PLUGINFILE@@/a.png" alt="chart"></p>'
    content = quiz(true_false("Q-A", "<p>One.</p>"), true_false("Q-B", shown, tags="9.9.9-a-1", more=picture), ESSAY)
    assert bring(bank, content, dry_run=True)["counts"] == (3, 1, 1, 1, 0)
    assert held(bank) == []
    first = bring(bank, content)
    assert first["state"] is ImportState.DONE
    assert first["counts"] == (3, 1, 1, 1, 0)
    assert first["rows"] == [("Q-A", "imported", "new"), ("Q-B", "degraded", "new"), ("/Essay", "skipped", "")]
    name = bank.within(lambda: session.scalars(sa.select(QuestionMedia.name)).one())
    assert name == f"{hashlib.sha256(base64.b64decode(PNG)).hexdigest()}.png"
    came = [("Q-A", 1, "<p>One.</p>"), ("Q-B", 1, f'<p>See <img src="media:{name}" alt="chart"></p>')]
    assert held(bank) == came
    second = bring(bank, content)
    assert second["counts"] == (3, 1, 1, 1, 2)
    assert held(bank) == came
    acts = list_acts(bank.app)
    assert acts.count("question.import") == 2
    assert acts.count("question_import.done") == 3
    assert first["file"] is None
    assert bank.within(lambda: session.scalar(sa.select(sa.func.count()).select_from(StoredFile))) == 1


def test_what_changed_becomes_a_version_or_waits_for_the_one_under_way(bank: Bank) -> None:
    bring(bank, quiz(true_false("Q-A", "<p>One.</p>")))
    assert bring(bank, quiz(true_false("Q-A", "<p>Two.</p>")))["rows"] == [("Q-A", "imported", "replaced")]
    assert held(bank) == [("Q-A", 1, "<p>Two.</p>")]
    question_id = bank.within(lambda: session.scalars(sa.select(Question.id)).one())
    bank.send(question_id)
    waits = bring(bank, quiz(true_false("Q-A", "<p>Three.</p>")))
    assert (waits["rows"], waits["counts"]) == ([("Q-A", "skipped", "")], (1, 0, 0, 1, 0))
    bank.sign(question_id, revision=2)
    assert bring(bank, quiz(true_false("Q-A", "<p>Three.</p>")))["rows"] == [("Q-A", "imported", "version")]
    assert held(bank) == [("Q-A", 1, "<p>Two.</p>"), ("Q-A", 2, "<p>Three.</p>")]
    twice = quiz(true_false("Q-C", "<p>One.</p>"), true_false("Q-C", "<p>Two.</p>"))
    named = bring(bank, twice)["rows"]
    assert [status for _, status, _ in named] == ["imported", "imported"]
    assert [name for name, _, _ in named] == ["Q-C", "Q-C#2"]


def test_a_refused_file_leaves_nothing_and_says_why(bank: Bank) -> None:
    broken = quiz(true_false("Q-A", "<p>One.</p>"))[:-20]
    report = bring(bank, broken)
    assert (report["state"], report["rows"], held(bank)) == (ImportState.REFUSED, [], [])
    assert "broken at line" in report["refusal"]["msgid"]
    assert bring(bank, b"\x00\x01 nothing", name="x.bin")["state"] is ImportState.REFUSED
    assert bank.within(lambda: session.scalar(sa.select(sa.func.count()).select_from(StoredFile))) == 0


def test_pages_take_a_file_report_on_it_and_hand_the_bank_out(bank: Bank) -> None:
    author = bank.client("author")
    content = quiz(true_false("Q-A", "<p>One.</p>"), true_false("Q-B", '<a href="http://x/">Two</a>'), ESSAY)
    assert submit(author, "/questions/imports", {"action": "import"}).status_code == 422
    answer = submit(author, "/questions/imports", {"action": "import", "file": (io.BytesIO(content), "my quiz.xml")})
    assert answer.status_code == 303
    report = answer.location
    assert "waits to be read" in author.get(report).text
    bank.within(jobs.run_imports)
    page = author.get(report).text
    for words in ("Q-A", "Q-B", "/Essay", "Links were taken out", "Essays are not read", "line 1"):
        assert words in page
    losses = author.get(f"{report}?status=degraded").text
    assert "Q-B" in losses
    assert "Q-A" not in losses
    assert "my quiz.xml" in bank.client("reviewer").get("/questions/imports").text
    assert bank.client("foreigner").get(report).status_code == 404
    told = submit(author, "/questions/export", {"format": "moodle-xml", "which": "all", "action": "check"}).text
    assert "question.export" not in list_acts(bank.app)
    assert "2 of 2 questions go out whole" in told
    with submit(author, "/questions/export", {"format": "moodle-xml", "which": "all"}) as file:
        assert file.data.count(b"<question ") == 2
        assert "attachment" in file.headers["Content-Disposition"]
    assert submit(author, "/questions/export", {"format": "zork"}).status_code == 404


def test_the_command_line_brings_in_and_takes_out(bank: Bank, tmp_path: Path) -> None:
    bank.within(make_person, bank.people["author"].institution_id, "Ma Li", [Role.AUTHOR], email="ma@a.example")
    source, target = tmp_path / "in.xml", tmp_path / "out.xml"
    source.write_bytes(quiz(true_false("Q-A", "<p>One.</p>"), ESSAY))
    who = ("--institution", "here", "--author", "ma@a.example")
    assert "A trial" in run_command(bank.app, questions_commands, "import", str(source), *who, "--dry-run")
    said = run_command(bank.app, questions_commands, "import", str(source), *who)
    assert "2 questions in the file: 1 imported, 0 degraded, 1 skipped" in said
    assert "/Essay  skipped" in said
    said = run_command(bank.app, questions_commands, "export", str(target), *who, "--format", "moodle-xml")
    assert "1 of 1 questions written, 0 of them with losses" in said
    assert "1 of them were in the bank already" in run_command(
        bank.app, questions_commands, "import", str(target), *who
    )
    source.write_bytes(b"<quiz><question")
    run_command(bank.app, questions_commands, "import", str(source), *who, status=1)
    run_command(bank.app, questions_commands, "import", str(source), "--institution", "here", "--author", "x", status=2)


def test_an_import_that_fell_silent_is_taken_over_and_one_that_ended_is_left(bank: Bank) -> None:
    report = bring(bank, quiz(true_false("Q-A", "<p>One.</p>")))
    assert report["counts"] == (1, 1, 0, 0, 0)

    def again(**changes: Any) -> tuple[ImportState, int]:
        with transaction():
            row = session.scalars(sa.select(QuestionImport)).one()
            for name, value in changes.items():
                setattr(row, name, value)
        run_import(import_id=row.id)
        with transaction(write=False):
            row = session.get_one(QuestionImport, row.id, populate_existing=True)
            rows = sa.select(sa.func.count()).select_from(QuestionImportRow)
            return row.state, session.scalar(rows) or 0

    assert bank.within(again) == (ImportState.DONE, 1)
    assert bank.within(again, state=ImportState.READING, claimed_at=now()) == (ImportState.READING, 1)
    with bank.app.app_context():
        assert waiting_imports(at=now()) == []
        assert len(waiting_imports(at=now() + LEASE * 2)) == 1


def test_a_file_that_stops_its_readers_is_given_up(bank: Bank) -> None:
    def run() -> tuple[ImportState, str, int]:
        with transaction():
            stream = io.BytesIO(quiz(true_false("Q-A", "<p>One.</p>")))
            held = begin_import(by=bank.actor("author"), stream=stream, name="a.xml", dry_run=False, at=now())
            # Two processes took it up and were never heard of again.
            held.state, held.attempts, held.claimed_at = ImportState.READING, 2, now() - LEASE * 2
        jobs.run_imports()
        with transaction(write=False):
            row = session.scalars(sa.select(QuestionImport)).one()
            return row.state, (row.refusal or {})["msgid"], row.attempts

    assert bank.within(run) == (ImportState.REFUSED, GIVEN_UP, 3)


def taken_out(bank: Bank, format_name: str, by: str) -> bytes:
    def run() -> bytes:
        out = io.BytesIO()
        with transaction():
            write_export(by=bank.actor(by), format_name=format_name, out=out, approved_only=False, at=now())
        return out.getvalue()

    return bank.within(run)


def test_every_kind_goes_to_another_bank_and_comes_out_of_it_the_same(bank: Bank) -> None:
    tags = (ItemTag(code="5.2.1-a-3"), ItemTag(code="5.1.1-a-1", positions=("5.1.1",)))
    made = [
        Item(
            identifier=f"Q-{kind}", kind=kind, title={"zh": "题", "en": kind}, content=contents.content(kind), tags=tags
        )
        for kind in contents.RAW
    ]
    sheet = io.BytesIO()
    write(made, sheet)
    assert bring(bank, sheet.getvalue())["state"] is ImportState.DONE
    first = taken_out(bank, "qti-3.0", "author")
    report = bring(bank, first, by="foreigner")
    assert [outcome for _, _, outcome in report["rows"]] == ["new"] * len(made)
    assert report["counts"][3] == 0
    for name in ("qti-3.0", "qti-2.2"):
        assert taken_out(bank, name, "foreigner") == taken_out(bank, name, "author")
    assert bring(bank, taken_out(bank, "qti-2.2", "author"), by="foreigner")["counts"][4] == len(made)
