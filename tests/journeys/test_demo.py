"""The whole course through real parts: Redis, workers, SMTP, LMTP, webhooks and the web server.

Judged by what the sandbox received. With DATABASE_URL set the demo makes a PostgreSQL database of its own.
"""

import json
import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
ZERO = ("duplicates", "lost", "late", "after_stop", "outside_window", "errors")
pytestmark = pytest.mark.journey


@contextmanager
def demo(folder: Path, *options: str) -> Iterator["subprocess.Popen[str]"]:
    """Start `course demo` in ``folder``; whatever is left of it at the end is stopped."""
    environ = {name: value for name, value in os.environ.items() if not name.startswith(("COURSE_", "REDIS_"))}
    argv = [sys.executable, "-m", "course", "demo", "--dir", str(folder), *options]
    process = subprocess.Popen(
        argv, cwd=ROOT, env=environ, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True
    )
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.communicate(timeout=30)
        finally:
            process.kill()
            process.communicate()


def until(happened: Callable[[], bool], seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while not happened():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.05)


def received(folder: Path) -> int:
    """Return how many messages the sandbox has received."""
    if not (folder / "sandbox.sqlite3").exists():
        return 0
    with closing(sqlite3.connect(folder / "sandbox.sqlite3")) as store:
        try:
            mails = store.execute("SELECT COUNT(*) FROM mail").fetchone()[0]
            return int(mails + store.execute("SELECT COUNT(*) FROM text").fetchone()[0])
        except sqlite3.OperationalError:
            return 0  # it is just being made


def pids(folder: Path) -> dict[str, int]:
    lines = (folder / "pids").read_text().splitlines()
    return {name: int(number) for name, number in (line.split() for line in lines)}


def is_running(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def figures_of(process: "subprocess.Popen[str]") -> dict[str, Any]:
    out, err = process.communicate(timeout=300)
    assert process.returncode == 0, err
    print(err)  # noqa: T201  pytest shows it when a test fails
    figures: dict[str, Any] = json.loads(out)
    return figures


def assert_all_went_well(figures: dict[str, Any]) -> None:
    assert {name: figures[name] for name in ZERO} == dict.fromkeys(ZERO, 0)
    assert (figures["people"], figures["replies"]) == (4, 6)
    assert figures["posts"] == {"published": 1, "answered": 2, "held": 0}
    assert figures["messages"]["safety"]["email"]["accepted"] == 2
    assert sum(figures["messages"]["course"]["email"].values()) >= 10
    assert sum(figures["messages"]["course"]["sms"].values()) >= 24


def test_the_sample_course_runs_to_its_end_with_nothing_lost_doubled_or_late(tmp_path: Path) -> None:
    with demo(tmp_path, "--until-complete", "--json") as process:
        assert_all_went_well(figures_of(process))


def test_killing_the_worker_in_the_middle_changes_nothing(tmp_path: Path) -> None:
    chance = random.Random(random.randrange(10_000))
    with demo(tmp_path, "--until-complete", "--json") as process:
        for _ in range(3):
            seen = received(tmp_path)
            until(lambda: received(tmp_path) > seen or process.poll() is not None, 60)  # noqa: B023  used at once
            time.sleep(chance.uniform(0, 0.3))
            _kill_group(pids(tmp_path)["worker"])
        assert_all_went_well(figures_of(process))


def _kill_group(pid: int) -> None:
    try:
        os.killpg(pid, signal.SIGKILL)
    except ProcessLookupError:
        return  # it is being started again


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_stays_up_says_where_to_look_stops_all_it_started_and_goes_on_where_it_was(
    tmp_path: Path, number: signal.Signals
) -> None:
    with demo(tmp_path) as process:
        until(lambda: received(tmp_path) > 0, 60)
        started = pids(tmp_path)
        assert {"redis", "worker", "safety", "beat", "web", "lmtp", "sandbox"} <= started.keys()
        _stop(process, number)
        out, _err = process.communicate(timeout=30)
        assert process.returncode == 0
    for words in ("Starting the sample course clean", "Sandbox", "/console/sign-in/", "Public page"):
        assert words in out
    assert not [name for name, pid in started.items() if is_running(pid)]
    with demo(tmp_path) as again:
        until(lambda: "Resuming the sample course" in (again.stdout.readline() if again.stdout else ""), 30)


def _stop(process: "subprocess.Popen[str]", number: signal.Signals) -> None:
    """Send what a user sends: Ctrl-C reaches every process of the terminal, SIGTERM the one that was named."""
    if number == signal.SIGINT:
        os.killpg(process.pid, number)
    else:
        process.send_signal(number)
