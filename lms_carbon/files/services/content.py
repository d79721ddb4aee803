"""What a file is, by its content; what does not match its name is refused with the sentence about it."""

import zipfile
from pathlib import Path

import filetype

from lms_carbon.files.errors import LyingFileAnError, LyingFileError, TypeNotTakenError, UnreadableFileError
from lms_carbon.files.rules import (
    BY_ENDING,
    HEAD,
    KINDS,
    TEXT,
    Kind,
    Limits,
    TextProbe,
    begins_with_vowel,
    ending_of,
    markup_of,
    office_kind,
)

_CHUNK = 1 << 16
_OTHER_LABELS = {"jpg": "JPEG", "msdownload": "EXE", "m4v": "MP4", "gz": "GZIP"}


def check_content(path: Path, *, name: str, limits: Limits) -> Kind:
    """Return the type of a file whose content is what its name says and which is taken here.

    Raises `LyingFileError`, `UnreadableFileError`, `TypeNotTakenError`.
    """
    claimed = BY_ENDING.get(ending_of(name))
    if claimed is None or claimed.label not in limits.kinds:
        raise TypeNotTakenError(name=name, types=", ".join(k for k in KINDS if k in limits.kinds))
    found = find_label(path)
    if found == claimed.label or (found == "TXT" and claimed.label in TEXT):
        return claimed
    if found is None:
        raise UnreadableFileError(name=name, wanted=claimed.label)
    lie = LyingFileAnError if begins_with_vowel(found) else LyingFileError
    raise lie(name=name, found=found, wanted=claimed.label)


def find_label(path: Path) -> str | None:
    """Return the short name of what the content is, `TXT` for any text; None for what nobody knows."""
    with path.open("rb") as stream:
        head = stream.read(HEAD)
    if zipfile.is_zipfile(path) and head.startswith(b"PK"):
        return _look_into_zip(path)
    guessed = filetype.guess(head)
    # The library tells these by a ZIP's first bytes alone; a ZIP that cannot be opened is none of them.
    if guessed is not None and guessed.extension not in ("zip", "docx", "xlsx", "pptx", "ods", "odt", "odp", "epub"):
        ending = str(guessed.extension)
        return _OTHER_LABELS.get(ending, ending.upper())
    if guessed is not None or not _is_text(path):
        return None
    return markup_of(head) or "TXT"


def _look_into_zip(path: Path) -> str | None:
    try:
        with zipfile.ZipFile(path) as archive:
            names = set(archive.namelist())
            mimetype = None
            if "mimetype" in names:
                with archive.open("mimetype") as member:
                    mimetype = member.read(200).decode("ascii", "replace").strip()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, RuntimeError):
        return None
    return office_kind(names, mimetype)


def _is_text(path: Path) -> bool:
    probe = TextProbe()
    with path.open("rb") as stream:
        while chunk := stream.read(_CHUNK):
            probe.feed(chunk)
            if not probe.is_text:
                return False
    probe.feed(b"", final=True)
    return probe.is_text
