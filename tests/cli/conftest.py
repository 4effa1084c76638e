"""The command run as a user runs it: in a folder and a database of its own, with the environment given."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from pathlib import Path

import pytest

from course import paths
from course.cli.demo_database import throwaway_database
from course.environment import new_secret

ROOT = Path(__file__).parents[2]
Run = Callable[..., "subprocess.CompletedProcess[str]"]
PRODUCTION = {
    "COURSE_MODE": "production",
    "COURSE_SECRET_KEY": "a secret for tests",
    "COURSE_KEYS": f"test:{new_secret()}",
    "COURSE_INDEX_KEY": new_secret(),
    "COURSE_PUBLIC_URL": "https://course.example.org",
    "COURSE_MAIL_FROM": "lessons@clinic.example.org",
    "COURSE_MAIL_DOMAIN": "course.clinic.example.org",
}
KEYS = {name: PRODUCTION[name] for name in ("COURSE_SECRET_KEY", "COURSE_KEYS", "COURSE_INDEX_KEY")}


@pytest.fixture
def database_url() -> Iterator[str]:
    """Return the address of a database of the test's own: PostgreSQL when DATABASE_URL names one, else SQLite."""
    with throwaway_database(os.environ["DATABASE_URL"]) if os.environ.get("DATABASE_URL") else nullcontext("") as url:
        yield url


@pytest.fixture
def course(tmp_path: Path, database_url: str) -> Run:
    """Run the command in a folder and a database of its own, with the environment given."""

    def run(*arguments: str, **environ: str) -> "subprocess.CompletedProcess[str]":
        clean = {name: value for name, value in os.environ.items() if not name.startswith("COURSE_")}
        own = {"COURSE_DATA_DIR": str(tmp_path), "COURSE_MODE": "sandbox", "DATABASE_URL": database_url} | environ
        argv = [sys.executable, "-m", "course", *arguments]
        return subprocess.run(argv, cwd=ROOT, env=clean | own, capture_output=True, text=True, check=False, timeout=120)

    return run


def own_course(folder: Path) -> Path:
    folder.mkdir(exist_ok=True)
    shutil.copy(paths.schedule(""), folder / "schedule.yaml")
    shutil.copytree(paths.lessons(""), folder / "lessons")
    return folder


def no_trace(done: "subprocess.CompletedProcess[str]") -> None:
    assert "Traceback" not in done.stdout + done.stderr
