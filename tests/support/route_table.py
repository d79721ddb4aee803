"""Every address of the product and who may use it, written by hand; `test_routes.py` compares."""

from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from lms_carbon.core.identity import Role

KNOWN: Final = frozenset(Role)
"""Everybody who is signed in."""
ANYBODY: Final = KNOWN | {"anonymous"}
ADMINISTRATOR: Final = frozenset({Role.ADMINISTRATOR})
AUTHOR: Final = frozenset({Role.AUTHOR})
BANK: Final = frozenset({Role.AUTHOR, Role.REVIEWER})
CANDIDATE: Final = frozenset({Role.CANDIDATE})
MODERATOR: Final = frozenset({Role.MODERATOR})
MARKERS: Final = MODERATOR | {Role.ASSESSOR}
OFFICER: Final = frozenset({Role.OFFICER})
CONFIRMERS: Final = OFFICER | {Role.MENTOR}
GRADEBOOK: Final = frozenset({Role.OFFICER, Role.TEACHER})
TASK_READERS: Final = OFFICER | BANK


class Rule(NamedTuple):
    """Who may; whether the address names an object of an institution, or of one candidate alone."""

    may: frozenset[str]
    whose: str = "nobody"
    body: Mapping[str, Any] = {}
    """What is sent, where an empty form would be refused before the object is looked for."""
    state_refuses: bool = False
    """True where the demo's objects are not in the state for it, so that even who may gets 403."""
    also: frozenset[str] = frozenset()
    """Who else of the institution sees what is one candidate's own."""


TABLE: Final[dict[str, Rule]] = {
    "GET /": Rule(ANYBODY),
    "GET /style": Rule(ANYBODY),
    "POST /language": Rule(ANYBODY),
    "GET /healthz": Rule(ANYBODY),
    "GET /readyz": Rule(ANYBODY),
    "GET /api/v1/openapi.json": Rule(ANYBODY),
    "GET /api/v1/me": Rule(KNOWN),
    # lti: what platforms and their gradebooks need
    "GET /lti/keys": Rule(ANYBODY),
    "GET /lti/login": Rule(ANYBODY),
    "POST /lti/login": Rule(ANYBODY),
    "GET /lti/login/probe": Rule(ANYBODY),
    "POST /lti/login/begin": Rule(ANYBODY),
    "POST /lti/verify": Rule(ANYBODY),
    "POST /lti/verify/window": Rule(ANYBODY),
    "POST /lti/launch": Rule(ANYBODY),
    "GET /lti/copies": Rule(GRADEBOOK),
    "GET /lti/copies/waiting": Rule(KNOWN),
    "POST /lti/copies/<int:copy_id>": Rule(GRADEBOOK, "gone", body={"choice": "same"}),
    "GET /lti/deep-link/<int:request_id>": Rule(GRADEBOOK, "gone"),
    "POST /lti/deep-link/<int:request_id>": Rule(GRADEBOOK, "gone"),
    "GET /lti/platforms": Rule(ADMINISTRATOR),
    "POST /lti/platforms/invite": Rule(ADMINISTRATOR),
    "GET /lti/platforms/new": Rule(ADMINISTRATOR),
    "POST /lti/platforms/new": Rule(ADMINISTRATOR),
    "GET /lti/platforms/<int:registration_id>": Rule(ADMINISTRATOR, "institution"),
    "GET /lti/platforms/<int:registration_id>/edit": Rule(ADMINISTRATOR, "institution"),
    "POST /lti/platforms/<int:registration_id>/edit": Rule(ADMINISTRATOR, "institution"),
    "GET /lti/platforms/<int:registration_id>/health": Rule(ADMINISTRATOR, "institution"),
    "POST /lti/platforms/<int:registration_id>/places": Rule(ADMINISTRATOR, "institution"),
    "POST /lti/platforms/<int:registration_id>/places/<int:place_id>/confirm": Rule(ADMINISTRATOR, "institution"),
    "POST /lti/platforms/<int:registration_id>/places/<int:place_id>/remove": Rule(ADMINISTRATOR, "gone"),
    "POST /lti/platforms/<int:registration_id>/end": Rule(ADMINISTRATOR, "institution"),
    "GET /lti/register/<token>": Rule(ANYBODY, "gone"),
    "POST /lti/register/<token>": Rule(ANYBODY, "gone"),
    "GET /lti/scores": Rule(GRADEBOOK),
    "GET /lti/review": Rule(KNOWN, "gone"),
    "POST /lti/scores/resend": Rule(GRADEBOOK),
    "POST /lti/scores/<int:delivery_id>/resend": Rule(GRADEBOOK, "gone"),
    # people: getting in and out, one's own, the administrator's desk
    "GET /sign-in": Rule(ANYBODY),
    "POST /sign-in": Rule(ANYBODY),
    "GET /sign-in/<token>": Rule(ANYBODY, "gone"),
    "POST /sign-in/<token>": Rule(ANYBODY, "gone"),
    "GET /invite/<token>": Rule(ANYBODY, "gone"),
    "POST /invite/<token>": Rule(ANYBODY, "gone"),
    "GET /handoff/<code>": Rule(ANYBODY, "gone"),
    "GET /sign-out": Rule(KNOWN),
    "POST /sign-out": Rule(KNOWN),
    "GET /inbox": Rule(KNOWN),
    "POST /inbox/read": Rule(KNOWN),
    "GET /profile": Rule(KNOWN),
    "POST /profile": Rule(KNOWN),
    "POST /profile/data": Rule(KNOWN),
    "POST /profile/sessions/end": Rule(KNOWN),
    "GET /second-factor": Rule(KNOWN),
    "POST /second-factor": Rule(KNOWN),
    "POST /second-factor/begin": Rule(KNOWN),
    "POST /second-factor/replace": Rule(KNOWN),
    "GET /people": Rule(ADMINISTRATOR),
    "GET /people/audit": Rule(ADMINISTRATOR | OFFICER),
    "GET /people/merge": Rule(ADMINISTRATOR | OFFICER),
    "POST /people/merge": Rule(ADMINISTRATOR | OFFICER),
    "POST /people/merge/undo": Rule(ADMINISTRATOR | OFFICER),
    "GET /people/invite": Rule(ADMINISTRATOR),
    "POST /people/invite": Rule(ADMINISTRATOR),
    "GET /people/<int:person_id>": Rule(ADMINISTRATOR, "institution"),
    "POST /people/<int:person_id>/data": Rule(ADMINISTRATOR, "institution"),
    "POST /people/<int:person_id>/roles": Rule(ADMINISTRATOR, "institution"),
    "POST /people/<int:person_id>/roles/<int:grant_id>/end": Rule(ADMINISTRATOR, "institution"),
    "POST /people/<int:person_id>/second-factor/remove": Rule(ADMINISTRATOR, "institution"),
    "POST /people/<int:person_id>/erase": Rule(ADMINISTRATOR, "institution"),
    "GET /files/<int:file_id>": Rule(KNOWN, "candidate"),
    # question bank
    "GET /questions": Rule(BANK),
    "GET /questions/new/<kind>": Rule(AUTHOR),
    "POST /questions/new/<kind>": Rule(AUTHOR),
    "POST /questions/picker/<kind>": Rule(AUTHOR),
    "POST /questions/preview/<kind>": Rule(AUTHOR),
    "GET /questions/media": Rule(BANK),
    "POST /questions/media": Rule(AUTHOR),
    "GET /questions/media/<name>": Rule(KNOWN, "gone"),
    "GET /questions/<int:question_id>": Rule(BANK, "institution"),
    "POST /questions/<int:question_id>": Rule(AUTHOR, "institution"),
    "GET /questions/<int:question_id>/review": Rule(BANK, "institution"),
    "POST /questions/<int:question_id>/review": Rule(BANK, "institution", {"action": "comment", "text": "!"}),
    "GET /questions/<int:question_id>/try": Rule(BANK, "institution"),
    "POST /questions/<int:question_id>/try": Rule(BANK, "institution"),
    "GET /questions/<int:question_id>/versions": Rule(BANK, "institution"),
    "GET /questions/<int:question_id>/versions/<int:number>": Rule(BANK, "institution"),
    "POST /questions/<int:question_id>/versions/<int:number>": Rule(
        BANK, "institution", {"action": "comment", "text": "!"}
    ),
    "GET /api/v1/questions": Rule(BANK),
    "GET /api/v1/questions/<int:question_id>": Rule(BANK, "institution"),
    # exams: the candidate's side
    "GET /exams/<int:exam_id>": Rule(CANDIDATE | GRADEBOOK, "institution"),
    "GET /exams/<int:exam_id>/state": Rule(CANDIDATE, "institution"),
    "POST /exams/<int:exam_id>/entry": Rule(CANDIDATE, "institution", state_refuses=True),
    "POST /exams/<int:exam_id>/trial": Rule(CANDIDATE, "institution"),
    "POST /api/v1/exams/<int:exam_id>/attempts": Rule(CANDIDATE, "institution", {"language": "zh", "accepted": True}),
    # exams: the officer's side
    "GET /exams": Rule(OFFICER),
    "GET /exams/new": Rule(OFFICER),
    "POST /exams/new": Rule(OFFICER),
    "GET /exams/<int:exam_id>/desk": Rule(OFFICER, "institution"),
    "GET /exams/<int:exam_id>/edit": Rule(OFFICER, "institution"),
    "POST /exams/<int:exam_id>/edit": Rule(OFFICER, "institution"),
    "GET /exams/<int:exam_id>/attempts": Rule(OFFICER, "institution"),
    "GET /exams/<int:exam_id>/late": Rule(OFFICER, "institution"),
    "POST /exams/<int:exam_id>/forms": Rule(OFFICER, "institution"),
    "GET /exams/<int:exam_id>/forms/<int:number>": Rule(OFFICER, "institution"),
    "POST /exams/<int:exam_id>/forms/<int:number>/items": Rule(OFFICER, "institution", {"version": "1"}),
    "POST /exams/<int:exam_id>/forms/<int:number>/items/<int:slot>": Rule(OFFICER, "institution", {"act": "down"}),
    "POST /exams/<int:exam_id>/forms/<int:number>/freeze": Rule(OFFICER, "institution"),
    "POST /exams/<int:exam_id>/open": Rule(OFFICER, "institution"),
    "POST /exams/<int:exam_id>/close": Rule(OFFICER, "institution"),
    "POST /exams/<int:exam_id>/release": Rule(OFFICER, "institution"),
    "POST /exams/<int:exam_id>/delete": Rule(OFFICER, "institution"),
    # marking: works are open to who took them alone, so nobody here gets in
    "GET /marking": Rule(MARKERS | OFFICER),
    "POST /marking/take": Rule(MARKERS, body={"instrument": "1"}),
    "GET /marking/works/<int:work_id>": Rule(MARKERS, "gone"),
    "POST /marking/works/<int:work_id>": Rule(MARKERS, "gone"),
    "POST /marking/works/<int:work_id>/finish": Rule(MARKERS, "gone"),
    "POST /marking/works/<int:work_id>/return": Rule(MARKERS, "gone"),
    "GET /marking/works/<int:work_id>/decision": Rule(MARKERS, "gone"),
    "POST /marking/works/<int:work_id>/decision": Rule(MARKERS, "gone"),
    "POST /marking/works/<int:work_id>/decision/finish": Rule(MARKERS, "gone"),
    "GET /marking/instruments/<int:instrument_id>": Rule(OFFICER | MODERATOR, "institution"),
    "POST /marking/instruments/<int:instrument_id>/recall": Rule(OFFICER | MODERATOR, "gone", {"assignment": "1"}),
    "GET /marking/rubrics": Rule(BANK | MARKERS | OFFICER),
    "GET /marking/rubrics/<int:rubric_id>": Rule(BANK | MARKERS | OFFICER, "institution"),
    # portfolios: the candidate's side
    "GET /portfolios/<int:review_id>": Rule(CANDIDATE | GRADEBOOK, "institution"),
    "POST /portfolios/<int:review_id>/entry": Rule(CANDIDATE, "institution", state_refuses=True),
    "POST /portfolios/<int:review_id>/begin": Rule(CANDIDATE, "institution"),
    "GET /portfolios/<int:review_id>/evidence/new": Rule(CANDIDATE, "institution"),
    "POST /portfolios/<int:review_id>/evidence/new": Rule(CANDIDATE, "institution"),
    "GET /portfolios/<int:review_id>/evidence/<int:evidence_id>": Rule(CANDIDATE, "candidate"),
    "POST /portfolios/<int:review_id>/evidence/<int:evidence_id>": Rule(CANDIDATE, "candidate"),
    "GET /portfolios/<int:review_id>/evidence/<int:evidence_id>/file": Rule(KNOWN, "candidate"),
    "POST /portfolios/<int:review_id>/evidence/<int:evidence_id>/remove": Rule(CANDIDATE, "candidate"),
    "POST /portfolios/<int:review_id>/evidence/<int:evidence_id>/restore": Rule(CANDIDATE, "candidate"),
    "GET /portfolios/<int:review_id>/hand-in": Rule(CANDIDATE, "institution"),
    "POST /portfolios/<int:review_id>/hand-in": Rule(CANDIDATE, "institution"),
    # portfolios: the officer's side
    "GET /portfolios": Rule(OFFICER),
    "GET /portfolios/new": Rule(OFFICER),
    "POST /portfolios/new": Rule(OFFICER),
    "GET /portfolios/<int:review_id>/desk": Rule(OFFICER, "institution"),
    "GET /portfolios/<int:review_id>/edit": Rule(OFFICER, "institution"),
    "POST /portfolios/<int:review_id>/edit": Rule(OFFICER, "institution"),
    "POST /portfolios/<int:review_id>/open": Rule(OFFICER, "institution"),
    "POST /portfolios/<int:review_id>/close": Rule(OFFICER, "institution"),
    # practicals: the candidate's side
    "GET /practicals/<int:practical_id>": Rule(CANDIDATE | GRADEBOOK, "institution"),
    "POST /practicals/<int:practical_id>/begin": Rule(CANDIDATE, "institution"),
    "POST /practicals/<int:practical_id>/entry": Rule(CANDIDATE, "institution", state_refuses=True),
    "GET /sheets/<int:sheet_id>": Rule(KNOWN, "candidate"),
    "POST /sheets/<int:sheet_id>": Rule(KNOWN, "candidate"),
    "GET /sheets/<int:sheet_id>/data.xlsx": Rule(KNOWN, "candidate"),
    "GET /sheets/<int:sheet_id>/data.csv": Rule(KNOWN, "candidate"),
    "GET /sheets/<int:sheet_id>/workbook": Rule(KNOWN, "candidate"),
    "GET /sheets/<int:sheet_id>/hand-in": Rule(KNOWN, "candidate"),
    "POST /sheets/<int:sheet_id>/hand-in": Rule(KNOWN, "candidate"),
    "GET /sheets/<int:sheet_id>/receipt": Rule(KNOWN, "candidate"),
    # practicals: the officer's side, and the tasks
    "GET /practicals": Rule(OFFICER),
    "GET /practicals/new": Rule(OFFICER),
    "POST /practicals/new": Rule(OFFICER),
    "GET /practicals/<int:practical_id>/desk": Rule(OFFICER, "institution"),
    "POST /practicals/<int:practical_id>/open": Rule(OFFICER, "institution"),
    "POST /practicals/<int:practical_id>/close": Rule(OFFICER, "institution"),
    "POST /practicals/<int:practical_id>/deadline": Rule(OFFICER, "institution"),
    "GET /practicals/tasks": Rule(TASK_READERS),
    "GET /practicals/tasks/<int:task_id>": Rule(TASK_READERS, "institution"),
    # exams: one candidate's attempt
    "GET /attempts/<int:attempt_id>": Rule(KNOWN, "candidate"),
    "GET /attempts/<int:attempt_id>/receipt": Rule(KNOWN, "candidate"),
    "GET /api/v1/attempts/<int:attempt_id>": Rule(KNOWN, "candidate"),
    "POST /api/v1/attempts/<int:attempt_id>/window": Rule(KNOWN, "candidate"),
    "PUT /api/v1/attempts/<int:attempt_id>/answers": Rule(KNOWN, "candidate"),
    "POST /api/v1/attempts/<int:attempt_id>/submission": Rule(KNOWN, "candidate"),
    # cycles: the officers' desk
    "GET /cycles": Rule(OFFICER),
    "GET /cycles/new": Rule(OFFICER),
    "POST /cycles/new": Rule(OFFICER),
    "GET /cycles/<int:cycle_id>": Rule(OFFICER, "institution"),
    "GET /cycles/<int:cycle_id>/edit": Rule(OFFICER, "institution"),
    "POST /cycles/<int:cycle_id>/edit": Rule(OFFICER, "institution"),
    "GET /cycles/<int:cycle_id>/links": Rule(OFFICER, "institution"),
    "GET /cycles/<int:cycle_id>/plan": Rule(OFFICER, "institution"),
    "GET /cycles/<int:cycle_id>/candidates": Rule(OFFICER, "institution"),
    "GET /cycles/<int:cycle_id>/tracks/new": Rule(OFFICER, "institution"),
    "POST /cycles/<int:cycle_id>/tracks/new": Rule(OFFICER, "institution"),
    "POST /cycles/tracks/<int:track_id>/entry": Rule(OFFICER, "institution"),
    "POST /cycles/tracks/<int:track_id>/delete": Rule(OFFICER, "institution"),
    "GET /cycles/tracks/<int:track_id>/candidates": Rule(OFFICER, "institution"),
    "POST /cycles/tracks/<int:track_id>/candidates": Rule(OFFICER, "institution"),
    "POST /cycles/tracks/<int:track_id>/roster": Rule(OFFICER, "institution"),
    "GET /cycles/tracks/<int:track_id>/instruments/new": Rule(OFFICER, "institution"),
    "POST /cycles/tracks/<int:track_id>/instruments/new": Rule(OFFICER, "institution"),
    "GET /cycles/instruments/<int:instrument_id>": Rule(OFFICER, "institution"),
    "POST /cycles/instruments/<int:instrument_id>": Rule(OFFICER, "institution"),
    "POST /cycles/instruments/<int:instrument_id>/delete": Rule(OFFICER, "institution"),
    "GET /cycles/candidacies/<int:candidacy_id>": Rule(OFFICER, "institution"),
    "POST /cycles/candidacies/<int:candidacy_id>": Rule(OFFICER, "institution"),
    # results: the officers' desk
    "GET /results": Rule(OFFICER),
    "GET /results/cycles/<int:cycle_id>": Rule(OFFICER, "institution"),
    "POST /results/cycles/<int:cycle_id>/aggregate": Rule(OFFICER, "institution"),
    "GET /results/tracks/<int:track_id>/candidates": Rule(OFFICER, "institution"),
    "GET /results/candidacies/<int:candidacy_id>": Rule(OFFICER, "institution"),
    "POST /results/candidacies/<int:candidacy_id>/hold": Rule(OFFICER, "institution"),
    "POST /results/candidacies/<int:candidacy_id>/lift": Rule(OFFICER, "institution"),
    "GET /results/cycles/<int:cycle_id>/publication": Rule(OFFICER, "institution"),
    "POST /results/cycles/<int:cycle_id>/publication": Rule(OFFICER, "institution"),
    "POST /results/cycles/<int:cycle_id>/publication/take-back": Rule(OFFICER, "institution"),
    "GET /results/cycles/<int:cycle_id>/regrades/new": Rule(OFFICER, "institution"),
    "POST /results/cycles/<int:cycle_id>/regrades/new": Rule(OFFICER, "institution"),
    "GET /results/regrades/<int:regrade_id>": Rule(OFFICER, "institution"),
    "POST /results/regrades/<int:regrade_id>": Rule(OFFICER, "institution"),
    "POST /results/regrades/<int:regrade_id>/take-back": Rule(OFFICER, "institution"),
    "GET /results/tracks/<int:track_id>/policy": Rule(OFFICER, "institution"),
    "POST /results/tracks/<int:track_id>/policy": Rule(OFFICER, "institution"),
    # results and paths: one candidate's own
    "GET /results/<int:candidacy_id>": Rule(KNOWN, "candidate", also=OFFICER),
    "GET /results/own/<int:cycle_id>": Rule(KNOWN, "institution"),
    "GET /paths/<int:candidacy_id>": Rule(KNOWN, "candidate", also=OFFICER),
    "GET /paths/own/<int:cycle_id>": Rule(KNOWN, "institution"),
    "GET /paths/<int:candidacy_id>/activities/<int:activity_id>": Rule(KNOWN, "candidate", also=OFFICER),
    "POST /paths/<int:candidacy_id>/activities/<int:activity_id>": Rule(KNOWN, "candidate", {"act": "begin"}),
    "GET /paths/confirmations": Rule(CONFIRMERS),
    "POST /paths/confirmations/<int:path_id>/<int:activity_id>": Rule(CONFIRMERS, "institution", {"act": "confirm"}),
    # last, for nothing begins in a cycle that has ended
    "POST /cycles/<int:cycle_id>/open": Rule(OFFICER, "institution"),
    "POST /cycles/<int:cycle_id>/close": Rule(OFFICER, "institution"),
}
"""`whose`: nobody's; an institution's (others get 404); one candidate's (all others get 404); gone (nobody has it)."""
