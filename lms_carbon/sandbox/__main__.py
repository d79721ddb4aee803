"""`python -m lms_carbon.sandbox`: the sandbox without anything of the tool."""

from lms_carbon.sandbox.commands import sandbox_commands

if __name__ == "__main__":
    sandbox_commands(prog_name="python -m lms_carbon.sandbox")
