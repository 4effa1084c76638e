"""Runs the tests that touch the database once more, on a PostgreSQL started for them."""

import os
import subprocess
import sys

from tests import postgresql

# What asks no database of the course, or brings a PostgreSQL of its own.
NOT_HERE = (
    "curriculum",
    "sandbox",
    "chaos/test_judge.py",
    "test_*.py",
    "cli/test_restore.py",
    "cli/test_one_run_alone.py",
    "cli/test_sandbox_environment.py",
    "cli/test_processes.py",
    "cli/test_wrong_settings.py",
    "cli/test_check.py",
    "delivery/test_channels*.py",
    "delivery/test_rendering_*.py",
    "replies/test_optout.py",
    "replies/test_extraction.py",
)


def main() -> int:
    """Run pytest with DATABASE_URL set; more arguments go to pytest."""
    arguments = sys.argv[1:] or [
        "tests",
        "-m",
        "not browser",
        *(f"--ignore-glob=tests/{pattern}" for pattern in NOT_HERE),
    ]
    with postgresql.server() as address:
        print("The database tests once more, on PostgreSQL.", flush=True)  # noqa: T201  this is a command
        return subprocess.call([sys.executable, "-m", "pytest", *arguments], env=os.environ | {"DATABASE_URL": address})


if __name__ == "__main__":
    sys.exit(main())
