"""The short form of `make chaos`: one house, a few of each fault, judged by what the sinks received."""

import os
import subprocess
import sys

import pytest

from course import paths

SQLITE = ("kill-worker", "redis", "stop", "callbacks", "intake")
POSTGRESQL = ("kill-worker", "postgres", "stop", "intake")


@pytest.mark.journey
def test_nothing_is_lost_sent_twice_or_sent_after_a_stop_while_programs_are_killed() -> None:
    """On PostgreSQL other faults than on SQLite: `make test` runs both."""
    on_postgresql = bool(os.environ.get("DATABASE_URL"))
    database, names = ("postgresql", POSTGRESQL) if on_postgresql else ("sqlite", SQLITE)
    command = [sys.executable, "-m", "tests.chaos", "--short", "--seed", "5", "--database", database, *names]
    done = subprocess.run(command, cwd=paths.CHECKOUT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr[-3000:]
