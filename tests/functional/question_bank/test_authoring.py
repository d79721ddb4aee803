"""Writing questions over HTTP: the form keeps everything, refuses what it must, and loses nothing."""

import re

import pytest
from werkzeug.test import TestResponse

from lms_carbon.question_bank.kinds import registry
from lms_carbon.question_bank.rules.states import VersionState
from tests.functional.question_bank.conftest import Bank
from tests.support.questions import FORMS, entered
from tests.support.world import submit
from tests.unit.question_bank.contents import CALCULATED

KINDS = list(FORMS)
ALL = list(registry.KINDS)
DRAWN = [{"name": "m", "min": "1000", "max": "9999", "step": "1"}, {"name": "k", "values": ["2"]}]


def path_of(answer: TestResponse) -> str:
    assert answer.status_code == 303, answer.text
    return answer.location


@pytest.mark.parametrize("kind", KINDS)
def test_a_question_of_each_kind_is_written_saved_and_shown_as_entered(bank: Bank, kind: str) -> None:
    client = bank.client("author")
    tag = str(bank.statement("5.2.1-a-3"))
    answer = submit(client, f"/questions/new/{kind}", entered(kind, pick=[tag], action="save"))
    path = path_of(answer)
    version = bank.newest()
    assert (version.state, version.number, version.points) == (VersionState.DRAFT, 1, 2500)
    assert [str(t.statement_id) for t in version.tags] == [tag]
    assert version.question.code == f"Q-{version.question_id:05d}"
    page = client.get(path).text
    assert FORMS[kind]["stem-zh"] in page
    assert FORMS[kind]["stem-en"] in page
    assert "Draft saved" in page
    assert 'value="2.5"' in page
    # Saved again as the page shows it, nothing changes, so no revision and no audit row is made of it.
    again = submit(client, path, entered(kind, tag=[tag], revision="1", action="save"))
    path_of(again)
    assert bank.newest().revision == 1
    assert bank.acts() == ["question.create"]


def test_search_shows_statements_and_keeps_all_that_was_entered_without_saving(bank: Bank) -> None:
    client = bank.client("author")
    answer = submit(
        client,
        "/questions/new/numeric",
        entered("numeric", find="verif report", action="search", **{"stem-en": "Half a sente"}),
    )
    assert answer.status_code == 200
    assert "Half a sente" in answer.text
    assert "5.2.1-a-4" in answer.text
    assert "Same statement, for:" in answer.text
    assert "<mark>verif</mark>" in answer.text
    assert bank.newest() is None
    chinese = submit(client, "/questions/new/numeric", entered("numeric", find="核查 报告", action="search"))
    assert "5.2.1-a-4" in chinese.text
    narrowed = {"find-position": "5.2.1", "find-dimension": "skill", "action": "search"}
    found = submit(client, "/questions/new/numeric", entered("numeric", **narrowed))
    assert set(re.findall(r">(5\.[\d.]+-\w-\d)<", found.text)) == {
        code for code, r in bank.requirements.items() if code.startswith("5.2.1-b")
    }


def test_tags_are_ticked_unticked_taken_off_and_restricted(bank: Bank) -> None:
    client = bank.client("author")
    shared, other = str(bank.statement("5.2.1-a-4")), str(bank.statement("5.2.1-a-3"))
    path = path_of(submit(client, "/questions/new/true_false", entered("true_false", pick=[shared], action="save")))
    # Ticking a second, unticking the first that the search showed ticked.
    changed = entered("true_false", tag=[shared], shown=[shared], pick=[other], revision="1", action="save")
    path_of(submit(client, path, changed))
    assert [str(t.statement_id) for t in bank.newest().tags] == [other]
    both = {"tag": [other, shared], f"only-{shared}": ["5.2.1"], "revision": "2", "action": "save"}
    path_of(submit(client, path, entered("true_false", **both)))
    assert [(str(t.statement_id), t.positions) for t in bank.newest().tags] == [(other, None), (shared, ["5.2.1"])]
    # All positions named is no restriction.
    positions = [r.position.code for r in bank.requirements.values() if str(r.statement_id) == shared]
    path_of(submit(client, path, entered("true_false", **{**both, f"only-{shared}": positions, "revision": "3"})))
    assert [t.positions for t in bank.newest().tags] == [None, None]
    taken = submit(client, path, entered("true_false", **{**both, "revision": "4", "action": f"untag-{other}"}))
    assert taken.status_code == 200
    assert f'name="tag" value="{other}"' not in taken.text
    assert f'name="tag" value="{shared}"' in taken.text
    assert len(bank.newest().tags) == 2


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"tag": ["999999999"]}, "not in the standard any more"),
        ({"tag": ["9" * 30]}, "not in the standard any more"),
        ({"tag": ["1; drop"]}, "not in the standard any more"),
        ({"points": "0"}, "Points are more than 0"),
        ({"points": "1e9"}, "Points are more than 0"),
        ({"points": "NaN"}, "Points are more than 0"),
        ({"minutes": "soon"}, "A whole number is needed here."),
        ({"cognitive": "guess"}, "This is not one of the possibilities."),
        ({"difficulty": "10000000000000000000000"}, "This is a share between 0 and 1."),
        ({"title-en": "x" * 121}, "This is too long."),
        ({"stem-en": "long " * 100_000}, "This is too long."),
        ({"unit": "bananas\x00"}, "This must be text."),
    ],
)
def test_what_cannot_be_kept_is_refused_beside_its_field_and_nothing_is_lost(
    bank: Bank, changes: dict[str, object], said: str
) -> None:
    client = bank.client("author")
    answer = submit(client, "/questions/new/numeric", entered("numeric", action="save", **changes))
    assert answer.status_code == 422
    assert said in answer.text
    assert "排放量是多少？" in answer.text
    assert bank.newest() is None


def test_scripts_are_cleaned_away(bank: Bank) -> None:
    client = bank.client("author")
    hostile = '<p onclick="x()">Hello <script>alert(1)</script><b>there</b></p><img src=x onerror=y>'
    path = path_of(
        submit(client, "/questions/new/true_false", entered("true_false", action="save", **{"stem-en": hostile}))
    )
    assert bank.newest().content["stem"]["en"] == "<p>Hello <b>there</b></p>"
    assert "onerror" not in client.get(path).text


def test_the_second_of_two_editors_is_told_and_loses_nothing(bank: Bank) -> None:
    question_id = bank.question()
    path = f"/questions/{question_id}"
    path_of(submit(bank.client("author"), path, entered("true_false", revision="1", action="save")))
    colleague = bank.client("colleague")
    mine = entered("true_false", revision="1", action="save", **{"stem-en": "The colleague's wording"})
    answer = submit(colleague, path, mine)
    assert answer.status_code == 409
    assert "Zhou Ning saved this draft after you opened it" in answer.text
    assert "The colleague&#39;s wording" in answer.text
    assert "Carbon is an element." in answer.text
    assert 'name="revision" value="2"' in answer.text
    assert bank.newest().content["stem"]["en"] == "<p>Carbon is an element.</p>"
    path_of(submit(colleague, path, {**mine, "revision": "2"}))
    version = bank.newest()
    assert version.content["stem"]["en"] == "<p>The colleague's wording</p>"
    assert {editor.person_id for editor in version.editors} == {
        bank.people["author"].person_id,
        bank.people["colleague"].person_id,
    }


def test_saving_what_went_to_review_meanwhile_keeps_the_text_on_the_page(bank: Bank) -> None:
    question_id = bank.question()
    bank.send(question_id)
    mine = entered("true_false", revision="1", action="save", **{"stem-en": "Too late"})
    answer = submit(bank.client("colleague"), f"/questions/{question_id}", mine)
    assert answer.status_code == 409
    assert "Only drafts can be edited" in answer.text
    assert "Too late" in answer.text


def test_sending_an_unfinished_draft_saves_it_and_says_what_is_missing(bank: Bank) -> None:
    client = bank.client("author")
    answer = submit(client, "/questions/new/single_choice", entered("single_choice", action="submit", correct=None))
    assert answer.status_code == 422
    assert "Saved as a draft, but not sent" in answer.text
    assert "Mark exactly one choice as right." in answer.text
    assert "No requirement is tagged; at least one is needed." in answer.text
    assert bank.newest().state is VersionState.DRAFT


def test_one_language_is_enough_for_review_but_half_of_each_is_not(bank: Bank) -> None:
    client, tag = bank.client("author"), str(bank.statement("5.2.1-a-3"))
    half = entered("single_choice", action="submit", pick=[tag], **{"stem-en": "", "choice-a-zh": ""})
    refused = submit(client, "/questions/new/single_choice", half)
    assert refused.status_code == 422
    assert "In neither language is everything written." in refused.text
    chinese = {name: "" for name in FORMS["single_choice"] if name.endswith("-en")}
    path_of(
        submit(client, "/questions/new/single_choice", entered("single_choice", action="submit", pick=[tag], **chinese))
    )
    assert bank.newest().state is VersionState.IN_REVIEW


def test_preview_and_picker_answer_the_script_and_keep_nothing(bank: Bank) -> None:
    client, tag = bank.client("author"), str(bank.statement("5.2.1-a-4"))
    side = submit(client, "/questions/preview/numeric", entered("numeric", pick=[tag]), page="/questions/new/numeric")
    assert side.status_code == 200
    assert "<html" not in side.text
    assert "排放量是多少？" in side.text
    assert "How much was emitted?" in side.text
    assert "The correct answer earns full marks" in side.text
    assert "1 requirement tagged" in side.text
    assert "within the tolerance" in side.text
    assert "outside the tolerance" in side.text
    picked = submit(
        client,
        "/questions/picker/numeric",
        entered("numeric", pick=[tag], find="report"),
        page="/questions/new/numeric",
    )
    assert f'name="tag" value="{tag}"' in picked.text
    assert f'name="shown" value="{tag}"' in picked.text
    assert bank.newest() is None


def test_what_answers_earn_is_shown_while_writing(bank: Bank) -> None:
    question_id = bank.question()
    page = bank.client("author").get(f"/questions/{question_id}").text
    assert re.search(r"<code>True</code></td><td class=\"lc-num\">1 / 1</td><td>Judged rightly", page)
    assert re.search(r"<code>False</code></td><td class=\"lc-num\">0 / 1</td><td>Judged wrongly", page)


def test_trying_scores_says_why_and_keeps_no_trace(bank: Bank) -> None:
    question_id = bank.question()
    client, path = bank.client("reviewer"), f"/questions/{question_id}/try"
    before = bank.acts()
    right = submit(client, path, {"slot-1": "true", "language": "zh"})
    # The whole of the fragment is in the language that was chosen for the question, not in that of the page.
    assert "得 1 分，满分 1 分" in right.text
    assert "碳是元素。" in right.text
    wrong = submit(client, path, {"slot-1": "false"})
    assert "Judged wrongly." in wrong.text
    odd = submit(client, path, {"slot-1": "maybe"})
    assert odd.status_code == 200
    assert "does not fit its question" in odd.text
    assert bank.acts() == before


def test_unknown_kinds_and_numbers_are_not_found(bank: Bank) -> None:
    client = bank.client("author")
    assert client.get("/questions/new/essay").status_code == 404
    assert client.get("/questions/4711").status_code == 404
    assert client.get(f"/questions/{2**63}").status_code == 404
    assert client.get(f"/questions/{2**63 - 1}").status_code == 404


def test_what_is_hardly_begun_is_shown(bank: Bank) -> None:
    client = bank.client("author")
    assert {kind: client.get(f"/questions/new/{kind}").status_code for kind in ALL} == dict.fromkeys(ALL, 200)
    for formula in ("", "m * "):
        question = bank.question(kind="calculated", content={**CALCULATED, "formula": formula})
        assert [client.get(f"/questions/{question}{page}").status_code for page in ("", "/try")] == [200, 200]


def test_an_approved_question_has_no_form_but_a_way_to_a_new_version(bank: Bank) -> None:
    question_id = bank.approved()
    client, path = bank.client("author"), f"/questions/{question_id}"
    page = client.get(path).text
    assert 'id="editor"' not in page
    assert "New version" in page
    refused = submit(client, path, entered("true_false", revision="1", action="save"))
    assert refused.status_code == 409
    path_of(submit(client, f"{path}/versions/1", {"action": "renew"}))
    assert 'id="editor"' in client.get(path).text
    again = submit(client, f"{path}/versions/1", {"action": "renew"})
    assert again.status_code == 409
    assert "Version 2 of this question is still under way" in again.text


def test_the_form_speaks_chinese(bank: Bank) -> None:
    client = bank.client("chinese")
    page = client.get("/questions/new/numeric").text
    assert "送审" in page
    assert "对应的能力要求" in page
    assert not re.search(r">\s*(Send to review|Save draft|About it|Short title)", page)


def test_an_author_tries_a_question_with_other_numbers(bank: Bank) -> None:
    question = bank.question(kind="calculated", content={**CALCULATED, "variables": DRAWN})
    client = bank.client("author")
    pages = [client.get(f"/questions/{question}/try?language=en&numbers={numbers}").text for numbers in (1, 2, 1)]
    asked = [re.findall(r"<p>(\d+) times 2\?</p>", page) for page in pages]
    assert asked[0] == asked[2] != asked[1]
    answer = {"numbers": "1", "language": "en", "slot-1": str(2 * int(asked[0][0])), "slot-1-unit": "tCO2"}
    shown = submit(client, f"/questions/{question}/try", answer)
    assert "1 of 1 points" in shown.text
