"""A cycle with something to place in courses, and a platform that asks for it."""

from flask import Flask

from lms_carbon.core.clock import now
from lms_carbon.core.identity import Role
from lms_carbon.core.transaction import transaction
from lms_carbon.exams.services.exams import ExamSettings, create_exam
from lms_carbon.lti.services.registrations import add_registration
from tests.support.exams import make_instrument, make_standard, make_track
from tests.support.sandbox import RunningSandbox
from tests.support.world import act_as, make_institution, make_person


def make_placeable(institution_id: int) -> int:
    """Make a cycle with one exam that is being prepared, and return the exam's id; needs an app context."""
    by = act_as(make_person(institution_id, "考务", [Role.OFFICER]))
    position_id, _ = make_standard(2)
    instrument = make_instrument(make_track(institution_id, position_id, by), by)
    settings = ExamSettings(title={"zh": "笔试 <甲>", "en": "Written exam <A>"}, minutes=60, attempts=1)
    with transaction():
        exam = create_exam(code="autumn", settings=settings, by=by, at=now(), instrument_id=instrument.id)
        create_exam(
            code="try", settings=ExamSettings(title={"zh": "练习", "en": "Practice"}, minutes=5), by=by, at=now()
        )
        return exam.id


def connect(app: Flask, sandbox: RunningSandbox) -> int:
    """Make an institution whose platform the sandbox is, and return its id."""
    with app.app_context():
        institution_id = make_institution()
        with transaction():
            add_registration(
                by=None,
                institution_id=institution_id,
                name="Sandbox",
                issuer=sandbox.sandbox.issuer,
                client_id="lms-carbon-demo",
                auth_login_url=f"{sandbox}/auth",
                auth_token_url=f"{sandbox}/token",
                key_set_url=f"{sandbox}/jwks.json",
                deployment_ids=["1"],
                at=now(),
            )
        return institution_id
