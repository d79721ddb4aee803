"""Why a file is not taken. Types are named by their short names, which are the same in both languages."""

from lms_carbon.core.errors import InvalidInputError, NotFoundError, TooLargeError
from lms_carbon.core.i18n import mark


class LyingFileError(InvalidInputError):
    """Content of another type than the name says. Takes `name`, `found`, `wanted`."""

    code = "file-is-not-what-it-says"
    title = mark("The file was not taken")
    sentence = mark("{name} is really a {found} file and was not taken. Upload the {wanted} itself.")


class LyingFileAnError(LyingFileError):
    """The same for types whose short name is spoken with a vowel first."""

    sentence = mark("{name} is really an {found} file and was not taken. Upload the {wanted} itself.")


class UnreadableFileError(InvalidInputError):
    """Content of no known type under the name of a known one. Takes `name`, `wanted`."""

    code = "file-is-not-what-it-says"
    title = mark("The file was not taken")
    sentence = mark("{name} is not a readable {wanted} file and was not taken. Save it once more and upload it again.")


class TypeNotTakenError(InvalidInputError):
    """A type that this place does not take. Takes `name`, `types`."""

    code = "file-type-not-taken"
    title = mark("The file was not taken")
    sentence = mark("{name} is of a type that is not taken here. These are: {types}.")


class FileTooLargeError(TooLargeError):
    """More bytes than this place takes. Takes `name`, `limit`."""

    code = "file-too-large"
    title = mark("The file was not taken")
    sentence = mark("{name} is larger than the {limit} that are taken here.")


class EmptyFileError(InvalidInputError):
    """No bytes at all. Takes `name`."""

    code = "file-empty"
    title = mark("The file was not taken")
    sentence = mark("{name} is empty and was not taken.")


class LostFileError(NotFoundError):
    """The row is there, the bytes are not: the files folder was not restored with the database."""

    sentence = mark("The content of this file is missing; tell the operator.")
