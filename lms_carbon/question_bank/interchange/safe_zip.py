"""Packages of others, opened without trust: nothing is unpacked to disk, and what is read is measured first.

The directory of a zip says how large its files are, and zipfile never gives out more than it says. So the limits are
held before a byte is unpacked.
"""

import io
import re
import stat
import struct
import zipfile
import zlib
from collections.abc import Iterable
from typing import IO, BinaryIO, Final, Self

from lms_carbon.question_bank.interchange.base import Limits
from lms_carbon.question_bank.interchange.errors import (
    BrokenPackageError,
    FileTooLargeError,
    TooManyEntriesError,
    UnsafePathError,
)

_END: Final = b"PK\x05\x06"
_END_64: Final = b"PK\x06\x07"
_ENTRY: Final = b"PK\x01\x02"
_END_SIZE: Final = 22
_LOCATOR_SIZE: Final = 20
_MAX_COMMENT: Final = 65_535
_ENTRY_ROOM: Final = 1_024
"""Bytes of the directory that one entry may take on average: its path, times, attributes."""
_MEGABYTE: Final = 1_000_000
_READ_OFTEN: Final = 10
"""How many times the size of a package may be read from it."""
_METHODS: Final = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}
_DAMAGE: Final = (zipfile.BadZipFile, zlib.error, struct.error, EOFError, OSError, ValueError)
_LOCKED: Final = 0x1
_DRIVE: Final = re.compile(r"[A-Za-z]:")
_WRITTEN: Final = (1980, 1, 1, 0, 0, 0)


class Package:
    """A zip of which every path is safe and every size within the limits."""

    def __init__(self, source: BinaryIO, *, place: str, limits: Limits) -> None:
        """Open the zip. Raises a `RefusedFileError` for one that is broken, too large or means harm."""
        self.limits = limits
        self._room = limits.total_bytes * _READ_OFTEN
        _check_size(source, place, limits)
        _check_directory(source, place, limits)
        try:
            self._zip = zipfile.ZipFile(source)
        except (zipfile.BadZipFile, ValueError, NotImplementedError, struct.error):
            raise BrokenPackageError(place=place) from None
        self._entries = _checked(self._zip.infolist(), limits)

    @property
    def paths(self) -> tuple[str, ...]:
        """Return the paths of all files, in the zip's order."""
        return tuple(self._entries)

    def __contains__(self, path: object) -> bool:
        return path in self._entries

    def size(self, path: str) -> int:
        """Return the bytes of a file, unpacked."""
        return self._entries[path].file_size

    def read(self, path: str) -> bytes:
        """Return a whole file. Raises BrokenPackageError where it is not there or damaged."""
        with self.open(path) as stream:
            return stream.read(-1)

    def read_beside(self, path: str) -> bytes | None:
        """Return a picture or data file that a question names; None where there is none, or it is too large.

        Many questions may name the same file, so what all of them read is limited too.
        """
        if path not in self._entries or self.size(path) > self.limits.media_bytes:
            return None
        self._room -= self.size(path)
        if self._room < 0:
            raise FileTooLargeError(place=path, limit=self.limits.total_bytes // _MEGABYTE)
        return self.read(path)

    def open(self, path: str) -> "Opened":
        """Return a file as a stream. Raises BrokenPackageError where it is not there or damaged."""
        try:
            return Opened(self._zip.open(self._entries[path]), path)
        except (KeyError, NotImplementedError, RuntimeError, *_DAMAGE):
            raise BrokenPackageError(place=path) from None


class Opened:
    """A file of a package, being read."""

    def __init__(self, stream: IO[bytes], place: str) -> None:
        self._stream = stream
        self._place = place

    def __enter__(self) -> Self:
        """Return itself; the end of the block closes the file."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close the file."""
        self._stream.close()

    def read(self, size: int, /) -> bytes:
        """Return the next bytes, all for -1. Raises BrokenPackageError."""
        try:
            return self._stream.read(size)
        except _DAMAGE:
            raise BrokenPackageError(place=self._place) from None


def list_members(source: BinaryIO, *, place: str, limits: Limits) -> frozenset[str]:
    """Return the paths in a zip; raises as `Package`. The stream is left at its start."""
    package = Package(source, place=place, limits=limits)
    source.seek(0)
    return frozenset(package.paths)


def write_package(entries: Iterable[tuple[str, bytes]], out: BinaryIO) -> None:
    """Write files into a zip that depends on nothing but them: no clock, no name of this machine."""
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as package:
        for path, data in entries:
            entry = zipfile.ZipInfo(path, _WRITTEN)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.create_system = 3
            entry.external_attr = (stat.S_IFREG | 0o644) << 16
            package.writestr(entry, data)


def _check_size(source: BinaryIO, place: str, limits: Limits) -> None:
    if source.seek(0, io.SEEK_END) > limits.file_bytes:
        raise FileTooLargeError(place=place, limit=limits.file_bytes // _MEGABYTE)
    source.seek(0)


def _check_directory(source: BinaryIO, place: str, limits: Limits) -> None:
    """Count the entries before zipfile makes an object of each: a small file can say that it holds millions."""
    end = source.seek(0, io.SEEK_END)
    tail_start = max(end - _END_SIZE - _MAX_COMMENT - _LOCATOR_SIZE, 0)
    source.seek(tail_start)
    tail = source.read()
    at = tail.rfind(_END)
    if at < 0 or len(tail) - at < _END_SIZE:
        raise BrokenPackageError(place=place)
    if tail[max(at - _LOCATOR_SIZE, 0) : at].startswith(_END_64):
        # Only more than 65,535 files or 4 GB need the long form of the directory.
        raise TooManyEntriesError(limit=limits.zip_entries)
    size = struct.unpack("<L", tail[at + 12 : at + 16])[0]
    if size > limits.zip_entries * _ENTRY_ROOM:
        raise TooManyEntriesError(limit=limits.zip_entries)
    source.seek(max(tail_start + at - size, 0))
    if source.read(size).count(_ENTRY) > limits.zip_entries:
        raise TooManyEntriesError(limit=limits.zip_entries)
    source.seek(0)


def _checked(entries: Iterable[zipfile.ZipInfo], limits: Limits) -> dict[str, zipfile.ZipInfo]:
    found: dict[str, zipfile.ZipInfo] = {}
    total = 0
    for entry in entries:
        path = entry.filename
        if not _is_safe(entry) or path in found:
            raise UnsafePathError(place=path[:200])
        if entry.is_dir():
            continue
        if entry.compress_type not in _METHODS:
            raise BrokenPackageError(place=path)
        total += entry.file_size
        if entry.file_size > limits.entry_bytes:
            raise FileTooLargeError(place=path, limit=limits.entry_bytes // _MEGABYTE)
        if total > limits.total_bytes:
            raise FileTooLargeError(place=path, limit=limits.total_bytes // _MEGABYTE)
        found[path] = entry
    return found


def _is_safe(entry: zipfile.ZipInfo) -> bool:
    # zipfile cuts a name at its first NUL, so what others would unpack may differ from what we read.
    path = entry.orig_filename
    kind = stat.S_IFMT(entry.external_attr >> 16)
    return (
        path.isprintable()
        and len(path) <= 1_000
        and "\\" not in path
        and not path.startswith("/")
        and not _DRIVE.match(path)
        and ".." not in path.split("/")
        and kind in {0, stat.S_IFREG, stat.S_IFDIR}
        and not entry.flag_bits & _LOCKED
    )
