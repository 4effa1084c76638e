"""A port and a data folder are one run's alone; a second is told in one line, and changes nothing."""

import socket
from contextlib import closing
from pathlib import Path

import pytest

from course.cli import locks, sandbox_environment
from tests.cli.conftest import KEYS, Run


def test_each_port_that_is_taken_is_one_line_and_nothing_starts(course: Run, tmp_path: Path) -> None:
    with (
        closing(socket.create_server(("127.0.0.1", 0))) as web,
        closing(socket.create_server(("127.0.0.1", 0))) as lmtp,
    ):
        places = {"COURSE_WEB_BIND": web, "COURSE_LMTP_BIND": lmtp}
        binds = {name: f"127.0.0.1:{taken.getsockname()[1]}" for name, taken in places.items()}
        done = course("up", **KEYS, **binds)
    assert done.returncode == 1
    lines = done.stderr.strip().splitlines()
    assert [line.partition(":")[0] for line in lines] == list(places)
    assert all("cannot be used: Address already in use." in line for line in lines)
    assert not (tmp_path / "logs").exists()


def test_a_port_that_another_installation_keeps_is_not_shared(course: Run, tmp_path: Path) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as free:
        port = free.getsockname()[1]
    locks.take_port("127.0.0.1", port)
    done = course("up", **KEYS, COURSE_WEB_BIND=f"127.0.0.1:{port}")
    assert done.returncode == 1
    assert done.stderr.startswith(f"COURSE_WEB_BIND: port {port} is kept by another run")
    assert not (tmp_path / "logs").exists()


def test_a_demo_folder_that_cannot_be_made_is_one_line(course: Run, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    done = course("demo", "--dir", str(tmp_path / "file" / "demo"))
    assert done.returncode == 1
    assert len(done.stderr.splitlines()) == 1
    assert "cannot be used: Not a directory." in done.stderr


@pytest.mark.parametrize("options", [[], ["--clean"], ["--until-complete"]])
def test_a_second_demo_leaves_a_folder_that_a_run_is_using_alone(
    course: Run, tmp_path: Path, options: list[str]
) -> None:
    folder = tmp_path / "demo"
    sandbox_environment.make(folder, {})
    before = (folder / "sandbox.json").read_bytes()
    locks.take_folder(folder)
    done = course("demo", "--dir", str(folder), *options, REDIS_URL="redis://127.0.0.1:1/0")
    assert done.returncode == 1
    assert f"A run is using this folder: {folder}." in done.stderr
    assert (folder / "sandbox.json").read_bytes() == before


def test_a_clean_demo_forgets_the_last_run_but_not_that_it_runs_itself(course: Run, tmp_path: Path) -> None:
    folder = tmp_path / "demo"
    sandbox_environment.make(folder, {})
    before = (folder / "sandbox.json").read_bytes()
    (folder / "logs").mkdir()
    (folder / "logs" / "old.log").touch()
    lock = folder / locks.RUN_LOCK
    lock.touch()
    held = lock.stat().st_ino
    done = course("demo", "--dir", str(folder), "--clean", REDIS_URL="redis://127.0.0.1:1/0")
    assert "Redis does not answer" in done.stderr
    assert (folder / "sandbox.json").read_bytes() != before
    assert not (folder / "logs" / "old.log").exists()
    assert lock.stat().st_ino == held


def test_a_second_installation_leaves_a_folder_that_a_run_is_using_alone(course: Run, tmp_path: Path) -> None:
    locks.take_folder(tmp_path)
    done = course("up", **KEYS)
    assert done.returncode == 1
    assert done.stderr.startswith(f"COURSE_DATA_DIR: A run is using this folder: {tmp_path}.")
    assert not (tmp_path / "course.sqlite3").exists()
