from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from twilio.base.exceptions import TwilioRestException

from course.sandbox import inbound
from course.sandbox.server import SandboxServer
from course.sandbox.twilio_shapes import segments
from tests.sandbox.conftest import ACCOUNT, CLINIC, COURSE_TIME, Webhook, client_of, until

ANA, TOM = "+12025550143", "+12025550187"


def send(twilio: Any, to: str = ANA, body: str = "Lesson 1 of 8", **more: object) -> str:
    return str(twilio.messages.create(to=to, from_=CLINIC, body=body, **more).sid)


def refusal(call: Callable[[], object]) -> tuple[int, int]:
    with pytest.raises(TwilioRestException) as caught:
        call()
    assert caught.value.code is not None
    return caught.value.status, caught.value.code


def test_a_text_is_created_queued_and_kept_with_the_time_of_the_course(twilio: Any, server: SandboxServer) -> None:
    made = twilio.messages.create(to=ANA, from_=CLINIC, body="Lesson 1 of 8", validity_period=600)
    assert (made.status, made.direction, made.to, made.from_) == ("queued", "outbound-api", ANA, CLINIC)
    assert made.date_created is not None
    assert made.num_segments == "1"
    kept = server.sandbox.store.text(str(made.sid))
    assert kept is not None
    assert (kept.body, kept.course_time, kept.validity_period) == ("Lesson 1 of 8", COURSE_TIME, 600)


def test_a_text_becomes_delivered_and_says_when_it_was_sent(twilio: Any) -> None:
    sid = send(twilio)
    until(lambda: twilio.messages(sid).fetch().status == "delivered")
    assert twilio.messages(sid).fetch().date_sent is not None


@pytest.mark.parametrize(
    ("fields", "status", "code"),
    [
        ({"To": ""}, 400, 21604),
        ({"To": "555 0143"}, 400, 21211),
        ({"From": ""}, 400, 21603),
        ({"From": TOM}, 400, 21606),
        ({"Body": ""}, 400, 21602),
        ({"Body": "x" * 1601}, 400, 21617),
        ({"ValidityPeriod": "36001"}, 400, 20001),
        ({"From": "", "MessagingServiceSid": "MGunknown"}, 404, 21703),
    ],
)
def test_a_wrong_text_is_refused_with_the_code_of_twilio(
    twilio: Any, server: SandboxServer, fields: dict[str, str], status: int, code: int
) -> None:
    form = {"To": ANA, "From": CLINIC, "Body": "Hello"} | fields

    def create() -> object:
        return twilio.api.v2010.create("POST", f"/Accounts/{ACCOUNT}/Messages.json", data=form)

    assert refusal(create) == (status, code)
    assert server.sandbox.store.texts() == []


def test_a_wrong_password_is_refused(server: SandboxServer) -> None:
    stranger = client_of(server, "guessed")
    assert refusal(lambda: send(stranger)) == (401, 20003)
    assert server.sandbox.store.texts() == []
    stranger.http_client.session.close()


def test_what_is_not_there_is_not_found(twilio: Any) -> None:
    assert refusal(lambda: twilio.messages("SM" + "0" * 32).fetch()) == (404, 20404)


def test_the_list_pages_newest_first_without_missing_or_repeating_any(twilio: Any) -> None:
    sids = [send(twilio, body=f"Text {n}") for n in range(5)]
    assert [one.sid for one in twilio.messages.list(page_size=2)] == sids[::-1]


def test_the_list_can_be_asked_for_one_person_and_a_span_of_time(twilio: Any) -> None:
    sid = send(twilio, ANA)
    send(twilio, TOM)
    created = twilio.messages(sid).fetch().date_created
    assert created is not None
    minute = timedelta(minutes=1)
    assert [one.sid for one in twilio.messages.list(to=ANA, date_sent_after=created)] == [sid]
    assert [one.sid for one in twilio.messages.list(to=ANA, date_sent_before=created + minute)] == [sid]
    assert twilio.messages.list(to=ANA, date_sent_after=created + minute) == []
    assert twilio.messages.list(to=ANA, date_sent_before=created - minute) == []
    assert len(twilio.messages.list(from_=CLINIC)) == 2


def test_inbound_texts_are_in_the_list_even_when_the_webhook_failed(
    twilio: Any, server: SandboxServer, webhook: Webhook
) -> None:
    webhook.status = 503
    outcome = inbound.send_text(server.sandbox, ANA, "When should I rest?")
    assert not outcome.accepted
    (found,) = twilio.messages.list(to=CLINIC, from_=ANA)
    assert (found.sid, found.body, found.direction, found.status) == (
        outcome.sid,
        "When should I rest?",
        "inbound",
        "received",
    )


def test_a_text_can_be_wiped_and_deleted_and_the_witness_still_knows_it_came(
    twilio: Any, server: SandboxServer
) -> None:
    sid = send(twilio)
    assert refusal(lambda: twilio.messages(sid).delete()) == (409, 20009)
    until(lambda: twilio.messages(sid).fetch().status == "delivered")
    assert twilio.messages(sid).update(body="").body == ""
    assert twilio.messages(sid).delete()
    assert twilio.messages.list() == []
    assert refusal(lambda: twilio.messages(sid).fetch()) == (404, 20404)
    assert [(one.sid, one.body, one.deleted) for one in server.sandbox.store.texts()] == [(sid, "", True)]


@pytest.mark.parametrize("word", ["STOP", " stop ", "Optout", "revoke"])
def test_after_a_stop_word_that_number_is_blocked_until_a_start_word(
    twilio: Any, server: SandboxServer, word: str
) -> None:
    inbound.send_text(server.sandbox, ANA, word)
    assert refusal(lambda: send(twilio, ANA)) == (400, 21610)
    send(twilio, TOM)
    inbound.send_text(server.sandbox, ANA, "start")
    send(twilio, ANA)


def test_a_sentence_that_begins_with_stop_blocks_nothing(twilio: Any, server: SandboxServer) -> None:
    inbound.send_text(server.sandbox, ANA, "Stop hurts less when I sit?")
    send(twilio, ANA)


@pytest.mark.parametrize(
    ("body", "count"),
    [
        ("a" * 160, 1),
        ("a" * 161, 2),
        ("€" * 80, 1),
        ("€" * 81, 2),
        ("á" * 70, 1),
        ("á" * 71, 2),
        ("é" * 160, 1),
    ],
)
def test_segments_are_counted_as_the_standard_says(body: str, count: int) -> None:
    assert segments(body) == count
