"""Files: taken for what they are, kept once, read only through the right to see them."""

import io
import os
import zipfile
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from lms_carbon.core.clock import now
from lms_carbon.core.db import session
from lms_carbon.core.errors import DomainError
from lms_carbon.core.hooks import file_kept, file_reader
from lms_carbon.core.identity import Actor, Role
from lms_carbon.core.transaction import transaction
from lms_carbon.files.jobs import tidy_files
from lms_carbon.files.models import StoredFile
from lms_carbon.files.rules import KINDS, Limits
from lms_carbon.files.services.storage import path_of, store_file
from lms_carbon.people.models.records import AuditEntry
from lms_carbon.people.services.privacy import erase_person, export_person
from tests.support.world import World, act_as, make_institution, make_person, sign_in

PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\n%%EOF\n"
PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x06\x00\x00\x00\x1f\x15\xc4\x89"
EXE = b"MZ" + bytes(200)
ANY = Limits(size=100_000, kinds=frozenset(KINDS))


def _zip(*names: str, mimetype: str = "") -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        if mimetype:
            archive.writestr(zipfile.ZipInfo("mimetype"), mimetype)
        for name in names:
            archive.writestr(zipfile.ZipInfo(name), "x")  # without the time of day: test names are made of it
    return packed.getvalue()


ZIP = _zip("a.txt")
XLSX = _zip("[Content_Types].xml", "xl/workbook.xml")
DOCX = _zip("[Content_Types].xml", "word/document.xml")


def _store(by: Actor, content: bytes, name: str, limits: Limits = ANY) -> StoredFile:
    with transaction():
        return store_file(io.BytesIO(content), name=name, limits=limits, by=by, at=now())


def _lying_around(app: Flask) -> list[Path]:
    root = app.extensions["lms_carbon.settings"].files
    return sorted(path for path in root.rglob("*") if path.is_file())


@pytest.mark.parametrize(
    ("content", "name", "media_type"),
    [
        (PDF, "report.pdf", "application/pdf"),
        (PNG, "图.PNG", "image/png"),
        (XLSX, "a.xlsx", KINDS["XLSX"].media_type),
        (DOCX, "a.docx", KINDS["DOCX"].media_type),
        (ZIP, "a.zip", "application/zip"),
        ("年份,排放\n2024,1\n".encode(), "a.csv", "text/csv"),
        ("年份,排放\n2024,1\n".encode("gb18030"), "a.csv", "text/csv"),
        (b"# title", "a.md", "text/markdown"),
    ],
)
def test_what_is_what_it_says_is_taken(app: Flask, content: bytes, name: str, media_type: str) -> None:
    with app.app_context():
        actor = act_as(make_person(make_institution()))
        stored = _store(actor, content, name)
        assert (stored.media_type, stored.size) == (media_type, len(content))
        assert path_of(stored.sha256).read_bytes() == content
        assert _lying_around(app) == [path_of(stored.sha256)]
        assert session.scalars(sa.select(AuditEntry.action)).all()[-1] == "file.store"


@pytest.mark.parametrize(
    ("content", "name", "sentence"),
    [
        (ZIP, "report.pdf", "report.pdf is really a ZIP file and was not taken. Upload the PDF itself."),
        (PNG, "photo.jpg", "photo.jpg is really a PNG file and was not taken. Upload the JPEG itself."),
        (EXE, "notes.txt", "notes.txt is really an EXE file and was not taken. Upload the TXT itself."),
        (DOCX, "data.xlsx", "data.xlsx is really a DOCX file and was not taken. Upload the XLSX itself."),
        (b"<html><script>1</script>", "data.csv", "data.csv is really a HTML file"),
        (b"\x00\x01\x02" * 50, "data.csv", "data.csv is not a readable CSV file"),
        (ZIP[:-30], "data.xlsx", "data.xlsx is not a readable XLSX file"),
        (EXE, "setup.exe", "setup.exe is of a type that is not taken here."),
        (b"", "empty.pdf", "empty.pdf is empty"),
        (b"x" * 100_001, "a.txt", "a.txt is larger than the 100 kB that are taken here."),
    ],
)
def test_what_is_not_is_refused_in_words_and_leaves_nothing(
    app: Flask, content: bytes, name: str, sentence: str
) -> None:
    with app.app_context():
        actor = act_as(make_person(make_institution()))
        with pytest.raises(DomainError) as refused:
            _store(actor, content, name)
        assert str(refused.value).startswith(sentence.replace("a HTML", "an HTML"))
        assert _lying_around(app) == []
        assert session.scalar(sa.select(sa.func.count(StoredFile.id))) == 0


def test_a_place_takes_only_its_types(app: Flask) -> None:
    with app.app_context():
        actor = act_as(make_person(make_institution()))
        with pytest.raises(DomainError, match="These are: PDF, PNG"):
            _store(actor, ZIP, "a.zip", Limits(size=1000, kinds={"PNG", "PDF"}))


class _Endless(io.RawIOBase):
    """A stream that never ends, and counts what was read of it."""

    read_bytes = 0

    def read(self, size: int = -1) -> bytes:
        self.read_bytes += size
        return b"x" * size


def test_too_large_is_told_while_it_streams(app: Flask) -> None:
    with app.app_context():
        actor = act_as(make_person(make_institution()))
        endless = _Endless()
        with transaction(), pytest.raises(DomainError):
            store_file(endless, name="a.txt", limits=ANY, by=actor, at=now())  # type: ignore[arg-type]
        assert endless.read_bytes < 1_000_000


def test_the_same_content_twice_lies_once(app: Flask) -> None:
    with app.app_context():
        institution = make_institution()
        first = _store(act_as(make_person(institution, "甲")), PDF, "a.pdf")
        second = _store(act_as(make_person(institution, "乙")), PDF, "b.pdf")
        assert first.id != second.id
        assert first.sha256 == second.sha256
        assert len(_lying_around(app)) == 1


@pytest.mark.parametrize("name", ["../../../evil.pdf", "..\\..\\evil.pdf", "/tmp/evil.pdf"])
def test_names_lead_nowhere(app: Flask, name: str) -> None:
    with app.app_context():
        stored = _store(act_as(make_person(make_institution())), PDF, name)
        assert stored.name == "evil.pdf"
        root = app.extensions["lms_carbon.settings"].files.absolute()
        assert _lying_around(app)[0].is_relative_to(root)


@pytest.fixture
def owner(app: Flask) -> World:
    with app.app_context():
        return make_person(make_institution(), "林晓")


def _stored_for(app: Flask, owner: World, name: str = "报告 1.pdf", content: bytes = PDF) -> int:
    with app.app_context():
        return _store(act_as(owner), content, name).id


def test_downloads_are_kept_never_shown(app: Flask, client: FlaskClient, owner: World) -> None:
    path = f"/files/{_stored_for(app, owner)}"
    assert client.get(path, buffered=True).status_code == 401
    sign_in(client, owner)
    answer = client.get(path, buffered=True)
    assert answer.data == PDF
    headers = answer.headers
    assert headers["Content-Disposition"].startswith("attachment;")
    assert "filename*=UTF-8''%E6%8A%A5%E5%91%8A%201.pdf" in headers["Content-Disposition"]
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in headers["Content-Security-Policy"]
    assert headers["Cache-Control"] == "private, no-cache"
    assert client.get(path, buffered=True, headers={"If-None-Match": headers["ETag"]}).status_code == 304


def test_only_the_owner_and_whom_a_package_names(app: Flask, client: FlaskClient, owner: World) -> None:
    file_id = _stored_for(app, owner)
    with app.app_context():
        assessor = make_person(owner.institution_id, "评", [Role.ASSESSOR])
        stranger = make_person(make_institution("other"), "外", [Role.ADMINISTRATOR])
    sign_in(client, assessor)
    assert client.get(f"/files/{file_id}", buffered=True).status_code == 404
    file_reader.register(app, lambda actor, asked: actor.has(Role.ASSESSOR) and asked == file_id)
    assert client.get(f"/files/{file_id}", buffered=True).status_code == 200
    file_reader.register(app, lambda actor, asked: True)
    sign_in(client, stranger)
    assert client.get(f"/files/{file_id}", buffered=True).status_code == 404  # whatever a package says
    assert client.get("/files/999999").status_code == 404


def test_missing_bytes_are_said(app: Flask, client: FlaskClient, owner: World) -> None:
    file_id = _stored_for(app, owner)
    sign_in(client, owner)
    _lying_around(app)[0].unlink()
    assert client.get(f"/files/{file_id}", buffered=True).status_code == 404


def test_the_sweep_takes_what_is_old_and_nobodys(app: Flask, owner: World) -> None:
    _stored_for(app, owner, content=PDF)
    with app.app_context():
        by = act_as(owner)
        with suppress(RuntimeError), transaction():
            store_file(io.BytesIO(PNG), name="a.png", limits=ANY, by=by, at=now())
            raise RuntimeError  # rolled back, the bytes stay without a row
        kept, orphan = sorted(_lying_around(app), key=lambda path: path.read_bytes() == PNG)
        leftover = app.extensions["lms_carbon.settings"].files / "incoming" / "half"
        leftover.write_bytes(b"half")
        tidy_files()
        assert len(_lying_around(app)) == 3  # all are young
        long_ago = (now() - timedelta(days=2)).timestamp()
        for path in (kept, orphan, leftover):
            os.utime(path, (long_ago, long_ago))
        tidy_files()
        assert _lying_around(app) == [kept]


def test_export_and_erase(app: Flask, owner: World) -> None:
    gone, kept = _stored_for(app, owner, "a.pdf"), _stored_for(app, owner, "b.png", PNG)
    file_kept.register(app, lambda file_id: file_id == kept)
    with app.app_context():
        place = {"institution_id": owner.institution_id, "person_id": owner.person_id, "at": now(), "by": None}
        with transaction():
            exported = export_person(**place)  # type: ignore[arg-type]
            erase_person(**place)  # type: ignore[arg-type]
        assert [row["name"] for row in exported["tables"]["stored_file"]] == ["a.pdf", "b.png"]
        rows = session.execute(sa.select(StoredFile.id, StoredFile.name)).all()
        assert [tuple(row) for row in rows] == [(kept, f"{kept}.png")]
        assert gone != kept
