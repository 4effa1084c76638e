"""Who is on duty, by hours and cover; and that an emergency always has somebody to go to."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from course.curriculum import duty
from course.curriculum.duty import Person

MONDAY_10 = datetime(2026, 11, 23, 16, 0, tzinfo=UTC)  # 10:00 in Chicago
MONDAY_23 = MONDAY_10 + timedelta(hours=13)
ZONES = ("America/Chicago", "UTC", "Pacific/Apia", "Europe/Berlin", "Asia/Kolkata")


def kept(days: str = "mon-fri", start: str = "09:00", end: str = "17:00", zone: str = "America/Chicago") -> Any:
    return {"days": days, "from": start, "to": end, "zone": zone}


DAYS = duty.read_hours(kept())
NIGHTS = duty.read_hours(kept("sun-thu", "17:00", "09:00"))


def test_each_shift_gets_its_own_hours_and_a_night_reaches_into_the_next_day() -> None:
    people = [Person(1, DAYS), Person(2, NIGHTS)]
    assert duty.on_duty(people, MONDAY_10) == [1]
    assert duty.on_duty(people, MONDAY_23) == [2]
    assert duty.on_duty(people, MONDAY_23 + timedelta(hours=6)) == [2]  # Tuesday, 5:00
    friday_23 = MONDAY_23 + timedelta(days=4)
    assert duty.on_duty(people, friday_23) == [1, 2]  # outside everybody's hours nobody is left out


def test_who_covers_is_told_only_while_the_colleague_is_off() -> None:
    people = [Person(1, DAYS, cover=3), Person(3, on_call=False)]
    assert duty.on_duty(people, MONDAY_10) == [1]
    assert duty.on_duty(people, MONDAY_23) == [3]
    unreachable = [Person(1, DAYS, cover=3, reachable=False), Person(3, on_call=False)]
    assert duty.on_duty(unreachable, MONDAY_10) == [3]


def test_a_ring_of_covers_ends() -> None:
    people = [Person(1, DAYS, cover=2), Person(2, DAYS, cover=1)]
    assert duty.on_duty(people, MONDAY_23) == [1, 2]


def test_with_nobody_on_call_the_leads_and_then_the_spare_are_told() -> None:
    others = [Person(1, on_call=False, spare=True), Person(2, on_call=False, lead=True)]
    assert duty.on_duty(others, MONDAY_10) == [2]
    assert duty.on_duty(others[:1], MONDAY_10) == [1]


def test_the_next_change_is_when_others_come_on_duty() -> None:
    people = [Person(1, DAYS), Person(2, NIGHTS)]
    assert duty.next_change(people, MONDAY_10) == (datetime(2026, 11, 23, 23, 0, tzinfo=UTC), [2])
    assert duty.next_change([Person(1)], MONDAY_10) is None


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (kept(start="25:00"), 'from: "25:00" is not a time of day. Write hours'),
        (kept(days="someday"), 'days: "someday" is not a day'),
        (kept(zone="Chicago"), "is not a time zone"),
        (
            {"days": "mon"},
            "from: This is missing. Hours need days, from, to and a zone",
        ),
    ],
)
def test_faulty_hours_are_one_sentence(wrong: dict[str, str], said: str) -> None:
    with pytest.raises(ValueError, match=re.escape(said)):
        duty.read_hours(wrong)


_hours = st.builds(
    lambda days, start, end, zone: duty.read_hours(
        kept(",".join(days), f"{start // 60:02}:{start % 60:02}", f"{end // 60:02}:{end % 60:02}", zone)
    ),
    st.lists(st.sampled_from(("mon", "tue", "wed", "thu", "fri", "sat", "sun")), min_size=1),
    st.integers(0, 1439),
    st.integers(0, 1439),
    st.sampled_from(ZONES),
)


@st.composite
def _lists(draw: st.DrawFn) -> list[Person]:
    count = draw(st.integers(1, 5))
    return [
        Person(
            key, draw(st.none() | _hours), draw(st.none() | st.integers(0, count)), draw(st.booleans()),
            draw(st.booleans()), draw(st.booleans()), draw(st.booleans()),
        )
        for key in range(count)
    ]  # fmt: skip


@given(_lists(), st.integers(0, 366 * 24 * 60))
def test_somebody_is_on_duty_whenever_anybody_can_be_reached(people: list[Person], minute: int) -> None:
    instant = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=minute)
    told = duty.on_duty(people, instant)
    able = {person.key for person in people if person.reachable}
    if any(person.reachable and (person.on_call or person.lead or person.spare) for person in people):
        assert told
    assert set(told) <= able
    assert len(set(told)) == len(told)
