"""The health page against a platform over real HTTP: all well, and then one thing after the other not."""

from lms_carbon.core.clock import now
from lms_carbon.core.db import session
from lms_carbon.core.identity import Role
from lms_carbon.core.transaction import transaction
from lms_carbon.lti.models.registrations import Registration
from lms_carbon.lti.services.platforms import edit_platform
from tests.functional.lti.conftest import Both
from tests.support.world import make_person, sign_in


def _change(both: Both, **columns: object) -> None:
    with both.app.app_context(), transaction():
        edit_platform(by=None, registration=session.get_one(Registration, both.registration_id), at=now(), **columns)


def test_the_health_of_a_platform(both: Both) -> None:
    client = both.app.test_client()
    with both.app.app_context():
        sign_in(client, make_person(both.institution_id, "江岚", [Role.ADMINISTRATOR]))
    path = f"{both.url}/lti/platforms/{both.registration_id}/health"
    page = client.get(path).text
    for found in ("All is well", "Usable: 1", "lets the tool in", "All that the tool asks for", "May launch: 1"):
        assert found in page
    assert "Nobody has come from there yet" in page
    both.open("rl-exam", "u-lin")
    assert "The last one:" in client.get(path).text

    _change(both, client_id="another")
    page = client.get(path).text
    assert "does not let the tool in" in page
    assert "client ID, access token URL and audience" in page
    _change(both, client_id="lms-carbon-demo", key_set_url="http://localhost:1/keys")
    assert "The address did not answer." in client.get(path).text
    _change(both, key_set_url=f"{both.sandbox}/courses/carbon-2026/grades.json")
    assert "is not a keyset (answer 200)" in client.get(path).text
