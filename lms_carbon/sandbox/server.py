"""Puts the sandbox together as a Flask app."""

import os
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Final

from flask import Flask

from lms_carbon.sandbox import (
    access,
    copying,
    deep_links,
    gradebook,
    journal,
    line_items,
    oidc,
    pages,
    placing,
    registration,
    roster,
    scores,
    tool_pages,
)
from lms_carbon.sandbox.config import SandboxConfig, load_config
from lms_carbon.sandbox.keys import ToolKeys, load_key
from lms_carbon.sandbox.place import EXTENSION, Sandbox
from lms_carbon.sandbox.rules import RULES
from lms_carbon.sandbox.seed import open_state
from lms_carbon.sandbox.state import connect
from lms_carbon.sandbox.web import init_web

BLUEPRINTS: Final = (
    oidc.blueprint,
    access.blueprint,
    line_items.blueprint,
    scores.blueprint,
    roster.blueprint,
    deep_links.blueprint,
    registration.blueprint,
    pages.blueprint,
    placing.blueprint,
    copying.blueprint,
    gradebook.blueprint,
    tool_pages.blueprint,
)
BODY_LIMIT: Final = 2_000_000  # bytes
#: How `commands` tells the server's process what it was asked for.
ENV_RULES: Final = "LMS_CARBON_SANDBOX_RULES"
ENV_STATE: Final = "LMS_CARBON_SANDBOX_STATE"
ENV_CONFIG: Final = "LMS_CARBON_SANDBOX_CONFIG"
ENV_TOOL: Final = "LMS_CARBON_SANDBOX_TOOL"
ENV_URL: Final = "LMS_CARBON_SANDBOX_URL"


def create_sandbox(
    config: SandboxConfig,
    state_path: Path,
    tool_url: str,
    public_url: str,
    *,
    clock: Callable[[], float] = time.time,
) -> Flask:
    """A platform at `public_url` (its issuer) whose seeded tool is at `tool_url`; the tool need not be up yet."""
    open_state(state_path, config, tool_url=tool_url, at=clock())
    db = connect(state_path)
    try:
        key = load_key(db)
    finally:
        db.close()
    app = Flask("lms_carbon.sandbox", static_url_path="/static")
    app.config["MAX_CONTENT_LENGTH"] = BODY_LIMIT
    app.json.ensure_ascii = False  # type: ignore[attr-defined]
    app.extensions[EXTENSION] = Sandbox(
        config=config,
        state_path=state_path,
        url=public_url.rstrip("/"),
        tool_url=tool_url.rstrip("/"),
        key=key,
        tool_keys=ToolKeys(_note_fetch(state_path, clock)),
        clock=clock,
    )
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
    init_web(app)
    return app


def _note_fetch(state_path: Path, clock: Callable[[], float]) -> Callable[[str, int], None]:
    """Writes a fetch of a tool's keyset into the log."""

    def note(url: str, status: int) -> None:
        db = connect(state_path)
        try:
            journal.note(
                db,
                at=clock(),
                direction=journal.TO_TOOL,
                kind="keyset",
                status=status,
                summary=f"GET {url}",
            )
        finally:
            db.close()

    return note


def create_from_environment() -> Flask:
    """The app that `lms-carbon sandbox serve` runs in the server's process."""
    path, rules = os.environ.get(ENV_CONFIG), os.environ.get(ENV_RULES)
    config = load_config(Path(path) if path else None)
    return create_sandbox(
        replace(config, rules=RULES[rules]) if rules else config,
        Path(os.environ[ENV_STATE]),
        os.environ[ENV_TOOL],
        os.environ[ENV_URL],
    )
