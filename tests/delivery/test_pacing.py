"""Rates of senders and mail domains, kept in a real Redis."""

import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import redis

from course.delivery import channels, pacing, sender
from course.delivery.channels.base import Mail, Text
from course.delivery.models import Message
from course.delivery.pacing import Lane
from course.delivery.words import State
from course.people.words import Channel, MessageClass
from course.sandbox.server import SandboxServer
from tests import factories

MACHINE = datetime(2026, 11, 23, 22, 0, tzinfo=UTC)


def lane(name: str, rate: float = 10, cost: float = 1, first: float = 0) -> Lane:
    return Lane(f"{name}:{time.monotonic_ns()}", rate, cost, first)


def wait_for(lane: Lane) -> float:
    return pacing.turn_of(lane).wait


def mail(recipient: str) -> Mail:
    return Mail(1, recipient, "bounce@example.org", "id@example.org", b"")


def test_a_bucket_that_was_lost_starts_empty_and_fills_at_its_rate(redis_url: str) -> None:
    texts = lane("texts")
    assert 0.09 < wait_for(texts) <= 0.1
    time.sleep(0.25)
    assert wait_for(texts) == 0
    redis.Redis.from_url(redis_url).flushall()
    assert wait_for(texts) > 0


def test_those_who_wait_are_given_times_of_their_own_one_after_the_other() -> None:
    texts = lane("texts")
    waits = [wait_for(texts) for _text in range(5)]
    assert [round(wait, 1) for wait in waits] == [0.1, 0.2, 0.3, 0.4, 0.5]


def test_no_more_goes_at_once_than_the_rate_and_the_rest_at_their_turns() -> None:
    waits = [wait_for(lane_) for lane_ in [lane("texts", rate=50, first=50)] for _ask in range(150)]
    assert sum(wait == 0 for wait in waits) in range(50, 55)
    assert waits == sorted(waits)
    assert 1.8 < waits[-1] <= 2


def test_what_comes_back_at_its_turn_goes_though_others_asked_meanwhile() -> None:
    texts = lane("texts")
    assert wait_for(texts) > 0
    for _other in range(20):
        pacing.turn_of(texts)
    assert pacing.turn_of(texts, has_turn=True).wait == 0


def test_a_pause_the_other_side_asked_for_holds_for_turns_too_and_is_no_turn() -> None:
    texts = lane("texts")
    pacing.slow_down(texts, 60)
    turn = pacing.turn_of(texts, has_turn=True)
    assert turn.wait > 50
    assert not turn.reserved


def test_an_answer_never_queues_behind_a_course() -> None:
    course = pacing.lane_of(mail("ana@example.org"), MessageClass.COURSE)
    for _lesson in range(1000):
        pacing.turn_of(replace(course, rate=1))
    assert wait_for(replace(pacing.lane_of(mail("ana@example.org"), MessageClass.DIRECT), rate=1)) == 0


def test_a_long_text_costs_its_segments() -> None:
    short = pacing.lane_of(Text(1, "+12025550143", "Hello", "", 60), MessageClass.COURSE)
    long = pacing.lane_of(Text(1, "+12025550143", "Hello " * 50, "", 60), MessageClass.COURSE)
    assert (short.cost, long.cost, short.name) == (1, 2, long.name)


def test_each_domain_has_a_lane_of_its_own_that_does_not_name_it() -> None:
    one, two = (pacing.lane_of(mail(f"ana@{domain}"), MessageClass.COURSE) for domain in ("a.example", "b.example"))
    again = pacing.lane_of(mail("bo@A.example"), MessageClass.DIRECT)
    assert one.name != two.name
    assert one.name.partition(":")[2] == again.name.partition(":")[2]
    assert "example" not in one.name


def test_safety_never_waits_behind_a_course_that_fills_the_lane() -> None:
    safety = pacing.lane_of(mail("ana@example.org"), MessageClass.SAFETY)
    course = pacing.lane_of(mail("ana@example.org"), MessageClass.COURSE)
    pacing.slow_down(course, 60)
    assert wait_for(course) > 50
    assert wait_for(safety) == 0


def test_when_redis_is_away_the_course_waits_and_safety_goes(settings: Any) -> None:
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    assert wait_for(lane("texts")) == 1
    assert wait_for(lane("safety:texts")) == 0


@pytest.mark.django_db
def test_a_text_whose_turn_has_not_come_waits_and_then_goes_once(
    server: SandboxServer, settings: Any, now: datetime
) -> None:
    settings.TWILIO_URL = f"http://127.0.0.1:{server.sandbox.config.http_port}"
    settings.TWILIO_AUTH_TOKEN = server.sandbox.config.auth_token
    settings.TEXT_RATE = 4
    channels.get.cache_clear()
    for _text in range(3):
        factories.make_message(enrolment=factories.make_enrolment("sms"))

    def drain(machine: datetime) -> int:
        clocks = sender.Clocks(lambda: now, lambda: machine)
        return sender.drain([MessageClass.COURSE], Channel.SMS, "worker:1", clocks, timedelta(seconds=5))

    wait_for(pacing.lane_of(Text(1, "", "empties the bucket", "", 60), MessageClass.COURSE))
    assert drain(MACHINE) < 3
    waiting = Message.objects.filter(state=State.PLANNED)
    assert waiting.exists()
    assert all(message.attempts == 0 and message.retry_at > MACHINE for message in waiting)
    for second in range(1, 6):
        time.sleep(0.5)
        drain(MACHINE + timedelta(seconds=second))
    bodies = server.sandbox.store.texts()
    assert len(bodies) == 3
    channels.get.cache_clear()
