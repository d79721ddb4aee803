"""What reading a file refuses, by name: the whole file, never one question of it."""

from lms_carbon.core.errors import DomainError, TooLargeError
from lms_carbon.core.i18n import mark


class RefusedFileError(DomainError):
    """A file of which nothing is taken."""

    code = "file-refused"
    title = mark("This file was not taken")
    sentence = mark("This file cannot be read as questions. Nothing was imported.")
    safe = mark("The bank is as it was before.")


class UnknownFormatError(RefusedFileError):
    """No format knows it; `formats` names those that are read."""

    code = "format-unknown"
    sentence = mark("This is none of the formats that questions are read from: {formats}. Nothing was imported.")


class BrokenFileError(RefusedFileError):
    """It ends early or is not well-formed, at a `line` of `place`."""

    code = "file-broken"
    sentence = mark("{place} is broken at line {line}. Nothing was imported.")


class BrokenPackageError(RefusedFileError):
    """A zip that cannot be opened, or that lacks a `place` it says it has."""

    code = "package-broken"
    sentence = mark("The package is incomplete or damaged at {place}. Nothing was imported.")


class UnknownEncodingError(RefusedFileError):
    """Bytes that are no text in any encoding we take."""

    code = "encoding-unknown"
    sentence = mark("The text of {place} cannot be read. Save it as UTF-8 and try again. Nothing was imported.")


class FileTooLargeError(RefusedFileError):
    """More bytes than `Limits` allows, packed or unpacked."""

    status = 413
    code = "file-too-large"
    sentence = mark("{place} is larger than the {limit} megabytes that are taken at once. Nothing was imported.")


class TooManyQuestionsError(RefusedFileError):
    """More questions than `Limits` allows."""

    status = 413
    code = "too-many-questions"
    sentence = mark("The file holds more than {limit} questions. Split it. Nothing was imported.")


class TooManyEntriesError(RefusedFileError):
    """A package of more files than `Limits` allows."""

    status = 413
    code = "too-many-entries"
    sentence = mark("The package holds more than {limit} files. Split it. Nothing was imported.")


class EntitiesError(RefusedFileError):
    """XML that declares entities, or asks for files of ours or of others."""

    code = "file-entities"
    sentence = mark("{place} declares entities, which no file of questions needs. Nothing was imported.")


class TooDeepError(RefusedFileError):
    """XML nested beyond reason."""

    code = "file-too-deep"
    sentence = mark("{place} is nested too deeply at line {line}. Nothing was imported.")


class UnsafePathError(RefusedFileError):
    """A package with a path that leads out of it, a link, a file twice or a locked file."""

    code = "package-path"
    sentence = mark("The package has a file that may not be unpacked: {place}. Nothing was imported.")


class UnknownFormatNameError(DomainError):
    """No format of this name, or none that is written."""

    status = 404
    code = "format-name"
    title = mark("Nothing here")
    sentence = mark("There is no such format of files.")


class TooManyToWaitForError(TooLargeError):
    """More questions than are written while somebody waits for a page."""

    code = "too-many-to-wait-for"
    sentence = mark("More than {limit} questions are taken out by the command lms-carbon questions export.")


class UnknownSheetError(RefusedFileError):
    """A workbook without the columns that a question needs."""

    code = "sheet-unknown"
    sentence = mark(
        "The first sheet has no columns “kind” and “stem.zh” or “stem.en” in its first row. Take a sheet out to see "
        "how it is made. Nothing was imported."
    )


class SheetTooFullError(RefusedFileError):
    """A workbook with more rows, cells or styles than anybody's sheet of questions has."""

    status = 413
    code = "sheet-too-full"
    sentence = mark("{place} holds more than a sheet of questions has. Take a new sheet. Nothing was imported.")
