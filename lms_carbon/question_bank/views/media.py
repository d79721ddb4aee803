"""Images and data files: brought in, listed with what a question writes to show them, and handed out."""

from html import escape
from typing import Any

import structlog
from flask import flash, redirect, render_template, request, send_file, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from lms_carbon.core import clock
from lms_carbon.core.errors import InvalidInputError, TooLargeError
from lms_carbon.core.forms import Form, FormSchema, read_form
from lms_carbon.core.http import say
from lms_carbon.core.i18n import LANGUAGES, mark
from lms_carbon.core.identity import Role, signed_in
from lms_carbon.core.web import SIGNED_IN
from lms_carbon.files.errors import LostFileError
from lms_carbon.files.rules import KINDS, size_in_words
from lms_carbon.files.services.storage import path_of
from lms_carbon.question_bank.html import IMAGE_ENDINGS
from lms_carbon.question_bank.kinds.schemas import text
from lms_carbon.question_bank.models import QuestionMedia
from lms_carbon.question_bank.policy import may_read, readable_media
from lms_carbon.question_bank.queries.media import PAGE, list_media
from lms_carbon.question_bank.services.media import MAX_ALT, MEDIA_LIMITS, is_image, keep_media
from lms_carbon.question_bank.views.blueprint import AUTHORS, READERS, blueprint

log = structlog.get_logger("lms_carbon.question_bank.views.media")

NO_FILE = mark("Choose a file.")
NO_WORDS = mark("Say in words what the image shows, in one language at least: some candidates hear it.")


class MediaForm(FormSchema):
    """What an image shows, in words."""

    alt_zh = text(MAX_ALT, data_key="alt-zh", load_default="")
    alt_en = text(MAX_ALT, data_key="alt-en", load_default="")


@blueprint.get("/media", access=READERS)
def list_all_media() -> str:
    """Show what the bank has, newest first, and the form for more."""
    return _page(Form())


@blueprint.post("/media", access=AUTHORS)
def add_media() -> Response | tuple[str, int]:
    """Take a file in; what is wrong with it stands beside its field."""
    form = read_form(MediaForm(), request.form)
    upload = request.files.get("file")
    name = (upload.filename if upload else "") or ""
    if not name:
        form.problems["file"] = [gettext(NO_FILE)]
    elif name.rpartition(".")[2].lower() in IMAGE_ENDINGS | {"jpeg"} and not _words(form):
        form.problems["alt-zh"] = [gettext(NO_WORDS)]
    if upload is None or form.problems:
        return _page(form), 422
    try:
        media = keep_media(by=signed_in(), stream=upload.stream, name=name, alt=_words(form), at=clock.now())
    except (InvalidInputError, TooLargeError) as refusal:
        form.problems["file"] = [say(refusal)]
        return _page(form), refusal.status
    flash(gettext("Taken in. Copy the line below it into a question."), "ok")
    return redirect(url_for("question_bank.list_all_media", _anchor=f"m{media.id}"), 303)


@blueprint.get("/media/<name>", access=SIGNED_IN)
def show_media(name: str) -> Response:
    """Hand an image out to be shown and a data file to be kept, through the right to see a question with it."""
    by = signed_in()
    media = readable_media(by=by, name=name)
    try:
        answer = send_file(
            path_of(media.file.sha256),
            mimetype=media.file.media_type,
            as_attachment=not is_image(media.file),
            # What its author called it may give the answer away.
            download_name=media.file.name if may_read(by) else media.name,
            etag=media.file.sha256,
            max_age=0,
        )
    except FileNotFoundError as problem:
        log.error("bytes missing", media=media.id, sha256=media.file.sha256)
        raise LostFileError from problem
    answer.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    # The right to see it may end, and the computer may be everybody's.
    answer.headers["Cache-Control"] = "private, no-cache"
    return answer


def _words(form: Form) -> dict[str, str]:
    said = {language: form.values.get(f"alt-{language}", "").strip() for language in LANGUAGES}
    return said if any(said.values()) else {}


def _page(form: Form) -> str:
    by = signed_in()
    before = request.args.get("before", "")
    find = request.args.get("find", "").strip()[:100]
    number = int(before) if before.isdecimal() and len(before) < 19 else None
    rows = list_media(by=by, find=find, before=number)
    more = rows[PAGE - 1].id if len(rows) > PAGE else None
    return render_template(
        "question_bank/media.html",
        rows=[_row(media) for media in rows[:PAGE]],
        form=form,
        find=find,
        older=url_for("question_bank.list_all_media", before=more, find=find or None) if more else "",
        newer=url_for("question_bank.list_all_media", find=find or None) if before else "",
        may_write=by.has(Role.AUTHOR),
        limit=size_in_words(MEDIA_LIMITS.size),
        types=", ".join(label for label in KINDS if label in MEDIA_LIMITS.kinds),
    )


def _row(media: QuestionMedia) -> dict[str, Any]:
    image = is_image(media.file)
    said = [media.alt.get(language, "") for language in LANGUAGES if media.alt.get(language)]
    lines = [
        f'<img src="media:{media.name}" alt="{escape(words)}">'
        if image
        else f'<a href="media:{media.name}">{escape(words, quote=False)}</a>'
        for words in (said or [media.file.name])
    ]
    return {"media": media, "image": image, "said": said, "lines": lines, "size": _size(media.file.size)}


def _size(size: int) -> str:
    """Return a size as people compare them: `640 B`, `12 kB`, `3.4 MB`."""
    if size < 1_000:
        return f"{size} B"
    return f"{size / 1_000:.0f} kB" if size < 1_000_000 else f"{size / 1_000_000:.1f} MB"
