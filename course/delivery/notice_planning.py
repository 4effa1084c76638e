"""Notice requests in; rows of the outbox out, once each."""

import logging
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.db import InterfaceError, OperationalError, transaction
from django.db.models import Case, When

from course import doorbell
from course.curriculum import timetable
from course.delivery import eligibility, marks
from course.delivery.models import Message
from course.delivery.words import Reason
from course.people import alerts, cohorts, versions
from course.people.models import Contact, NoticeRequest, Staff, Subscriber
from course.people.words import AlertKind, ChannelRule, MessageClass

AT_ONCE = timedelta(minutes=10)
SET_ASIDE = timedelta(minutes=10)
SAFETY_SET_ASIDE = timedelta(seconds=10)
_SAFETY_FIRST = Case(When(message_class=MessageClass.SAFETY, then=0), default=1)

log = logging.getLogger(__name__)


def plan_notices(now: datetime, limit: int = 25) -> int:
    """Turn up to ``limit`` notice requests into messages; return how many requests. Course time."""
    waiting = NoticeRequest.objects.filter(planned_at__isnull=True, not_before__lte=now)
    if not waiting.exists():  # asked without a transaction: an idle look must keep no writer out
        return 0
    with transaction.atomic():
        rows = waiting.select_for_update(skip_locked=True, of=("self",)).order_by(_SAFETY_FIRST, "not_before")
        due = list(rows.defer("words")[:limit])
        for notice in due:
            _plan_or_set_aside(notice, now)
    for message_class in sorted({notice.message_class for notice in due}):
        doorbell.ring(f"deliver_{message_class}")
    return len(due)


def _plan_or_set_aside(notice: NoticeRequest, now: datetime) -> None:
    """Plan one notice; one that cannot be planned waits, so that it holds no other up."""
    try:
        with transaction.atomic():
            _plan(notice, now)
    except (InterfaceError, OperationalError):
        raise  # a lock or a lost server is not the notice's fault
    except Exception as error:
        log.error("notice request %s cannot be planned: %s", notice.pk, type(error).__name__)  # noqa: TRY400  a trace may hold words
        _set_aside(notice, now)


def _set_aside(notice: NoticeRequest, now: datetime) -> None:
    """Look at it again later: a safety notice in seconds, and on-call is told to phone meanwhile (law 4)."""
    urgent = notice.message_class == MessageClass.SAFETY
    wait = SAFETY_SET_ASIDE if urgent else SET_ASIDE
    NoticeRequest.objects.filter(pk=notice.pk).update(not_before=now + wait)
    if urgent and not notice.recipient.startswith("staff:"):
        alerts.begin(AlertKind.PHONE, f"not_planned:{notice.pk}", now, {"phone": True}, notice.subject_key)


def _plan(notice: NoticeRequest, now: datetime) -> None:
    recipient = _recipient(notice)
    contacts, reason = _contacts(notice, recipient)
    messages = [_message(notice, contact, zone_of(recipient), now) for contact in contacts]
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
        known = list(recipient.contacts.filter(replaced_at__isnull=True).order_by("channel"))
        chosen = [contact for contact in known if contact.channel in recipient.channels]
        # An alert takes both roads: one of them may be down.
        return known if notice.message_class == MessageClass.SAFETY else chosen or known, Reason.NO_CONTACT
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
        expires_at=max(notice.expires_at, due_at + timedelta(hours=12)), **marks.of_notice(notice, contact),
    )  # fmt: skip


def _when(notice: NoticeRequest, zone: ZoneInfo, now: datetime) -> tuple[datetime, datetime | None]:
    """Law 4: safety goes now; direct goes now in answer to the last 10 minutes; all else waits for the window.

    What could not go within those 10 minutes waits for the window, too.
    """
    if notice.message_class == MessageClass.SAFETY:
        return now, None
    window = versions.current().window
    answered_until = notice.answers_at + AT_ONCE if notice.answers_at else now
    if notice.message_class == MessageClass.DIRECT and now < answered_until:
        return now, max(answered_until, timetable.window_end(now, zone, window) or answered_until)
    due_at = timetable.next_opening(now, zone, window)
    return due_at, timetable.window_end(due_at, zone, window)


def zone_of(recipient: Subscriber | Staff | Contact | None) -> ZoneInfo:
    """Return the zone in which a notice's window is told: the person's, else the clinic's."""
    person = recipient.subscriber if isinstance(recipient, Contact) else recipient
    return cohorts.zone_of_person(person if isinstance(person, Subscriber) else None, versions.current().zone)
