"""Two institutions at one platform's host, as all schools of a hosted Canvas: nothing is shared but the issuer."""

import base64
import json
from typing import Any

import sqlalchemy as sa
from flask import Flask

from lms_carbon.core.clock import now
from lms_carbon.core.db import session
from lms_carbon.core.identity import Role
from lms_carbon.core.jobs import run_job
from lms_carbon.core.transaction import transaction
from lms_carbon.lti.models.launches import Course, ResourceLink
from lms_carbon.lti.models.scores import LineItem
from lms_carbon.lti.services.scores import queue_scores
from tests.support.gradebook import TARGET, start_gradebook
from tests.support.platform import AGS, SCORE, FakePlatform, register, start_platform
from tests.support.world import make_institution, make_person, sign_in


def asker_of(token: dict[str, str]) -> str:
    """Return who asked for a token."""
    body = token["client_assertion"].split(".")[1]
    claims: dict[str, Any] = json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))
    return str(claims["iss"])


def test_tokens_people_and_columns_of_one_are_not_the_others(app: Flask) -> None:
    with start_gradebook() as gradebook, start_platform() as one:
        two = FakePlatform(issuer=one.issuer, client_id="tool-2")
        column = {AGS: {"scope": [SCORE], "lineitem": f"{gradebook.url}/items/7/lineitem"}, **TARGET}
        tenants, people = [], []
        for platform, slug in ((one, "one"), (two, "two")):
            platform.token_url = f"{gradebook.url}/token"
            with app.app_context():
                tenants.append(make_institution(slug))
            register(app, platform, tenants[-1])
            client = app.test_client()
            platform.launch(client, name=f"Person of {slug}", **column)
            me: Any = client.get("/api/v1/me").json
            people.append(me["person"]["id"])
            with app.app_context(), transaction():
                rows = [(people[-1], 5000, None)]
                assert queue_scores(institution_id=tenants[-1], target="exam:one", rows=rows, at=now()) == 1
        with app.app_context(), transaction():  # a score of another tenant's person goes nowhere
            rows = [(people[1], 9900, None)]
            assert queue_scores(institution_id=tenants[0], target="exam:one", rows=rows, at=now()) == 0
        run_job(app, "lti.send_scores")

        assert people[0] != people[1]
        with app.app_context(), transaction(write=False):
            for table in (Course, ResourceLink, LineItem):
                assert sorted(session.scalars(sa.select(table.institution_id))) == sorted(tenants)
        assert sorted(map(asker_of, gradebook.tokens)) == sorted([one.client_id, "tool-2"] * 2)  # to look, and to send
        used = [headers["Authorization"] for _, _, headers in gradebook.scores]
        assert len(set(used)) == len(used) == 2
        with app.app_context():
            officer = make_person(tenants[0], "Wang", [Role.OFFICER])
        desk = app.test_client()
        sign_in(desk, officer)
        page = desk.get("/lti/scores").text
        assert "Person of one" in page
        assert "Person of two" not in page
