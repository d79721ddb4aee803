"""Loading and withdrawing weight tables."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from lms_carbon.core.db import session
from lms_carbon.core.errors import ConflictError
from lms_carbon.core.identity import Actor
from lms_carbon.framework.queries import list_requirements
from lms_carbon.people.services.audit import record_act
from lms_carbon.question_bank.errors import WeightSheetError
from lms_carbon.question_bank.models import WeightShare, WeightTable
from lms_carbon.question_bank.policy import check_author
from lms_carbon.question_bank.queries.weights import lock_weights, sheet_layout
from lms_carbon.question_bank.rules.weights import Weights, read_weights
from lms_carbon.question_bank.services.weight_files import read_sheet

MAX_NAME = 120


def load_weights(*, by: Actor, data: bytes, name: str, at: datetime) -> list[WeightTable]:
    """Load all tables of a workbook, or none; each replaces the one that held for its position and band.

    Raises `WeightFileError`, `WeightSheetError` with everything that is wrong.
    """
    check_author(by)
    found, wrong = read_weights(read_sheet(data), sheet_layout())
    if wrong:
        raise WeightSheetError(wrong)
    requirements = {requirement.code: requirement for requirement in list_requirements()}
    positions = {requirement.position.code: requirement.position_id for requirement in requirements.values()}
    tables = []
    for each in found:
        table = WeightTable(
            institution_id=by.institution_id,
            position_id=positions[each.position],
            band=each.band,
            name=name.strip()[:MAX_NAME],
            questions=each.questions,
            loaded_at=at,
            loaded_by=by.person_id,
            shares=_shares(by, each, {code: one.id for code, one in requirements.items()}),
        )
        session.add(table)
        session.flush()
        _note(by, "load", table, at, position=each.position, band=each.band, questions=each.questions)
        tables.append(table)
    return tables


def withdraw_weights(*, by: Actor, table_id: int, at: datetime) -> WeightTable:
    """Take a table out; the one loaded before it holds again. Raises `ConflictError` where that was done already."""
    check_author(by)
    table = lock_weights(by=by, table_id=table_id)
    if table.withdrawn_at is not None:
        raise ConflictError
    table.withdrawn_at = at
    session.flush()
    _note(by, "withdraw", table, at, band=table.band)
    return table


def _shares(by: Actor, each: Weights, ids: dict[str, int]) -> Sequence[WeightShare]:
    return [
        WeightShare(requirement_id=ids[code], institution_id=by.institution_id, ordinal=ordinal, share=share)
        for ordinal, (code, share) in enumerate(each.shares, start=1)
    ]


def _note(by: Actor, act: str, table: WeightTable, at: datetime, **detail: Any) -> None:
    record_act(
        by=by,
        institution_id=by.institution_id,
        action=f"weight_table.{act}",
        object_type="weight_table",
        object_id=table.id,
        detail=detail,
        at=at,
    )
