"""`course understand` says what is made of a mail or a text, and touches no database."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from course.cli.understand import command

MAIL = (
    "From: pat@example.org\nSubject: Re: Lesson 1\nContent-Type: text/plain; charset=utf-8\n\n"
    "I cannot pee. Call me on 202 555 0143.\n\nOn Mon, Nov 23, 2026 at 10:00 AM A <a@example.org> wrote:\n> Hello\n"
)


@pytest.fixture
def mail(tmp_path: Path) -> Path:
    """A mail in a file."""
    file = tmp_path / "mail.eml"
    file.write_text(MAIL)
    return file


def lines(*asked: object) -> tuple[Result, list[dict[str, object]]]:
    """Give these lines to --jsonl, and return what came back."""
    given = "\n".join(each if isinstance(each, str) else json.dumps(each) for each in asked)
    done = CliRunner().invoke(command, ["--jsonl"], input=given)
    return done, [json.loads(line) for line in done.stdout.splitlines()]


def test_each_line_is_answered_in_order_and_a_bad_one_stops_nothing(mail: Path) -> None:
    done, rows = lines(
        {"id": 1, "channel": "email", "path": str(mail)},
        {"id": 2, "channel": "email", "path": str(mail.with_name("none"))},
        "no json",
        {"id": 4, "channel": "post", "text": "x"},
        {"id": 5, "channel": "sms", "text": "STOP", "lang": "en"},
    )
    assert done.exit_code == 1
    assert [row["id"] for row in rows] == [1, 2, None, 4, 5]
    assert ["error" in row for row in rows] == [False, True, True, True, False]
    first = rows[0]
    assert first["own_words"] == "I cannot pee. Call me on 202 555 0143."
    assert "wrote:" in str(first["cut"])
    assert first["red_flags"] == [{"rule": "bladder", "tier": "A"}]
    assert first["identifiers"] == [{"type": "phone", "text": "202 555 0143"}]
    assert first["redacted"] == "I cannot pee. Call me on [removed]."
    assert set(first) == set(rows[4])


@pytest.mark.parametrize(
    ("text", "kind", "opt_out"),
    [
        ("STOP", "stop", "act"),
        ("Please stop texting me", "stop", "confirm"),
        ("Can you please leave me alone", "stop", "confirm"),
        ("start", "start", None),
        ("AYUDA", "help", None),
        ("Pausa", "pause", None),
        ("B.", "answer", None),
        ("sí", "answer", None),
        ("publish 42", "publish", None),
        ("a little pain when I pause", "question", None),
    ],
)
def test_the_kind_of_a_text(text: str, kind: str, opt_out: str | None) -> None:
    done, rows = lines({"id": "x", "channel": "sms", "text": text})
    assert (rows[0]["kind"], rows[0]["opt_out"]) == (kind, opt_out)
    assert done.exit_code == 0


def test_what_a_person_reads_says_each_thing_in_words(mail: Path) -> None:
    said = CliRunner().invoke(command, [str(mail)]).stdout
    assert "Kind: question" in said
    assert "Red flag, tier A: bladder" in said
    assert "Gives them away, phone: 202 555 0143" in said


def test_a_mail_over_the_limits_is_kept_whole_and_its_red_flags_are_found(tmp_path: Path) -> None:
    file = tmp_path / "long.eml"
    file.write_text("Subject: x\n\nI cannot pee.\n" + "walk\n" * 260_000)
    seen = json.loads(CliRunner().invoke(command, [str(file), "--json"]).stdout)["understood"][0]
    assert (seen["kind"], seen["unsure"]) == ("unclear", True)
    assert {"rule": "bladder", "tier": "A"} in seen["red_flags"]


def test_a_file_that_is_not_there_is_one_line() -> None:
    done = CliRunner().invoke(command, ["/nowhere/mail.eml"])
    assert done.exit_code == 1
    assert "cannot be read" in done.stderr
