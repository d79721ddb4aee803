"""Where questions stand in exams."""

from collections.abc import Collection
from typing import Final

import sqlalchemy as sa

from lms_carbon.core.db import session
from lms_carbon.core.hooks import QuestionUse
from lms_carbon.core.i18n import mark
from lms_carbon.exams.models.exams import Exam, Form, FormItem

SHOWN: Final = 100
"""Uses that are listed at most."""
PLACE: Final = mark("Form {form}, question {slot}")


def list_uses(institution_id: int, version_ids: Collection[int]) -> list[QuestionUse]:
    """Answer the hook `question_uses`: forms of exams that were not removed, frozen or not."""
    rows = session.execute(
        sa.select(FormItem.version_id, FormItem.slot, Form.number, Exam.id, Exam.title)
        .join(Form, Form.id == FormItem.form_id)
        .join(Exam, Exam.id == Form.exam_id)
        .where(
            FormItem.institution_id == institution_id,
            FormItem.version_id.in_(version_ids),
            Exam.deleted_at.is_(None),
        )
        .order_by(Form.id.desc(), FormItem.slot)
        .limit(SHOWN)
    )
    return [
        QuestionUse(
            version_id=version_id,
            title=title,
            place=PLACE,
            params={"form": number, "slot": slot},
            path=f"/exams/{exam_id}/forms/{number}",
        )
        for version_id, slot, number, exam_id, title in rows
    ]
