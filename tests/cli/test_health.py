"""What a supervisor acts on: an exit code, within ten seconds, whatever hangs."""

import json
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from course.cli import installation, vital_signs, watch
from course.cli.processes import Program, Supervisor
from course.cli.redis_server import ping, private_redis
from course.cli.vital_signs import Signs
from course.delivery import heartbeat, holds
from course.delivery.words import HoldScope, State
from course.people import alerts, notices, on_call
from course.people.models import Alert, Staff
from course.people.words import AlertKind, MessageClass, NoticeKind
from tests import factories
from tests.sandbox.conftest import until
from tests.web.conftest import make_reply
from workers import upkeep
from workers.app import app

ROOT = Path(__file__).parents[2]
MACHINE = datetime(2026, 11, 23, 22, 0, tzinfo=UTC)


def health(folder: Path, *arguments: str, **environ: str) -> "subprocess.CompletedProcess[str]":
    own = os.environ | {"COURSE_DATA_DIR": str(folder), "DATABASE_URL": "", "REDIS_URL": ""} | environ
    argv = [sys.executable, "-m", "course", "health", *arguments]
    return subprocess.run(argv, cwd=ROOT, env=own, capture_output=True, text=True, check=False, timeout=10)


@contextmanager
def silent_server() -> Iterator[int]:
    """Listen, and never say a word."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        yield listening.getsockname()[1]


@pytest.fixture
def redis_url(tmp_path: Path) -> Iterator[str]:
    supervisor = Supervisor(print)
    url, program = private_redis(os.environ, tmp_path)
    supervisor.start(program)
    until(lambda: Path(url.removeprefix("unix://")).exists())
    ping(url)
    yield url
    supervisor.stop()


def signs(now: datetime) -> Signs:
    """Look in this thread, at the test's own database."""
    found = vital_signs.from_database(lambda: now, MACHINE)
    assert found
    found.redis_answers, found.disk_free_bytes = True, 10**12
    return found


def all_at_work() -> None:
    factories.make_staff(on_call=True)
    for name in (heartbeat.BEAT, *heartbeat.QUEUES):
        heartbeat.beat(name, MACHINE)


def test_with_nothing_there_every_fault_is_a_plain_line_and_the_exit_code_is_one(tmp_path: Path) -> None:
    done = health(tmp_path)
    assert done.returncode == 1, done.stderr
    assert "Fault: The database did not answer" in done.stdout
    assert "Fault: Redis did not answer" in done.stdout
    assert "Traceback" not in done.stdout + done.stderr


def test_a_database_and_a_redis_that_hang_are_told_within_ten_seconds(tmp_path: Path) -> None:
    with silent_server() as database, silent_server() as redis:
        address = f"postgres://nobody@127.0.0.1:{database}/none"
        done = health(tmp_path, "--json", DATABASE_URL=address, REDIS_URL=f"redis://127.0.0.1:{redis}/0")
    assert done.returncode == 1, done.stderr
    told = json.loads(done.stdout)
    assert (told["database_answers"], told["redis_answers"]) == (False, False)


def test_a_redis_that_we_started_is_found_in_the_data_folder(tmp_path: Path, redis_url: str) -> None:
    (tmp_path / "redis.address").write_text(redis_url)
    assert json.loads(health(tmp_path, "--json").stdout)["redis_answers"]


@pytest.mark.django_db
def test_when_all_are_at_work_and_nothing_is_late_all_is_well(now: datetime) -> None:
    all_at_work()
    factories.make_message(due_at=now - timedelta(minutes=2))
    found = signs(now)
    assert found.faults() == []
    assert found.oldest_due_seconds == {"safety": None, "direct": None, "course": 120.0}


@pytest.mark.django_db
@pytest.mark.parametrize(("message_class", "minutes"), [("safety", 1), ("direct", 6), ("course", 61)])
def test_a_message_that_waits_too_long_is_a_fault_of_its_class(now: datetime, message_class: str, minutes: int) -> None:
    all_at_work()
    factories.make_message(due_at=now - timedelta(minutes=minutes), message_class=message_class)
    assert signs(now).faults() == [f"A {message_class} message that is due has waited for {minutes * 60} seconds."]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("message_class", "state", "late"),
    [
        ("course", State.PLANNED, True),  # put off again and again: it never gets its turn
        ("course", State.RETRY, False),  # the other side asked for later
        ("safety", State.RETRY, True),
    ],
)
def test_a_message_that_is_put_off_is_late_by_its_due_time(
    now: datetime, message_class: str, state: State, late: bool
) -> None:
    all_at_work()
    factories.make_message(
        due_at=now - timedelta(hours=5), message_class=message_class, state=state,
        retry_at=MACHINE + timedelta(seconds=30),
    )  # fmt: skip
    said = [f"A {message_class} message that is due has waited for 18000 seconds."]
    assert signs(now).faults() == (said if late else [])


@pytest.mark.django_db
def test_what_nobody_planned_is_late_too(now: datetime) -> None:
    all_at_work()
    person = factories.make_subscriber()
    factories.make_course_version()
    notices.request(NoticeKind.SAFETY, MessageClass.SAFETY, person, "reply:1", now - timedelta(minutes=1))
    factories.make_enrolment()
    assert signs(now).faults() == ["A safety message that is due has waited for 60 seconds."]
    assert signs(now + timedelta(hours=2)).oldest_due_seconds["course"] == 7200.0


@pytest.mark.django_db
def test_a_hold_is_said_and_is_no_fault_and_what_it_holds_is_not_late(now: datetime) -> None:
    all_at_work()
    factories.make_message(due_at=now - timedelta(hours=5))
    holds.hold(HoldScope.ALL, "a lesson is wrong", "staff:3", MACHINE)
    found = signs(now)
    assert found.faults() == []
    assert found.holds == [{"scope": "all", "reason": "a lesson is wrong", "since": MACHINE.isoformat()}]


@pytest.mark.django_db
def test_a_reply_that_nobody_understands_and_a_silent_queue_are_faults(now: datetime) -> None:
    all_at_work()
    heartbeat.Heartbeat.objects.filter(name="look").update(seen_at=MACHINE - timedelta(minutes=3))
    heartbeat.Heartbeat.objects.filter(name="beat").delete()
    make_reply("one", MACHINE - timedelta(minutes=5), understood_at=None)
    assert signs(now).faults() == [
        "A reply has waited to be understood for 300 seconds.",
        "Nobody was ever seen at work: the tick (beat).",
        "Not seen for 180 seconds: a worker on the queue look.",
    ]


@pytest.mark.django_db
def test_an_alert_that_nobody_has_and_an_empty_on_call_list_are_faults(now: datetime) -> None:
    all_at_work()
    alerts.begin(AlertKind.PHONE, "not_reached:1", now, {"phone": True})
    factories.make_cohort()
    Alert.objects.update(opened_at=MACHINE - timedelta(minutes=10))
    assert "An alert" not in " ".join(signs(now).faults())
    Alert.objects.update(opened_at=MACHINE - timedelta(minutes=11))
    Staff.objects.update(is_active=False)
    assert signs(now).faults()[-2:] == [
        "An alert to people on call has had no answer for 660 seconds.",
        on_call.NOBODY,
    ]


def test_a_full_disk_is_a_fault() -> None:
    full = Signs(True, True, disk_free_bytes=100 * 1024 * 1024)
    assert full.faults() == ["The disk of the data folder or of the ledger has only 100 MB left."]


def test_only_a_name_that_does_not_move_while_we_look_is_silent() -> None:
    silence = watch.Silence(["look", "safety"], limit=100)
    moving = {"look": MACHINE, "safety": MACHINE}
    found = []
    for elapsed in range(0, 400, 10):
        moving["safety"] = MACHINE + timedelta(seconds=elapsed)
        found += [(elapsed, name) for name in silence.look(dict(moving), float(elapsed))]
    assert found == [(110, "look"), (220, "look"), (330, "look")]


def test_a_database_that_was_away_makes_nobody_silent() -> None:
    silence = watch.Silence(["look"], limit=100)
    looks: list[Any] = [{"look": MACHINE}, *[None] * 30, {"look": MACHINE}, {"look": MACHINE}]
    assert [name for at, seen in enumerate(looks) for name in silence.look(seen, at * 10.0)] == []


def test_a_program_that_does_nothing_is_killed_and_started_again(tmp_path: Path) -> None:
    told: list[str] = []
    supervisor = Supervisor(told.append)
    program = Program("look", [sys.executable, "-c", "import time; time.sleep(600)"], os.environ, tmp_path / "log")
    supervisor.start(program)
    first = program.process
    assert first
    supervisor.kill("look")
    until(lambda: first.poll() is not None)
    assert supervisor.look_after()
    assert program.process
    assert program.process.pid != first.pid
    supervisor.stop()
    assert "killing it" in told[0]


@pytest.mark.django_db
def test_a_task_says_which_queue_is_at_work_and_whether_the_tick_sent_it() -> None:
    upkeep.sweep.apply(routing_key="course")
    assert "course" in heartbeat.seen()
    assert heartbeat.BEAT not in heartbeat.seen()
    upkeep.sweep.apply(routing_key="course", headers={"tick": True})
    assert heartbeat.BEAT in heartbeat.seen()


def test_each_queue_has_ticks_a_program_and_somebody_who_watches_it(tmp_path: Path) -> None:
    programs = installation._programs({}, tmp_path, sandbox=False)
    worked_on = {argv[argv.index("-Q") + 1]: name for name, argv in programs.items() if "-Q" in argv}
    ticked = {tick["options"]["queue"] for tick in app.conf.beat_schedule.values()}
    assert set(heartbeat.QUEUES) == ticked == set(worked_on)
    assert worked_on | {heartbeat.BEAT: "beat"} == watch.PROGRAMS


def test_a_provider_that_is_slow_to_answer_is_asked_by_a_worker_that_does_nothing_else() -> None:
    on_it = {tick["task"] for tick in app.conf.beat_schedule.values() if tick["options"]["queue"] == "ask"}
    assert on_it == {"workers.upkeep.ask"}
