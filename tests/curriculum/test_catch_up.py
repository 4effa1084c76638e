"""What happens to late steps after an outage, by rule."""

from datetime import UTC, datetime, time, timedelta

import pytest

from course.curriculum.model import Step
from course.curriculum.timetable import Due, catch_up

NOW = datetime(2026, 11, 23, 16, tzinfo=UTC)


def late(name: str, hours: float, expires_days: int = 10) -> tuple[Step, Due]:
    when = NOW - timedelta(hours=hours)
    step = Step(name, "lesson", name, 0, time(10), timedelta(days=expires_days), 1)
    return step, Due(name, when, when, None)


def told(rule: str, *overdue: tuple[Step, Due]) -> list[tuple[str, str, str]]:
    return [(d.step_id, d.action, d.reason) for d in catch_up(overdue, rule, NOW)]


@pytest.mark.parametrize("rule", ["spread", "latest", "skip"])
def test_one_step_that_has_not_expired_is_sent_under_every_rule(rule: str) -> None:
    (decision,) = catch_up([late("a", 50)], rule, NOW)
    assert (decision.action, decision.at) == ("send", NOW)


@pytest.mark.parametrize("rule", ["spread", "latest", "skip"])
def test_expired_steps_are_skipped_and_do_not_count(rule: str) -> None:
    assert told(rule, late("old", 24, 1), late("new", 5)) == [
        ("old", "skip", "expired"),
        ("new", "send", "due"),
    ]


def test_spread_sends_the_first_of_the_schedule_and_moves_the_others_one_a_day() -> None:
    decisions = catch_up([late("a", 1), late("b", 72), late("c", 48)], "spread", NOW)
    assert [(d.step_id, d.action, d.at) for d in decisions] == [
        ("a", "send", NOW),
        ("b", "move", NOW + timedelta(days=1)),
        ("c", "move", NOW + timedelta(days=2)),
    ]


def test_latest_sends_only_the_newest() -> None:
    assert told("latest", late("a", 72), late("b", 48), late("c", 24)) == [
        ("a", "skip", "late_newer_goes"),
        ("b", "skip", "late_newer_goes"),
        ("c", "send", "due"),
    ]


def test_skip_makes_nothing_up_but_keeps_what_is_on_time() -> None:
    assert [d[1] for d in (told("skip", late("a", 72), late("b", 48)))] == ["skip", "skip"]
    assert told("skip", late("a", 72), late("b", 0.01)) == [
        ("a", "skip", "late_skipped"),
        ("b", "send", "due"),
    ]


def test_nothing_overdue_asks_for_nothing() -> None:
    assert catch_up([], "spread", NOW) == []


def test_an_unknown_rule_is_refused() -> None:
    with pytest.raises(ValueError, match="Unknown catch-up rule"):
        catch_up([late("a", 1)], "flood", NOW)
