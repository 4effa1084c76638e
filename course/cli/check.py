"""`course check`: every fault of the course's files and settings, at once."""

import sys
from dataclasses import asdict, replace
from pathlib import Path

import click

from course import clock
from course.cli.bootstrap import emit, fail, setting_faults
from course.curriculum.faults import Fault
from course.people import course_files

_ONLY_SIGNATURES = (
    "Only signatures are missing: a clinician has to read these files. "
    "That is so of the sample course as it comes; `course demo` runs it without them."
)


@click.command("check")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.option("--deploy", is_flag=True, help="Look at the settings of a real installation, too.")
def command(as_json: bool, deploy: bool) -> None:
    """Say what is wrong with the course's files, each with file, line and what would be right.

    A missing signature is a fault everywhere but in the sandbox, where it is only said.
    """
    if course_files.missing_folder():
        fail(course_files.missing_folder())
    wrong = setting_faults() if deploy else []
    faults = course_files.faults(clock.machine_now())
    blocking = course_files.blocking(faults)
    if as_json:
        rows = [asdict(fault) | {"path": _path(fault)} for fault in faults]
        emit({"faults": rows, "settings": wrong, "blocking": len(blocking)})
    else:
        for line in wrong:
            click.echo(line)
        for fault in faults:
            click.echo(f"{'' if fault in blocking else 'Note: '}{replace(fault, file=_path(fault))}")
        click.echo(_summary(len(blocking) + len(wrong), len(faults) - len(blocking)))
        if blocking and not wrong and all(fault.kind == "review" for fault in blocking):
            click.echo(_ONLY_SIGNATURES)
    sys.exit(1 if blocking or wrong else 0)


def _path(fault: Fault) -> str:
    """Return the fault's file as a program opens it: from the current folder where it lies below, else in full."""
    place = course_files.place(fault.file).absolute()
    return str(place.relative_to(Path.cwd()) if place.is_relative_to(Path.cwd()) else place)


def _summary(blocking: int, notes: int) -> str:
    if blocking:
        return f"{blocking} fault{'s' if blocking > 1 else ''} to mend before the course can go out."
    return f"No faults. Notes: {notes}." if notes else "No faults."
