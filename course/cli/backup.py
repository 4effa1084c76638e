"""`course backup`: the database as it is at this instant, in one file."""

from importlib.metadata import version
from pathlib import Path

import click
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder

from course import clock
from course.cli import archive, dumps
from course.cli.archive import Manifest
from course.cli.bootstrap import django_setup, fail
from course.people import ledger

DUMPS = {"sqlite": dumps.dump_sqlite, "postgresql": dumps.dump_postgresql}


@click.command("backup")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
def command(file: Path) -> None:
    """Write the database to FILE while everything runs on. The keys are not in it, nor the ledger: keep both apart."""
    django_setup()
    if file.exists():
        fail(f"{file} is there already, and is left as it is. Name another file.")
    try:
        manifest = take(file)
    except (OSError, dumps.DumpError, archive.ArchiveError) as error:
        fail(f"No backup was made. {error}")
    click.echo(f"Backed up to {file}: {manifest.size // 1024} KB, {manifest.vendor}, taken at {manifest.taken_at}.")


def take(file: Path) -> Manifest:
    """Back up to ``file``. Raises OSError, DumpError or ArchiveError, and then there is no file."""
    data = file.with_name(file.name + ".data")
    taken_at, position = clock.machine_now(), ledger.position()
    data.touch(0o600)
    try:
        DUMPS[connection.vendor](connection.settings_dict, data, lambda line: click.echo(line, err=True))
        manifest = Manifest(
            format=archive.FORMAT,
            version=version("clinic-course"),
            vendor=connection.vendor,
            taken_at=taken_at.isoformat(timespec="seconds"),
            ledger_position=position,
            migrations=applied(),
            sha256=archive.digest(data),
            size=data.stat().st_size,
        )
        archive.write(file, data, manifest)
    finally:
        data.unlink(missing_ok=True)
    return manifest


def applied() -> list[str]:
    """Return the migrations of our own tables that this database has."""
    return sorted(name for app, name in MigrationRecorder(connection).applied_migrations() if app == "course")
