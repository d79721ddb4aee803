"""Review over HTTP and by services: who may decide, what is told, and that what was signed never changes."""

import re
from collections.abc import Callable
from functools import partial

import pytest
import sqlalchemy as sa

from lms_carbon.core.db import session
from lms_carbon.core.transaction import transaction
from lms_carbon.people.models.records import AuditEntry, Message
from lms_carbon.question_bank.models import FrozenVersionError, QuestionEnemy, QuestionTag, QuestionVersion, ReviewNote
from lms_carbon.question_bank.queries.usable import approved_for_position
from lms_carbon.question_bank.rules.states import VersionState
from lms_carbon.question_bank.samples import read_samples
from tests.functional.question_bank.conftest import Bank
from tests.support.questions import entered
from tests.support.world import submit

OWN = "You wrote this question, so someone else must approve it."


def states(bank: Bank) -> list[VersionState]:
    query = sa.select(QuestionVersion.state).order_by(QuestionVersion.id)
    return bank.within(lambda: list(session.scalars(query)))


def test_a_reviewer_reads_comments_sends_back_and_approves(bank: Bank) -> None:
    question_id = bank.question("5.2.1-a-3", "5.2.1-a-4")
    bank.send(question_id)
    reviewer, path = bank.client("reviewer"), f"/questions/{question_id}/review"
    page = reviewer.get(path).text
    assert "Carbon is an element." in page
    assert "碳是元素。" in page
    assert "5.2.1-a-4" in page
    assert "Send back" in page
    empty = submit(reviewer, path, {"action": "send_back", "revision": "1", "text": "  "})
    assert empty.status_code == 422
    assert "Say why you send it back" in empty.text
    back = submit(reviewer, path, {"action": "send_back", "revision": "1", "text": "Say which <isotope>."})
    assert back.status_code == 303
    assert states(bank) == [VersionState.DRAFT]
    told = bank.within(lambda: session.scalars(sa.select(Message)).one())
    assert (told.person_id, told.params["reason"]) == (bank.people["author"].person_id, "Say which <isotope>.")
    author = bank.client("author")
    assert "Say which &lt;isotope&gt;." in author.get(f"/questions/{question_id}/versions").text
    tags = [str(bank.statement("5.2.1-a-3"))]
    sent = submit(author, f"/questions/{question_id}", entered("true_false", tag=tags, revision="1", action="submit"))
    assert sent.status_code == 303
    stale = submit(reviewer, path, {"action": "approve", "revision": "1", "text": "Fine now", "language": "en"})
    assert stale.status_code == 409
    assert "was changed after you opened it" in stale.text
    assert "Fine now" in stale.text
    assert (
        submit(reviewer, path, {"action": "approve", "revision": "2", "text": "", "language": ["zh", "en"]}).status_code
        == 303
    )
    version = bank.newest()
    assert version.state is VersionState.APPROVED
    assert version.reviewer_id == bank.people["reviewer"].person_id
    assert bank.acts() == [
        *("question.create", "question.submit", "question.send_back"),
        *("question.save", "question.submit", "question.approve"),
    ]
    last = bank.within(lambda: session.scalars(sa.select(AuditEntry).order_by(AuditEntry.id.desc())).first())
    assert (last.detail["before"], last.detail["after"], last.object_id) == ("in_review", "approved", version.id)


def test_nobody_signs_off_what_they_wrote_or_edited(bank: Bank) -> None:
    question_id = bank.question(by="author")
    both, path = bank.client("both"), f"/questions/{question_id}"
    assert submit(
        both, path, entered("true_false", tag=[str(bank.statement("5.2.1-a-3"))], revision="1", action="submit")
    )
    assert states(bank) == [VersionState.IN_REVIEW]
    page = both.get(f"{path}/review").text
    assert OWN in page
    assert 'value="approve"' not in page
    for act in ("approve", "send_back"):
        refused = submit(both, f"{path}/review", {"action": act, "revision": "2", "text": "My long thoughts"})
        assert refused.status_code == 403
        assert OWN in refused.text
        assert "My long thoughts" in refused.text
    assert states(bank) == [VersionState.IN_REVIEW]
    own = bank.question(by="both")
    bank.send(own, by="both")
    assert submit(both, f"/questions/{own}/review", {"action": "approve", "revision": "1"}).status_code == 403


def test_an_author_without_the_role_may_not_decide(bank: Bank) -> None:
    question_id = bank.question(by="author")
    bank.send(question_id)
    refused = submit(
        bank.client("colleague"), f"/questions/{question_id}/review", {"action": "approve", "revision": "1"}
    )
    assert refused.status_code == 403
    assert states(bank) == [VersionState.IN_REVIEW]


def test_approving_twice_says_that_it_has_moved_on(bank: Bank) -> None:
    question_id = bank.question()
    bank.send(question_id)
    reviewer, path = bank.client("reviewer"), f"/questions/{question_id}/review"
    decision = {"action": "approve", "revision": "1", "language": "zh"}
    assert submit(reviewer, path, decision).status_code == 303
    assert submit(reviewer, path, decision, page="/questions/new/numeric").status_code in (400, 409)
    assert bank.acts().count("question.approve") == 1


def test_the_author_takes_it_back(bank: Bank) -> None:
    question_id = bank.question()
    bank.send(question_id)
    author, path = bank.client("author"), f"/questions/{question_id}/versions/1"
    assert submit(author, path, {"action": "withdraw"}, page=f"/questions/{question_id}").status_code == 303
    assert states(bank) == [VersionState.DRAFT]
    again = submit(author, path, {"action": "withdraw"}, page=path)
    assert again.status_code == 409


def test_the_next_version_supersedes_and_shows_its_difference(bank: Bank) -> None:
    question_id = bank.approved("5.2.1-a-3")
    author, path = bank.client("author"), f"/questions/{question_id}"
    assert submit(author, f"{path}/versions/1", {"action": "renew"}).status_code == 303
    copy = bank.newest()
    assert (copy.number, copy.state, copy.content["correct"]) == (2, VersionState.DRAFT, True)
    assert [t.statement_id for t in copy.tags] == [bank.statement("5.2.1-a-3")]
    tags = [str(bank.statement("5.2.1-a-4"))]
    changed = entered("true_false", tag=tags, revision="1", action="submit", correct="false", **{"stem-en": "Coal is."})
    assert submit(author, path, changed).status_code == 303
    assert states(bank) == [VersionState.APPROVED, VersionState.IN_REVIEW]
    page = bank.client("reviewer").get(f"{path}/review").text
    assert "Difference to version 1" in page
    assert "<del>Carbon is an element.</del>" in page
    assert "<ins>Coal is.</ins>" in page
    assert "<del>yes</del>" in page
    assert re.search(r"Older than the other language.*?<li>Stem, Chinese</li>\s*</ul>", page, re.DOTALL)
    assert "Older than the other language" not in author.get(f"{path}/versions/1").text
    assert "Chinese older than English</span>" in author.get("/questions").text
    assert 'class="lc-q-name"' in author.get("/questions?language=older-zh").text
    assert "Nothing matches" in author.get("/questions?language=older-en").text
    assert "5.2.1-a-4" in page
    bank.sign(question_id, revision=2)
    assert states(bank) == [VersionState.RETIRED, VersionState.APPROVED]
    assert "question.supersede" in bank.acts()


def test_languages_are_approved_apart(bank: Bank) -> None:
    question_id = bank.question("5.2.1-a-3")
    bank.send(question_id)
    reviewer, path = bank.client("reviewer"), f"/questions/{question_id}"
    nothing = submit(reviewer, f"{path}/review", {"action": "approve", "revision": "1"})
    assert nothing.status_code == 422
    assert "Tick at least one language" in nothing.text
    assert submit(reviewer, f"{path}/review", {"action": "approve", "revision": "1", "language": "zh"}).location == path
    position = bank.requirements["5.2.1-a-1"].position_id
    institution = bank.people["author"].institution_id

    def usable(*languages: str) -> int:
        found = partial(approved_for_position, institution_id=institution, position_id=position)
        return bank.within(lambda: len(found(languages=languages)))

    def found(language: str) -> bool:
        return "A question" in bank.client("author").get(f"/questions?language={language}").text

    assert (usable(), usable("zh"), usable("en"), usable("zh", "en")) == (1, 1, 0, 0)
    assert [found(f"{which}approved-{name}") for which in ("", "un") for name in ("zh", "en")] == [1, 0, 0, 1]
    sheet = f"{path}/versions/1"
    english = {"action": "sign_language", "language": "en"}
    assert "Approve in English" not in bank.client("author").get(sheet).text
    assert submit(bank.client("author"), sheet, english).status_code == 403
    other = bank.client("both")
    assert "Approve in English" in other.get(sheet).text
    assert submit(other, sheet, english).status_code == 303
    assert submit(other, sheet, english).status_code == 409
    assert usable("zh", "en") == 1
    read = bank.client("author").get(f"/api/v1/questions/{question_id}").json
    assert read["approved_in"] == ["zh", "en"]
    page = reviewer.get(f"{path}/versions").text
    assert re.search(r"Approved in Chinese</dt><dd>Li Wen.*?Approved in English</dt><dd>Wu Tong", page, re.DOTALL)
    with bank.app.app_context():
        noted = session.execute(sa.select(AuditEntry.action, AuditEntry.detail).order_by(AuditEntry.id.desc())).all()
    signed = [(action, detail["languages"]) for action, detail in noted if "languages" in detail]
    assert signed == [("question.sign_language", ["en"]), ("question.approve", ["zh"])]


def test_a_language_with_gaps_is_not_approved(bank: Bank) -> None:
    content = {"stem": {"zh": "<p>碳是元素。</p>", "en": ""}, "correct": True}
    question_id = bank.question("5.2.1-a-3", content=content)
    bank.send(question_id)
    reviewer, path = bank.client("reviewer"), f"/questions/{question_id}/review"
    refused = submit(reviewer, path, {"action": "approve", "revision": "1", "language": ["zh", "en"]})
    assert refused.status_code == 422
    assert "Not everything is written in that language" in refused.text
    bank.sign(question_id)
    assert [signature.language for signature in bank.newest().signatures] == ["zh"]


def test_retiring_takes_it_from_the_list_of_usable_ones(bank: Bank) -> None:
    question_id = bank.approved()
    path = f"/questions/{question_id}/versions/1"
    assert submit(bank.client("reviewer"), path, {"action": "retire"}).status_code == 303
    assert states(bank) == [VersionState.RETIRED]
    listed = bank.client("author").get("/questions?state=approved").text
    assert "Nothing matches" in listed


def test_comments_stay_and_long_ones_are_refused(bank: Bank) -> None:
    question_id = bank.approved()
    author, path = bank.client("author"), f"/questions/{question_id}/versions/1"
    assert submit(author, path, {"action": "comment", "text": "Used in May."}).status_code == 303
    assert "Used in May." in author.get(path).text
    too_long = submit(author, path, {"action": "comment", "text": "x" * 5000})
    assert too_long.status_code == 422
    assert "5000" in too_long.text
    assert bank.within(lambda: session.scalar(sa.select(sa.func.count()).select_from(ReviewNote))) == 3


def _change_content(version: QuestionVersion) -> None:
    version.content = {**version.content, "correct": False}


def _change_points(version: QuestionVersion) -> None:
    version.points = 1


def _reopen_and_change(version: QuestionVersion) -> None:
    version.state = VersionState.DRAFT
    version.points = 1


def _drop_tag(version: QuestionVersion) -> None:
    version.tags = []


def _restrict_tag(version: QuestionVersion) -> None:
    version.tags[0].positions = ["5.2.1"]


def _add_tag(version: QuestionVersion) -> None:
    statement = session.scalar(sa.select(QuestionTag.statement_id)) + 1
    tag = QuestionTag(statement_id=statement, institution_id=version.institution_id, ordinal=2)
    version.tags.append(tag)


@pytest.mark.parametrize(
    "change", [_change_content, _change_points, _reopen_and_change, _drop_tag, _restrict_tag, _add_tag]
)
def test_no_code_can_change_what_was_signed(bank: Bank, change: Callable[[QuestionVersion], None]) -> None:
    bank.approved()

    def attempt() -> None:
        with transaction():
            change(session.scalars(sa.select(QuestionVersion)).one())

    with pytest.raises(FrozenVersionError):
        bank.within(attempt)


def test_samples_come_once_name_nobody_and_wait_for_a_reviewer(bank: Bank) -> None:
    institution = bank.people["author"].institution_id
    first, second = bank.import_samples(institution), bank.import_samples(institution)
    assert first >= 24
    assert second == 0
    with bank.app.app_context():
        versions = session.scalars(sa.select(QuestionVersion)).all()
        assert len(versions) == first
        assert {(v.author_id, v.reviewer_id, v.question.sample) for v in versions} == {(None, None, True)}
        states = {(v.question.code.startswith("practice"), bool(v.tags), v.state) for v in versions}
        assert states == {(True, False, VersionState.APPROVED), (False, True, VersionState.IN_REVIEW)}
        [sample] = [v.question_id for v in versions if v.question.code == "sample-521a1-01"]
        parted = session.scalar(sa.select(sa.func.count()).select_from(QuestionEnemy))
        assert parted == sum(len(sample.apart) for sample in read_samples()) > 0
        noted = sa.select(sa.func.count()).where(AuditEntry.action == "question.part")
        assert session.scalar(noted) == parted
    assert bank.acts() == ["question.import_sample"] * first
    position = bank.requirements["5.2.1-a-1"].position_id
    offered = partial(bank.within, approved_for_position, institution_id=institution, position_id=position)
    assert offered() == []
    bank.sign(sample)
    assert [usable.version.question_id for usable in offered()] == [sample]
    with bank.app.app_context():
        signed = session.scalars(sa.select(QuestionVersion).where(QuestionVersion.question_id == sample)).one()
        assert (signed.state, signed.reviewer_id) == (VersionState.APPROVED, bank.people["reviewer"].person_id)
