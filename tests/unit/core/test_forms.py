"""Forms: what was entered survives, and every complaint is a sentence of ours."""

import pytest
from flask import Flask
from flask_babel import Babel
from marshmallow import fields, validate
from werkzeug.datastructures import MultiDict

from lms_carbon.core.forms import FormSchema, read_form


class ExampleForm(FormSchema):
    """One field of each kind."""

    name = fields.String(required=True, validate=validate.Length(max=5))
    points = fields.Integer(validate=validate.Range(min=0, max=10))
    share = fields.Decimal(validate=validate.Range(min=0, min_inclusive=False))
    mail = fields.Email()
    opens = fields.AwareDateTime()
    day = fields.Date()
    band = fields.String(validate=validate.OneOf(["junior", "senior"]))
    stages = fields.List(fields.Integer())
    code = fields.String(validate=validate.Regexp("^[A-Z]+$"))
    link = fields.Url()
    agreed = fields.Boolean()


@pytest.fixture(autouse=True)
def request_in_english() -> object:
    app = Flask(__name__)
    Babel(app)
    with app.test_request_context():
        yield


def test_what_is_right_comes_out_typed_and_stripped() -> None:
    form = read_form(
        ExampleForm(), MultiDict([("name", " 林晓 "), ("points", "3"), ("stages", "1"), ("stages", "2"), ("x", "y")])
    )
    assert form.ok
    assert form.data == {"name": "林晓", "points": 3, "stages": [1, 2]}


@pytest.mark.parametrize(
    ("field", "entered", "sentence"),
    [
        ("name", "  ", "This is needed."),
        ("name", "abcdef", "Write at most 5 characters."),
        ("points", "x", "Write a whole number."),
        ("points", "11", "Write 0 to 10."),
        ("share", "0", "Write more than 0."),
        ("share", "nan", "Write a number."),
        ("mail", "x", "Write an e-mail address, such as name@example.edu."),
        ("opens", "x", "Write a day and a time."),
        ("opens", "2026-11-20T13:00", "Write a day and a time."),
        ("day", "x", "Write a day."),
        ("band", "x", "Choose one of those offered."),
        ("stages", "x", "Write a whole number."),
        ("code", "x1", "This has not the form that is needed."),
        ("link", "x", "Write an address that begins with https://."),
        ("agreed", "perhaps", "This has not the form that is needed."),
    ],
)
def test_complaints_are_our_sentences(field: str, entered: str, sentence: str) -> None:
    form = read_form(ExampleForm(), MultiDict({"name": "ok", field: entered}))
    assert form.problems == {field: [sentence]}
    assert form.values[field] == entered
