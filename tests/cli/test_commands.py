"""The command line as a user meets it: clear lines, exit codes, JSON, and no stack trace."""

import json
import os
import shutil
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing, nullcontext
from pathlib import Path

import psycopg
import pytest

from course import paths, settings
from course.cli import locks, sandbox_environment
from course.cli.demo_database import throwaway_database
from course.environment import SettingsError, new_secret

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


def test_the_shipped_course_has_no_fault_in_the_sandbox(course: Run) -> None:
    done = course("check", "--json")
    assert done.returncode == 0
    data = json.loads(done.stdout)
    assert data["blocking"] == 0
    assert {fault["kind"] for fault in data["faults"]} == {"review"}


def test_outside_the_sandbox_a_missing_signature_is_a_fault(course: Run) -> None:
    done = course("check", **PRODUCTION)
    assert done.returncode == 1
    assert "has not been checked by a clinician" in done.stdout
    no_trace(done)


def test_every_fault_is_named_at_once_with_file_and_line_and_nothing_starts(course: Run, tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    mine = own_course(tmp_path / "mine")
    schedule = mine / "schedule.yaml"
    text = schedule.read_text().replace("zone: America/Chicago", "zone: America/Chicgo")
    schedule.write_text(text.replace('"10:00"', '"25:00"', 1))
    (mine / "lessons" / "en" / "two-kinds.md").unlink()
    for command in (["check"], ["demo", "--until-complete"], ["cohort", "add", "x", "--start", "2030-01-01"]):
        done = course(*command, COURSE_DIR=str(mine), **({} if command[0] == "demo" else KEYS))
        assert done.returncode == 1, done.stdout + done.stderr
        said = done.stdout + done.stderr
        assert said.count("schedule.yaml:") >= 3, said
        assert "two-kinds" in said
        no_trace(done)


KEYS = {name: PRODUCTION[name] for name in ("COURSE_SECRET_KEY", "COURSE_KEYS", "COURSE_INDEX_KEY")}


def test_an_unknown_setting_is_one_line_that_says_what_was_meant(course: Run) -> None:
    done = course("check", COURSE_DATADIR="x")
    assert done.returncode == 1
    assert done.stderr.strip() == "Unknown setting COURSE_DATADIR. Did you mean COURSE_DATA_DIR?"


def test_each_missing_secret_is_named_in_production(course: Run) -> None:
    done = course("up", COURSE_MODE="production")
    assert done.returncode == 1
    for name in ("COURSE_SECRET_KEY", "COURSE_KEYS", "COURSE_INDEX_KEY", "COURSE_PUBLIC_URL"):
        assert f"{name} is not set" in done.stderr
    no_trace(done)


def test_a_key_that_is_no_key_is_one_line(course: Run) -> None:
    done = course("status", **(PRODUCTION | {"COURSE_KEYS": "one:short"}))
    assert done.returncode == 1
    assert "not base64 of 32 bytes" in done.stderr
    no_trace(done)


def test_a_database_that_does_not_answer_is_one_line(course: Run) -> None:
    done = course("status", DATABASE_URL="postgres://nobody@127.0.0.1:1/none", **KEYS)
    assert done.returncode == 1
    assert "The database does not answer" in done.stderr
    no_trace(done)


def test_a_redis_that_does_not_answer_is_one_line_and_nothing_starts(course: Run, tmp_path: Path) -> None:
    done = course("demo", "--until-complete", "--dir", str(tmp_path / "demo"), REDIS_URL="redis://127.0.0.1:1/0")
    assert done.returncode == 1
    assert "Redis does not answer at REDIS_URL" in done.stderr
    assert not (tmp_path / "demo" / "pids").exists()
    no_trace(done)


def test_a_database_of_another_kind_is_one_line(course: Run) -> None:
    done = course("status", DATABASE_URL="mysql://x", **KEYS)
    assert done.returncode == 1
    assert "DATABASE_URL must begin with postgres://" in done.stderr
    no_trace(done)


def test_wrong_usage_ends_with_two(course: Run) -> None:
    assert course("nothing").returncode == 2
    assert course("demo", "--json").returncode == 2


@pytest.mark.parametrize("command", ["settings", "check", "status", "cohort list"])
def test_each_command_that_reports_prints_json(course: Run, command: str, tmp_path: Path) -> None:
    migrated(course)
    done = course(*command.split(), "--json", **KEYS)
    assert done.returncode == 0, done.stderr
    assert isinstance(json.loads(done.stdout), dict)


def migrated(course: Run) -> None:
    done = course("staff", "add", "morgan@example.org", "--name", "Morgan", "--role", "moderator", **KEYS)
    no_trace(done)


def test_a_command_before_the_tables_exist_says_what_to_do(course: Run) -> None:
    done = course("status", **KEYS)
    no_trace(done)


def test_a_cohort_is_added_once_and_not_in_the_past(course: Run) -> None:
    added = course("cohort", "add", "Spring", "--start", "2040-03-05", "--json", **KEYS)
    assert json.loads(added.stdout)["starts_on"] == "2040-03-05"
    again = course("cohort", "add", "Spring", "--start", "2040-03-05", **KEYS)
    past = course("cohort", "add", "Past", "--start", "2020-03-05", **KEYS)
    for refused, why in ((again, "called 'Spring' already"), (past, "is past")):
        assert refused.returncode == 1
        assert why in refused.stderr
        no_trace(refused)
    assert len(json.loads(course("cohort", "list", "--json", **KEYS).stdout)["cohorts"]) == 1


def test_a_sandbox_database_is_refused_by_production(course: Run, tmp_path: Path, database_url: str) -> None:
    course("cohort", "add", "Spring", "--start", "2040-03-05", **KEYS)
    opened = psycopg.connect(database_url) if database_url else sqlite3.connect(tmp_path / "course.sqlite3")
    with closing(opened) as database, database:
        database.execute("INSERT INTO course_sandboxclock (id, instant) VALUES (1, '2026-11-23 16:00:00')")
    done = course("up", **PRODUCTION)
    assert done.returncode == 1
    assert "made by the sandbox" in done.stderr


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


@pytest.mark.parametrize(
    "url",
    [
        "postgres://u:p@host:abc/x",
        "postgres://u:sec/ret@host/x",
        "postgres://u:1/2@host/x",
        "postgres://u:sec#ret@host/x",
        "postgres://u:1#2@host/x",
        "postgres://u:sec?ret@host/x",
        "postgres://u:1?2@host/x",
        "postgres://u:sec[ret@host/x",
        "postgres://u:p@host",
    ],
)
def test_a_database_address_that_cannot_be_read_is_one_line_that_does_not_repeat_the_password(
    url: str,
) -> None:
    with pytest.raises(SettingsError) as raised:
        settings._database(url)
    assert str(raised.value).startswith("DATABASE_URL is not understood; write postgres://user:password@host:port/name")
    assert url.rpartition(":")[2] not in str(raised.value)


def test_a_wrong_database_address_ends_the_command_with_that_line(course: Run) -> None:
    done = course("status", **KEYS, DATABASE_URL="postgres://u:p@host:abc/x")
    assert done.returncode == 1
    assert len(done.stderr.splitlines()) == 1
    assert done.stderr.startswith("DATABASE_URL is not understood")


@pytest.mark.parametrize("command", ["status", "up"])
def test_a_data_folder_that_cannot_be_made_is_one_line(course: Run, tmp_path: Path, command: str) -> None:
    (tmp_path / "file").touch()
    folder = tmp_path / "file" / "data"
    done = course(command, **KEYS, DATABASE_URL="", COURSE_DATA_DIR=str(folder))
    assert done.returncode == 1
    assert done.stderr == f"COURSE_DATA_DIR: The folder {folder} cannot be used: Not a directory.\n"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("COURSE_LMTP_BIND", "127.0.0.1:99999"),
        ("COURSE_WEB_BIND", "127.0.0.1:0"),
        ("COURSE_TICK_SECONDS", "nan"),
        ("COURSE_LEASE_SECONDS", "inf"),
    ],
)
def test_a_number_that_cannot_be_is_one_line(course: Run, name: str, value: str) -> None:
    done = course("lmtp", **KEYS, **{name: value})
    assert done.returncode == 1
    assert len(done.stderr.splitlines()) == 1
    assert done.stderr.startswith(f"{name} is '{value}'; write ")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("COURSE_SMTP_URL", "foo"),
        ("COURSE_SMTP_URL", "smtp://host:abc"),
        ("COURSE_SMTP_URL", "smtps://user:1/2@host"),
        ("COURSE_MAIL_FROM", "noaddress"),
        ("COURSE_MAIL_DOMAIN", "course@example.org"),
        ("COURSE_PUBLIC_URL", "course.example.org"),
        ("COURSE_PUBLIC_URL", "https://course.example.org/learn"),
    ],
)
def test_a_setting_that_cannot_work_is_one_line_at_start(course: Run, name: str, value: str) -> None:
    for command in (["status"], ["check", "--deploy"]):
        done = course(*command, **(PRODUCTION | {name: value}))
        assert done.returncode == 1
        said = [line for line in (done.stderr + done.stdout).splitlines() if line.startswith(name)]
        assert len(said) == 1, done.stdout + done.stderr
        assert "write " in said[0] or "must look like" in said[0]
        no_trace(done)


def test_texts_that_are_half_set_up_are_one_line_that_names_what_is_missing(course: Run) -> None:
    done = course("status", **PRODUCTION, COURSE_TWILIO_AUTH_TOKEN="a token for tests")
    assert done.returncode == 1
    assert len(done.stderr.splitlines()) == 1
    assert done.stderr.startswith("Not set: COURSE_TWILIO_ACCOUNT_SID, COURSE_TWILIO_FROM. ")


def test_what_a_database_address_says_after_its_name_reaches_the_driver() -> None:
    made = settings._database("postgres://u@host/x?host=/run/pg&sslmode=require&sslrootcert=/etc/our%20own.pem")
    assert made["HOST"] == "/run/pg"
    assert made["OPTIONS"] == {"sslmode": "require", "sslrootcert": "/etc/our own.pem"}


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


def test_with_everything_right_set_only_signatures_are_missing(course: Run) -> None:
    done = course("check", "--deploy", "--json", **(PRODUCTION | {"COURSE_SECRET_KEY": new_secret() * 2}))
    said = json.loads(done.stdout)
    assert said["settings"] == []
    assert {fault["kind"] for fault in said["faults"]} == {"review"}


def test_a_public_address_in_the_clear_is_one_line_for_a_real_installation(course: Run) -> None:
    url = {"COURSE_PUBLIC_URL": "http://course.example.org", "COURSE_SECRET_KEY": new_secret() * 2}
    said = json.loads(course("check", "--deploy", "--json", **(PRODUCTION | url)).stdout)
    assert said["settings"] == [
        "COURSE_PUBLIC_URL is 'http://course.example.org'; write https://…, so that nobody reads a sign-in on its way."
    ]


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
