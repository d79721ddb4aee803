"""Apps that are kept between tests: each test finds one as it was made, on an empty database."""

import shutil
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from flask import Flask

from lms_carbon.app import create_app
from lms_carbon.exams.queries import papers
from tests.support.databases import settings_for

_FORGOTTEN = ("lms_carbon.lti",)
"""Extensions that remember what a database held."""


@dataclass
class _Kept:
    """An app, and what tests may change of it as it was."""

    app: Flask
    config: dict[str, Any]
    extensions: dict[str, Any]
    hooks: dict[str, list[Any]]
    words: dict[str, Any]
    blueprints: int

    @classmethod
    def of(cls, app: Flask) -> "_Kept":
        return cls(
            app=app,
            config=dict(app.config),
            extensions={name: value for name, value in app.extensions.items() if name not in _FORGOTTEN},
            hooks={name: list(answers) for name, answers in app.extensions["lms_carbon.hooks"].items()},
            words=dict(app.jinja_env.globals),
            blueprints=len(app.blueprints),
        )

    def as_it_was(self) -> Flask:
        """Put back what a test changed; what it registered cannot be, and is a mistake of the test."""
        assert len(self.app.blueprints) == self.blueprints, "mark the test with own_app"
        for mapping, before in (
            (self.app.config, self.config),
            (self.app.extensions, self.extensions),
            (self.app.jinja_env.globals, self.words),
        ):
            mapping.clear()
            mapping.update(before)
        self.app.extensions["lms_carbon.hooks"] = {name: list(answers) for name, answers in self.hooks.items()}
        return self.app


class KeptApps:
    """One app for each database URL; files lie in a folder that is emptied between tests."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._kept: dict[str, _Kept] = {}

    def take(self, url: str) -> Flask:
        """Return the app of a database, as new."""
        if url not in self._kept:
            self._kept[url] = _Kept.of(create_app(settings_for(url, self._folder)))
        shutil.rmtree(self._folder, ignore_errors=True)
        self._folder.mkdir(parents=True)
        return self._kept[url].as_it_was()

    def give_back(self, url: str) -> None:
        """End its transactions; close its connections to a file, which the next test finds replaced."""
        app = self._kept[url].app
        with app.app_context():
            app.extensions["sqlalchemy"].session.remove()
            for engine in app.extensions["sqlalchemy"].engines.values():
                if engine.dialect.name == "sqlite":
                    engine.dispose()
                papers._remembered.pop(engine, None)

    def forget(self, url: str) -> None:
        """Let the next test have one of its own."""
        if (kept := self._kept.pop(url, None)) is not None:
            with kept.app.app_context():
                for engine in kept.app.extensions["sqlalchemy"].engines.values():
                    engine.dispose()

    def forget_all(self) -> None:
        """Close everything."""
        for url in tuple(self._kept):
            self.forget(url)


def change_settings(app: Flask, **changes: str) -> None:
    """Give an app other settings until its test is over."""
    settings = app.extensions["lms_carbon.settings"]
    app.extensions["lms_carbon.settings"] = replace(settings, **changes)
