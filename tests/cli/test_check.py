"""`course check` names what can be opened, and says what a newcomer needs to know."""

import json
from pathlib import Path

import pytest

from tests.cli.conftest import KEYS, PRODUCTION, ROOT, Run, own_course


def test_each_fault_names_a_file_that_opens_as_it_is_printed(course: Run, tmp_path: Path) -> None:
    own = own_course(tmp_path / "mine")
    for where in ({}, {"COURSE_DIR": str(own)}):
        lines = course("check", **PRODUCTION, **where).stdout.splitlines()
        named = [line.partition(":")[0] for line in lines if "has not been checked by a clinician" in line]
        rows = json.loads(course("check", "--json", **PRODUCTION, **where).stdout)["faults"]
        assert named == [row["path"] for row in rows]
        assert len(named) > 3
        assert all((ROOT / name).is_file() for name in named)
        assert all(row["file"].startswith("lessons/") for row in rows)
    assert not Path(named[0]).is_relative_to(ROOT)


@pytest.mark.parametrize("command", [["check"], ["cohort", "add", "x", "--start", "2040-03-05"], ["up"]])
def test_a_course_folder_that_is_not_there_is_one_line(course: Run, tmp_path: Path, command: list[str]) -> None:
    done = course(*command, **KEYS, COURSE_DIR=str(tmp_path / "none"))
    assert done.returncode == 1
    assert f"COURSE_DIR names {tmp_path / 'none'}, and no folder is there." in done.stderr
    assert "missing or cannot be opened" not in done.stdout + done.stderr


def test_where_only_signatures_are_missing_the_check_says_that_this_is_how_the_sample_comes(
    course: Run, tmp_path: Path
) -> None:
    said = course("check", **PRODUCTION).stdout
    assert "Only signatures are missing" in said.splitlines()[-1]
    own = own_course(tmp_path / "mine")
    (own / "lessons" / "en" / "two-kinds.md").unlink()
    assert "Only signatures" not in course("check", **PRODUCTION, COURSE_DIR=str(own)).stdout
