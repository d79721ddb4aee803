"""Content-addressed storage: bytes lie once under their SHA-256, `<files>/ab/cd/abcd…`; rows say who handed them in.

Bytes are on disk before the row is: written to `<files>/incoming`, synced, renamed, the folder synced. A transaction
that rolls back afterwards leaves bytes without a row, never a row without bytes. `tidy_files` removes the former a
day later; content that comes again meanwhile is made young first, so that a sweep cannot take it away under a new row.
"""

import hashlib
import os
import uuid
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import IO, Any

import sqlalchemy as sa

from lms_carbon.core.db import session
from lms_carbon.core.hooks import PersonData, file_kept
from lms_carbon.core.identity import Actor
from lms_carbon.core.settings import current_settings
from lms_carbon.files.errors import EmptyFileError, FileTooLargeError
from lms_carbon.files.models import StoredFile
from lms_carbon.files.rules import Limits, ending_of, size_in_words, tidy_name
from lms_carbon.files.services.content import check_content
from lms_carbon.people.services.audit import record_act
from lms_carbon.people.services.own_data import plain_rows

_CHUNK = 1 << 18


def store_file(stream: IO[bytes], *, name: str, limits: Limits, by: Actor, at: datetime) -> StoredFile:
    """Take a file in and return its row.

    Nothing of it stays where it is refused: `FileTooLargeError` as soon as it is, `EmptyFileError`, `LyingFileError`,
    `UnreadableFileError`, `TypeNotTakenError`. The name is only shown, never a path.
    """
    shown = tidy_name(name)
    waiting = incoming_folder() / uuid.uuid4().hex
    try:
        size, sha256 = _receive(stream, waiting, name=shown, limit=limits.size)
        kind = check_content(waiting, name=shown, limits=limits)
        _keep(waiting, path_of(sha256))
    finally:
        waiting.unlink(missing_ok=True)
    return _add_row(size=size, sha256=sha256, media_type=kind.media_type, name=shown, by=by, at=at)


def store_unread(stream: IO[bytes], *, name: str, limit: int, by: Actor, at: datetime) -> StoredFile:
    """Take a file in of whatever content, for whoever reads it to judge; it is handed out as bytes and no more.

    Raises `FileTooLargeError`, `EmptyFileError`. `limit` is in bytes.
    """
    shown = tidy_name(name)
    waiting = incoming_folder() / uuid.uuid4().hex
    try:
        size, sha256 = _receive(stream, waiting, name=shown, limit=limit)
        _keep(waiting, path_of(sha256))
    finally:
        waiting.unlink(missing_ok=True)
    return _add_row(size=size, sha256=sha256, media_type="application/octet-stream", name=shown, by=by, at=at)


def _add_row(*, size: int, sha256: str, media_type: str, name: str, by: Actor, at: datetime) -> StoredFile:
    stored = StoredFile(
        institution_id=by.institution_id,
        person_id=by.person_id,
        sha256=sha256,
        size=size,
        media_type=media_type,
        name=name,
        created_at=at,
    )
    session.add(stored)
    session.flush()
    record_act(
        by=by,
        institution_id=by.institution_id,
        action="file.store",
        object_type="stored_file",
        object_id=stored.id,
        detail={"sha256": sha256, "size": size, "media_type": media_type},
        at=at,
    )
    return stored


def path_of(sha256: str) -> Path:
    """Return where content with this digest lies."""
    return current_settings().files.absolute() / sha256[:2] / sha256[2:4] / sha256


def incoming_folder() -> Path:
    """Return the folder for what is under way, on the same file system as the rest."""
    folder = current_settings().files.absolute() / "incoming"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return folder


def _receive(stream: IO[bytes], waiting: Path, *, name: str, limit: int) -> tuple[int, str]:
    """Write the stream to `waiting`, synced, and return size and digest; stops at the first byte too many."""
    size, digest = 0, hashlib.sha256()
    with waiting.open("xb") as target:
        while chunk := stream.read(_CHUNK):
            size += len(chunk)
            if size > limit:
                raise FileTooLargeError(name=name, limit=size_in_words(limit))
            digest.update(chunk)
            target.write(chunk)
        target.flush()
        os.fsync(target.fileno())
    if size == 0:
        raise EmptyFileError(name=name)
    return size, digest.hexdigest()


def _keep(waiting: Path, target: Path) -> None:
    try:
        os.utime(target)  # it is there already: young again, so no sweep takes it
    except FileNotFoundError:
        target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        waiting.replace(target)
        for folder in (target.parent, target.parent.parent, target.parent.parent.parent):
            _sync_folder(folder)


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def sweep(*, older_than: datetime) -> int:
    """Remove leftovers of broken uploads, and content without a row, last touched before `older_than`.

    Returns how many files that were. Runs beside uploads; see the module's docstring.
    """
    limit, removed = older_than.timestamp(), 0
    root, incoming = current_settings().files.absolute(), incoming_folder()
    for leftover in incoming.iterdir():
        if _touched(leftover) < limit:
            leftover.unlink(missing_ok=True)
            removed += 1
    for folder in sorted(root.glob("[0-9a-f][0-9a-f]/[0-9a-f][0-9a-f]")):
        old = {file.name for file in folder.iterdir() if _touched(file) < limit}
        known = session.scalars(sa.select(StoredFile.sha256).where(StoredFile.sha256.in_(old))).all() if old else ()
        for name in sorted(old.difference(known)):
            removed += _remove(folder / name, incoming / f"{name}.gone", limit)
    return removed


def _remove(path: Path, aside: Path, limit: float) -> bool:
    """Remove content that nobody made young meanwhile. Moved aside first, so the last look cannot be overtaken."""
    try:
        path.rename(aside)
    except FileNotFoundError:
        return False
    if _touched(aside) >= limit:
        aside.replace(path)
        return False
    aside.unlink()
    return True


def _touched(path: Path) -> float:
    with suppress(FileNotFoundError):
        return path.stat().st_mtime
    return float("inf")


def export_files(person_id: int) -> dict[str, list[dict[str, Any]]]:
    """Return the rows of what a person handed in; the bytes are downloaded one by one."""
    return {"stored_file": plain_rows(StoredFile, StoredFile.person_id == person_id)}


def erase_files(person_id: int, at: datetime) -> None:
    """Remove a person's files; those that others still need lose their name. The sweep removes the bytes."""
    for stored in session.scalars(sa.select(StoredFile).where(StoredFile.person_id == person_id)).all():
        if any(file_kept.ask(stored.id)):
            ending = ending_of(stored.name)
            stored.name = f"{stored.id}.{ending}" if ending else str(stored.id)
        else:
            session.delete(stored)
    session.flush()


def person_data_of_files() -> PersonData:
    """Answer the hook `person_data` for this package."""
    tables = frozenset({"stored_file"})
    return PersonData(tables=tables, export=export_files, erase=erase_files, follows={"stored_file": ()})
