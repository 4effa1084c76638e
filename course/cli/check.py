"""`course check`: every fault of the course's files and settings, at once."""

import sys
from dataclasses import asdict

import click

from course import clock
from course.cli.bootstrap import emit, setting_faults
from course.people import course_files


@click.command("check")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.option("--deploy", is_flag=True, help="Look at the settings of a real installation, too.")
def command(as_json: bool, deploy: bool) -> None:
    """Say what is wrong with the course's files, each with file, line and what would be right.

    A missing signature is a fault everywhere but in the sandbox, where it is only said.
    """
    wrong = setting_faults() if deploy else []
    faults = course_files.faults(clock.machine_now())
    blocking = course_files.blocking(faults)
    if as_json:
        emit({"faults": [asdict(fault) for fault in faults], "settings": wrong, "blocking": len(blocking)})
    else:
        for line in wrong:
            click.echo(line)
        for fault in faults:
            click.echo(f"{'' if fault in blocking else 'Note: '}{fault}")
        click.echo(_summary(len(blocking) + len(wrong), len(faults) - len(blocking)))
    sys.exit(1 if blocking or wrong else 0)


def _summary(blocking: int, notes: int) -> str:
    if blocking:
        return f"{blocking} faults to mend before the course can go out."
    return f"No faults. Notes: {notes}." if notes else "No faults."
