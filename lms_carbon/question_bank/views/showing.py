"""What several pages show of a version: the candidate's view, its requirements, what review asks."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import render_template
from flask_babel import force_locale, gettext
from markupsafe import Markup

from lms_carbon.core.i18n import HTML_LANG, LANGUAGES, LOCALES
from lms_carbon.core.identity import signed_in
from lms_carbon.question_bank.html import plain_text
from lms_carbon.question_bank.kinds.base import CandidateView, Kind, Reveal
from lms_carbon.question_bank.kinds.reasons import Reason
from lms_carbon.question_bank.models import QuestionVersion
from lms_carbon.question_bank.queries.media import lost_media
from lms_carbon.question_bank.queries.statements import StatementUse, statements_by_id
from lms_carbon.question_bank.rules.about import Tag
from lms_carbon.question_bank.rules.difference import Change, changes_between
from lms_carbon.question_bank.rules.readiness import Check, check_version, is_ready
from lms_carbon.question_bank.rules.translations import older_texts
from lms_carbon.question_bank.rules.trials import Trial, try_answers
from lms_carbon.question_bank.services.drafts import tags_of

EXCERPT = 90
_GAP = re.compile(r"\[\[[a-z][a-z0-9]{0,7}\]\]")


@dataclass(frozen=True, kw_only=True)
class Shown:
    """A question as a candidate sees it, in one language; with `reveal`, answered."""

    language: str
    lang: str
    slot: str
    view: CandidateView
    response: Any = None
    reveal: Reveal | None = None


@dataclass(frozen=True, kw_only=True)
class Side:
    """The column beside the form: previews, checklist, what answers earn."""

    kind: Kind
    views: Sequence[Shown] = ()
    checks: Sequence[Check] = ()
    trials: Sequence[Trial] = ()
    points: int = 0

    @property
    def ready(self) -> bool:
        """Whether nothing keeps it from review."""
        return bool(self.checks) and is_ready(self.checks)


@dataclass(frozen=True, slots=True)
class TagShown:
    """A tag with the statement it names."""

    use: StatementUse
    positions: tuple[str, ...] | None

    @property
    def codes(self) -> list[str]:
        """The requirements it resolves to."""
        return [r.code for r in self.use.requirements if self.positions is None or r.position.code in self.positions]


def say_reason(reason: Reason) -> str:
    """Return a reason in the language of the page; texts that are parameters stay as they are."""
    return gettext(reason.msgid).format(**reason.params) if reason.msgid else ""


def side_of(kind: Kind, described: Any, tag_count: int) -> Side:
    """Return the side column of a draft or a stored version."""
    checks = check_version(
        kind,
        described.content,
        points=described.points,
        tag_count=tag_count,
        source=described.source,
        needs_expert_review=described.needs_expert_review,
        lost_media=lost_media(signed_in().institution_id, described.content),
    )
    answerable = not any(problem.blocking for problem in kind.check_answer(described.content))
    return Side(
        kind=kind,
        views=candidate_views(kind, described.content),
        checks=checks,
        trials=try_answers(kind, described.content, described.points) if answerable else (),
        points=described.points,
    )


def candidate_views(kind: Kind, content: Mapping[str, Any], *, key_for: int | None = None) -> list[Shown]:
    """Return the candidate's view in both languages; with `key_for` points, answered with the key and its reveal."""
    answered = key_for is not None and not any(problem.blocking for problem in kind.check_content(content))
    key = kind.key_response(content) if answered else None
    return [
        Shown(
            language=language,
            lang=HTML_LANG[language],
            slot=language,
            view=kind.candidate_view(content, language),
            response=key,
            reveal=kind.reveal(content, key, key_for or 0, language) if answered else None,
        )
        for language in LANGUAGES
    ]


def candidate_html(kind: Kind, one: Shown, readonly: bool = False) -> Markup:
    """Return the candidate's fragment, its own words in the language of the preview and not of the page."""
    with force_locale(LOCALES[one.language]):
        html = render_template(
            kind.view_template,
            view=one.view,
            slot=one.slot,
            response=one.response,
            readonly=readonly,
            reveal=one.reveal,
            remark=None,
        )
    return Markup(html)  # noqa: S704 - a template's own output


def tags_shown(tags: Iterable[Tag]) -> list[TagShown]:
    """Return tags with their statements, in their order; what the standard does not have drops out."""
    listed = list(tags)
    uses = statements_by_id([tag.statement_id for tag in listed])
    return [TagShown(uses[tag.statement_id], tag.positions) for tag in listed if tag.statement_id in uses]


def codes_in_words(tags: Iterable[TagShown]) -> str:
    """Return the requirements of all tags, for a difference."""
    return ", ".join(code for tag in tags for code in tag.codes)


def version_changes(before: QuestionVersion, after: QuestionVersion) -> list[Change]:
    """Return what differs between two stored versions, tags included."""
    sides = (tags_shown(tags_of(before)), tags_shown(tags_of(after)))
    return changes_between(before, after, tags=(codes_in_words(sides[0]), codes_in_words(sides[1])))


def texts_behind(version: QuestionVersion, *, now: Any = None) -> list[str]:
    """Return the form's fields whose text is older than the other language's; `now` is a draft not saved yet."""
    described = [*(each for each in version.question.versions if each.number < version.number), now or version]
    return [
        f"{field}-{language}"
        for field, language in older_texts({"title": each.title, **each.content} for each in described)
    ]


def name_of(version: QuestionVersion, language: str) -> tuple[str, str]:
    """Return what a version is called, and the language that is in: its title, else how its stem begins."""
    for texts in (version.title, version.content.get("stem") or {}):
        for wanted in (language, *LANGUAGES):
            text = _GAP.sub("____", plain_text(texts.get(wanted, "")))
            if text:
                return (text if len(text) <= EXCERPT else text[: EXCERPT - 1] + "…"), HTML_LANG[wanted]
    return gettext("Without text yet"), HTML_LANG[language]
