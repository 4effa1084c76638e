"""A setting that cannot work is one line that says what would be right, before anything starts."""

import json
from pathlib import Path

import pytest

from course import settings
from course.environment import SettingsError, new_secret
from tests.cli.conftest import KEYS, PRODUCTION, Run, no_trace


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
