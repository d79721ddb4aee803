"""Papers: the items of a form. Frozen ones never change, so what the saving of answers needs of them is remembered."""

from collections import defaultdict
from collections.abc import Sequence
from weakref import WeakKeyDictionary

import sqlalchemy as sa

from lms_carbon.core.db import db, session
from lms_carbon.core.transaction import independent
from lms_carbon.exams.models.attempts import Attempt
from lms_carbon.exams.models.exams import FormItem, FormItemTag
from lms_carbon.exams.rules.changes import Paper
from lms_carbon.exams.rules.scoring import PaperItem, deal_paper
from lms_carbon.question_bank.kinds.registry import KINDS
from lms_carbon.question_bank.models import Question, QuestionVersion

_MAX_ATTEMPTS = 20_000
_MAX_PAPERS = 200

_ITEMS = (
    sa.select(
        FormItem.id,
        FormItem.slot,
        FormItem.version_id,
        FormItem.points,
        QuestionVersion.title,
        QuestionVersion.content,
        Question.kind,
    )
    .join(QuestionVersion, QuestionVersion.id == FormItem.version_id)
    .join(Question, Question.id == QuestionVersion.question_id)
    .where(FormItem.form_id == sa.bindparam("form"))
    .order_by(FormItem.slot)
)
_TAGS = (
    sa.select(FormItemTag.form_item_id, FormItemTag.requirement_id, FormItemTag.possible)
    .join(FormItem, FormItem.id == FormItemTag.form_item_id)
    .where(FormItem.form_id == sa.bindparam("form"))
    .order_by(FormItemTag.form_item_id, FormItemTag.ordinal)
)
_FORM_OF = sa.select(Attempt.form_id).where(Attempt.id == sa.bindparam("attempt"))


class _Remembered:
    """What one database's papers look like; thrown away whole when it grows too large."""

    def __init__(self) -> None:
        self.forms: dict[int, int] = {}
        self.papers: dict[int, Paper] = {}

    def add(self, attempt_id: int, form_id: int, paper: Paper) -> None:
        if len(self.forms) >= _MAX_ATTEMPTS:
            self.forms = {}
        if len(self.papers) >= _MAX_PAPERS:
            self.papers = {}
        self.papers[form_id] = paper
        self.forms[attempt_id] = form_id

    def find(self, attempt_id: int) -> Paper | None:
        form_id = self.forms.get(attempt_id)
        return None if form_id is None else self.papers.get(form_id)


_remembered: WeakKeyDictionary[sa.Engine, _Remembered] = WeakKeyDictionary()


def list_paper(form_id: int) -> list[PaperItem]:
    """Return a form's items in the order of their slots, with their shares. Two queries."""
    return _read_items(session.connection(), form_id)


def list_dealt_paper(attempt: Attempt) -> list[PaperItem]:
    """Return the items of an attempt's form as its candidate has them, numbers drawn. Two queries."""
    return deal_paper(list_paper(attempt.form_id), attempt.id)


def paper_of(attempt_id: int) -> Paper | None:
    """Return slot → (kind, content) of an attempt's frozen form, remembered; None where there is no such attempt.

    An attempt never changes its form, nor a frozen form its items, so what is remembered stays right.
    """
    known = _remembered.setdefault(db.engine, _Remembered())
    paper = known.find(attempt_id)
    if paper is None:
        with independent(write=False) as connection:
            form_id = connection.scalar(_FORM_OF, {"attempt": attempt_id})
            if form_id is None:
                return None
            items = _read_items(connection, form_id)
        paper = {item.slot: (KINDS[item.kind], item.content) for item in items}
        known.add(attempt_id, form_id, paper)
    return paper


def _read_items(connection: sa.Connection, form_id: int) -> list[PaperItem]:
    tags: dict[int, list[tuple[int, int]]] = defaultdict(list)
    for item_id, requirement_id, possible in connection.execute(_TAGS, {"form": form_id}):
        tags[item_id].append((requirement_id, possible))
    rows: Sequence[sa.Row[tuple[object, ...]]] = connection.execute(_ITEMS, {"form": form_id}).all()
    return [
        PaperItem(
            id=row.id,
            slot=row.slot,
            version_id=row.version_id,
            kind=row.kind,
            title=row.title,
            content=row.content,
            points=row.points,
            tags=tuple(tags[row.id]),
        )
        for row in rows
    ]
