"""What a version must be before it goes to review, as a checklist that its author sees while writing."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from lms_carbon.core.i18n import LANGUAGES, mark
from lms_carbon.question_bank.kinds.base import Kind
from lms_carbon.question_bank.kinds.bilingual import missing_languages
from lms_carbon.question_bank.kinds.reasons import Problem, Reason

NO_LANGUAGE = mark("In neither language is everything written.")
ONE_LANGUAGE = {
    "zh": mark("Chinese only: it can go to review, the English will be missing."),
    "en": mark("English only: it can go to review, the Chinese will be missing."),
}
BOTH_LANGUAGES = mark("Written in both languages")
KEY_EARNS = mark("The correct answer earns full marks")
KEY_FAILS = mark("The correct answer does not earn full marks.")
NO_TAGS = mark("No requirement is tagged; at least one is needed.")
ONE_TAG = mark("1 requirement tagged")
SOME_TAGS = mark("{count} requirements tagged")
SOURCE = mark("Source cited")
NO_SOURCE = mark("No source is cited.")
LOST_MEDIA = mark("The image or data file {name} is not in the bank.")
EXPERT = mark("An expert should look at it: the author asks for it.")


@dataclass(frozen=True, slots=True)
class Check:
    """One line of the checklist; `field` is where the form has it."""

    ok: bool
    reason: Reason
    field: str = ""
    blocking: bool = True


def check_version(
    kind: Kind,
    content: Mapping[str, Any],
    *,
    points: int,
    tag_count: int,
    source: Mapping[str, str],
    needs_expert_review: bool = False,
    lost_media: Collection[str] = (),
) -> list[Check]:
    """Return the checklist; a version is ready where nothing that blocks is wrong.

    `lost_media` are images and data files that it shows and the bank does not have.
    """
    problems = kind.check_content(content)
    checks = [Check(ok=False, reason=p.reason, field=p.field) for p in problems if p.blocking]
    checks += [
        Check(ok=False, reason=Reason(LOST_MEDIA, {"name": _short(name)}), field="stem-zh") for name in lost_media
    ]
    checks.append(_check_languages(problems))
    if all(check.ok or not check.blocking for check in checks):
        checks.append(_check_key(kind, content, points))
    checks.append(_check_tags(tag_count))
    cited = len(missing_languages(source)) < len(LANGUAGES)
    checks.append(Check(ok=cited, reason=Reason(SOURCE if cited else NO_SOURCE), field="source-zh", blocking=False))
    if needs_expert_review:
        checks.append(Check(ok=False, reason=Reason(EXPERT), field="needs_expert_review", blocking=False))
    return checks


def is_ready(checks: Iterable[Check]) -> bool:
    """Tell whether nothing blocks."""
    return all(check.ok or not check.blocking for check in checks)


def complete_languages(problems: Collection[Problem]) -> tuple[str, ...]:
    """Return the languages in which no text is missing: a candidate can take the question in one of them alone."""
    missing = {problem.field.rsplit("-", 1)[-1] for problem in problems if not problem.blocking}
    return tuple(language for language in LANGUAGES if language not in missing)


def _check_languages(problems: Collection[Problem]) -> Check:
    complete = complete_languages(problems)
    if len(complete) == len(LANGUAGES):
        # Text that is missing in both languages is a blocking problem of its own.
        blank = any(problem.blocking and problem.field.startswith("stem-") for problem in problems)
        return Check(ok=not blank, reason=Reason(NO_LANGUAGE if blank else BOTH_LANGUAGES), field="stem-zh")
    if not complete:
        return Check(ok=False, reason=Reason(NO_LANGUAGE), field="stem-zh")
    lacking = next(language for language in LANGUAGES if language not in complete)
    return Check(ok=False, reason=Reason(ONE_LANGUAGE[complete[0]]), field=f"stem-{lacking}", blocking=False)


def _check_key(kind: Kind, content: Mapping[str, Any], points: int) -> Check:
    earns = kind.score(content, kind.key_response(content), points).earned == points
    return Check(ok=earns, reason=Reason(KEY_EARNS if earns else KEY_FAILS))


def _short(name: str) -> str:
    """Return a media name as it can be told apart by eye: `3f9a1c07….png`."""
    digest, _, ending = name.partition(".")
    return f"{digest[:8]}….{ending}"


def _check_tags(count: int) -> Check:
    if not count:
        return Check(ok=False, reason=Reason(NO_TAGS), field="requirements")
    return Check(ok=True, reason=Reason(ONE_TAG) if count == 1 else Reason(SOME_TAGS, {"count": count}))
