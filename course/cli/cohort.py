"""`course cohort`: add and list cohorts."""

from datetime import datetime

import click

from course import clock
from course.cli import tables
from course.cli.bootstrap import django_setup, emit, fail
from course.people import cohorts, course_files, on_call, versions
from course.people.models import Cohort, Staff
from course.people.words import Role


@click.group("cohort")
def command() -> None:
    """Add and list cohorts."""


@command.command("add")
@click.argument("name")
@click.option("--start", "start", required=True, type=click.DateTime(["%Y-%m-%d"]), help="First day, as 2026-12-01.")
@click.option("--coordinator", default="", help="Email address of the coordinator who looks after it.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def add(name: str, start: datetime, coordinator: str, as_json: bool) -> None:
    """Add a cohort called NAME, pinned to the course as its files are now."""
    django_setup()
    now = clock.course_now()
    try:
        version = course_files.register(clock.machine_now())
        on_call.require()
        cohort = cohorts.create(name, version, start.date(), now, _coordinator(coordinator))
    except (cohorts.CohortError, on_call.NobodyOnCall, versions.CourseFaults) as fault:
        fail(f"Nothing was added. {fault}")
    if as_json:
        emit(_row(cohort))
    else:
        click.echo(f"Added {cohort.name}: starts on {cohort.starts_on}, hours of {cohort.zone}.")


@command.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def list_(as_json: bool) -> None:
    """List cohorts, the newest first."""
    django_setup()
    rows = [_row(cohort) for cohort in Cohort.objects.select_related("version").order_by("-starts_on", "name")]
    if as_json:
        emit({"cohorts": rows})
    elif rows:
        tables.show("Cohorts", list(rows[0]), [list(row.values()) for row in rows])
    else:
        click.echo("There is no cohort yet. `course cohort add NAME --start DATE` adds one.")


def _coordinator(email: str) -> Staff | None:
    if not email:
        return None
    member = Staff.objects.filter(email=email.strip().lower(), is_active=True, role=Role.COORDINATOR).first()
    if member is None:
        raise cohorts.CohortError("No coordinator has this address; `course staff add` adds one.")
    return member


def _row(cohort: Cohort) -> dict[str, object]:
    return {
        "name": cohort.name,
        "starts_on": cohort.starts_on.isoformat(),
        "zone": cohort.zone,
        "state": cohort.state,
        "people": cohort.enrolments.count(),
        "course_version": cohort.version.content_hash[:12],
    }
