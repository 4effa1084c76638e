"""Before a command touches the course: Django set up, and each fault of the set-up said in one line."""

import json
import os
import sys
from collections.abc import Sequence
from typing import Any, NoReturn

import click
import django
from django.conf import settings
from django.core import checks
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command
from django.db import Error as DatabaseError
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.recorder import MigrationRecorder

from course.checks import production_clock_is_not_turned
from course.environment import SettingsError


def fail(message: str) -> NoReturn:
    """Say one line on standard error and end with exit code 1."""
    click.echo(message, err=True)
    sys.exit(1)


def load() -> None:
    """Set Django up, so that a command's own imports work. Ends with one line when a setting is not understood."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "course.settings")
    try:
        django.setup()
    except (SettingsError, ImproperlyConfigured) as fault:
        fail(str(fault))


def django_setup(*, database: bool = True) -> None:
    """Run the checks asked at start; ends with one clear line for each that fails."""
    load()
    _fail_on(checks.run_checks())
    if database:
        database_answers()
        _tables_are_ours()


def setting_faults() -> list[str]:
    """Return a line for each setting that production must have and does not, or that is wrong."""
    found = checks.run_checks(include_deployment_checks=True)
    return [str(fault.msg) for fault in found if not fault.is_silenced()]


def migrate() -> None:
    """Bring the database's tables up to date, quietly; refuse one that belongs elsewhere."""
    call_command("migrate", verbosity=0, interactive=False)
    _fail_on(production_clock_is_not_turned())


def emit(data: dict[str, Any]) -> None:
    """Print one JSON object."""
    click.echo(json.dumps(data, indent=2, ensure_ascii=False, default=str))


def data_folder() -> None:
    """Make the data folder if need be; end with one line when it cannot be."""
    try:
        settings.DATA_DIR.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        fail(f"COURSE_DATA_DIR: The folder {settings.DATA_DIR} cannot be used: {error.strerror}.")


def database_answers() -> None:
    """End with one line when the database does not answer."""
    if connection.vendor == "sqlite":
        data_folder()
    try:
        connection.ensure_connection()
    except (DatabaseError, ImproperlyConfigured) as error:
        reason = str(error).strip().splitlines()[0]
        fail(f"The database does not answer: {reason}. Check DATABASE_URL, and that the server is running.")


def _tables_are_ours() -> None:
    """Make the tables of an empty database; leave those of an older version to `course up`."""
    recorder = MigrationRecorder(connection)
    if not recorder.has_table():
        migrate()
    elif MigrationExecutor(connection).migration_plan(MigrationExecutor(connection).loader.graph.leaf_nodes()):
        fail("The database's tables are of an older version; `course up` brings them up to date.")
    else:
        _fail_on(production_clock_is_not_turned())


def _fail_on(faults: Sequence[checks.CheckMessage]) -> None:
    serious = [str(fault.msg) for fault in faults if fault.is_serious()]
    if serious:
        fail("\n".join(serious))
