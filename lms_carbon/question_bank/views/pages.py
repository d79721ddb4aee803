"""The package's pages as `app.py` takes them: importing the modules adds their rules to the blueprint."""

from lms_carbon.question_bank.views import (
    bulk,
    coverage,
    editor,
    enemies,
    exchange,
    listing,
    media,
    review,
    saved,
    sheet,
    trial,
    weights,
)
from lms_carbon.question_bank.views.blueprint import blueprint, desks

__all__ = [
    "blueprint",
    "bulk",
    "coverage",
    "desks",
    "editor",
    "enemies",
    "exchange",
    "listing",
    "media",
    "review",
    "saved",
    "sheet",
    "trial",
    "weights",
]
