"""`course restore`: a backup put in the database's place, sending held, and what happened since made good.

Loaded and held in one step; then the relay and the provider are asked what went since, and the ledger is replayed.
When it is cut short, sending is held: run it again.
"""

from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import click
from django.conf import settings
from django.db import Error as DatabaseError
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.db.models import QuerySet

from course import clock
from course.cli import archive, dumps, running
from course.cli.archive import ArchiveError, Manifest
from course.cli.bootstrap import database_answers, emit, fail, migrate
from course.cli.locks import TakenError, take_folder
from course.delivery import asking, holds, replay
from course.delivery.models import Hold
from course.delivery.words import HoldScope
from course.discussion import erasure
from course.people import audit, ledger
from course.people.models import Cohort, Staff, Subscriber
from course.vault import VaultError

BY = "restore"
_UNFINISHED = "being restored from a backup; not finished, run course restore again"
_CHECKS = {"sqlite": dumps.check_sqlite, "postgresql": dumps.check_postgresql}
_LOADS = {"sqlite": dumps.load_sqlite, "postgresql": dumps.load_postgresql}
_EVERY = 100  # questions between two lines of progress
_RELEASE = "course release --all " + " ".join(scope for scope in HoldScope if scope != HoldScope.ALL)


class UnfinishedError(Exception):
    """A restore broke off after the backup was loaded; what stands in the way is its text."""


@dataclass
class Report:
    """What a restore did: what the ledger said, what each channel's other side said, and what was held before."""

    taken_at: str
    replayed: dict[str, int]
    asked: dict[str, dict[str, int]]
    held_before: list[dict[str, str]]
    release: str = field(default=_RELEASE)


@click.command("restore")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--replace", is_flag=True, help="Put it in the place of a database that holds something.")
@click.option("--json", "as_json", is_flag=True, help="Print the report as one JSON object.")
def command(file: Path, replace: bool, as_json: bool) -> None:
    """Put the backup FILE in the database's place, with everything held until a person releases it.

    Nothing may run meanwhile. Stops and erasures since the backup are done again from the ledger, and the relay and
    the provider are asked what went since, so that nothing goes twice.
    """
    database_answers()
    try:
        take_folder(settings.DATA_DIR)
        running.nobody_at_work(clock.machine_now())
        report = restore(file, replace=replace)
    except UnfinishedError as error:
        done = "The backup is loaded and everything is held, but it is not finished"
        fail(f"{done}: {error}. Run it again with --replace.")
    except (TakenError, running.NotAloneError, ArchiveError, dumps.DumpError, OSError) as error:
        fail(f"Nothing was restored. {error}")
    emit(asdict(report)) if as_json else _say(report)


def restore(file: Path, *, replace: bool) -> Report:
    """Restore; raises ArchiveError, DumpError or OSError, and then the database is as it was.

    Raises UnfinishedError when it broke off later: then the backup is there, and everything is held.
    """
    manifest = archive.read(file)
    _fits(manifest)
    if not replace and _holds_something():
        raise ArchiveError("The database holds something. --replace puts the backup in its place.")
    _load(file, manifest)
    try:
        return _make_good(manifest)
    except (OSError, VaultError, DatabaseError) as error:
        raise UnfinishedError(str(error)) from error


def _make_good(manifest: Manifest) -> Report:
    """Ask and replay what happened since the backup that is loaded."""
    migrate()
    now, taken_at = clock.course_now(), datetime.fromisoformat(manifest.taken_at)
    before = [{"scope": hold.scope, "reason": hold.reason} for hold in _held_before()]
    asked = asking.ask(taken_at, now, clock.machine_now(), _tell)
    replayed = replay.replay(ledger.read(manifest.ledger_position), now, erasure.erase)
    reason = f"restored from a backup of {manifest.taken_at}; release when you have looked"
    holds.standing().filter(held_by=BY).update(reason=reason)
    audit.record("system", "restored", "database")
    said = {name: asdict(each) for name, each in asked.items()}
    return Report(manifest.taken_at, asdict(replayed), said, before)


def _held_before() -> QuerySet[Hold]:
    """Return the holds that stood when the backup was taken: the load itself ended them and put its own."""
    since = holds.standing().filter(held_by=BY).values("since")[:1]
    return Hold.objects.filter(released_by=BY, released_at=since).order_by("scope")


def _fits(manifest: Manifest) -> None:
    if manifest.vendor != connection.vendor:
        raise ArchiveError(f"This is a backup of {manifest.vendor}; DATABASE_URL names {connection.vendor}.")
    ours = {name for app, name in MigrationLoader(None).disk_migrations if app == "course"}
    if not set(manifest.migrations) <= ours:
        raise ArchiveError(f"This is a backup of version {manifest.version}, which is newer than this program.")


def _holds_something() -> bool:
    try:
        return any(model.objects.exists() for model in (Subscriber, Staff, Cohort))
    except DatabaseError:  # no tables yet
        connection.close()
        return False


def _load(file: Path, manifest: Manifest) -> None:
    part = settings.DATA_DIR / "restore.part"
    try:
        archive.extract(file, manifest, part)
        _CHECKS[manifest.vendor](part)
        connection.close()
        _LOADS[manifest.vendor](connection.settings_dict, part, _first(manifest.vendor))
    finally:
        part.unlink(missing_ok=True)


def _first(vendor: str) -> list[str]:
    """Return what is done with the load itself, so that no worker ever sees it undone: everything held, nobody in.

    A sign-in that ended since the backup must not come back with it.
    """
    at = clock.machine_now().strftime("%Y-%m-%d %H:%M:%S.%f") + ("+00:00" if vendor == "postgresql" else "")
    hold = "INSERT INTO course_hold (scope, reason, since, held_by, released_by)"
    return [
        f"UPDATE course_hold SET released_at = '{at}', released_by = '{BY}' WHERE released_at IS NULL",  # noqa: S608  our own words only
        *(f"{hold} VALUES ('{scope}', '{_UNFINISHED}', '{at}', '{BY}', '')" for scope in HoldScope),
        "DELETE FROM django_session",
        f"UPDATE course_signinlink SET used_at = '{at}' WHERE used_at IS NULL",  # noqa: S608
    ]


def _tell(count: int) -> None:
    if count % _EVERY == 0:
        click.echo(f"Asked about {count} messages and people.", err=True)


def _say(report: Report) -> None:
    click.echo(f"Restored from the backup of {report.taken_at}. Nothing goes out now but safety messages.")
    click.echo("Done again from the ledger: " + _counts(report.replayed) + ".")
    for channel, said in report.asked.items():
        click.echo(f"Of what may have gone by {channel} since: " + _counts(said) + ".")
    for hold in report.held_before:
        click.echo(f"Held when the backup was taken: {hold['scope']}, {hold['reason']}.")
    click.echo("What nobody can say is not sent again; `course message list --unknown` lists it.")
    click.echo(f"Start the programs, look, and then: {report.release}")


def _counts(said: dict[str, Any]) -> str:
    return ", ".join(f"{name.replace('_', ' ')} {count}" for name, count in said.items())
