"""A clinic may add to the shipped list of red flags, and takes from tier A only with a signed waiver."""

import re
from datetime import date

import pytest

from course.curriculum.folder import RED_FLAGS
from course.curriculum.waivers import waiver_faults

TODAY = date(2026, 11, 28)
WAIVER = 'waivers:\n  - {rule: foot-drop, name: "A. Sample", reason: "Seen by phone", until: %s}\n'


def without(words: str, rule: str) -> str:
    return re.sub(rf"  - id: {rule}\n(?:    .*\n)+", "", words)


def test_the_shipped_list_and_a_longer_one_need_no_waiver(shipped: dict[str, str]) -> None:
    words = shipped[RED_FLAGS]
    assert waiver_faults(words, words, TODAY) == []
    assert waiver_faults(words.replace("- wet the bed\n", "- wet the bed\n        - wet chair\n"), words, TODAY) == []


def test_a_rule_of_tier_a_goes_only_with_a_waiver_that_still_holds(shipped: dict[str, str]) -> None:
    words = shipped[RED_FLAGS]
    shorter = without(words, "foot-drop")
    (fault,) = waiver_faults(shorter, words, TODAY)
    assert "`foot-drop` of tier A is missing" in fault.what
    assert waiver_faults(shorter + WAIVER % "2026-11-28", words, TODAY) == []
    expired = waiver_faults(shorter + WAIVER % "2026-11-27", words, TODAY)
    assert any("ran out on 2026-11-27" in each.what for each in expired)
    assert expired[-1].line > 100


def test_a_waiver_for_no_rule_is_a_fault(shipped: dict[str, str]) -> None:
    words = shipped[RED_FLAGS]
    (fault,) = waiver_faults(words + (WAIVER % "2027-01-01").replace("foot-drop", "foot-dorp"), words, TODAY)
    assert "no shipped rule" in fault.what


@pytest.mark.parametrize(
    ("old", "new", "what"),
    [
        (
            "  - id: bowel\n    tier: A\n    kind: emergency",
            "  - id: bowel\n    tier: B\n    kind: urgent",
            "of tier B",
        ),
        ("        - (soiled|pooed|messed) [1]", "        - (pooed|messed) [1]", 'no longer catches "i soiled myself"'),
    ],
)
def test_a_rule_that_was_made_less_is_a_fault_on_its_line(
    shipped: dict[str, str], old: str, new: str, what: str
) -> None:
    words = shipped[RED_FLAGS]
    assert old in words
    (fault,) = waiver_faults(words.replace(old, new), words, TODAY)
    assert what in fault.what
    assert words.split("\n")[fault.line - 1].strip().startswith(("tier:", "patterns:", "en:"))


def test_a_rule_that_lost_a_language_is_a_fault(shipped: dict[str, str]) -> None:
    words = shipped[RED_FLAGS]
    head, rule, tail = words.partition("  - id: foot-drop\n")
    body, end = tail.split("  - id: ", 1)
    for key in ("es",):
        body = re.sub(rf"      {key}:\n(?:        - .*\n)+", "", body)
    (fault,) = waiver_faults(f"{head}{rule}{body}  - id: {end}", words, TODAY)
    assert "no patterns in `es`" in fault.what
