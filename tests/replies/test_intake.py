"""A reply comes in: it is kept once, understood, answered, and held for a person."""

import json
from datetime import datetime, timedelta

import pytest
from django.db import DatabaseError

from course.delivery import notice_planning
from course.delivery.channels.base import Mail
from course.delivery.models import Message
from course.delivery.rendering import render
from course.delivery.words import State
from course.discussion.models import Post
from course.people.models import Alert, Contact, Subscriber
from course.people.words import ConsentKind
from course.replies import handover, intake, letter, orders
from course.replies.address import Destination
from course.replies.models import Reply
from course.replies.words import ReplyKind, Tier
from tests.factories import make_cohort, make_contact, make_message, make_staff, make_subscriber
from tests.replies.incoming import Inbox, asked_for, last_message, mail, told


def has_stopped(person: Subscriber) -> bool:
    return not person.consents.filter(kind=ConsentKind.COURSE, withdrawn_at__isnull=True).exists()


def test_a_question_by_mail_is_held_in_its_lessons_thread_and_gets_its_received_notice(
    inbox: Inbox, mail_reader: Subscriber
) -> None:
    reply = inbox.reply(mail_reader, "Can I walk uphill?\n\nThanks,\nAnna")
    post = Post.objects.get(reply=reply)
    assert (reply.kind, post.lesson, post.subscriber) == (ReplyKind.QUESTION, "what-is-stenosis", mail_reader)
    assert post.wording.startswith("Can I walk uphill?")
    assert "Anna" not in post.wording
    (notice,) = asked_for("received")
    assert notice.words == {"answer_by": "2026-11-25"}
    assert (notice.contact, notice.answers_at) == (mail_reader.contacts.get(), inbox.now)


def test_a_question_by_text_goes_to_the_lesson_last_accepted_before_it(
    inbox: Inbox, texter: Subscriber, now: datetime
) -> None:
    contact = texter.contacts.get()
    enrolment = texter.enrolments.get()
    Message.objects.filter(contact=contact).update(accepted_at=now - timedelta(days=3))
    for step, minute in (("two-kinds", -1), ("medicines", 1)):
        at = now + timedelta(minutes=minute)
        make_message(contact, enrolment, step_id=step, state="accepted", accepted_at=at)
    inbox.text(contact.address, "Is it the veins?")
    assert Post.objects.get().lesson == "two-kinds"


def test_a_mail_from_an_address_in_other_letters_is_understood_and_its_stop_obeyed(
    inbox: Inbox, mail_reader: Subscriber
) -> None:
    path = "Return-Path: <änna@exämple.example>\r\n".encode()
    destination = Destination("reply", (sent := last_message(mail_reader)).reply_token, sent)
    reply = intake.store_mail(destination, path + mail("STOP"), inbox.now, inbox.now)
    assert has_stopped(mail_reader)
    assert inbox.understood(reply).kind == ReplyKind.STOP


@pytest.mark.parametrize(("said", "pictures"), [("2", 2), ("²", 0), ("9" * 5000, 99), ("many", 0)])
def test_a_text_that_counts_its_pictures_oddly_is_understood(
    inbox: Inbox, texter: Subscriber, said: str, pictures: int
) -> None:
    reply = inbox.text(texter.contacts.get().address, "Can I swim?", NumMedia=said)
    assert (reply.kind, reply.attachments) == (ReplyKind.QUESTION, pictures)


def test_the_same_reply_twice_is_kept_once(inbox: Inbox, mail_reader: Subscriber, texter: Subscriber) -> None:
    raw, token = mail("Can I swim?"), last_message(mail_reader).reply_token
    first, second = inbox.hand_in("reply", token, raw), inbox.hand_in("reply", token, b"Received: by b\r\n" + raw)
    assert first.pk == second.pk
    params = {"MessageSid": "SM1", "From": "+12025550143", "Body": "And you?"}
    once = intake.store_text(params, inbox.now, inbox.now)
    assert intake.store_text(params, inbox.now, inbox.now).pk == once.pk
    assert len(asked_for("received")) == 1


def test_the_same_words_in_another_mail_are_another_reply(inbox: Inbox, mail_reader: Subscriber) -> None:
    assert inbox.reply(mail_reader, "Can I swim?").pk != inbox.reply(mail_reader, "Can I swim?").pk


def test_a_bare_stop_acts_when_it_is_stored_and_holds_no_post(inbox: Inbox, texter: Subscriber) -> None:
    reply = inbox.store_text(texter.contacts.get().address, "STOP")
    assert has_stopped(texter)
    reply = inbox.understood(reply)
    assert reply.kind == ReplyKind.STOP
    assert not Post.objects.exists()
    assert len(asked_for("stopped")) == 1
    assert not asked_for("received")


def test_a_fault_in_stopping_never_loses_the_reply(
    inbox: Inbox, texter: Subscriber, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise DatabaseError

    with monkeypatch.context() as patch:
        patch.setattr(orders, "at_once", fail)
        reply = inbox.store_text(texter.contacts.get().address, "STOP")
    assert not has_stopped(texter)
    assert inbox.understood(reply).kind == ReplyKind.STOP
    assert has_stopped(texter)


def test_a_start_that_came_after_a_stop_stands_when_the_stop_is_understood_later(
    inbox: Inbox, texter: Subscriber
) -> None:
    number = texter.contacts.get().address
    inbox.store_text(number, "please stop texting me")
    inbox.store_text(number, "STOP")
    inbox.store_text(number, "START")
    assert intake.understand_due(inbox.now, inbox.now) == 3
    assert not has_stopped(texter)


def test_stop_with_a_red_flag_stops_and_brings_the_safety_text_and_the_people_on_call(
    inbox: Inbox, texter: Subscriber
) -> None:
    on_call = make_staff(on_call=True)
    make_staff()
    reply = inbox.text(texter.contacts.get().address, "STOP. I can't feel my legs")
    post = Post.objects.get()
    assert has_stopped(texter)
    assert (reply.tier, post.tier) == (Tier.A, Tier.A)
    (safety,) = asked_for("safety")
    assert (safety.words, safety.message_class, safety.contact) == (
        {"safety_kind": "emergency"}, "safety", texter.contacts.get(),
    )  # fmt: skip
    (urgent,) = asked_for("urgent")
    assert urgent.words == {"post": post.pk, "alert": Alert.objects.get().pk}
    assert urgent.recipient == f"staff:{on_call.pk}"
    assert not asked_for("received")


def test_with_nobody_on_call_every_moderator_is_told(inbox: Inbox, texter: Subscriber) -> None:
    moderator = make_staff()
    make_staff("coordinator")
    inbox.text(texter.contacts.get().address, "I want to kill myself")
    assert [notice.recipient for notice in asked_for("urgent")] == [f"staff:{moderator.pk}"]
    assert json.loads(told("safety")) == {"safety_kind": "self_harm"}


def test_who_is_on_call_ends_an_alert_by_text_from_their_own_number_and_nobody_else_does(
    inbox: Inbox, texter: Subscriber
) -> None:
    nurse = make_staff(on_call=True)
    number = make_contact(nurse, "sms").address
    other = make_contact(make_staff(), "sms").address
    inbox.text(texter.contacts.get().address, "I want to kill myself")
    alert = Alert.objects.get()
    inbox.text(number, "OK")  # about something else: the alert's text has not come to them yet
    notice_planning.plan_notices(inbox.now)
    Message.objects.filter(contact__staff__isnull=False).update(state=State.ACCEPTED, accepted_at=inbox.now)
    for sender, words in ((other, f"OK {alert.pk}"), (texter.contacts.get().address, "OK"), (number, "OK 99999")):
        inbox.text(sender, words)
        assert Alert.objects.get().acknowledged_at is None
    posts = Post.objects.count()
    inbox.text(number, f"ok {alert.pk}.")
    assert Alert.objects.get().acknowledged_by == f"staff:{nurse.pk}"
    assert Post.objects.count() == posts


@pytest.mark.parametrize(("hour", "told_of_it"), [(16, 0), (3, 1)])  # 10:00 and 21:00 in Chicago
def test_outside_reading_hours_tier_b_is_told_to_on_call_once(
    texter: Subscriber, now: datetime, hour: int, told_of_it: int
) -> None:
    make_staff(on_call=True)
    reply = Inbox(now.replace(hour=hour)).text(texter.contacts.get().address, "One calf is swollen and red.")
    assert reply.tier == Tier.B
    assert len(asked_for("urgent")) == told_of_it
    assert not Alert.objects.exists()  # it is told once: nothing repeats


def test_tier_b_is_told_in_the_received_notice(inbox: Inbox, mail_reader: Subscriber) -> None:
    inbox.reply(mail_reader, "One calf is swollen and red.")
    assert json.loads(told("received"))["tier"] == "B"


def test_a_call_for_help_that_needs_a_doctor_today_is_told_so(inbox: Inbox, mail_reader: Subscriber) -> None:
    reply = inbox.reply(mail_reader, "HELP", Subject="my calf is hot and swollen")
    assert (reply.kind, reply.tier) == (ReplyKind.HELP, Tier.B)
    assert json.loads(told("safety")) == {"safety_kind": "urgent"}


def test_a_denied_red_flag_gets_the_received_notice_with_nothing_that_calms(
    inbox: Inbox, mail_reader: Subscriber
) -> None:
    reply = inbox.reply(mail_reader, "I have no numbness between my legs.")
    assert (reply.tier, Post.objects.get().tier) == (Tier.CHECK, Tier.CHECK)
    assert "tier" not in json.loads(told("received"))
    assert not asked_for("safety")


def test_the_quoted_lesson_raises_no_alarm_and_words_below_it_do(inbox: Inbox, mail_reader: Subscriber) -> None:
    ours = "You feel numb between your legs, or where you sit."
    header = "From: Clinic\nSent: Monday\nTo: me\nSubject: Lesson\n\n"
    assert inbox.reply(mail_reader, f"Can I swim?\n\n{header}{ours}").tier == Tier.NONE
    assert inbox.reply(mail_reader, f"Can I swim?\n\n{header}{ours}\nnow I can't feel my legs").tier == Tier.A


def test_an_empty_reply_with_the_lesson_quoted_is_no_emergency(inbox: Inbox, mail_reader: Subscriber) -> None:
    sent = render(last_message(mail_reader), inbox.now)
    assert isinstance(sent, Mail)
    lines = letter.words(letter.open_letter(sent.content)).split("\n")
    assert any("numb between your legs" in line for line in lines)
    reply = inbox.reply(mail_reader, "\n".join(f"> {line}" for line in lines))
    assert (reply.kind, reply.tier) == (ReplyKind.UNCLEAR, Tier.NONE)


def test_identity_comes_from_the_token_and_a_strange_sender_is_marked(inbox: Inbox, mail_reader: Subscriber) -> None:
    other = make_subscriber("email", "ben@example.org")
    reply = inbox.reply(mail_reader, "Chest pain!", sender="ben@example.org")
    assert reply.sender_disagrees
    assert Post.objects.get().subscriber == mail_reader
    told_to = {notice.contact for notice in asked_for("safety")}
    assert mail_reader.contacts.get() in told_to
    assert other.contacts.get() not in told_to


def test_a_stop_mailed_in_another_persons_name_stops_nobody(inbox: Inbox, mail_reader: Subscriber) -> None:
    reply = inbox.hand_in("course", "", mail("STOP", sender="anna@example.org"))
    assert not has_stopped(mail_reader)
    assert reply.kind == ReplyKind.STRANGER
    assert Post.objects.get().subscriber is None


def test_a_stranger_is_answered_once_a_day(inbox: Inbox, now: datetime) -> None:
    inbox.text("+12025550199", "What is this?")
    inbox.text("+12025550199", "HELP")
    assert len(asked_for("help")) == 1
    inbox.now = now + timedelta(days=1)
    inbox.text("+12025550199", "Hello?")
    assert len(asked_for("help")) == 2
    assert Contact.objects.get(address_index=asked_for("help")[0].contact.address_index).subscriber is None  # type: ignore[union-attr]


def test_a_number_that_two_people_share_is_held_for_neither(inbox: Inbox, texter: Subscriber) -> None:
    second = make_subscriber("sms", texter.contacts.get().address)
    reply = inbox.text(texter.contacts.get().address, "Is walking good?")
    assert Post.objects.get().subscriber is None
    assert reply.kind == ReplyKind.UNCLEAR
    inbox.text(texter.contacts.get().address, "STOP")
    assert not has_stopped(second)
    assert len(asked_for("stopped")) == 1


def test_mail_to_the_stop_address_stops(inbox: Inbox, mail_reader: Subscriber) -> None:
    inbox.reply(mail_reader, "This mail was made by a mail program.", purpose="stop")
    assert has_stopped(mail_reader)
    assert not Post.objects.exists()


def test_a_bare_yes_without_a_question_starts_nothing(inbox: Inbox, texter: Subscriber) -> None:
    number = texter.contacts.get().address
    inbox.text(number, "STOP")
    assert inbox.text(number, "YES").kind == ReplyKind.QUESTION
    assert has_stopped(texter)


def test_pictures_are_counted_and_told(inbox: Inbox, texter: Subscriber) -> None:
    reply = inbox.text(texter.contacts.get().address, "", NumMedia="2")
    assert reply.attachments == 2
    assert json.loads(told("received"))["attachments"] == 2


@pytest.mark.parametrize("subject", ["Out of office: back on Monday", "Automatic reply: away"])
def test_an_automatic_answer_is_kept_and_never_answered(inbox: Inbox, mail_reader: Subscriber, subject: str) -> None:
    assert inbox.reply(mail_reader, "I am away.", Subject=subject).kind == ReplyKind.AUTO_REPLY
    assert inbox.reply(mail_reader, "I am away.", Auto_Submitted="auto-replied").kind == ReplyKind.AUTO_REPLY
    assert not asked_for("received")
    assert not Post.objects.exists()


def test_a_report_counts_only_at_the_bounce_address_of_its_message(inbox: Inbox, mail_reader: Subscriber) -> None:
    message = last_message(mail_reader)
    report = (
        b"From: MAILER-DAEMON@mx.example.org\r\nSubject: Undelivered Mail\r\n"
        b"Content-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n"
        b"--b\r\nContent-Type: text/plain\r\n\r\nNo such user\r\n"
        b"--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx\r\n\r\n"
        b"Action: failed\r\nStatus: 5.1.1\r\n\r\n--b--\r\n"
    )
    assert inbox.hand_in("reply", message.reply_token, report).kind == ReplyKind.BOUNCE
    message.refresh_from_db()
    assert message.state == "accepted"
    delayed = report.replace(b"failed", b"delayed").replace(b"5.1.1", b"4.4.1")
    inbox.hand_in("bounce", message.bounce_token, delayed)
    message.refresh_from_db()
    assert message.state == "accepted"
    inbox.hand_in("bounce", message.bounce_token, report)
    message.refresh_from_db()
    assert message.state == "bounced"
    assert not Post.objects.exists()


def test_a_mail_that_cannot_be_read_is_held_at_the_first_look_with_its_raw_text_and_its_red_flags(
    inbox: Inbox, mail_reader: Subscriber, now: datetime
) -> None:
    raw = b"Content-Type: multipart/mixed\r\n" * 30 + b"\r\nI can't feel my legs\r\n"
    token = last_message(mail_reader).reply_token
    destination = Destination("reply", token, last_message(mail_reader))
    reply = intake.store_mail(destination, raw, now, now)
    for minute in range(5):
        intake.understand_due(now + timedelta(minutes=minute), now)
    reply.refresh_from_db()
    assert (reply.kind, reply.tier, reply.tries) == (ReplyKind.UNCLEAR, Tier.A, 1)
    assert "can't feel my legs" in Post.objects.get(reply=reply).wording
    assert asked_for("safety")


def test_a_fault_half_way_leaves_nothing_half_done(
    inbox: Inbox, mail_reader: Subscriber, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> int:
        raise RuntimeError

    with monkeypatch.context() as patch:
        patch.setattr(handover, "hold", fail)
        token = last_message(mail_reader).reply_token
        destination = Destination("reply", token, last_message(mail_reader))
        reply = intake.store_mail(destination, mail("Please stop sending me lessons"), inbox.now, inbox.now)
        patch.setattr(orders, "_stop", lambda *_: (_ for _ in ()).throw(RuntimeError))
        assert intake.understand_due(inbox.now, inbox.now) == 1
    assert not has_stopped(mail_reader)
    assert intake.understand_due(inbox.now, inbox.now) == 0
    later = inbox.now + timedelta(minutes=1)
    assert intake.understand_due(later, later) == 1
    reply.refresh_from_db()
    assert reply.kind == ReplyKind.STOP


def test_a_reply_is_understood_once_even_by_two_workers(inbox: Inbox, mail_reader: Subscriber) -> None:
    reply = inbox.reply(mail_reader, "Can I swim?")
    assert not intake.understand(reply.pk, inbox.now, inbox.now)
    stale = Reply.objects.get(pk=reply.pk)
    stale.understood_at = None
    with pytest.raises(intake._TakenByAnother):
        intake._understand(stale, inbox.now, inbox.now)
    assert Post.objects.count() == 1


def test_without_a_course_a_reply_is_held_all_the_same(db: None, now: datetime) -> None:
    intake.store_text({"MessageSid": "SM7", "From": "+12025550111", "Body": "Hello?"}, now, now)
    assert intake.understand_due(now, now) == 1
    assert Post.objects.get().lesson == ""
    make_cohort()


def test_words_that_a_mail_calls_a_file_are_read_and_kept(inbox: Inbox, mail_reader: Subscriber) -> None:
    reply = inbox.reply(mail_reader, "I can't feel my legs", **{"Content-Disposition": "attachment"})
    assert (reply.tier, reply.own_words) == (Tier.A, "I can't feel my legs")
    assert b"feel my legs" in reply.raw


def test_a_subject_in_bare_bytes_is_read(inbox: Inbox, mail_reader: Subscriber) -> None:
    raw = mail("Gracias", Subject="SUBJECT").replace(b"SUBJECT", "No puedo respirar, corazón".encode())
    reply = inbox.hand_in("reply", last_message(mail_reader).reply_token, raw)
    assert letter.header(letter.open_letter(raw), "Subject") == "No puedo respirar, corazón"
    assert reply.tier == Tier.A
