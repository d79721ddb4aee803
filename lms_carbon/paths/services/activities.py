"""Bringing the sample activities that ship with the product into an institution."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import cache
from importlib import resources
from typing import Any

import sqlalchemy as sa
import yaml

from lms_carbon.core.db import session
from lms_carbon.core.identity import Actor
from lms_carbon.framework.models import Requirement
from lms_carbon.framework.queries import list_requirements, read_framework
from lms_carbon.paths.errors import InvalidActivityError
from lms_carbon.paths.models import Activity, ActivityTag
from lms_carbon.people.services.audit import record_act


@cache
def read_samples() -> tuple[Mapping[str, Any], ...]:
    """Return the activities of `data/activities.yaml`."""
    source = resources.files("lms_carbon.paths") / "data/activities.yaml"
    return tuple(yaml.safe_load(source.read_text("utf-8")))


def import_activities(
    *,
    institution_id: int,
    at: datetime,
    by: Actor | None = None,
    documents: Iterable[Mapping[str, Any]] | None = None,
) -> int:
    """Add the activities that the institution lacks; return how many. What is there already stays as it is.

    A document has code, stage, mode, provider (codes of A.2 and A.3), hours, title and text in both languages, tags
    (requirement codes; the activity helps with every requirement of the same text), and may have url and confirm.
    Raises `InvalidActivityError` for codes that the loaded standard does not have.
    """
    samples = list(read_samples() if documents is None else documents)
    present = set(session.scalars(sa.select(Activity.code).where(Activity.institution_id == institution_id)))
    missing = [sample for sample in samples if sample["code"] not in present]
    if missing:
        known = {requirement.code: requirement for requirement in list_requirements()}
        places = _places()
        for sample in missing:
            _check(sample, known, places)
            _add(sample, known, institution_id, at, sample=documents is None, by=by)
    return len(missing)


def _places() -> dict[str, set[str]]:
    document = read_framework().document
    places = {stage["code"]: {mode["code"] for mode in stage["modes"]} for stage in document["stages"]}
    return {**places, "provider": {provider["code"] for provider in document["providers"]}}


def _check(sample: Mapping[str, Any], known: Mapping[str, Requirement], places: Mapping[str, set[str]]) -> None:
    def refuse(place: str, value: object) -> None:
        raise InvalidActivityError(activity=sample["code"], place=place, value=value)

    if sample["stage"] not in places or sample["stage"] == "provider":
        refuse("stage", sample["stage"])
    if sample["mode"] not in places[sample["stage"]]:
        refuse("mode", sample["mode"])
    if sample["provider"] not in places["provider"]:
        refuse("provider", sample["provider"])
    for code in sample["tags"]:
        if code not in known:
            refuse("tags", code)


def _add(
    document: Mapping[str, Any],
    known: Mapping[str, Requirement],
    institution_id: int,
    at: datetime,
    *,
    sample: bool,
    by: Actor | None,
) -> None:
    activity = Activity(
        institution_id=institution_id,
        code=document["code"],
        title=document["title"],
        text=document["text"],
        stage=document["stage"],
        mode=document["mode"],
        provider=document["provider"],
        hours=document["hours"],
        url=document.get("url"),
        needs_confirmation=document.get("confirm", False),
        sample=sample,
        created_at=at,
    )
    activity.tags = [
        ActivityTag(institution_id=institution_id, statement_id=statement_id)
        for statement_id in dict.fromkeys(known[code].statement_id for code in document["tags"])
    ]
    session.add(activity)
    session.flush()
    record_act(
        by=by,
        institution_id=institution_id,
        action="activity.import",
        object_type="activity",
        object_id=activity.id,
        detail={"code": activity.code},
        at=at,
    )
