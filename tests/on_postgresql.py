"""Runs the tests that touch the database once more, on a PostgreSQL started for them."""

import os
import subprocess
import sys

from tests import postgresql


def main() -> int:
    """Run pytest with DATABASE_URL set; more arguments go to pytest."""
    arguments = sys.argv[1:] or [
        "tests",
        "-m",
        "not browser",
        "--ignore=tests/curriculum",
        "--ignore=tests/test_house.py",
    ]
    with postgresql.server() as address:
        print("The database tests once more, on PostgreSQL.", flush=True)  # noqa: T201  this is a command
        return subprocess.call([sys.executable, "-m", "pytest", *arguments], env=os.environ | {"DATABASE_URL": address})


if __name__ == "__main__":
    sys.exit(main())
