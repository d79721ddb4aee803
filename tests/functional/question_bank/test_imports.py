"""Files of questions come in whole or not at all, twice changes nothing, and the report counts every question."""

import base64
import io
from typing import Any

import sqlalchemy as sa

from lms_carbon.core.clock import now
from lms_carbon.core.db import session
from lms_carbon.core.transaction import transaction
from lms_carbon.files.models import StoredFile
from lms_carbon.question_bank import jobs
from lms_carbon.question_bank.import_models import ImportState, QuestionImport, QuestionImportRow, QuestionOrigin
from lms_carbon.question_bank.models import Question, QuestionMedia, QuestionVersion
from lms_carbon.question_bank.services.imports import begin_import
from tests.functional.question_bank.conftest import Bank
from tests.support.world import list_acts

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


def bring(bank: Bank, content: bytes, *, name: str = "quiz.xml", dry_run: bool = False) -> dict[str, Any]:
    """Hand a file in, have the job read it, and return the report."""

    def run() -> dict[str, Any]:
        with transaction():
            held = begin_import(
                by=bank.actor("author"), stream=io.BytesIO(content), name=name, dry_run=dry_run, at=now()
            )
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
    assert name == f"{__import__('hashlib').sha256(base64.b64decode(PNG)).hexdigest()}.png"
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
