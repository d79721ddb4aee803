"""How fast Moodle XML comes in, beside lxml that only parses the same file; `python -m bench.imports`.

Each way runs in a process of its own, so that the memory it takes at most is its own. `lxml` parses the whole file
into a tree; `read` makes checked items of it and drops them; `import` is the whole way on a database, from the file
handed in to the questions committed with their report, and again for the same file, which changes nothing. Seconds are
those of the processor; ways take turns, the median of their rounds counts.
"""

import argparse
import json
import multiprocessing
import resource
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, Final

import sqlalchemy as sa
from lxml import etree

from lms_carbon.app import create_app
from lms_carbon.core.clock import now
from lms_carbon.core.db import session
from lms_carbon.core.identity import Role
from lms_carbon.core.transaction import transaction
from lms_carbon.question_bank.import_models import ImportState, QuestionImport
from lms_carbon.question_bank.interchange.base import DEFAULT_LIMITS
from lms_carbon.question_bank.interchange.moodle.reading import read
from lms_carbon.question_bank.models import Question
from lms_carbon.question_bank.services.imports import begin_import, run_import
from tests.support.databases import migrate, settings_for
from tests.support.postgres import running_postgres
from tests.support.questions import load_standard
from tests.support.world import act_as, make_institution, make_person

QUESTIONS: Final = 5_000
WANTED: Final = 10.0
ROUNDS: Final = 3
_ANSWER: Final = """<answer fraction="{worth}" format="html">
<text><![CDATA[<p>Gas {letter} of source {n}</p>]]></text>
<feedback format="html"><text>{said}</text></feedback></answer>"""
_QUESTION: Final = """<question type="multichoice"><name><text>Question {n}</text></name>
<questiontext format="html"><text><![CDATA[<p>Which gas of source <b>{n}</b> does an inventory of scope 1 count,
when all fuels of the year are known?</p>]]></text></questiontext>
<generalfeedback format="html"><text><![CDATA[<p>Fuel {n} burns on site.</p>]]></text></generalfeedback>
<defaultgrade>1.0000000</defaultgrade><penalty>0.3333333</penalty><hidden>0</hidden><idnumber>B{n}</idnumber>
<single>true</single><shuffleanswers>true</shuffleanswers><answernumbering>abc</answernumbering>
<correctfeedback format="html"><text>Your answer is correct.</text></correctfeedback>{answers}
<tags><tag><text>5.2.1-a-3</text></tag></tags></question>
"""


def question(number: int) -> str:
    """Return a question as Moodle exports it."""
    facts = {"a": ("100", "That is it."), "b": ("0", ""), "c": ("0", ""), "d": ("0", "")}
    answers = "".join(
        _ANSWER.format(n=number, letter=letter, worth=worth, said=said) for letter, (worth, said) in facts.items()
    )
    return _QUESTION.format(n=number, answers=answers)


def write_quiz(path: Path, count: int) -> None:
    """Write a quiz of so many questions, as Moodle exports them."""
    with path.open("w", encoding="utf-8") as out:
        out.write('<?xml version="1.0" encoding="UTF-8"?>\n<quiz>\n')
        out.writelines(map(question, range(count)))
        out.write("</quiz>\n")


def parse(path: Path, _url: str) -> dict[str, Any]:
    """Parse with lxml, nothing else."""
    return {"questions": len(etree.parse(path).getroot())}


def read_items(path: Path, _url: str) -> dict[str, Any]:
    """Read items and drop them."""
    with path.open("rb") as source:
        return {"questions": sum(finding.item is not None for finding in read(source, DEFAULT_LIMITS))}


def bring_in(path: Path, url: str) -> dict[str, Any]:
    """Bring the file in, and again; returns what the bank holds then."""
    folder = path.parent
    app = create_app(settings_for(url, folder))
    counts = []
    with app.app_context():
        load_standard()
        by = act_as(make_person(make_institution(f"bench-{time.time_ns()}"), "Author", [Role.AUTHOR]))
        for _ in range(2):
            began, clock = time.process_time(), time.perf_counter()
            with transaction(), path.open("rb") as stream:
                made = begin_import(by=by, stream=stream, name=path.name, dry_run=False, at=now(), soon=False)
            run_import(import_id=made.id)
            with transaction(write=False):
                row = session.get_one(QuestionImport, made.id, populate_existing=True)
                counts.append((time.process_time() - began, time.perf_counter() - clock, row.imported, row.unchanged))
                if row.state is not ImportState.DONE:
                    raise RuntimeError(row.refusal)
        with transaction(write=False):
            held = sa.select(sa.func.count()).where(Question.institution_id == by.institution_id)
            questions = session.scalar(held)
        for engine in app.extensions["sqlalchemy"].engines.values():
            engine.dispose()
    (first, first_clock, _, _), (again, again_clock, _, unchanged) = counts
    return {
        "questions": questions,
        "seconds": first,
        "clock": round(first_clock, 2),
        "again_seconds": round(again, 2),
        "again_clock": round(again_clock, 2),
        "unchanged": unchanged,
    }


def alone(work: Callable[[Path, str], dict[str, Any]], path: Path, url: str) -> dict[str, Any]:
    """Run in a process of its own; adds its seconds of processor and the megabytes that it took more at most."""
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_measured, args=(work, path, url, theirs))
    process.start()
    theirs.close()  # so that a process that dies is heard of
    told: dict[str, Any] = ours.recv()
    process.join()
    return told


def _measured(work: Callable[[Path, str], dict[str, Any]], path: Path, url: str, pipe: Connection) -> None:
    before, began = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.process_time()
    found = work(path, url)
    spent = time.process_time() - began
    after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    pipe.send({"seconds": spent, **found, "megabytes": round((after - before) / 1024, 1)})


def measure(path: Path, url: str, rounds: int) -> dict[str, Any]:
    """Measure all ways in turn, so many rounds."""
    ways = {"lxml": parse, "read": read_items, "import": bring_in}
    found: dict[str, list[dict[str, Any]]] = {name: [] for name in ways}
    for _ in range(rounds):
        for name, work in ways.items():
            found[name].append(alone(work, path, url))
    told: dict[str, Any] = {}
    for name, runs in found.items():
        seconds = statistics.median(run["seconds"] for run in runs)
        told[name] = {**runs[-1], "seconds": round(seconds, 3), "per_second": round(runs[-1]["questions"] / seconds)}
    base = statistics.median(run["seconds"] for run in found["lxml"])
    for name in ("read", "import"):
        told[name]["times_lxml"] = round(statistics.median(run["seconds"] for run in found[name]) / base, 1)
    return told


def main() -> int:
    """Measure and print; the status is 1 where questions got lost or came twice."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--questions", type=int, default=QUESTIONS)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--folder", type=Path, default=Path("/var/tmp"), help="a disk, not memory")
    parser.add_argument("--only", choices=("postgresql", "sqlite"))
    options = parser.parse_args()
    results: dict[str, Any] = {}
    with tempfile.TemporaryDirectory(prefix="bench-", dir=options.folder) as name:
        folder = Path(name)
        folder.chmod(0o755)
        quiz = folder / "quiz.xml"
        write_quiz(quiz, options.questions)
        with running_postgres(folder / "pg", durable=True) as postgres:
            urls = {"postgresql": postgres, "sqlite": f"sqlite:///{folder / 'bench.sqlite3'}"}
            for dialect, url in urls.items():
                if options.only in (None, dialect):
                    migrate(url, folder)
                    results[dialect] = measure(quiz, url, options.rounds)
                    print(json.dumps({dialect: results[dialect]}), file=sys.stderr)  # each takes minutes
        size = round(quiz.stat().st_size / 1e6, 1)
    print(json.dumps({"bench": "imports", "megabytes": size, "wanted_times": WANTED, "databases": results}, indent=2))
    held = [(told["import"]["questions"], told["import"]["unchanged"]) for told in results.values()]
    return 0 if all(counts == (options.questions, options.questions) for counts in held) else 1


if __name__ == "__main__":
    sys.exit(main())
