"""`/healthz`: the process answers. `/readyz`: the database answers and its schema is the one this code needs."""

from importlib import resources
from typing import Any

import sqlalchemy as sa
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from lms_carbon.core.db import db
from lms_carbon.core.web import PUBLIC, Blueprint

blueprint = Blueprint("health", __name__)


def migrations_folder() -> str:
    """Return where the migrations lie, in a checkout as in an installed wheel."""
    return str(resources.files("lms_carbon.migrations"))


def expected_revision() -> str | None:
    """Return the newest revision this code knows."""
    config = Config()
    config.set_main_option("script_location", migrations_folder())
    return ScriptDirectory.from_config(config).get_current_head()


@blueprint.get("/healthz", access=PUBLIC, transactional=False)
def healthz() -> dict[str, str]:
    """Answer that the process lives."""
    return {"status": "ok"}


@blueprint.get("/readyz", access=PUBLIC, transactional=False)
def readyz() -> tuple[dict[str, Any], int]:
    """Answer 200 when requests can be served, else 503 with what is wrong."""
    try:
        with db.engine.connect() as connection:
            found = MigrationContext.configure(connection).get_current_revision()
    except sa.exc.SQLAlchemyError:
        return {"status": "the database does not answer"}, 503
    wanted = expected_revision()
    if found != wanted:
        return {"status": "the schema is not the one needed; run lms-carbon db upgrade", "found": found}, 503
    return {"status": "ok", "revision": found}, 200
