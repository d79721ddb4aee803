"""`/files/<id>`: downloads, through the right to see them."""

import structlog
from flask import Response, send_file

from lms_carbon.core.identity import signed_in
from lms_carbon.core.web import SIGNED_IN, package_blueprint
from lms_carbon.files.errors import LostFileError
from lms_carbon.files.policy import readable_file
from lms_carbon.files.services.storage import path_of

log = structlog.get_logger("lms_carbon.files.views")

blueprint = package_blueprint("files")


@blueprint.get("/files/<int:file_id>", access=SIGNED_IN)
def download_file(file_id: int) -> Response:
    """Hand a file out, to be kept and never shown: what strangers made must not run under our address."""
    stored = readable_file(by=signed_in(), file_id=file_id)
    try:
        answer = send_file(
            path_of(stored.sha256),
            mimetype=stored.media_type,
            as_attachment=True,
            download_name=stored.name,
            etag=stored.sha256,
            last_modified=stored.created_at,
            max_age=0,
        )
    except FileNotFoundError as problem:
        log.error("bytes missing", file=stored.id, sha256=stored.sha256)
        raise LostFileError from problem
    answer.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    answer.headers["Cache-Control"] = "private, no-cache"
    return answer
