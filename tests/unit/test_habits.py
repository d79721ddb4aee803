"""Habits of the house that no linter knows."""

import ast
from pathlib import Path

ROOT = Path(__file__).parents[2] / "lms_carbon"
FILES = [file for file in ROOT.rglob("*.py") if "sandbox" not in file.parts]


def test_commits_stand_in_one_file() -> None:
    found = {str(file.relative_to(ROOT)) for file in FILES if ".commit(" in file.read_text()}
    assert found == {"core/transaction.py"}


def test_no_import_inside_a_function() -> None:
    for file in ROOT.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                inside = [n for n in ast.walk(node) if isinstance(n, ast.Import | ast.ImportFrom)]
                assert inside == [], f"{file}:{node.lineno} {node.name}"


def test_functions_stay_short() -> None:
    long = [
        f"{file.relative_to(ROOT)}:{node.lineno} {node.name}"
        for file in ROOT.rglob("*.py")
        for node in ast.walk(ast.parse(file.read_text()))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (node.end_lineno or 0) - node.body[0].lineno >= 40
    ]
    assert long == []


def test_time_comes_from_the_clock() -> None:
    for file in FILES:
        if file.name != "clock.py":
            text = file.read_text()
            assert "datetime.now(" not in text, file
            assert "utcnow(" not in text, file
