"""The state table: each step by each role from each state, and nobody signs their own."""

import pytest

from lms_carbon.core.identity import Role
from lms_carbon.question_bank.rules.states import (
    OPEN,
    RESTORING,
    STATE_NAMES,
    STEP_NAMES,
    TRANSITIONS,
    Step,
    VersionState,
    is_entitled,
    is_possible,
)

LEADS = {
    (Step.SUBMIT, VersionState.DRAFT): VersionState.IN_REVIEW,
    (Step.WITHDRAW, VersionState.IN_REVIEW): VersionState.DRAFT,
    (Step.SEND_BACK, VersionState.IN_REVIEW): VersionState.DRAFT,
    (Step.APPROVE, VersionState.IN_REVIEW): VersionState.APPROVED,
    (Step.SIGN_LANGUAGE, VersionState.APPROVED): VersionState.APPROVED,
    (Step.SUPERSEDE, VersionState.APPROVED): VersionState.RETIRED,
    (Step.RETIRE, VersionState.DRAFT): VersionState.RETIRED,
    (Step.RETIRE, VersionState.APPROVED): VersionState.RETIRED,
    (Step.RETIRE, VersionState.SUSPENDED): VersionState.RETIRED,
    (Step.SUPERSEDE, VersionState.SUSPENDED): VersionState.RETIRED,
    (Step.SUSPEND, VersionState.APPROVED): VersionState.SUSPENDED,
    (Step.RESUME, VersionState.SUSPENDED): VersionState.APPROVED,
    (Step.RESTORE_DRAFT, VersionState.RETIRED): VersionState.DRAFT,
    (Step.RESTORE_APPROVED, VersionState.RETIRED): VersionState.APPROVED,
    (Step.RESTORE_SUSPENDED, VersionState.RETIRED): VersionState.SUSPENDED,
}
MAY = {
    Step.SUBMIT: {Role.AUTHOR},
    Step.WITHDRAW: {Role.AUTHOR},
    Step.SEND_BACK: {Role.REVIEWER},
    Step.APPROVE: {Role.REVIEWER},
    Step.SIGN_LANGUAGE: {Role.REVIEWER},
    Step.SUPERSEDE: set(),
    Step.RETIRE: {Role.AUTHOR, Role.REVIEWER},
    Step.SUSPEND: {Role.AUTHOR, Role.REVIEWER},
    Step.RESUME: {Role.REVIEWER},
    **{step: set() for step in RESTORING.values()},
}


@pytest.mark.parametrize("step", Step)
@pytest.mark.parametrize("state", VersionState)
def test_steps_lead_where_the_table_says_and_nowhere_else(step: Step, state: VersionState) -> None:
    assert is_possible(step, state) is ((step, state) in LEADS)
    if (step, state) in LEADS:
        assert TRANSITIONS[step].target is LEADS[step, state]


@pytest.mark.parametrize("step", Step)
@pytest.mark.parametrize("role", Role)
def test_steps_are_taken_by_the_roles_that_the_table_says(step: Step, role: Role) -> None:
    assert is_entitled(step, [role], wrote=False) is (role in MAY[step])


@pytest.mark.parametrize("step", [Step.APPROVE, Step.SIGN_LANGUAGE, Step.SEND_BACK, Step.RESUME])
def test_nobody_decides_on_what_they_wrote(step: Step) -> None:
    everything = list(Role)
    assert is_entitled(step, everything, wrote=False)
    assert not is_entitled(step, everything, wrote=True)


def test_every_state_and_step_has_words() -> None:
    assert list(STATE_NAMES) == list(VersionState)
    assert set(STEP_NAMES) == {*Step, "comment"}
    assert {VersionState.DRAFT, VersionState.IN_REVIEW} == OPEN
    assert all(TRANSITIONS[step].target is state for state, step in RESTORING.items())
