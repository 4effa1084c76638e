from typing import Any

import pytest

from course.sandbox import callbacks
from course.sandbox.callbacks import CallbackSender
from course.sandbox.config import Sandbox
from course.sandbox.records import OUTBOUND, NewText
from course.sandbox.store import SandboxStore
from tests.sandbox.conftest import ACCOUNT, CLINIC, Webhook, is_signed, until

ANA = "+12025550143"


def keep_a_text(sandbox: Sandbox, url: str) -> None:
    steps = callbacks.steps("SM1", ANA, CLINIC, ACCOUNT)
    new = NewText("SM1", ANA, CLINIC, "Lesson 1", OUTBOUND, "queued", status_callback=url)
    sandbox.store.add_text(new, [(0.0, params) for _delay, params in steps])


def test_sent_and_then_delivered_are_posted_and_signed(twilio: Any, webhook: Webhook) -> None:
    url = f"{webhook.url}/hooks/twilio/status/abc"
    sid = twilio.messages.create(to=ANA, from_=CLINIC, body="Lesson 1", status_callback=url).sid
    until(lambda: len(webhook.got) == 2)
    assert [form["MessageStatus"] for _path, form, _signature in webhook.got] == ["sent", "delivered"]
    for path, form, signature in webhook.got:
        assert path == "/hooks/twilio/status/abc"
        assert is_signed(url, form, signature)
        assert form == {
            "MessageSid": sid,
            "SmsSid": sid,
            "AccountSid": ACCOUNT,
            "To": ANA,
            "From": CLINIC,
            "ApiVersion": "2010-04-01",
            "MessageStatus": form["MessageStatus"],
            "SmsStatus": form["MessageStatus"],
        }


def test_a_callback_that_failed_is_tried_again_until_it_is_taken(
    sandbox: Sandbox, webhook: Webhook, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(callbacks, "BACK_OFF_SECONDS", (0.0, 0.0))
    keep_a_text(sandbox, f"{webhook.url}/status")
    sender = CallbackSender(sandbox)
    webhook.status = 503
    sender.run_once()
    webhook.status = 200
    sender.run_once()
    assert len(webhook.got) == 4
    assert sandbox.store.callbacks.seconds_to_next() is None


def test_a_callback_that_is_never_taken_is_given_up_and_the_text_is_delivered_all_the_same(
    sandbox: Sandbox, webhook: Webhook, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(callbacks, "BACK_OFF_SECONDS", (0.0, 0.0))
    keep_a_text(sandbox, f"{webhook.url}/status")
    webhook.status = 500
    sender = CallbackSender(sandbox)
    for _try in range(5):
        sender.run_once()
    assert len(webhook.got) == 6
    kept = sandbox.store.text("SM1")
    assert kept is not None
    assert kept.status == "delivered"


def test_a_sandbox_started_again_goes_on_with_the_callbacks_that_wait(sandbox: Sandbox, webhook: Webhook) -> None:
    keep_a_text(sandbox, f"{webhook.url}/status")
    with SandboxStore(sandbox.config.data_dir / "sandbox.sqlite3", sandbox.store.course_now) as again:
        sender = CallbackSender(Sandbox(again, sandbox.config))
        sender.start()
        until(lambda: len(webhook.got) == 2)
        sender.stop()
