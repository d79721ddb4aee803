"""Many first launches in the same moment: one person, one course, one link."""

import json
from concurrent.futures import ThreadPoolExecutor

from tests.conformance.conftest import Door
from tests.support.platform import AGS, SCORE


def test_twenty_first_launches_of_one_person(door: Door) -> None:
    clients = [door.app.test_client() for _ in range(20)]
    endpoint = {"scope": [SCORE], "lineitem": f"{door.platform.issuer}/lineitems/1?type_id=1"}
    more = {AGS: endpoint, "https://purl.imsglobal.org/spec/lti/claim/custom": {"target": "exam:one"}}
    begun = [(client, *door.platform.login(client)) for client in clients]
    ready = [(client, state, door.platform.sign(door.platform.claims(nonce, **more))) for client, state, nonce in begun]
    with ThreadPoolExecutor(20) as pool:
        answers = list(
            pool.map(lambda job: job[0].post("/lti/launch", data={"state": job[1], "id_token": job[2]}), ready)
        )
    # The target names an exam that is not there, so the page says so; signed in they are all the same.
    assert {answer.status_code for answer in answers} == {404}, [answer.text for answer in answers]
    people = [json.loads(client.get("/api/v1/me").text)["person"]["id"] for client in clients]
    assert len(set(people)) == 1
    for table in ("person", "identity", "course", "resource_link", "line_item"):
        assert door.count(table) == 1, table
    assert door.count("launch") == 20


def test_one_launch_posted_by_many_threads(door: Door) -> None:
    state, nonce = door.platform.login(door.client)
    token = door.platform.sign(door.platform.claims(nonce))
    [cookie] = [c for c in (door.client._cookies or {}).values() if c.key.endswith("lc_login")]
    headers = {"Cookie": f"{cookie.key}={cookie.value}"}

    def send(_: int) -> int:
        client = door.app.test_client(use_cookies=False)
        return client.post("/lti/launch", data={"state": state, "id_token": token}, headers=headers).status_code

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(send, range(8)))
    assert sorted(answers) == [303] + [400] * 7
    assert door.count("launch") == door.count("auth_session") == 1
