"""Delivery reports and complaints that come back by mail: what counts, and what a forged one cannot do."""

from datetime import datetime, timedelta
from email.message import Message as Parsed
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as effort
from hypothesis import strategies as some

from course.delivery import holds
from course.delivery.models import Message, Receipt, Suppression
from course.delivery.words import Reason, State, SuppressionReason
from course.discussion.models import Post
from course.people.models import Consent, NoticeRequest, Subscriber
from course.replies import bounce, letter
from course.replies.bounce import Fate, Report
from course.replies.words import ReplyKind
from tests.factories import make_enrolment, make_message, make_subscriber
from tests.replies.incoming import Inbox, asked_for, last_message, mail

ANNA = "anna@example.org"
HEAD = "From: MAILER-DAEMON@mx.example.net\r\nSubject: Undelivered Mail\r\nDate: {date}\r\n"


def report(
    action: str = "failed", code: str = "5.1.1", named: str = f"Final-Recipient: rfc822; {ANNA}", more: str = ""
) -> bytes:
    return (
        f"{HEAD.format(date=f'{action} {code} {named}')}"
        "Content-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n"
        "--b\r\nContent-Type: text/plain\r\n\r\nWe are sorry.\r\n"
        "--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.example.net\r\n\r\n"
        f"{named}{chr(13) + chr(10) if named else ''}Action: {action}\r\nStatus: {code}\r\n\r\n{more}--b--\r\n"
    ).encode()


def complaint(returned: str, kind: str = "abuse", as_part: str = "message/rfc822") -> bytes:
    return (
        "From: staff@isp.example.net\r\nSubject: FW: Lesson 1\r\n"
        "Content-Type: multipart/report; report-type=feedback-report; boundary=b\r\n\r\n"
        "--b\r\nContent-Type: text/plain\r\n\r\nThis is an email abuse report.\r\n"
        f"--b\r\nContent-Type: message/feedback-report\r\n\r\nFeedback-Type: {kind}\r\nVersion: 1\r\n\r\n"
        f"--b\r\nContent-Type: {as_part}\r\n\r\nSubject: Lesson 1\r\n{returned}\r\n\r\n--b--\r\n"
    ).encode()


def bounced(inbox: Inbox, message: Message, raw: bytes) -> Message:
    inbox.hand_in("bounce", message.bounce_token, raw)
    message.refresh_from_db()
    return message


def suppressed() -> set[str]:
    return set(Suppression.objects.filter(lifted_at__isnull=True).values_list("reason", flat=True))


def agrees(person: Subscriber) -> bool:
    return Consent.objects.filter(subscriber=person, kind="course", withdrawn_at__isnull=True).exists()


def handed(person: Subscriber, now: datetime) -> Message:
    message = last_message(person)
    Message.objects.filter(pk=message.pk).update(handed_at=now)
    message.refresh_from_db()
    return message


@pytest.mark.parametrize(
    ("action", "code", "state", "reason", "listed"),
    [
        ("failed", "5.1.1", State.BOUNCED, Reason.ADDRESS, True),
        ("failed", "5.1.2", State.BOUNCED, Reason.ADDRESS, True),
        ("failed", "5.1.3", State.BOUNCED, Reason.ADDRESS, True),
        ("failed", "5.1.6", State.BOUNCED, Reason.ADDRESS, True),
        ("failed", "5.1.10", State.BOUNCED, Reason.ADDRESS, True),
        ("failed", "5.2.1", State.BOUNCED, Reason.ADDRESS, True),
        ("failed", "5.1.8", State.BOUNCED, Reason.CHANNEL, False),
        ("failed", "5.2.2", State.BOUNCED, Reason.UNDELIVERED, False),
        ("failed", "5.4.4", State.BOUNCED, Reason.UNDELIVERED, False),
        ("failed", "5.7.1", State.BOUNCED, Reason.CHANNEL, False),
        ("failed", "4.4.7", State.BOUNCED, Reason.UNDELIVERED, False),
        ("delayed", "4.4.1", State.ACCEPTED, Reason.NONE, False),
        ("delivered", "2.1.5", State.DELIVERED, Reason.NONE, False),
        ("relayed", "2.1.5", State.DELIVERED, Reason.NONE, False),
        ("expanded", "2.1.5", State.ACCEPTED, Reason.NONE, False),
        ("invented", "5.1.1", State.ACCEPTED, Reason.NONE, False),
    ],
)
def test_each_report_is_treated_as_the_table_says(
    inbox: Inbox, mail_reader: Subscriber, action: str, code: str, state: State, reason: Reason, listed: bool
) -> None:
    message = bounced(inbox, last_message(mail_reader), report(action, code))
    assert (message.state, message.reason) == (state, reason)
    assert suppressed() == ({SuppressionReason.BOUNCED} if listed else set())
    assert agrees(mail_reader)
    assert not Post.objects.exists()


@pytest.mark.parametrize(
    ("named", "counts"),
    [
        (f"Final-Recipient: rfc822; {ANNA}", True),
        ("Final-Recipient: RFC822;<Anna@Example.ORG>", True),
        (f"Original-Recipient: rfc822; {ANNA}\r\nFinal-Recipient: rfc822; moved@example.net", True),
        ("", True),
        ("Final-Recipient: rfc822; somebody@example.org", False),
        ("Final-Recipient: rfc822; not an address", False),
        ("Original-Recipient: rfc822; x@example.org\r\nFinal-Recipient: rfc822; y@example.org", False),
    ],
)
def test_a_report_counts_only_for_the_messages_own_address(
    inbox: Inbox, mail_reader: Subscriber, named: str, counts: bool
) -> None:
    message = bounced(inbox, last_message(mail_reader), report(named=named))
    assert message.state == (State.BOUNCED if counts else State.ACCEPTED)
    assert bool(suppressed()) == counts
    assert Receipt.objects.exists() == counts


def test_of_several_recipients_only_our_own_counts(inbox: Inbox, mail_reader: Subscriber) -> None:
    other = "Final-Recipient: rfc822; x@example.org\r\nAction: failed\r\nStatus: 5.1.1\r\n\r\n"
    message = bounced(inbox, last_message(mail_reader), report("delivered", "2.0.0", more=other))
    assert (message.state, suppressed()) == (State.DELIVERED, set())


@pytest.mark.parametrize("order", [("relayed", "failed"), ("failed", "relayed"), ("failed", "delayed", "failed")])
def test_in_any_order_the_worst_word_stands_and_is_applied_once(
    inbox: Inbox, mail_reader: Subscriber, order: tuple[str, ...]
) -> None:
    codes = {"relayed": "2.0.0", "failed": "5.1.1", "delayed": "4.4.1"}
    message = last_message(mail_reader)
    for time, action in enumerate(order):
        raw = report(action, codes[action]).replace(b"We are sorry", f"We are sorry {time}".encode())
        bounced(inbox, message, raw)
    assert message.state == State.BOUNCED
    assert Receipt.objects.filter(status="no_address").count() == 1
    assert Suppression.objects.count() == 1


def test_three_people_refused_for_our_own_fault_hold_the_channel(inbox: Inbox, now: datetime) -> None:
    for number in range(3):
        person = make_subscriber("email", f"person{number}x@example.org")
        message = make_message(person.contacts.get(), state="accepted", accepted_at=now, fence=1)
        message.tries.create(fence=1, worker="w", started_at=now)
        assert not holds.standing().exists()
        bounced(inbox, message, report("failed", "5.7.1", ""))
    assert holds.standing().filter(scope="email").exists()
    assert suppressed() == set()


def null_path(words: str) -> bytes:
    return b"From: MAILER-DAEMON@mx.example.net\r\nSubject: failure notice\r\n\r\n" + words.encode() + b"\r\n"


def test_a_report_in_words_only_marks_the_mail_and_suppresses_nobody(inbox: Inbox, mail_reader: Subscriber) -> None:
    message = bounced(inbox, last_message(mail_reader), null_path("550 5.1.1 no such user, sorry"))
    assert (message.state, message.reason, suppressed()) == (State.BOUNCED, Reason.UNDELIVERED, set())
    assert Receipt.objects.get().code == ""


def test_a_report_in_words_that_speaks_of_trying_again_changes_nothing(inbox: Inbox, mail_reader: Subscriber) -> None:
    message = bounced(inbox, last_message(mail_reader), null_path("451 4.4.1 still trying, will try until Friday"))
    assert message.state == State.ACCEPTED


@pytest.mark.parametrize(("hours", "listed"), [([0, 24, 48], True), ([0, 1, 2], False), ([0, 24, 25], False)])
def test_reports_in_words_suppress_only_on_three_different_days(
    inbox: Inbox, mail_reader: Subscriber, now: datetime, hours: list[int], listed: bool
) -> None:
    enrolment = make_enrolment(address="bert@example.org")
    for number, after in enumerate(hours):
        message = make_message(enrolment=enrolment, step_id=f"step-{number}", state="accepted", accepted_at=now)
        inbox.now = now + timedelta(hours=after)
        bounced(inbox, message, null_path(f"This is number {number}"))
    assert bool(suppressed()) == listed


def test_what_arrives_in_between_ends_the_count(inbox: Inbox, now: datetime) -> None:
    enrolment = make_enrolment(address="bert@example.org")
    for day in range(4):
        message = make_message(enrolment=enrolment, step_id=f"step-{day}", state="accepted", accepted_at=now)
        inbox.now = now + timedelta(days=day)
        bounced(inbox, message, report("delivered", "2.0.0", "") if day == 2 else null_path(f"number {day}"))
    assert suppressed() == set()


def test_a_person_who_writes_to_the_bounce_address_about_a_report_is_no_report(
    inbox: Inbox, mail_reader: Subscriber
) -> None:
    message = last_message(mail_reader)
    inbox.hand_in("bounce", message.bounce_token, mail("My mail said: 550 5.1.1 no such user. What is that?"))
    message.refresh_from_db()
    assert (message.state, suppressed()) == (State.ACCEPTED, set())


def test_a_report_in_the_form_for_international_addresses_is_read() -> None:
    raw = report("failed", "5.2.1", "Final-Recipient: utf-8; anna@example.org").replace(
        b"message/delivery-status", b"message/global-delivery-status"
    )
    parsed: Parsed[str, str] = letter.open_letter(raw)
    assert bounce.written_by_machine(parsed, "bounce") == (
        ReplyKind.BOUNCE, Report((Fate("failed", "5.2.1", (ANNA,)),)),
    )  # fmt: skip


# Complaints


def test_a_complaint_at_the_bounce_address_stops_quietly(inbox: Inbox, mail_reader: Subscriber, now: datetime) -> None:
    message = handed(mail_reader, now)
    assert inbox.hand_in("bounce", message.bounce_token, complaint("")).kind == ReplyKind.COMPLAINT
    assert not agrees(mail_reader)
    assert suppressed() == {SuppressionReason.COMPLAINED}
    assert asked_for("stopped") == []
    assert not Post.objects.exists()


@pytest.mark.parametrize("as_part", ["message/rfc822", "text/rfc822-headers"])
@pytest.mark.parametrize(
    "header",
    [
        "Message-ID: <{message.message_id}>",
        "Reply-To: reply+{message.reply_token}@course.example.org",
        "Return-Path: <bounce+{message.bounce_token}@course.example.org>",
        "List-Unsubscribe: <https://course.example.org/stop/x/>, <mailto:stop+{person.stop_token}@course.example.org>",
    ],
)
def test_a_complaint_counts_by_a_token_in_the_mail_it_returns(
    inbox: Inbox, mail_reader: Subscriber, now: datetime, header: str, as_part: str
) -> None:
    line = header.format(message=handed(mail_reader, now), person=mail_reader)
    inbox.hand_in("course", "", complaint(line, as_part=as_part))
    assert not agrees(mail_reader)
    assert suppressed() == {SuppressionReason.COMPLAINED}


@pytest.mark.parametrize(
    ("returned", "kind"),
    [
        ("Message-ID: <made.up@course.example.org>", "abuse"),
        (f"To: {ANNA}", "abuse"),
        (f"Reply-To: reply+{'a' * 26}@course.example.org", "abuse"),
        ("Message-ID: <{message.message_id}>", "not-spam"),
        ("Message-ID: <{message.message_id}>", "auth-failure"),
        ("X-Note: <{message.message_id}>", "abuse"),
    ],
)
def test_any_other_complaint_is_held_for_a_person(
    inbox: Inbox, mail_reader: Subscriber, now: datetime, returned: str, kind: str
) -> None:
    line = returned.format(message=handed(mail_reader, now))
    assert inbox.hand_in("course", "", complaint(line, kind)).kind == ReplyKind.COMPLAINT
    assert agrees(mail_reader)
    assert suppressed() == set()
    assert Post.objects.count() == 1


def test_a_complaint_that_comes_twice_is_applied_once(inbox: Inbox, mail_reader: Subscriber, now: datetime) -> None:
    message = handed(mail_reader, now)
    for number in range(2):
        inbox.hand_in("bounce", message.bounce_token, complaint(f"X-Number: {number}"))
    assert (Receipt.objects.count(), Suppression.objects.count()) == (1, 1)


# Forgeries


def forged(shape: str, action: str, code: str, victim: Message, guess: str) -> bytes:
    if shape == "report":
        return report(action, code)
    if shape == "words":
        return null_path(f"550 {code} {ANNA} is not here; {victim.reply_token[:5]}")
    return complaint(
        f"Message-ID: <{guess}@course.example.org>\r\nReply-To: reply+{guess}@course.example.org\r\nTo: {ANNA}"
    )


@effort(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    shape=some.sampled_from(["report", "words", "complaint"]),
    action=some.sampled_from(["failed", "delayed", "FAILED", "failed (expired)", "delivered"]),
    code=some.sampled_from(["5.1.1", "5.2.1", "5.7.1", "4.4.7", ""]),
    door=some.sampled_from(["course", "reply of the victim", "stop of the victim", "bounce of the forger"]),
    guess=some.text("abcdefghijklmnopqrstuvwxyz234567", min_size=26, max_size=26),
)
def test_a_forged_report_of_any_shape_suppresses_nobody_else(
    inbox: Inbox, mail_reader: Subscriber, texter: Any, shape: str, action: str, code: str, door: str, guess: str
) -> None:
    victim = last_message(mail_reader)
    forger = Message.objects.filter(contact__address_index="forger").first() or _forger(inbox.now)
    purpose, token = {
        "course": ("course", ""),
        "reply of the victim": ("reply", victim.reply_token),
        "stop of the victim": ("stop", mail_reader.stop_token),
        "bounce of the forger": ("bounce", forger.bounce_token),
    }[door]
    inbox.hand_in(purpose, token, forged(shape, action, code, victim, guess))
    victim.refresh_from_db()
    assert (victim.state, agrees(mail_reader)) == (State.ACCEPTED, True)
    assert victim.contact
    assert not Suppression.objects.filter(address_index=victim.contact.address_index).exists()
    assert not NoticeRequest.objects.filter(kind="stopped").exists()


def _forger(now: datetime) -> Message:
    person = make_subscriber("email")
    message = make_message(person.contacts.get(), state="accepted", accepted_at=now)
    person.contacts.update(address_index="forger")
    return message
