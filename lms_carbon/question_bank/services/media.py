"""Taking images and data files into the bank. The same content is kept once per institution, under one name."""

from collections.abc import Mapping
from datetime import datetime
from typing import IO, Any, Final

import sqlalchemy as sa

from lms_carbon.core.db import insert_into, session
from lms_carbon.core.i18n import LANGUAGES
from lms_carbon.core.identity import Actor
from lms_carbon.files.models import StoredFile
from lms_carbon.files.rules import IMAGES, KINDS, Limits
from lms_carbon.files.services.storage import path_of, store_file
from lms_carbon.people.services.audit import record_act
from lms_carbon.question_bank.html import MEDIA
from lms_carbon.question_bank.models import QuestionMedia
from lms_carbon.question_bank.pictures import HEAD, picture_size
from lms_carbon.question_bank.policy import check_author
from lms_carbon.question_bank.queries.media import find_media

DATA_FILES: Final = frozenset({"CSV", "TXT", "JSON", "XLSX", "ODS", "PDF"})
MEDIA_LIMITS: Final = Limits(10_000_000, IMAGES | DATA_FILES)
"""Pixels and plain data: nothing of it can run, an SVG could."""
MAX_ALT: Final = 500
_ENDINGS: Final = {kind.media_type: kind.endings[0] for kind in KINDS.values()}


def keep_media(*, by: Actor, stream: IO[bytes], name: str, alt: Mapping[str, str], at: datetime) -> QuestionMedia:
    """Take an image or data file in and return its row; content that is there already keeps its row and gains words.

    `name` is the file's own, whose ending says what it is. Raises what `files` refuses: `FileTooLargeError`,
    `EmptyFileError`, `LyingFileError`, `UnreadableFileError`, `TypeNotTakenError`; `ForbiddenError` for no author.
    """
    check_author(by)
    stored = store_file(stream, name=name, limits=MEDIA_LIMITS, by=by, at=at)
    called = f"{stored.sha256}.{_ENDINGS[stored.media_type]}"
    words = {language: " ".join(alt.get(language, "").split())[:MAX_ALT] for language in LANGUAGES}
    row = {"institution_id": by.institution_id, "file_id": stored.id, "name": called, "alt": words}
    statement = insert_into(QuestionMedia).values(**row, created_at=at, created_by=by.person_id)
    unless = statement.on_conflict_do_nothing(index_elements=("institution_id", "name"))
    fresh = session.scalar(unless.returning(QuestionMedia.id))
    media = session.scalars(
        sa.select(QuestionMedia).where(QuestionMedia.institution_id == by.institution_id, QuestionMedia.name == called)
    ).one()
    if fresh is not None:
        _note(media, "keep", {"name": called}, by=by, at=at)
        return media
    session.delete(stored)
    _gain_words(media, words, by=by, at=at)
    session.flush()
    return media


def _gain_words(media: QuestionMedia, words: Mapping[str, str], *, by: Actor, at: datetime) -> None:
    """Take words over where there are none, or where whoever wrote them writes them anew."""
    own = media.created_by == by.person_id
    before = {language: media.alt.get(language, "") for language in LANGUAGES}
    after = {
        language: words[language] if own and words[language] else before[language] or words[language]
        for language in LANGUAGES
    }
    if after != before:
        media.alt = after
        _note(media, "describe", {"before": before, "after": after}, by=by, at=at)


def _note(media: QuestionMedia, act: str, detail: dict[str, Any], *, by: Actor, at: datetime) -> None:
    record_act(
        by=by,
        institution_id=media.institution_id,
        action=f"question_media.{act}",
        object_type="question_media",
        object_id=media.id,
        detail=detail,
        at=at,
    )


def with_picture_sizes(institution_id: int, content: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return content in which every picture with areas says its size, where the bank has the picture.

    Areas are drawn over the picture before any of it is loaded, so its size must be known with the question.
    """
    if isinstance(parts := content.get("parts"), list):
        sized = [{**part, "content": with_picture_sizes(institution_id, part["content"])} for part in parts]
        return {**content, "parts": sized}
    named = MEDIA.fullmatch(content["image"]) if "areas" in content else None
    media = find_media(institution_id, named["name"]) if named else None
    size = _size_of(media) if media else None
    return {**content, "size": list(size)} if size else content


def _size_of(media: QuestionMedia) -> tuple[int, int] | None:
    try:
        with path_of(media.file.sha256).open("rb") as stream:
            return picture_size(stream.read(HEAD))
    except FileNotFoundError:
        return None


def is_media_kept(file_id: int) -> bool:
    """Answer the hook `file_kept`: questions rest on what they show, whoever brought it in."""
    return session.scalar(sa.select(QuestionMedia.id).where(QuestionMedia.file_id == file_id).limit(1)) is not None


def is_image(stored: StoredFile) -> bool:
    """Tell whether a file is shown and not downloaded."""
    return stored.media_type in {KINDS[label].media_type for label in IMAGES}
