"""An officer at the services of exams."""

from collections.abc import Callable
from typing import Any

from lms_carbon.core.clock import now
from lms_carbon.core.identity import Actor
from lms_carbon.core.transaction import transaction
from lms_carbon.exams.services.exams import (
    ExamSettings,
)

SETTINGS = ExamSettings(title={"zh": "笔试", "en": "Exam"}, minutes=60)


class Desk:
    """An officer at work: each act in a transaction of its own."""

    def __init__(self, by: Actor) -> None:
        self.by = by

    def do(self, act: Callable[..., Any], **arguments: Any) -> Any:
        with transaction():
            return act(by=self.by, at=now(), **arguments)
