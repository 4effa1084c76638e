"""Notice requests in; rows of the outbox out, once each."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.db import transaction

from course import doorbell
from course.curriculum import timetable
from course.delivery import eligibility
from course.delivery.models import Message
from course.delivery.outbox import new_message_id
from course.delivery.words import Reason
from course.people import versions
from course.people.models import Contact, NoticeRequest, Staff, Subscriber
from course.people.words import ChannelRule, MessageClass

AT_ONCE = timedelta(minutes=10)


def plan_notices(now: datetime, limit: int = 200) -> int:
    """Turn up to ``limit`` notice requests into messages; return how many requests. Course time."""
    with transaction.atomic():
        waiting = NoticeRequest.objects.filter(planned_at__isnull=True, not_before__lte=now)
        due = list(waiting.select_for_update(skip_locked=True, of=("self",)).order_by("not_before")[:limit])
        for notice in due:
            _plan(notice, now)
    for message_class in sorted({notice.message_class for notice in due}):
        doorbell.ring(f"deliver_{message_class}")
    return len(due)


def _plan(notice: NoticeRequest, now: datetime) -> None:
    recipient = _recipient(notice)
    contacts, reason = _contacts(notice, recipient)
    messages = [_message(notice, contact, _zone(recipient), now) for contact in contacts]
    Message.objects.bulk_create(messages, ignore_conflicts=True)
    NoticeRequest.objects.filter(pk=notice.pk).update(planned_at=now, reason="" if contacts else reason)


def _recipient(notice: NoticeRequest) -> Subscriber | Staff | Contact | None:
    kind, _, number = notice.recipient.partition(":")
    match kind:
        case "subscriber":
            return Subscriber.objects.filter(pk=int(number)).first()
        case "staff":
            return Staff.objects.filter(pk=int(number)).first()
        case _:
            return Contact.objects.filter(pk=int(number)).first()


def _contacts(notice: NoticeRequest, recipient: Subscriber | Staff | Contact | None) -> tuple[list[Contact], Reason]:
    """Return where a notice goes, or why it goes nowhere."""
    if notice.channel_rule == ChannelRule.THIS_CONTACT:
        found = [notice.contact] if notice.contact else []
        return found, Reason.NO_CONTACT
    if isinstance(recipient, Subscriber):
        return _of_subscriber(notice, recipient)
    if isinstance(recipient, Staff):
        chosen = recipient.contacts.filter(channel__in=recipient.channels, replaced_at__isnull=True)
        return list(chosen.order_by("channel")), Reason.NO_CONTACT
    return ([recipient] if recipient else []), Reason.NO_CONTACT


def _of_subscriber(notice: NoticeRequest, subscriber: Subscriber) -> tuple[list[Contact], Reason]:
    reason = Reason.NO_CONTACT
    contacts = []
    for channel in eligibility.channels_of(subscriber):
        if notice.message_class == MessageClass.COURSE:
            contact, objection = eligibility.contact_for(subscriber, channel)
            reason = objection or reason
            contact = None if objection else contact
        else:
            contact = eligibility.confirmed_contact(subscriber, channel)
        contacts += [contact] if contact else []
    return (contacts if notice.channel_rule == ChannelRule.EVERY else contacts[:1]), reason


def _message(notice: NoticeRequest, contact: Contact, zone: ZoneInfo, now: datetime) -> Message:
    due_at, window_ends_at = _when(notice, zone, now)
    return Message(
        request=notice, channel=contact.channel, contact=contact, message_class=notice.message_class,
        version=versions.newest(), planned_at=now, due_at=due_at, window_ends_at=window_ends_at,
        expires_at=max(notice.expires_at, due_at + timedelta(hours=12)), message_id=new_message_id(),
    )  # fmt: skip


def _when(notice: NoticeRequest, zone: ZoneInfo, now: datetime) -> tuple[datetime, datetime | None]:
    """Law 4: safety goes now; direct goes now in answer to the last 10 minutes; all else waits for the window."""
    answers_now = notice.answers_at is not None and now - notice.answers_at <= AT_ONCE
    if notice.message_class == MessageClass.SAFETY or (notice.message_class == MessageClass.DIRECT and answers_now):
        return now, None
    window = versions.current().window
    due_at = timetable.next_opening(now, zone, window)
    return due_at, timetable.window_end(due_at, zone, window)


def _zone(recipient: Subscriber | Staff | Contact | None) -> ZoneInfo:
    course_zone = versions.current().zone
    person = recipient.subscriber if isinstance(recipient, Contact) else recipient
    if not isinstance(person, Subscriber):
        return course_zone
    if person.zone:
        return ZoneInfo(person.zone)
    enrolment = person.enrolments.select_related("cohort").order_by("-pk").first()
    return ZoneInfo(enrolment.cohort.zone) if enrolment else course_zone
