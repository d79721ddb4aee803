"""`python -m lms_carbon` is the command `lms-carbon`."""

from lms_carbon.app import main

main(prog_name="lms-carbon")
