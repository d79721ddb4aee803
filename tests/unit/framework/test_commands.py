"""`lms-carbon framework show`, which works with nothing set up."""

import json
import subprocess
import sys
from pathlib import Path

from click.testing import CliRunner

from lms_carbon.framework.commands import framework_commands

SHIPPED = Path("lms_carbon/framework/data/t-miitec-020-2024.yaml")


def test_json_is_whole() -> None:
    outcome = CliRunner().invoke(framework_commands, ["show", "--format", "json"])
    assert outcome.exit_code == 0, outcome.output
    whole = json.loads(outcome.stdout)
    assert whole["code"] == "T/MIITEC 020-2024"
    assert whole["title"]["en"] == "Industrial talents competency framework of carbon management"
    assert set(whole) >= {
        "terms", "elements", "improvement", "stages", "providers", "methods", "references", "directions", "bands",
    }  # fmt: skip
    assert "岗位" in outcome.stdout, "Chinese is printed as Chinese"


def test_text_speaks_both_languages() -> None:
    chinese = CliRunner().invoke(framework_commands, ["show"])
    english = CliRunner().invoke(framework_commands, ["show", "--lang", "en"])
    assert "5.2.1  碳减排工程师" in chinese.stdout
    assert "5.2.1  Carbon reduction engineer" in english.stdout


def test_another_framework_shows_by_file(tmp_path: Path) -> None:
    other = tmp_path / "other.yaml"
    other.write_text(SHIPPED.read_text("utf-8").replace("code: T/MIITEC 020-2024", "code: T/X 1", 1), "utf-8")
    outcome = CliRunner().invoke(framework_commands, ["show", "--file", str(other)])
    assert outcome.stdout.startswith("T/X 1  ")


def test_a_bad_file_is_a_sentence_and_status_2(tmp_path: Path) -> None:
    bad = tmp_path / "bad.yaml"
    bad.write_text("code: x")
    outcome = CliRunner().invoke(framework_commands, ["show", "--file", str(bad)])
    assert outcome.exit_code == 2
    assert "The framework document is not right at scope: a list is expected" in outcome.stderr


def test_no_settings_are_needed(tmp_path: Path) -> None:
    command = [sys.executable, "-c", "from lms_carbon.app import main; main()", "framework", "show"]
    environment = {"PATH": "/usr/bin:/bin", "PYTHONPATH": str(Path.cwd()), "PYTHONIOENCODING": "utf-8"}
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, check=False, text=True)
    assert done.returncode == 0, done.stderr
    assert "碳减排工程师" in done.stdout
