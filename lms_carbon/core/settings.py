"""The settings of the running app, for rooms that must not know Flask."""

from flask import current_app

from lms_carbon.core.config import Settings


def current_settings() -> Settings:
    """Return the settings the app was made with."""
    settings: Settings = current_app.extensions["lms_carbon.settings"]
    return settings
