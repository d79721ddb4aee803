"""A paper as plain text, to print where there is no network: questions without their keys."""

from flask import render_template, request
from flask_babel import force_locale
from werkzeug.wrappers import Response

from lms_carbon.core.i18n import LANGUAGES, LOCALES, current_language, text_in
from lms_carbon.core.identity import signed_in
from lms_carbon.exams.policy import load_form_for_officer
from lms_carbon.exams.queries.papers import list_paper
from lms_carbon.exams.rules.scoring import PaperItem
from lms_carbon.question_bank.kinds.registry import KINDS


def print_form(exam_id: int, number: int) -> Response:
    """Return a form as a text file, in the language asked for."""
    form = load_form_for_officer(signed_in(), exam_id, number)
    language = request.args.get("language", "")
    language = language if language in LANGUAGES else current_language()
    items = list_paper(form.id)
    with force_locale(LOCALES[language]):
        text = render_template(
            "exams/paper.txt",
            form=form,
            title=text_in(form.exam.title, language),
            rules=text_in(form.exam.rules, language),
            total=sum(item.points for item in items),
            questions=[(item.slot, item.points, _plain(item, form.id, language)) for item in items],
        )
    name = f"paper-{form.exam_id}-{form.number}.{language}.txt"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(text, content_type="text/plain; charset=utf-8", headers=headers)


def _plain(item: PaperItem, form_id: int, language: str) -> str:
    kind = KINDS[item.kind]
    # One paper for all who sit before it, so its numbers are the form's.
    return kind.plain(kind.deal(item.content, f"form:{form_id}:{item.slot}"), language)
