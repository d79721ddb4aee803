"""A bank that leaves as QTI and comes into another institution leaves there as the same bytes."""

import base64
import hashlib
import io

import sqlalchemy as sa

from lms_carbon.core.clock import now
from lms_carbon.core.db import session
from lms_carbon.core.transaction import transaction
from lms_carbon.question_bank import jobs
from lms_carbon.question_bank.import_models import ImportState, QuestionImport
from lms_carbon.question_bank.interchange.base import Item, ItemTag
from lms_carbon.question_bank.interchange.qti.writing import write_30
from lms_carbon.question_bank.kinds.registry import KINDS
from lms_carbon.question_bank.services.exports import write_export
from lms_carbon.question_bank.services.imports import begin_import
from tests.functional.question_bank.conftest import Bank
from tests.functional.question_bank.test_imports import PNG
from tests.unit.question_bank.contents import RAW

PICTURE = base64.b64decode(PNG)
NAME = f"{hashlib.sha256(PICTURE).hexdigest()}.png"


def bring(bank: Bank, who: str, content: bytes) -> tuple[int, int, int]:
    """Import a package as somebody; return how many questions were found, came in whole, and were there before."""

    def run() -> tuple[int, int, int]:
        with transaction():
            held = begin_import(
                by=bank.actor(who), stream=io.BytesIO(content), name="bank.zip", dry_run=False, at=now()
            )
        jobs.run_imports()
        with transaction(write=False):
            row = session.scalars(sa.select(QuestionImport).where(QuestionImport.id == held.id)).one()
            assert row.state is ImportState.DONE, row.refusal
            return row.found, row.imported, row.unchanged

    return bank.within(run)


def take_out(bank: Bank, who: str, format_name: str) -> bytes:
    """Export the bank of somebody's institution."""

    def run() -> bytes:
        out = io.BytesIO()
        with transaction():
            write_export(by=bank.actor(who), format_name=format_name, out=out, approved_only=False, at=now())
        return out.getvalue()

    return bank.within(run)


def items() -> list[Item]:
    """Return a question of each kind, with a picture, tags, and all that is known about it."""
    made = []
    for number, kind in enumerate(RAW, 1):
        pictured = {"image": f"media:{NAME}"} if "image" in RAW[kind] else {}
        content = KINDS[kind].load_content({**RAW[kind], **pictured})
        shown = f'<p><img src="media:{NAME}" alt="a chart"></p>'
        stem = {language: shown + text for language, text in content["stem"].items()}
        tags = (ItemTag(code="5.2.1-a-3", positions=("5.2.1",)), ItemTag(code="5.2.1-a-1"))
        item = Item(
            identifier=f"题 {number}",
            kind=kind,
            title={"zh": "标题", "en": "Title"},
            content=KINDS[kind].load_content({**content, "stem": stem}),
            points=2_500,
            tags=tags,
            cognitive="analyse",
            difficulty=45,
            minutes=9,
            source={"zh": "来源", "en": "Source"},
            needs_expert_review=True,
            media={NAME: PICTURE},
        )
        made.append(item)
    return made


def test_a_bank_leaves_another_institution_as_the_same_bytes(bank: Bank) -> None:
    first, known = io.BytesIO(), items()
    write_30(known, first)
    assert bring(bank, "author", first.getvalue()) == (len(known), len(known), 0)
    here = {name: take_out(bank, "author", name) for name in ("qti-3.0", "qti-2.2")}
    assert bring(bank, "author", here["qti-3.0"])[2] == len(known)
    assert bring(bank, "foreigner", here["qti-2.2"]) == (len(known), len(known), 0)
    there = {name: take_out(bank, "foreigner", name) for name in here}
    assert there == here
