"""The command line as a user meets it: clear lines, exit codes, JSON, and no stack trace."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import psycopg
import pytest

from tests.cli.conftest import KEYS, PRODUCTION, Run, no_trace, own_course


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


def somebody_on_call(course: Run) -> None:
    done = course("staff", "add", "ada@example.org", "--name", "Ada", "--role", "moderator", "--on-call", **KEYS)
    assert done.returncode == 0, done.stderr


def test_no_cohort_starts_while_nobody_is_on_call(course: Run) -> None:
    refused = course("cohort", "add", "Spring", "--start", "2040-03-05", **KEYS)
    assert refused.returncode == 1
    assert "Nobody is on call" in refused.stderr
    assert "`course staff on-call EMAIL`" in refused.stderr
    no_trace(refused)


def test_a_cohort_is_added_once_and_not_in_the_past(course: Run) -> None:
    somebody_on_call(course)
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
    somebody_on_call(course)
    course("cohort", "add", "Spring", "--start", "2040-03-05", **KEYS)
    opened = psycopg.connect(database_url) if database_url else sqlite3.connect(tmp_path / "course.sqlite3")
    with closing(opened) as database, database:
        database.execute("INSERT INTO course_sandboxclock (id, instant) VALUES (1, '2026-11-23 16:00:00')")
    done = course("up", **PRODUCTION)
    assert done.returncode == 1
    assert "made by the sandbox" in done.stderr


def test_sending_is_held_listed_and_released(course: Run) -> None:
    assert course("hold", "--all", "--reason", "a lesson is wrong", **KEYS).stdout.startswith("Held: lessons")
    assert "Held before" in course("hold", "--all", "sms", **KEYS).stdout
    listed = json.loads(course("hold", "--list", "--json", **KEYS).stdout)
    assert [(row["scope"], row["reason"]) for row in listed["holds"]] == [
        ("all", "a lesson is wrong"),
        ("sms", "held from the command line"),
    ]
    assert "a lesson is wrong" in course("hold", "--list", **KEYS).stdout
    done = course("release", "--all", **KEYS)
    assert done.stdout.splitlines()[1] == "Still held: sms."
    course("release", "sms", **KEYS)
    assert json.loads(course("hold", "--list", "--json", **KEYS).stdout)["holds"] == []


@pytest.mark.parametrize("command", ["hold", "release"])
def test_a_hold_of_nothing_is_wrong_usage(course: Run, command: str) -> None:
    done = course(command, **KEYS)
    assert done.returncode == 2
    assert "Name what: --all, email or sms." in done.stderr


def test_the_on_call_list_is_set_and_shown_and_faults_are_one_line(course: Run) -> None:
    somebody_on_call(course)
    course("staff", "add", "bo@example.org", "--name", "Bo", "--role", "moderator", **KEYS)
    hours = ("--hours", "mon-fri 09:00-17:00 America/Chicago")
    done = course("staff", "on-call", "ada@example.org", "--lead", *hours, "--cover", "bo@example.org", **KEYS)
    assert done.returncode == 0, done.stderr
    course("staff", "phone", "ada@example.org", "+1 202 555 0143", **KEYS)
    for wrong in (("--hours", "mon-fri 25:00-17:00 UTC"), ("--hours", "always"), ("--cover", "ada@example.org")):
        refused = course("staff", "on-call", "ada@example.org", *wrong, **KEYS)
        assert refused.returncode == 1
        assert refused.stderr.startswith("Nothing was changed. ")
        no_trace(refused)
    ada = json.loads(course("staff", "list", "--json", **KEYS).stdout)["staff"][0]
    assert (ada["on_call"], ada["lead"], ada["cover"], ada["reached_by"]) == ("yes", "yes", "Bo", "email, sms")
    assert ada["hours"] == "mon-fri 09:00-17:00 America/Chicago"
    assert "ada@example.org" not in course("staff", "list", **KEYS).stdout
