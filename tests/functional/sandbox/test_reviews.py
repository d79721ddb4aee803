"""Works asked for from the gradebook, and courses that say what they were copied from."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
import requests

from lms_carbon.sandbox.config import load_config
from lms_carbon.sandbox.rules import CANVAS, MOODLE, PLAIN, Rules
from tests.functional.sandbox.stub_tool import CLAIM, Form, StubTool
from tests.functional.sandbox.test_grades import Ags
from tests.support.sandbox import RunningSandbox, serve_app, start_sandbox

COURSE = "carbon-2026"
NEXT = "carbon-2027"
ENDPOINT = "https://purl.imsglobal.org/spec/lti-ags/claim/endpoint"
SUBMISSION = "https://canvas.instructure.com/lti/submission"


@pytest.fixture(params=[PLAIN, MOODLE, CANVAS], ids=lambda rules: rules.name, scope="module")
def played(request: pytest.FixtureRequest) -> Iterator[tuple[StubTool, RunningSandbox, Rules]]:
    """Each kind of platform."""
    config = replace(load_config(), rules=request.param)
    stub = StubTool()
    with serve_app(stub.app, host="127.0.0.1") as (url, _), start_sandbox(url, config=config) as platform:
        stub.platform = str(platform)
        yield stub, platform, request.param


def launched(stub: StubTool, path: str, person: str) -> dict[str, Any]:
    """Open as somebody, whichever way the platform sends its logins."""
    answer = requests.get(
        f"{stub.platform}{path}", cookies={"sandbox_person": person}, allow_redirects=False, timeout=5
    )
    if answer.status_code == 302:
        return stub.open(path, person=person)
    form = stub.authorise(stub.auth_request(read_fields(answer.text)))
    return stub.verify(form.fields["id_token"])


def read_fields(page: str) -> dict[str, str]:
    return Form(page).fields


def test_the_gradebook_asks_for_a_work(played: tuple[StubTool, RunningSandbox, Rules]) -> None:
    stub, platform, rules = played
    ags = Ags(stub)
    item = next(each["id"] for each in ags.call("GET", ags.line_items).json() if each["resourceLinkId"] == "rl-exam")
    number = item.partition("?")[0].rsplit("/", 1)[1]
    path = f"/review/{COURSE}/{number}/u-lin"
    link = f"{stub.url}/lti/launch?for_user=u-lin"
    page = f"{platform}/courses/{COURSE}/grades/{number}/u-lin"
    shows = f"{platform}/courses/{COURSE}/grades"
    teacher = {"sandbox_person": "u-zhao"}

    def status(who: str) -> int:
        cookies = {"sandbox_person": who}
        return requests.get(f"{platform}{path}", cookies=cookies, allow_redirects=False, timeout=5).status_code

    if not rules.review_messages:
        assert status("u-zhao") == 404  # nothing came yet that could be opened
        assert "/grades/" not in requests.get(shows, cookies={"sandbox_person": "u-lu"}, timeout=5).text
        sent = {"submission_type": "basic_lti_launch", "submission_data": link}
        assert ags.score(item, "05", **{SUBMISSION: sent}).status_code == 204
        assert ags.score(item, "06", **{SUBMISSION: {"new_submission": False}}).status_code == 204  # keeps the link
    claims = launched(stub, path, "u-zhao")
    assert (claims["sub"], claims[CLAIM + "resource_link"]["id"]) == ("u-zhao", "rl-exam")
    assert claims[ENDPOINT]["lineitem"] == item
    if rules.review_messages:
        assert claims[CLAIM + "message_type"] == "LtiSubmissionReviewRequest"
        assert claims[CLAIM + "for_user"] == {"user_id": "u-lin"}
        assert claims[CLAIM + "target_link_uri"] == f"{stub.url}/lti/launch"
    else:
        assert claims[CLAIM + "message_type"] == "LtiResourceLinkRequest"
        assert claims[CLAIM + "target_link_uri"] == link
    assert claims[CLAIM + "custom"] == {"target": "exam:demo-exam"}
    assert f'src="{path}"' in requests.get(page, cookies=teacher, timeout=5).text
    assert page.removeprefix(str(platform)) in requests.get(shows, cookies=teacher, timeout=5).text
    assert launched(stub, path, "u-lin")["sub"] == "u-lin"
    assert status("u-lu") == requests.get(page, cookies={"sandbox_person": "u-lu"}, timeout=5).status_code == 404


def test_a_copied_course_says_where_it_came_from(played: tuple[StubTool, RunningSandbox, Rules]) -> None:
    stub, platform, rules = played
    add, copy = f"{platform}/courses/{NEXT}/add", f"{platform}/courses/{NEXT}/copy"
    teacher = {"sandbox_person": "u-zhao", "sandbox_language": "en"}
    custom = "pick=p-1\ncontext_history=$Context.id.history\nlink_history=$ResourceLink.id.history"
    form = {"title": "Picked", "custom": custom, "graded": "1"}
    made = requests.post(f"{platform}/courses/{COURSE}/add", data=form, cookies=teacher, timeout=5).url.rsplit("/", 1)
    first = launched(stub, f"/launch/{made[1]}", "u-lin")[CLAIM + "custom"]
    unknown = "$ResourceLink.id.history"
    assert first == {"pick": "p-1", "context_history": "", "link_history": "" if rules.link_history else unknown}

    assert f'value="{COURSE}"' in requests.get(add, cookies=teacher, timeout=5).text
    refused = requests.post(copy, data={"from": COURSE}, cookies={"sandbox_person": "u-lin"}, timeout=5)
    assert refused.status_code == 403
    assert requests.post(copy, data={"from": "xishan-2026"}, cookies=teacher, timeout=5).status_code == 400
    page = requests.post(copy, data={"from": COURSE}, cookies=teacher, timeout=5).text
    link = page.partition(">Picked<")[0].rpartition("/activities/")[2].partition('"')[0]
    claims = launched(stub, f"/launch/{link}", "u-lin")
    history = made[1] if rules.link_history else unknown
    assert claims[CLAIM + "custom"] == {"pick": "p-1", "context_history": COURSE, "link_history": history}
    assert claims[CLAIM + "resource_link"]["id"] == link != made[1]
    assert claims[ENDPOINT]["lineitem"]  # a column of its own
