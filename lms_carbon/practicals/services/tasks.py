"""Bringing the shipped tasks, with their rubrics, into an institution."""

from collections.abc import Mapping
from datetime import datetime

import sqlalchemy as sa

from lms_carbon.core.db import session
from lms_carbon.core.identity import Actor
from lms_carbon.framework.models import Requirement
from lms_carbon.framework.queries import list_requirements
from lms_carbon.marking.services.rubrics import import_rubrics
from lms_carbon.people.services.audit import record_act
from lms_carbon.practicals.errors import TaskDefectError
from lms_carbon.practicals.models import Checkpoint, CheckpointTag, Task
from lms_carbon.practicals.rules.tasks import CheckpointDraft, TaskDraft, read_tasks


def import_tasks(*, institution_id: int, by: Actor | None, at: datetime) -> list[int]:
    """Add the shipped tasks that the institution lacks; return the ids of all of them, in the order of their files.

    They come as approved but are marked as samples and name neither author nor reviewer: nobody here signed them. A
    code and version that is there stays as it is, so the import can be repeated.
    """
    drafts = read_tasks()
    present = {
        (code, version): task_id
        for code, version, task_id in session.execute(
            sa.select(Task.code, Task.version, Task.id).where(Task.institution_id == institution_id)
        )
    }
    missing = [draft for draft in drafts if (draft.code, draft.version) not in present]
    known = {requirement.code: requirement for requirement in list_requirements()} if missing else {}
    for draft in missing:
        present[draft.code, draft.version] = _add(draft, known, institution_id, by, at)
    return [present[draft.code, draft.version] for draft in drafts]


def _add(
    draft: TaskDraft, known: Mapping[str, Requirement], institution_id: int, by: Actor | None, at: datetime
) -> int:
    (rubric_id,) = import_rubrics(institution_id=institution_id, documents=[draft.rubric], sample=True, by=by, at=at)
    task = Task(
        institution_id=institution_id,
        code=draft.code,
        version=draft.version,
        title=dict(draft.title),
        content=dict(draft.content),
        rubric_id=rubric_id,
        sample=True,
        created_at=at,
        approved_at=at,
        checkpoints=[
            _make_checkpoint(each, ordinal, institution_id, known)
            for ordinal, each in enumerate(draft.checkpoints, start=1)
        ],
    )
    session.add(task)
    session.flush()
    record_act(
        by=by,
        institution_id=institution_id,
        action="task.import",
        object_type="task",
        object_id=task.id,
        detail={"code": draft.code, "version": draft.version, "sample": True},
        at=at,
    )
    return task.id


def _make_checkpoint(
    draft: CheckpointDraft, ordinal: int, institution_id: int, known: Mapping[str, Requirement]
) -> Checkpoint:
    unknown = [code for code in draft.tags if code not in known]
    if unknown:
        raise TaskDefectError(f"{draft.key}: the standard has no {', '.join(unknown)}")
    statements = dict.fromkeys(known[code].statement_id for code in draft.tags)
    return Checkpoint(
        institution_id=institution_id,
        key=draft.key,
        ordinal=ordinal,
        title=dict(draft.title),
        prompt=dict(draft.prompt),
        possible=draft.points,
        answer=dict(draft.answer),
        tags=[
            CheckpointTag(statement_id=statement_id, institution_id=institution_id, ordinal=number, positions=None)
            for number, statement_id in enumerate(statements)
        ],
    )
