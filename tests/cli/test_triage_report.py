"""`course triage-report` counts what the red flags catch, and `course check` what a clinic took out of them."""

import json
from pathlib import Path

from tests.cli.conftest import PRODUCTION, Run, no_trace, own_course


def test_the_report_lists_each_miss_and_ends_with_1_below_a_goal(course: Run, tmp_path: Path) -> None:
    file = tmp_path / "mine.jsonl"
    rows = [("I can't feel my legs", "A"), ("The moon is full", "A"), ("Can I swim?", "none")]
    file.write_text("".join(json.dumps({"text": text, "lang": "en", "tier": tier}) + "\n" for text, tier in rows))
    done = course("triage-report", str(file), **PRODUCTION)
    assert done.returncode == 1
    assert "as written: A became none: The moon is full" in done.stdout
    assert "Typos with seed 20261128" in done.stdout
    assert "50.0%" in done.stdout
    data = json.loads(course("triage-report", str(file), "--json", **PRODUCTION).stdout)
    assert [each["way"] for each in data["files"]["mine.jsonl"]] == [
        "as written", "with typos", "in capitals", "no punctuation",
    ]  # fmt: skip
    assert data["files"]["mine.jsonl"][0]["recall"]["A"] == {"hits": 1, "of": 2}


def test_a_line_that_is_no_labelled_message_is_one_sentence(course: Run, tmp_path: Path) -> None:
    file = tmp_path / "mine.jsonl"
    file.write_text('{"text": "Hello", "lang": "en", "tier": "D"}\n')
    done = course("triage-report", str(file), **PRODUCTION)
    assert (done.returncode, done.stdout) == (1, "")
    assert f"{file}:1: the tier is 'D'; write one of A, B, C, check, none." in done.stderr
    no_trace(done)


def test_a_shipped_rule_that_a_clinic_took_out_fails_the_check(course: Run, tmp_path: Path) -> None:
    own = own_course(tmp_path / "mine")
    flags = own / "lessons" / "redflags.yaml"
    flags.write_text(flags.read_text().replace("  - id: bladder\n", "  - id: bladder-of-ours\n"))
    done = course("check", **PRODUCTION, COURSE_DIR=str(own))
    assert done.returncode == 1
    assert "the shipped rule `bladder` of tier A is missing" in done.stdout
