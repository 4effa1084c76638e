"""Before a command touches the course: Django set up, and each fault of the set-up said in one line."""

import json
import os
import sys
from typing import Any, NoReturn

import click
import django
from django.core import checks
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command
from django.db import Error as DatabaseError
from django.db import connection

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
    faults = [fault for fault in checks.run_checks() if fault.is_serious()]
    if faults:
        fail("\n".join(str(fault.msg) for fault in faults))
    if database:
        _database_answers()


def migrate() -> None:
    """Bring the database's tables up to date, quietly; refuse one that belongs elsewhere."""
    call_command("migrate", verbosity=0, interactive=False)
    faults = checks.run_checks(tags=["database"], databases=["default"])
    if faults:
        fail("\n".join(str(fault.msg) for fault in faults))


def emit(data: dict[str, Any]) -> None:
    """Print one JSON object."""
    click.echo(json.dumps(data, indent=2, ensure_ascii=False, default=str))


def _database_answers() -> None:
    try:
        connection.ensure_connection()
    except DatabaseError as error:
        reason = str(error).strip().splitlines()[0]
        fail(f"The database does not answer: {reason}. Check DATABASE_URL, and that the server is running.")
