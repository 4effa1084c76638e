"""`course health`: is anything late, silent or full? The exit code is for a supervisor."""

import os
import sys

import click
from django.conf import settings

from course import clock
from course.cli import vital_signs
from course.cli.bootstrap import emit
from course.cli.redis_server import remembered
from course.cli.vital_signs import Seconds, Signs


@click.command("health")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def command(as_json: bool) -> None:
    """Say whether all is well: exit code 0, or 1 when something is late, silent or full.

    It answers within ten seconds, also when the database or Redis hangs, and changes nothing.
    """
    redis_url = settings.REDIS_URL or remembered(settings.DATA_DIR)
    folders = (settings.DATA_DIR, settings.LEDGER.parent)
    signs = vital_signs.take(folders, redis_url, clock.course_now, clock.machine_now())
    if as_json:
        emit(signs.as_json())
    else:
        _say(signs)
    sys.stdout.flush()
    os._exit(1 if signs.faults() else 0)  # a thread that hangs on the database must not keep us here


def _say(signs: Signs) -> None:
    for fault in signs.faults():
        click.echo(f"{click.style('Fault:', fg='red')} {fault}")
    for hold in signs.holds:
        click.echo(f"{click.style('Held:', fg='yellow')} {hold['scope']}, {hold['reason']}, since {hold['since']}.")
    for name, age in signs.oldest_due_seconds.items():
        click.echo(f"Oldest {name} message that is due: {_words(age, 'none waits')}.")
    click.echo(f"Oldest reply that is not understood: {_words(signs.oldest_reply_seconds, 'none waits')}.")
    click.echo(f"Oldest alert that nobody has: {_words(signs.oldest_alert_seconds, 'none is open')}.")
    for name, age in signs.seen_seconds.items():
        click.echo(f"Seen at work, {name}: {_words(age, 'never')}.")
    click.echo(f"Disk left: {signs.disk_free_bytes // 1024**2} MB.")
    if not signs.faults():
        click.echo(click.style("All is well.", fg="green"))


def _words(age: Seconds, nothing: str) -> str:
    return nothing if age is None else f"{age:.0f} seconds ago"
