"""The goals for telling stops from everyday sentences, on the labelled files that come with the project."""

from collections import Counter
from pathlib import Path

import pytest
from click.testing import CliRunner

from course.cli import optout_report as cli
from course.replies import optout_report
from course.replies.optout_report import Rate

OWN = optout_report.SHIPPED / "optout.jsonl"
FILES = optout_report.shipped()


def of(path: Path) -> dict[str, Rate]:
    return {rate.label: rate for rate in optout_report.rates(optout_report.read(path)) if rate.lang == "all"}


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_no_clinical_sentence_stops_a_course_and_nearly_every_stop_is_heard(path: Path) -> None:
    rates = of(path)
    assert rates["clinical"].acted == 0
    assert rates["clinical"].held_share <= 0.05
    assert rates["stop"].acted_share >= 0.90
    assert rates["stop"].noticed_share >= 0.98


def test_the_own_file_has_enough_sentences_and_half_of_them_are_clinical() -> None:
    sentences = optout_report.read(OWN)
    labels = Counter(sentence.label for sentence in sentences)
    assert len(sentences) >= 440
    assert labels["clinical"] * 2 >= len(sentences)
    assert {sentence.lang for sentence in sentences} == {"en", "es"}
    assert len({sentence.text for sentence in sentences}) == len(sentences)


def test_the_report_counts_and_names_what_was_not_treated_as_labelled(tmp_path: Path) -> None:
    lines = [
        '{"text": "stop texting me", "lang": "en", "label": "stop", "half": "own"}',
        '{"text": "Can I swim?", "lang": "en", "label": "stop", "half": "own"}',
        '{"text": "I want to stop", "lang": "en", "label": "other", "half": "own"}',
    ]
    (tmp_path / "a.jsonl").write_text("\n".join(lines), encoding="utf-8")
    said = CliRunner().invoke(cli.command, [str(tmp_path / "a.jsonl"), "--misses"])
    assert said.exit_code == 0
    assert "1 (50.0 %)" in said.output
    assert "stop, left: Can I swim?" in said.output


def test_a_line_that_is_not_right_is_named_with_what_would_be(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text('\n{"text": "a", "lang": "fr", "label": "stop", "half": "own"}', encoding="utf-8")
    said = CliRunner().invoke(cli.command, [str(tmp_path / "a.jsonl")])
    assert said.exit_code == 1
    assert "line 2: lang is not right" in said.output
