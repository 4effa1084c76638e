"""Programs are stopped so that each ends what it began."""

import fcntl
import os
import sys
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import IO

import pytest

from course.cli import processes
from course.cli.processes import KeepsEndingError, Program, Supervisor
from workers import deliver

HAS_A_CHILD_AT_WORK = """
import os, pathlib, signal, sys, time
signal.signal(signal.SIGTERM, lambda *_: None)
folder = pathlib.Path(sys.argv[1])
child = os.fork()
if not child:
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    (folder / "begun").touch()
    time.sleep(1)
    (folder / "whole").touch()
    os._exit(0)
os.waitpid(child, 0)
"""
WRITES_DOWN_THAT_IT_STOPS = """
import pathlib, signal, sys, time
stopped, name, needs = pathlib.Path(sys.argv[1]), sys.argv[2], float(sys.argv[3])
def stop(*_):
    time.sleep(needs)
    with stopped.open("a") as file:
        print(name, file=file)
    sys.exit()
signal.signal(signal.SIGTERM, stop)
stopped.with_name(name).touch()
time.sleep(60)
"""
NEVER_STOPS = """
import fcntl, os, pathlib, signal, sys, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
held = (pathlib.Path(sys.argv[1]) / "held").open("w")
fcntl.flock(held, fcntl.LOCK_EX)
if os.fork():
    (pathlib.Path(sys.argv[1]) / "begun").touch()
time.sleep(60)
"""


@pytest.fixture
def supervisor() -> Iterator[Supervisor]:
    made = Supervisor(lambda _line: None)
    yield made
    made.stop()


def program(folder: Path, script: str, *arguments: object, needed: bool = False) -> Program:
    argv = [sys.executable, "-c", script, *map(str, arguments)]
    return Program("it", argv, os.environ, folder / "it.log", needed)


def until(happened: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 20
    while not happened():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.02)


def test_a_stop_lets_a_child_end_what_it_began(supervisor: Supervisor, tmp_path: Path) -> None:
    supervisor.start(program(tmp_path, HAS_A_CHILD_AT_WORK, tmp_path))
    until((tmp_path / "begun").exists)
    supervisor.stop()
    assert (tmp_path / "whole").exists()


def test_what_others_need_is_stopped_after_they_ended(supervisor: Supervisor, tmp_path: Path) -> None:
    stopped = tmp_path / "stopped"
    supervisor.start(program(tmp_path, WRITES_DOWN_THAT_IT_STOPS, stopped, "redis", 0, needed=True))
    supervisor.start(program(tmp_path, WRITES_DOWN_THAT_IT_STOPS, stopped, "worker", 0.5))
    until(lambda: (tmp_path / "redis").exists() and (tmp_path / "worker").exists())
    supervisor.stop()
    assert stopped.read_text().split() == ["worker", "redis"]


def test_a_program_that_does_not_stop_is_killed_with_its_children(
    supervisor: Supervisor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(processes, "STOP_SECONDS", 0.3)
    supervisor.start(program(tmp_path, NEVER_STOPS, tmp_path))
    until((tmp_path / "begun").exists)
    supervisor.stop()
    with (tmp_path / "held").open() as held:
        until(lambda: is_given_back(held))


def is_given_back(held: IO[str]) -> bool:
    try:
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def test_a_worker_ends_its_sending_well_before_it_would_be_killed() -> None:
    assert deliver.BUDGET + timedelta(seconds=1) < timedelta(seconds=processes.STOP_SECONDS)


def test_a_program_that_cannot_run_ends_the_run_with_the_last_line_of_its_log(
    supervisor: Supervisor, tmp_path: Path
) -> None:
    supervisor.start(program(tmp_path, "print('a line'); print('the port is taken'); raise SystemExit(1)"))
    with pytest.raises(KeepsEndingError) as raised:
        look_after_until(supervisor, lambda: (tmp_path / "it.log").read_text().count("taken") > 5)
    assert str(raised.value).count("\n") == 0
    for words in ("it ended 3 times", str(tmp_path / "it.log"), "the port is taken"):
        assert words in str(raised.value)
    assert (tmp_path / "it.log").read_text().count("the port is taken") == 3


def test_a_program_that_is_killed_is_started_again_however_often(supervisor: Supervisor, tmp_path: Path) -> None:
    supervisor.start(program(tmp_path, "import os; print('killed', flush=True); os.kill(os.getpid(), 9)"))
    look_after_until(supervisor, lambda: (tmp_path / "it.log").read_text().count("killed") > 4)


def look_after_until(supervisor: Supervisor, happened: Callable[[], bool]) -> None:
    until(lambda: [supervisor.look_after(), happened()][1])
