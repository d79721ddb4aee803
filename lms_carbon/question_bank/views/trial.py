"""Trying a question as a candidate would take it. The answer is scored and forgotten."""

from flask import render_template, request
from flask_babel import gettext
from werkzeug.datastructures import MultiDict

from lms_carbon.core.i18n import HTML_LANG, LANGUAGES, current_language
from lms_carbon.core.identity import signed_in
from lms_carbon.question_bank.kinds.base import Content, Kind
from lms_carbon.question_bank.kinds.errors import ResponseShapeError
from lms_carbon.question_bank.kinds.registry import KINDS
from lms_carbon.question_bank.queries.questions import get_question, newest_version, version_numbered
from lms_carbon.question_bank.views.blueprint import ID, READERS, blueprint
from lms_carbon.question_bank.views.showing import Shown, name_of

SLOT = "slot-1"


@blueprint.get(f"/<{ID}:question_id>/try", access=READERS)
def try_question(question_id: int) -> str:
    """Show the question as the candidate sees it."""
    return _page(question_id, answered=False)


@blueprint.post(f"/<{ID}:question_id>/try", access=READERS, transactional=False)
def score_trial(question_id: int) -> str:
    """Score the answer and say why; nothing of it is kept."""
    return _page(question_id, answered=True)


def _page(question_id: int, *, answered: bool) -> str:
    question = get_question(by=signed_in(), question_id=question_id)
    number = request.values.get("version", "")
    version = (
        version_numbered(question, int(number)) if number.isdecimal() and len(number) < 10 else newest_version(question)
    )
    kind = KINDS[question.kind]
    language = request.values.get("language", "")
    language = language if language in LANGUAGES else current_language()
    name, lang = name_of(version, current_language())
    numbers = request.values.get("numbers", "")
    numbers = numbers if numbers.isdecimal() and len(numbers) < 5 else "0"
    blocked = [problem.reason for problem in kind.check_content(version.content) if problem.blocking]
    content = version.content if blocked else kind.deal(version.content, f"try-{numbers}")
    shown, problem = _shown(kind, content, version.points, language, answered=answered and not blocked)
    return render_template(
        "question_bank/try.html",
        question=question,
        version=version,
        kind=kind,
        name=name,
        lang=lang,
        language=language,
        shown=shown,
        problem=problem,
        blocked=blocked,
        numbers=numbers,
        draws=content != version.content,
        languages=[(one, HTML_LANG[one]) for one in LANGUAGES],
    )


def _shown(kind: Kind, content: Content, points: int, language: str, *, answered: bool) -> tuple[Shown, str]:
    problem, response, reveal = "", None, None
    if answered:
        try:
            response = kind.normalise_response(content, kind.response_from_form(MultiDict(request.form), SLOT))
            reveal = kind.reveal(content, response, points, language)
        except ResponseShapeError as refusal:
            problem = gettext(refusal.sentence)
    shown = Shown(
        language=language,
        lang=HTML_LANG[language],
        slot="1",
        view=kind.candidate_view(content, language),
        response=response,
        reveal=reveal,
    )
    return shown, problem
