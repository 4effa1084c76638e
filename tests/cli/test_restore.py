"""A backup, a course that goes on, a lost database and a restore; judged by what the mailbox and the phone received."""

import json
import os
import subprocess
import sys
import tarfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest

from course.environment import new_secret
from course.sandbox.server import SandboxServer
from tests import postgresql
from tests.sandbox.conftest import ACCOUNT, TOKEN, config, sandbox, server, store, webhook

__all__ = ["config", "sandbox", "server", "store", "webhook"]
ROOT = Path(__file__).parents[2]
DATABASES = ["sqlite", "postgresql"]


@dataclass
class Course:
    """One installation with its own folder, database and sandbox."""

    folder: Path
    environ: dict[str, str]
    sink: SandboxServer

    def run(self, *arguments: str, module: str = "course", **environ: str) -> "subprocess.CompletedProcess[str]":
        argv = [sys.executable, "-m", module, *arguments]
        own = self.environ | environ
        return subprocess.run(argv, cwd=ROOT, env=own, capture_output=True, text=True, check=False)

    def act(self, name: str, **environ: str) -> Any:
        done = self.run(name, module="tests.cli.scene", **environ)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout or "null")

    def restored(self, file: Path, *options: str, **environ: str) -> Any:
        done = self.run("restore", str(file), "--json", *options, **environ)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    def received(self) -> Counter[tuple[str, str]]:
        """Count what the sinks got: a mail by its Message-ID, a text by its words."""
        mails = [(mail.rcpt_to, mail.message_id) for mail in self.sink.sandbox.store.mails()]
        return Counter(mails + [(text.to_number, text.body) for text in self.sink.sandbox.store.texts()])

    def lose_database(self) -> None:
        if self.environ["DATABASE_URL"]:
            _empty(self.environ["DATABASE_URL"])
        else:
            (self.folder / "course.sqlite3").unlink()


def _empty(address: str) -> None:
    server_address, name = urlunsplit(urlsplit(address)._replace(path="/postgres")), urlsplit(address).path[1:]
    with psycopg.connect(server_address, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        connection.execute(f"CREATE DATABASE {name}")


@pytest.fixture(scope="module")
def server_address() -> Iterator[str]:
    with postgresql.server() as address:
        yield address


@pytest.fixture
def course(request: pytest.FixtureRequest, tmp_path: Path, server: SandboxServer, redis_url: str) -> Course:
    address = ""
    if request.param == "postgresql":
        address = urlunsplit(urlsplit(request.getfixturevalue("server_address"))._replace(path="/course_restore"))
        _empty(address)
    sink = server.sandbox.config
    folder = tmp_path / "course"
    clean = {name: value for name, value in os.environ.items() if not name.startswith("COURSE_")}
    environ = clean | {
        "COURSE_MODE": "sandbox", "COURSE_DATA_DIR": str(folder), "DATABASE_URL": address, "REDIS_URL": redis_url,
        "COURSE_TEXT_RATE": "1000000", "COURSE_DOMAIN_RATE": "1000000",
        "COURSE_SECRET_KEY": "a secret", "COURSE_KEYS": f"one:{new_secret()}", "COURSE_INDEX_KEY": new_secret(),
        "COURSE_LEDGER": str(tmp_path / "other-disk" / "ledger.jsonl"), "COURSE_DOORBELL": "tests.bell.ring",
        "COURSE_SMTP_URL": f"smtp://127.0.0.1:{sink.smtp_port}", "COURSE_RELAY_LOG": str(sink.relay_log),
        "COURSE_TWILIO_ACCOUNT_SID": ACCOUNT, "COURSE_TWILIO_AUTH_TOKEN": TOKEN,
        "COURSE_TWILIO_FROM": sink.sender, "COURSE_TWILIO_URL": f"http://127.0.0.1:{sink.http_port}",
    }  # fmt: skip
    return Course(folder, environ, server)


def backed_up(course: Course, tmp_path: Path) -> Path:
    course.act("begin")
    file = tmp_path / "monday.backup"
    done = course.run("backup", str(file))
    assert done.returncode == 0, done.stderr
    return file


@pytest.mark.parametrize("course", DATABASES, indirect=True)
def test_after_a_restore_nothing_goes_twice_nothing_is_lost_and_who_stopped_stays_stopped(
    course: Course, tmp_path: Path
) -> None:
    file = backed_up(course, tmp_path)
    gone = course.act("go_on")
    before = course.received()
    course.lose_database()
    report = course.restored(file)
    assert report["replayed"] | {"suppressions": 0} == {
        "stops": 10, "starts": 0, "suppressions": 0, "lifted": 0, "erasures": 1,
    }  # fmt: skip
    assert sum(said["nobody_can_say"] for said in report["asked"].values()) == 0
    held = json.loads(course.run("hold", "--list", "--json").stdout)["holds"]
    assert [hold["scope"] for hold in held] == ["all", "email", "sms"]
    assert "release when you have looked" in held[0]["reason"]
    states = course.act("to_the_end")
    after = course.received()
    assert [what for what, count in after.items() if count > 1] == []
    over = {*gone["stopped"], gone["erased"]}
    assert [address for address, what in after if address in over and (address, what) not in before] == []
    assert {states[address] for address in gone["stopped"]} == {"stopped"}
    assert gone["erased"] not in states
    per_person = Counter(address for address, _what in after if address not in over)
    assert len({count for address, count in per_person.items() if "@" in address}) == 1
    assert len({count for address, count in per_person.items() if "@" not in address}) == 1


@pytest.mark.parametrize("course", ["sqlite"], indirect=True)
@pytest.mark.parametrize("log", ["none", "too new"])
def test_without_a_relay_log_that_reaches_back_nobody_can_say_and_nothing_goes_twice(
    course: Course, tmp_path: Path, log: str
) -> None:
    file = backed_up(course, tmp_path)
    course.act("go_on")
    course.lose_database()
    relay_log = course.sink.sandbox.config.relay_log
    assert relay_log
    if log == "too new":
        relay_log.write_text("")
    where = {"COURSE_RELAY_LOG": "" if log == "none" else str(relay_log)}
    report = course.restored(file, **where)
    assert report["asked"]["email"]["nobody_can_say"] > 14
    assert report["asked"]["sms"]["nobody_can_say"] == 0
    assert json.loads(course.run("hold", "--list", "--json").stdout)["nobody_can_say"] > 14
    course.act("to_the_end", **where)
    assert [what for what, count in course.received().items() if count > 1] == []


@pytest.mark.parametrize("course", DATABASES, indirect=True)
def test_a_backup_shows_no_name_no_address_and_no_key(course: Course, tmp_path: Path) -> None:
    file = backed_up(course, tmp_path)
    assert file.stat().st_mode & 0o077 == 0
    with tarfile.open(file) as tar:
        assert tar.getnames() == ["manifest.json", "database"]
        tar.extractall(tmp_path / "out", filter="data")
    opened = (tmp_path / "out" / "database").read_bytes()
    if course.environ["DATABASE_URL"]:
        clear = ["pg_restore", "-f", "-", str(tmp_path / "out" / "database")]
        opened = subprocess.run(clear, capture_output=True, check=True).stdout
    assert b"leg-cramps" in opened
    sent_to = {address for address, _what in course.received()}
    assert len(sent_to) == 6
    for private in ("Rosalind", *sent_to, course.environ["COURSE_KEYS"][4:]):
        assert private.encode() not in opened
    assert course.environ["COURSE_INDEX_KEY"].encode() not in file.read_bytes()


@pytest.mark.parametrize("course", DATABASES, indirect=True)
def test_a_restore_refuses_what_it_should_and_leaves_the_database_as_it_was(course: Course, tmp_path: Path) -> None:
    file = backed_up(course, tmp_path)
    again = course.run("backup", str(file))
    assert (again.returncode, "is there already" in again.stderr) == (1, True)
    (tmp_path / "letter.txt").write_text("Dear clinic")
    for source, why in (
        ([str(file)], "--replace puts the backup in its place"),
        ([str(tmp_path / "letter.txt"), "--replace"], "cannot be read as a backup"),
    ):
        done = course.run("restore", *source)
        assert done.returncode == 1
        assert why in done.stderr
        assert "Traceback" not in done.stderr
    assert json.loads(course.run("hold", "--list", "--json").stdout)["holds"] == []
    assert course.restored(file, "--replace")["replayed"]["stops"] == 0


@pytest.mark.parametrize("course", DATABASES, indirect=True)
def test_a_restore_that_breaks_off_has_held_everything_and_is_run_again(course: Course, tmp_path: Path) -> None:
    file = backed_up(course, tmp_path)
    course.run("hold", "sms", "--reason", "another number is coming")
    file = tmp_path / "second.backup"
    assert course.run("backup", str(file)).returncode == 0
    course.run("release", "sms")
    broken = "import os; from course.cli import bootstrap, run; bootstrap.load(); from course.delivery import asking; "
    broken += f"asking.ask = lambda *_: %s; run(['restore', {str(file)!r}, '--replace'])"
    full = "(_ for _ in ()).throw(OSError('the disk is full'))"
    for fault, code, says in (
        (full, 1, "not finished: the disk is full. Run it again with --replace"),
        ("os._exit(9)", 9, ""),
    ):
        done = subprocess.run(
            [sys.executable, "-c", broken % fault], cwd=ROOT, env=course.environ, capture_output=True, text=True,
            check=False,
        )  # fmt: skip
        assert (done.returncode, says in done.stderr) == (code, True), done.stderr
    held = json.loads(course.run("hold", "--list", "--json").stdout)["holds"]
    assert [(hold["scope"], hold["by"], "run course restore again" in hold["reason"]) for hold in held] == [
        (scope, "restore", True) for scope in ("all", "email", "sms")
    ]
    report = course.restored(file, "--replace")
    assert report["held_before"] == [{"scope": "sms", "reason": "another number is coming"}]


@pytest.mark.parametrize("course", ["sqlite"], indirect=True)
def test_a_restore_refuses_while_workers_are_at_work(course: Course, tmp_path: Path) -> None:
    file = backed_up(course, tmp_path)
    beat = "from course.cli import bootstrap; bootstrap.load(); from course import clock; "
    beat += "from course.delivery import heartbeat; heartbeat.beat('safety', clock.machine_now())"
    subprocess.run([sys.executable, "-c", beat], cwd=ROOT, env=course.environ, check=True)
    done = course.run("restore", str(file), "--replace")
    assert done.returncode == 1
    assert "Workers are running: safety" in done.stderr


@pytest.mark.parametrize("course", ["sqlite"], indirect=True)
def test_a_backup_of_another_database_or_a_newer_program_is_refused(course: Course, tmp_path: Path) -> None:
    file = backed_up(course, tmp_path)
    for change, why in (
        ({"vendor": "postgresql"}, "This is a backup of postgresql; DATABASE_URL names sqlite."),
        ({"migrations": ["0001_first", "0099_later"], "version": "9.9"}, "newer than this program"),
        ({"format": 7}, "format 7"),
        ({"sha256": "0" * 64}, "is damaged"),
    ):
        changed = _changed(file, tmp_path / f"changed{len(why)}.backup", change)
        done = course.run("restore", str(changed), "--replace")
        assert done.returncode == 1
        assert why in done.stderr
        assert "Traceback" not in done.stderr


def _changed(file: Path, into: Path, change: dict[str, Any]) -> Path:
    with tarfile.open(file) as tar:
        tar.extractall(into.with_suffix(".out"), filter="data")
    manifest = into.with_suffix(".out") / "manifest.json"
    manifest.write_text(json.dumps(json.loads(manifest.read_text()) | change))
    with tarfile.open(into, "w") as tar:
        for name in ("manifest.json", "database"):
            tar.add(into.with_suffix(".out") / name, name)
    return into
