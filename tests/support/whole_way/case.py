"""The one case that the whole way plays: its cycle, its people, and what everybody gives, so that all scores are known.

By hand: the exam 70 (14 of 20 right), the practical 59 (22 of 60 by checkpoints, 37 of 40 by rubric), the portfolio 94;
0.5 · 70 + 0.25 · 59 + 0.25 · 94 = 73.25, which is level 4. The regrade gives one question more: 75.75, level 5.
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

POSITION: Final = "5.2.1"
LEVEL, TOTAL = "4", "73.25"
REVISED_LEVEL, REVISED_TOTAL = "5", "75.75"
SCORES: Final = {"exam": "70", "practical": "59", "portfolio": "94"}

PAPER: Final[dict[str, dict[str, str | None]]] = {
    "sample-521a1": {"01": "b", "02": "false", "06": "b", "07": "d", "08": "false"},
    "sample-521a2": {"03": None, "04": None, "05": "b", "06": "a", "09": "true"},
    "sample-521a3": {"01": None, "02": None, "06": "a", "07": "a", "09": "true"},
    "sample-521a4": {"01": None, "02": "b", "05": "a", "06": "false", "07": "a"},
}
"""The paper by the words that find its questions, and what the candidate chooses: all is right but the last."""
REGRADED: Final = "sample-521a4-01"
"""A question that was left out; the regrade gives its points to everybody."""

RATIONALE: Final = {
    "zh": "考评委员会 2026 年 11 月会议决定，沿用示例分数线。",
    "en": "The committee's meeting of November 2026 keeps the cuts of the example.",
}
HOLD: Final = {"zh": "笔试当天的缺考说明还在核实。", "en": "The note on the missed exam is still being looked at."}
REGRADE: Final = {
    "zh": "题干给出的单位有误，所有人得满分。",
    "en": "The unit in the question was wrong, so everybody gets its points.",
}

MARKS: Final = {"practical": ("10", "8", "12", "10"), "portfolio": ("20", "20", "25", "25", "10")}
"""What the first assessor gives, criterion by criterion: the most."""
DISPUTED: Final = {"practical": (3, "6", "9"), "portfolio": (3, "13", "19")}
"""The criterion in which the second differs: what they give, and what the third decides."""
NAMES: Final = {"u-lin": re.compile("林晓|Lin Xiao"), "u-lu": re.compile("陆川|Lu Chuan")}


@dataclass(frozen=True)
class Case:
    """What differs from language to language."""

    language: str
    candidate: str
    absent: str
    """Somebody who is entered, does nothing, and is withheld."""

    @property
    def code(self) -> str:
        """Return the cycle's code, by which links name it."""
        return f"2026-winter-{self.language}"

    @property
    def title(self) -> dict[str, str]:
        """Return the cycle's title in both languages."""
        return {"zh": f"冬季评价 {self.language}", "en": f"Winter cycle {self.language}"}

    def of(self, kind: str) -> str:
        """Return the code of the exam, practical or portfolio review."""
        return f"winter-{kind}-{self.language}"


CASES: Final = (Case("zh", "u-lin", "u-lu"), Case("en", "u-lu", "u-lin"))


def in_days(days: int) -> str:
    """Return a moment to come as a field for date and time takes it."""
    return f"{datetime.now(UTC) + timedelta(days=days):%Y-%m-%dT18:00}"
