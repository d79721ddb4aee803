"""Prints docs/configuration.md from the settings table."""

import sys

from lms_carbon.core.config import describe_settings

sys.stdout.write(
    "# Configuration\n\nEverything comes from the environment, read once at start. What is required and missing, or "
    "does not make sense, stops the start with a sentence about each.\n\n" + describe_settings()
)
