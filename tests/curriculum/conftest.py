"""The shipped course's files, for tests that break one thing at a time."""

from pathlib import Path

import pytest

from course.curriculum.folder import read_folder

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def shipped() -> dict[str, str]:
    """Return the shipped files by canonical name; a test that changes one copies them first."""
    return read_folder(ROOT / "schedule.yaml", ROOT / "course/lessons")
