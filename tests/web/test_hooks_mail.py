"""Mail providers' webhooks: with the secret they are stored and applied, without it nothing changes; never a 500."""

import hashlib
import hmac
import json
from base64 import b64encode
from datetime import timedelta
from itertools import permutations
from typing import Any

import pytest
from django.db import OperationalError
from django.test import Client
from hypothesis import HealthCheck, given
from hypothesis import settings as effort
from hypothesis import strategies as some

from course import clock
from course.delivery import mail_receipts, receipts, suppression
from course.delivery.models import Message, Receipt, Suppression
from course.delivery.words import METADATA_KEY, Reason, State, SuppressionReason
from course.environment import SettingsError, read
from course.people.models import Consent, NoticeRequest
from tests import factories

from .conftest import World

SECRET = "provider:a-long-random-word"
POSTMARK = "/hooks/mail/postmark/tracking/"
ID = "0a1b-postmark"


@pytest.fixture
def mail(world: World, settings: Any) -> Message:
    settings.ANYMAIL = {"WEBHOOK_SECRET": SECRET}
    person = world.subscriber
    return factories.make_message(
        person.contacts.get(), person.enrolments.get(), state=State.ACCEPTED, provider_id=ID,
        accepted_at=factories.NOW, handed_at=factories.NOW,
    )  # fmt: skip


def post(path: str, body: Any, secret: str = SECRET, **headers: str) -> int:
    data = body if isinstance(body, bytes) else json.dumps(body)
    sent = {"Authorization": "Basic " + b64encode(secret.encode()).decode()} if secret else {}
    client = Client(enforce_csrf_checks=True, raise_request_exception=False)
    return client.post(path, data, content_type="application/json", headers=sent | headers).status_code


def recipient(mail: Message) -> str:
    return mail.contact.address if mail.contact else ""


def event(mail: Message, kind: str, **more: Any) -> dict[str, Any]:
    """Return an event as Postmark sends it."""
    named = {"Email": recipient(mail)} if kind == "Bounce" else {"Recipient": recipient(mail)}
    return {"RecordType": kind, "MessageID": ID, "ID": 1, "Metadata": {}, **named} | more


def bounce(mail: Message, kind: str, details: str = "", **more: Any) -> dict[str, Any]:
    return event(mail, "Bounce", Type=kind, Details=details, **more)


def suppressed() -> set[str]:
    return set(Suppression.objects.filter(lifted_at__isnull=True).values_list("reason", flat=True))


def agrees(world: World) -> bool:
    return Consent.objects.filter(subscriber=world.subscriber, kind="course", withdrawn_at__isnull=True).exists()


@pytest.mark.parametrize(
    ("kind", "more", "state", "reason", "listed", "still_agrees"),
    [
        ("Delivery", {}, State.DELIVERED, Reason.NONE, set(), True),
        ("Bounce", {"Type": "Transient"}, State.ACCEPTED, Reason.NONE, set(), True),
        ("Bounce", {"Type": "HardBounce"}, State.BOUNCED, Reason.UNDELIVERED, set(), True),
        ("Bounce", {"Type": "HardBounce", "Details": "smtp;550 5.1.1 no such user"}, State.BOUNCED, Reason.ADDRESS,
         {SuppressionReason.BOUNCED}, True),
        ("Bounce", {"Type": "HardBounce", "Details": "552 5.2.2 full"}, State.BOUNCED, Reason.UNDELIVERED, set(), True),
        ("Bounce", {"Type": "Blocked", "Details": "550 5.7.1 policy"}, State.BOUNCED, Reason.CHANNEL, set(), True),
        ("Bounce", {"Type": "Blocked"}, State.BOUNCED, Reason.UNDELIVERED, set(), True),
        ("Bounce", {"Type": "BadEmailAddress"}, State.BOUNCED, Reason.ADDRESS, {SuppressionReason.BOUNCED}, True),
        ("Bounce", {"Type": "TemplateRenderingFailed"}, State.BOUNCED, Reason.UNDELIVERED, set(), True),
        ("SpamComplaint", {"Type": "SpamComplaint"}, State.DELIVERED, Reason.NONE,
         {SuppressionReason.COMPLAINED}, False),
        ("SubscriptionChange", {"SuppressSending": True, "SuppressionReason": "ManualSuppression"}, State.ACCEPTED,
         Reason.NONE, set(), False),
        ("Open", {}, State.ACCEPTED, Reason.NONE, set(), True),
        ("Click", {}, State.ACCEPTED, Reason.NONE, set(), True),
        ("Surprise", {}, State.ACCEPTED, Reason.NONE, set(), True),
    ],
)  # fmt: skip
def test_each_event_is_treated_as_the_table_says(
    world: World, mail: Message, kind: str, more: dict[str, Any], state: State, reason: Reason, listed: set[str],
    still_agrees: bool,
) -> None:  # fmt: skip
    for _time in range(2):
        assert post(POSTMARK, event(mail, kind, **more)) == 200
    mail.refresh_from_db()
    assert (mail.state, mail.reason, suppressed(), agrees(world)) == (state, reason, listed, still_agrees)
    assert Receipt.objects.count() == (kind not in ("Open", "Click", "Surprise"))
    assert not Receipt.objects.filter(applied_at__isnull=True).exists()


def test_a_complainer_gets_no_confirmation_and_who_unsubscribes_gets_one(world: World, mail: Message) -> None:
    post(POSTMARK, event(mail, "SpamComplaint", Type="SpamComplaint"))
    assert not NoticeRequest.objects.filter(kind="stopped").exists()
    suppression.start(world.subscriber, contact=mail.contact, source="reply:1", now=factories.NOW)
    post(POSTMARK, event(mail, "SubscriptionChange", SuppressSending=True, SuppressionReason="ManualSuppression"))
    assert NoticeRequest.objects.filter(kind="stopped").count() == 1


def test_a_complaint_brought_again_does_not_undo_a_start(world: World, mail: Message) -> None:
    complained = event(mail, "SpamComplaint", Type="SpamComplaint")
    post(POSTMARK, complained)
    suppression.start(world.subscriber, contact=mail.contact, source="reply:1", now=factories.NOW)
    post(POSTMARK, complained)
    assert (agrees(world), suppressed()) == (True, set())


def test_what_a_provider_said_is_kept_and_cannot_be_read_in_the_table(mail: Message) -> None:
    post(POSTMARK, bounce(mail, "HardBounce", "smtp;550 5.1.1 no such user"))
    receipt = Receipt.objects.get()
    assert "no such user" in receipt.raw
    stored = Receipt.objects.extra(select={"stored": "raw"}).values_list("stored", flat=True).get()
    assert b"no such user" not in bytes(stored)


@pytest.mark.parametrize("order", list(permutations(["Delivery", "Soft", "Hard"])))
def test_events_in_any_order_and_doubled_end_alike(mail: Message, order: tuple[str, ...]) -> None:
    events = {
        "Delivery": event(mail, "Delivery"),
        "Soft": bounce(mail, "SoftBounce", ID=2),
        "Hard": bounce(mail, "HardBounce", "550 5.1.1 none", ID=3),
    }
    for name in (*order, *order):
        assert post(POSTMARK, events[name]) == 200
    mail.refresh_from_db()
    assert (mail.state, suppressed(), Receipt.objects.count()) == (State.BOUNCED, {SuppressionReason.BOUNCED}, 3)


def test_an_event_that_names_another_address_is_kept_and_changes_nothing(mail: Message) -> None:
    assert post(POSTMARK, bounce(mail, "BadEmailAddress", Email="somebody@example.org")) == 200
    mail.refresh_from_db()
    assert (mail.state, suppressed(), Receipt.objects.count()) == (State.ACCEPTED, set(), 1)


@pytest.mark.parametrize("known_by", ["metadata", "Message-ID"])
def test_a_mail_is_found_by_what_we_gave_the_provider_too(mail: Message, known_by: str) -> None:
    Message.objects.filter(pk=mail.pk).update(provider_id="", state=State.UNKNOWN)
    ours = f"<{mail.message_id}>"
    more = {"Metadata": {METADATA_KEY: mail.message_id}} if known_by == "metadata" else {"MessageID": ours}
    assert post(POSTMARK, event(mail, "Delivery", **more)) == 200
    mail.refresh_from_db()
    assert mail.state == State.DELIVERED


def test_an_event_quicker_than_our_own_record_waits_and_is_applied_once(mail: Message) -> None:
    Message.objects.filter(pk=mail.pk).update(provider_id="", state=State.HANDED)
    assert post(POSTMARK, bounce(mail, "BadEmailAddress")) == 200
    assert suppressed() == set()
    Message.objects.filter(pk=mail.pk).update(provider_id=ID, state=State.ACCEPTED)
    machine = clock.machine_now()
    assert [receipts.apply_all_parked(factories.NOW, machine, 10) for _time in range(2)] == [1, 0]
    mail.refresh_from_db()
    assert (mail.state, suppressed()) == (State.BOUNCED, {SuppressionReason.BOUNCED})


def test_an_event_of_a_mail_that_is_not_ours_is_forgotten_after_three_days(mail: Message) -> None:
    assert post(POSTMARK, event(mail, "Delivery", MessageID="another-senders")) == 200
    machine = clock.machine_now()
    receipts.apply_all_parked(factories.NOW, machine + timedelta(days=2), 10)
    assert Receipt.objects.count() == 1
    receipts.apply_all_parked(factories.NOW, machine + timedelta(days=4), 10)
    assert Receipt.objects.count() == 0


def nothing_changed(world: World, mail: Message) -> bool:
    mail.refresh_from_db()
    return mail.state == State.ACCEPTED and agrees(world) and not Receipt.objects.exists() and not suppressed()


@pytest.mark.parametrize("secret", ["", "provider:wrong", "provider", ":a-long-random-word", "b\xe4d:\xff"])
def test_a_wrong_secret_is_refused_and_changes_nothing(world: World, mail: Message, secret: str) -> None:
    assert post(POSTMARK, event(mail, "SpamComplaint", Type="SpamComplaint"), secret) == 403
    assert nothing_changed(world, mail)


@pytest.mark.parametrize("provider", ["brevo", "mailersend", "mailgun", "mailjet", "mailtrap", "postmark", "sparkpost"])
@pytest.mark.parametrize("known", [{}, {"WEBHOOK_SECRET": ""}])
def test_a_hook_with_no_secret_takes_nothing(
    world: World, mail: Message, settings: Any, provider: str, known: dict[str, str]
) -> None:
    settings.ANYMAIL = known
    assert post(f"/hooks/mail/{provider}/tracking/", event(mail, "SpamComplaint")) == 503
    assert nothing_changed(world, mail)


@pytest.mark.parametrize("value", ["s3cret", ":s3cret", "s3cret:"])
def test_a_secret_that_no_provider_could_send_is_a_fault_of_settings_and_is_not_repeated(value: str) -> None:
    with pytest.raises(SettingsError, match=r"write name:password") as fault:
        read({"COURSE_WEBHOOK_SECRET": value}).secret_pair("COURSE_WEBHOOK_SECRET")
    assert "s3cret" not in str(fault.value)
    assert read({"COURSE_WEBHOOK_SECRET": SECRET}).secret_pair("COURSE_WEBHOOK_SECRET") == SECRET


def test_a_provider_we_do_not_know_has_no_address(world: World) -> None:
    assert post("/hooks/mail/nobody/tracking/", {}) == 404


def mailgun(mail: Message, key: str, **changed: Any) -> dict[str, Any]:
    signature = hmac.new(key.encode(), b"1770000000token", hashlib.sha256).hexdigest()
    data = {
        "event": "failed", "severity": "permanent", "timestamp": 1770000000, "recipient": recipient(mail),
        "message": {"headers": {"message-id": mail.message_id}}, "delivery-status": {"message": "5.1.1 none"},
    }  # fmt: skip
    return {
        "signature": {"timestamp": "1770000000", "token": "token", "signature": signature},
        "event-data": data | changed,
    }


def test_a_signature_of_the_providers_own_is_enough_and_a_wrong_one_is_not(
    world: World, mail: Message, settings: Any
) -> None:
    settings.ANYMAIL = {"MAILGUN_WEBHOOK_SIGNING_KEY": "right"}
    path = "/hooks/mail/mailgun/tracking/"
    assert post(path, mailgun(mail, "wrong"), secret="") == 403
    assert nothing_changed(world, mail)
    assert post(path, mailgun(mail, "right"), secret="") == 200
    mail.refresh_from_db()
    assert (mail.state, suppressed()) == (State.BOUNCED, {SuppressionReason.BOUNCED})


def test_a_provider_that_must_sign_and_whose_key_is_not_set_is_not_taken(world: World, mail: Message) -> None:
    assert post("/hooks/mail/mailgun/tracking/", mailgun(mail, "right")) == 503
    assert nothing_changed(world, mail)


def test_mail_refused_as_spam_is_no_complaint(world: World, mail: Message) -> None:
    sparkpost = [{
        "msys": {"message_event": {
            "type": "bounce", "bounce_class": "51", "transmission_id": ID, "raw_reason": "554 spam",
            "rcpt_to": recipient(mail), "timestamp": "1770000000",
        }}
    }]  # fmt: skip
    assert post("/hooks/mail/sparkpost/tracking/", sparkpost) == 200
    mail.refresh_from_db()
    assert (mail.state, suppressed(), agrees(world)) == (State.BOUNCED, set(), True)


def test_database_trouble_asks_for_the_event_again(mail: Message, monkeypatch: pytest.MonkeyPatch) -> None:
    def locked(*_args: object) -> None:
        raise OperationalError("database is locked")

    monkeypatch.setattr(mail_receipts, "keep", locked)
    assert post(POSTMARK, event(mail, "Delivery")) == 503


def test_an_event_that_is_stored_and_cannot_be_applied_is_applied_later(
    mail: Message, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_args: object) -> None:
        raise RuntimeError

    with monkeypatch.context() as patch:
        patch.setattr(suppression, "suppress", fail)
        assert post(POSTMARK, bounce(mail, "BadEmailAddress")) == 200
        assert suppressed() == set()
    receipts.apply_all_parked(factories.NOW, clock.machine_now(), 10)
    assert suppressed() == {SuppressionReason.BOUNCED}


JSON = some.recursive(
    some.none() | some.booleans() | some.integers() | some.text(max_size=20),
    lambda inner: some.lists(inner, max_size=3) | some.dictionaries(some.text(max_size=12), inner, max_size=4),
    max_leaves=8,
)


@effort(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    provider=some.sampled_from(["brevo", "mailgun", "mailjet", "mailtrap", "postmark", "sparkpost"]),
    body=some.binary(max_size=60) | JSON.map(lambda value: json.dumps(value).encode()) | some.just(b"[" * 100_000),
    secret=some.sampled_from([SECRET, "a:b", ""]),
)
def test_junk_is_never_a_fault_and_suppresses_nobody(
    world: World, mail: Message, provider: str, body: bytes, secret: str
) -> None:
    assert post(f"/hooks/mail/{provider}/tracking/", body, secret) in (200, 400, 403, 503)
    assert nothing_changed(world, mail)
