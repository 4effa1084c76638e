"""The twilio channel by itself: side by side, within bounds, and what it makes of each of Twilio's codes."""

import json
import threading
import time
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from course import clock
from course.delivery.channels import twilio_codes
from course.delivery.channels.base import Outgoing, Result, Sent, Standing, hash_of
from course.delivery.channels.twilio import TwilioChannel
from course.delivery.words import Outcome
from course.sandbox.records import OUTBOUND, NewText
from course.sandbox.server import SandboxServer
from tests.delivery.channel_contract import text, yes
from tests.delivery.test_channels import TwilioWire
from tests.delivery.wires import Fate
from tests.sandbox.conftest import ACCOUNT, TOKEN


@pytest.fixture
def wire() -> Iterator[TwilioWire]:
    opened = TwilioWire()
    yield opened
    opened.stop()


def channel_to(wire: TwilioWire, sender: str = "+12025550100", concurrency: int = 8) -> TwilioChannel:
    return TwilioChannel(ACCOUNT, TOKEN, sender, wire.url, concurrency=concurrency)


def send_one(wire: TwilioWire, outgoing: Outgoing | None = None) -> Result:
    (result,) = channel_to(wire).send([outgoing or text()], yes)
    return result


@pytest.mark.parametrize("concurrency", [1, 3])
def test_so_many_texts_are_on_their_way_at_a_time_and_no_more(wire: TwilioWire, concurrency: int) -> None:
    wire.slow = 0.05
    list(channel_to(wire, concurrency=concurrency).send([text(key) for key in range(1, 10)], yes))
    assert wire.most_at_a_time == concurrency


def test_a_text_is_asked_for_only_when_it_can_go_at_once_and_in_the_senders_own_thread(wire: TwilioWire) -> None:
    wire.slow = 0.05
    asked: list[int] = []
    open_now: list[int] = []

    def about_to(outgoing: Outgoing) -> bool:
        assert threading.current_thread() is threading.main_thread()
        asked.append(outgoing.key)
        open_now.append(len(asked) - len(answered))
        return True

    answered: list[int] = []
    for result in channel_to(wire, concurrency=2).send([text(key) for key in range(1, 8)], about_to):
        answered.append(result.key)
    assert max(open_now) == 2


def test_a_text_is_fetched_only_when_a_thread_is_free_to_post_it(wire: TwilioWire) -> None:
    wire.slow = 0.05
    on_their_way: set[int] = set()

    def batch() -> Iterator[Outgoing]:
        for key in range(1, 8):
            assert len(on_their_way) < 2
            yield text(key)

    for result in channel_to(wire, concurrency=2).send(batch(), lambda each: on_their_way.add(each.key) is None):
        on_their_way.remove(result.key)
    assert len(wire.requests) == 7


def test_a_result_does_not_wait_for_a_slower_text(wire: TwilioWire) -> None:
    wire.fates[text(1).recipient] = Fate.SILENT
    results = TwilioChannel(ACCOUNT, TOKEN, "+12025550100", wire.url, answer_seconds=0.5).send(
        [text(1), text(2), text(3)], yes
    )
    assert [each.outcome for each in results] == [Outcome.ACCEPTED, Outcome.ACCEPTED, Outcome.UNKNOWN]


def test_connections_are_used_again(wire: TwilioWire) -> None:
    channel = channel_to(wire)
    for _round in range(3):
        list(channel.send([text(key) for key in range(1, 9)], yes))
    assert wire.connections <= 8
    channel.close()


def test_nothing_is_posted_twice_when_no_answer_comes(wire: TwilioWire) -> None:
    wire.fates[text(1).recipient] = Fate.HANG_UP
    assert send_one(wire).outcome == Outcome.UNKNOWN
    assert len(wire.requests) == 1


@pytest.mark.parametrize(("asked", "posted"), [(3600, 3599), (99_999, 36_000), (2, 1)])
def test_every_text_says_how_long_it_may_wait_and_never_more_than_twilio_takes(
    wire: TwilioWire, asked: int, posted: int
) -> None:
    send_one(wire, text(valid_for=asked))
    assert wire.requests[0]["ValidityPeriod"] == str(posted)


@pytest.mark.parametrize("left", [1, 0, -5])
def test_a_text_whose_time_is_over_is_not_posted(wire: TwilioWire, left: int) -> None:
    assert send_one(wire, text(valid_for=left)).outcome == Outcome.RETRY
    assert wire.requests == []


def test_what_a_text_waited_here_before_it_was_posted_is_taken_off(wire: TwilioWire) -> None:
    def slowly(_outgoing: Outgoing) -> bool:
        time.sleep(1.1)
        return True

    list(channel_to(wire).send([text(valid_for=60)], slowly))
    assert int(wire.requests[0]["ValidityPeriod"]) <= 58


def test_every_text_names_the_callback_of_its_own_row(wire: TwilioWire) -> None:
    send_one(wire, text(7))
    assert wire.requests[0]["StatusCallback"] == "http://localhost/status/7"


def test_it_sends_from_a_number_or_from_a_messaging_service(wire: TwilioWire) -> None:
    list(channel_to(wire).send([text()], yes))
    list(channel_to(wire, "MG" + "0" * 32).send([text()], yes))
    assert wire.requests[0]["From"] == "+12025550100"
    assert wire.requests[1]["MessagingServiceSid"] == "MG" + "0" * 32
    assert "From" not in wire.requests[1]


@pytest.mark.parametrize(("header", "seconds"), [("17", 17.0), ("", None), ("Wed, 21 Oct 2026 07:28:00 GMT", None)])
def test_a_429_says_how_long_to_wait(wire: TwilioWire, header: str, seconds: float | None) -> None:
    wire.fates[text().recipient] = Fate.LATER
    wire.headers = {"Retry-After": header} if header else {}
    result = send_one(wire)
    assert (result.outcome, result.code, result.slow_down) == (Outcome.RETRY, "20429", True)
    assert result.retry_after == seconds


@pytest.mark.parametrize("body", ["<html>", "{}", '"words"', "[1]", '{"status": "queued"}'])
def test_a_success_that_is_not_twilios_is_unknown(wire: TwilioWire, body: str) -> None:
    wire.scripted = (200, body)
    assert send_one(wire).outcome == Outcome.UNKNOWN


@pytest.mark.parametrize("status", [500, 502, 503, 504, 408])
def test_a_server_in_trouble_leaves_it_unknown(wire: TwilioWire, status: int) -> None:
    wire.scripted = (status, "<html>trouble</html>")
    assert send_one(wire).outcome == Outcome.UNKNOWN


def test_an_error_in_the_newer_form_is_understood_too(wire: TwilioWire) -> None:
    problem = {"type": "about:blank", "title": "Invalid number", "status": 400, "code": 21211}
    wire.scripted = (400, json.dumps(problem))
    result = send_one(wire)
    assert (result.outcome, result.code) == (Outcome.REFUSED_ADDRESS, "21211")


def test_a_text_that_failed_at_once_is_told_by_its_code(wire: TwilioWire) -> None:
    wire.scripted = (201, json.dumps({"sid": "SM1", "status": "failed", "error_code": 30003}))
    result = send_one(wire)
    assert (result.outcome, result.retry_after, result.provider_id) == (Outcome.RETRY, 3600.0, "SM1")


@pytest.mark.parametrize(
    ("status", "code", "outcome", "slower", "wait"),
    [
        (429, 20429, Outcome.RETRY, True, None),
        (429, None, Outcome.RETRY, True, None),
        (500, 20500, Outcome.UNKNOWN, False, None),
        (503, None, Outcome.UNKNOWN, False, None),
        (401, 20003, Outcome.REFUSED_SENDER, False, None),
        *((400, code, Outcome.REFUSED_SENDER, False, None) for code in (20005, 30002)),
        *((400, code, Outcome.REFUSED_ADDRESS, False, None) for code in (21211, 21214, 21614, 21635, 30005, 30006)),
        *((400, code, Outcome.REFUSED_SENDER, False, None) for code in (21408, 21606, 21612, 21617, 30032, 30034)),
        (400, 21610, Outcome.OPTED_OUT, False, None),
        (400, 21611, Outcome.RETRY, True, None),
        (400, 30001, Outcome.RETRY, True, None),
        (400, 30036, Outcome.RETRY, False, None),
        (400, 30003, Outcome.RETRY, False, 3600.0),
        (400, 30008, Outcome.RETRY, False, 3600.0),
        (400, 30004, Outcome.REFUSED_CONTENT, False, None),
        (400, 30007, Outcome.REFUSED_CONTENT, False, None),
        (404, 20404, Outcome.REFUSED_SENDER, False, None),
        (307, None, Outcome.REFUSED_SENDER, False, None),
        (400, 99999, Outcome.REFUSED_CONTENT, False, None),
    ],
)
def test_twilio_codes_become_our_words(
    status: int, code: int | None, outcome: Outcome, slower: bool, wait: float | None
) -> None:
    assert twilio_codes.classify(status, code) == outcome
    assert twilio_codes.asks_for_less(status, code) == slower
    assert twilio_codes.retry_after(code) == wait


def test_an_account_without_a_number_is_refused_with_a_sentence() -> None:
    with pytest.raises(ValueError, match="COURSE_TWILIO_FROM is not set"):
        TwilioChannel(ACCOUNT, TOKEN, "")


def sandbox_channel(server: SandboxServer, token: str = TOKEN) -> TwilioChannel:
    return TwilioChannel(ACCOUNT, token, "+12025550100", f"http://127.0.0.1:{server.sandbox.config.http_port}")


def sent(key: int, **known: Any) -> Sent:
    outgoing = text(key)
    handed_at = clock.machine_now() - timedelta(minutes=5)
    return Sent("", outgoing.recipient, hash_of(outgoing.body), handed_at, frozenset(known.get("known_ids", ())))


def test_it_finds_what_went_and_does_not_find_what_did_not(server: SandboxServer) -> None:
    channel = sandbox_channel(server)
    (result,) = channel.send([text(1)], yes)
    assert channel.look_up(sent(1)).provider_id == result.provider_id
    assert not channel.look_up(sent(2)).went
    channel.close()


def test_a_text_of_another_message_with_the_same_words_is_not_taken_for_ours(server: SandboxServer) -> None:
    channel = sandbox_channel(server)
    (result,) = channel.send([text(1)], yes)
    assert not channel.look_up(sent(1, known_ids={result.provider_id})).went
    channel.close()


@pytest.mark.parametrize("status", ["failed", "undelivered", "canceled"])
def test_a_text_that_did_not_arrive_has_not_gone(server: SandboxServer, status: str) -> None:
    outgoing, channel = text(1), sandbox_channel(server)
    one = NewText("SM" + "1" * 32, outgoing.recipient, "+12025550100", outgoing.body, OUTBOUND, status)
    server.sandbox.store.add_text(one)
    assert not channel.look_up(sent(1)).went
    server.sandbox.store.callbacks.advance(one.sid, "delivered")
    assert channel.look_up(sent(1)).provider_id == one.sid
    channel.close()


def test_a_wrong_password_is_our_own_fault(server: SandboxServer) -> None:
    (result,) = sandbox_channel(server, "wrong").send([text()], yes)
    assert (result.outcome, result.code) == (Outcome.REFUSED_SENDER, "20003")


def test_it_says_what_became_of_a_text_in_twilios_own_words(wire: TwilioWire) -> None:
    wire.standings = {"SM1": ("delivered", None), "SM2": ("undelivered", 30003)}
    said = [channel_to(wire).status_of(f"SM{number}") for number in (1, 2, 3)]
    assert said == [Standing("delivered"), Standing("undelivered", "30003"), None]


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (401, '{"code": 20003, "message": "Authenticate", "status": 401}'), (404, "<html>another server</html>"),
        (429, "{}"), (503, "trouble"), (200, "<html>"), (200, "{}"), (200, "[1]"),
    ],
)  # fmt: skip
def test_what_is_no_answer_about_a_text_is_an_error_and_never_its_end(wire: TwilioWire, status: int, body: str) -> None:
    wire.scripted = (status, body)
    with pytest.raises(OSError, match="did not say"):
        channel_to(wire).status_of("SM1")
