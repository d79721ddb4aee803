"""The sandbox is a program of its own: it knows nothing of the tool's code."""

import subprocess
import sys

PROGRAM = """
import sys
import lms_carbon.sandbox.commands, lms_carbon.sandbox.server
known = {name for name in sys.modules if name.startswith("lms_carbon.")}
print(sorted(name for name in known if not name.startswith("lms_carbon.sandbox")))
"""


def test_nothing_of_the_tool_is_loaded() -> None:
    ended = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, timeout=60, check=True)
    assert ended.stdout.strip() == "[]"
