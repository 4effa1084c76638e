"""`course check`: every fault of the course's files and settings, at once."""

import sys
from dataclasses import asdict

import click

from course import clock
from course.cli.bootstrap import django_setup, emit
from course.people import course_files


@click.command("check")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def command(as_json: bool) -> None:
    """Say what is wrong with the course's files, each with file, line and what would be right.

    A missing signature is a fault everywhere but in the sandbox, where it is only said.
    """
    django_setup(database=False)
    faults = course_files.faults(clock.machine_now())
    blocking = course_files.blocking(faults)
    if as_json:
        emit({"faults": [asdict(fault) for fault in faults], "blocking": len(blocking)})
    else:
        for fault in faults:
            click.echo(f"{'' if fault in blocking else 'Note: '}{fault}")
        click.echo(_summary(len(blocking), len(faults) - len(blocking)))
    sys.exit(1 if blocking else 0)


def _summary(blocking: int, notes: int) -> str:
    if blocking:
        return f"{blocking} faults to mend before the course can go out."
    return f"No faults. Notes: {notes}." if notes else "No faults."
