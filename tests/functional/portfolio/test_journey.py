"""A candidate's way: begin, gather evidence, hand in, receipt; and what stands in it."""

from flask import Flask

from tests.support.portfolios import CODES, make_author, make_review


def test_from_begin_to_receipt(app: Flask) -> None:
    with app.app_context():
        world = make_review(app)
    author = make_author(world)
    assert "What evidence is asked for" in author.get().text
    assert author.begin().status_code == 303
    for kind in ("file", "link", "text"):
        answer = author.add(kind, CODES[0])
        assert answer.status_code == 303, answer.text
    assert "1 of 2 requirements have evidence" in author.get().text
    refused = author.hand_in()
    assert refused.status_code == 422
    assert "There is no evidence for 5.2.1-c-2 yet" in refused.text
    author.add("text", CODES[1])
    assert author.hand_in(declared=False).status_code == 422
    assert author.hand_in().status_code == 303
    page = author.get().text
    assert "We have your portfolio" in page
    assert author.portfolio().digest in page
