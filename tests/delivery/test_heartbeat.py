"""Who was seen at work, and whose turn it is."""

from datetime import UTC, datetime, timedelta

import pytest

from course.delivery import heartbeat

pytestmark = pytest.mark.django_db
MACHINE = datetime(2026, 11, 23, 22, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def test_of_several_who_ask_in_one_span_one_gets_the_turn() -> None:
    asked = [heartbeat.take("sweep", MINUTE, MACHINE + timedelta(seconds=20 * number)) for number in range(7)]
    assert asked == [True, False, False, True, False, False, True]


def test_each_name_has_its_own_turn() -> None:
    assert heartbeat.take("sweep", MINUTE, MACHINE)
    assert heartbeat.take("compare", MINUTE, MACHINE)


def test_a_process_whose_clock_is_three_hours_ahead_stops_nobody() -> None:
    assert heartbeat.take("sweep", MINUTE, MACHINE + timedelta(hours=3))
    assert heartbeat.take("sweep", MINUTE, MACHINE)


def test_a_name_is_written_down_at_most_once_a_second() -> None:
    for milliseconds in (0, 400, 900):
        heartbeat.beat("safety", MACHINE + timedelta(milliseconds=milliseconds))
    assert heartbeat.seen() == {"safety": MACHINE}
    heartbeat.beat("safety", MACHINE + timedelta(seconds=1))
    assert heartbeat.seen() == {"safety": MACHINE + timedelta(seconds=1)}
