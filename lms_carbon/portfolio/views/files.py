"""Evidence to be downloaded: by its owner, and by those who mark it."""

from flask import Response, send_file

from lms_carbon.core.errors import NotFoundError
from lms_carbon.core.identity import signed_in
from lms_carbon.files.errors import LostFileError
from lms_carbon.files.rules import ending_of
from lms_carbon.files.services.storage import path_of
from lms_carbon.portfolio.policy import load_evidence_file


def download_file(review_id: int, evidence_id: int) -> Response:
    """Hand a file out, under its own name to its owner alone; as in `files`, never to be shown under our address."""
    by = signed_in()
    evidence = load_evidence_file(by, review_id, evidence_id)
    stored = evidence.file
    if stored is None:
        raise NotFoundError
    name = f"{evidence.requirement.code}-{evidence.id}.{ending_of(stored.name)}"
    try:
        answer = send_file(
            path_of(stored.sha256),
            mimetype=stored.media_type,
            as_attachment=True,
            download_name=stored.name if stored.person_id == by.person_id else name,
            max_age=0,
        )
    except FileNotFoundError as problem:
        raise LostFileError from problem
    answer.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    answer.headers["Cache-Control"] = "private, no-cache"
    return answer
