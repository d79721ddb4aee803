"""Reads of images and data files that questions show."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import contains_eager

from lms_carbon.core.db import session
from lms_carbon.core.identity import Actor
from lms_carbon.files.models import StoredFile
from lms_carbon.question_bank.html import MEDIA
from lms_carbon.question_bank.models import QuestionMedia
from lms_carbon.question_bank.policy import check_reader

PAGE: Final = 24


def list_media(*, by: Actor, find: str = "", before: int | None = None, limit: int = PAGE) -> Sequence[QuestionMedia]:
    """Return the institution's media, newest first, at most `limit` + 1; `before` is the id of the last one seen."""
    check_reader(by)
    query = (
        sa.select(QuestionMedia)
        .join(QuestionMedia.file)
        .where(QuestionMedia.institution_id == by.institution_id)
        .options(contains_eager(QuestionMedia.file))
        .order_by(QuestionMedia.id.desc())
        .limit(limit + 1)
    )
    if before is not None:
        query = query.where(QuestionMedia.id < before)
    if find:
        query = query.where(StoredFile.name.icontains(find, autoescape=True))
    return session.scalars(query).all()


def find_media(institution_id: int, name: str) -> QuestionMedia | None:
    """Return an image or data file by its name, `<sha256>.<ending>`."""
    return session.scalar(
        sa.select(QuestionMedia)
        .join(QuestionMedia.file)
        .where(QuestionMedia.institution_id == institution_id, QuestionMedia.name == name)
        .options(contains_eager(QuestionMedia.file))
    )


def lost_media(institution_id: int, content: Mapping[str, Any]) -> list[str]:
    """Return the media that content names and the institution does not have. No query where it names none."""
    named = media_of(content)
    if not named:
        return []
    held = session.scalars(
        sa.select(QuestionMedia.name).where(
            QuestionMedia.institution_id == institution_id, QuestionMedia.name.in_(named)
        )
    ).all()
    return [name for name in named if name not in held]


def media_of(content: Mapping[str, Any]) -> list[str]:
    """Return the names of all media in a question's content, each once, in their order."""
    found = [match["name"] for text in _texts(content) if "media:" in text for match in MEDIA.finditer(text)]
    return list(dict.fromkeys(found))


def _texts(node: object) -> Iterable[str]:
    if isinstance(node, str):
        yield node
    elif isinstance(node, Mapping):
        for below in node.values():
            yield from _texts(below)
    elif isinstance(node, Sequence):
        for below in node:
            yield from _texts(below)
