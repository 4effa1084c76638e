"""What was left behind in; messages that can go on, out. Run by the tick: it remembers nothing of its own.

Leases that ran out: a claimed message was not on the wire and is planned again; a handed one is unknown. An unknown
one is looked up where that is possible (law 3), else treated by its class.
"""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Exists, F, OuterRef

from course.curriculum import timetable
from course.delivery import channels, outcomes, rendering
from course.delivery.channels.base import Sent, Text
from course.delivery.models import Message
from course.delivery.words import Reason, State
from course.people import cohorts, versions
from course.people.models import Enrolment
from course.people.words import Channel, EnrolmentState, MessageClass

LOOK_AGAIN = {Channel.EMAIL: timedelta(seconds=2), Channel.SMS: timedelta(seconds=30)}
LOOKS = 2
EMAIL_WAIT = timedelta(minutes=15)
_WAITING = (State.PLANNED, State.RETRY)
_NOT_SENT = (State.FAILED, State.EXPIRED, State.CANCELLED, State.SUPPRESSED)


def sweep(now: datetime, machine_now: datetime) -> int:
    """Take up what was left behind; return how many messages changed."""
    changed = _expired_leases(machine_now) + _expired(now) + _never_to_go(now) + _window_passed(now)
    for message in _unknown(machine_now):
        changed += _resolve(message, now, machine_now)
    return changed


def _expired_leases(machine_now: datetime) -> int:
    over = Message.objects.filter(lease_until__lte=machine_now)
    claimed = over.filter(state=State.CLAIMED).update(state=State.PLANNED, lease_until=None)
    handed = over.filter(state=State.HANDED).update(
        state=State.UNKNOWN, lease_until=machine_now + outcomes.LOOK_UP_AFTER
    )
    return claimed + handed


def _expired(now: datetime) -> int:
    late = Message.objects.filter(state__in=_WAITING, expires_at__lte=now)
    return late.update(state=State.EXPIRED, reason=Reason.LATE)


def _never_to_go(now: datetime) -> int:
    """Settle parts whose earlier part did not go, and due course messages of people who have stopped."""
    earlier = Message.objects.filter(
        enrolment=OuterRef("enrolment_id"), step_id=OuterRef("step_id"), channel=OuterRef("channel"),
        part=OuterRef("part") - 1, state__in=_NOT_SENT,
    )  # fmt: skip
    parts = Message.objects.filter(Exists(earlier), state=State.PLANNED, due_at__isnull=True)
    stopped = Message.objects.filter(
        Exists(Enrolment.objects.filter(pk=OuterRef("enrolment_id"), state=EnrolmentState.STOPPED)),
        state__in=_WAITING,
        due_at__lte=now,
    )
    return parts.update(state=State.CANCELLED, reason=Reason.EARLIER_PART) + stopped.update(
        state=State.SUPPRESSED, reason=Reason.NO_CONSENT
    )


def _window_passed(now: datetime) -> int:
    """Move what could not go inside its window to the next one; its expiry stays."""
    shut = Message.objects.filter(state__in=_WAITING, window_ends_at__lte=now, expires_at__gt=now)
    rows = list(shut.select_related("enrolment__subscriber", "enrolment__cohort", "version")[:500])
    for message in rows:
        course = versions.course_of(message.version) if message.version else versions.current()
        zone = course.zone
        if message.enrolment:
            zone = cohorts.zone_of(message.enrolment.subscriber, message.enrolment.cohort)
        opening = timetable.next_opening(now, zone, course.window)
        Message.objects.filter(pk=message.pk, state__in=_WAITING).update(
            due_at=opening, window_ends_at=timetable.window_end(opening, zone, course.window)
        )
    return len(rows)


def _unknown(machine_now: datetime) -> list[Message]:
    """Take the unknown messages whose look-up is due, so that no other sweeper looks at the same moment."""
    with transaction.atomic():
        due = Message.objects.filter(state=State.UNKNOWN, lease_until__lte=machine_now).order_by("lease_until")
        ids = list(due.select_for_update(skip_locked=True, of=("self",)).values_list("pk", flat=True)[:50])
        Message.objects.filter(pk__in=ids).update(
            lease_until=machine_now + timedelta(minutes=1), lookups=F("lookups") + 1
        )
    return list(
        Message.objects.filter(pk__in=ids).select_related(
            "contact__subscriber", "contact__staff", "enrolment__cohort", "enrolment__subscriber", "request",
            "version",
        )
    )  # fmt: skip


def _resolve(message: Message, now: datetime, machine_now: datetime) -> int:
    channel = channels.get(Channel(message.channel))
    if not channel.can_look_up:
        return _without_look_up(message, machine_now)
    try:
        finding = channel.look_up(_sent(message, now))
    except OSError:
        return 0  # nobody answered; the lease brings it up again in a minute
    if finding.went:
        return int(outcomes.accepted(message, finding.provider_id, now))
    if message.lookups < LOOKS and not finding.certain:
        return _look_again(message, machine_now + LOOK_AGAIN[Channel(message.channel)])
    return _send_again(message)


def _without_look_up(message: Message, machine_now: datetime) -> int:
    """Law 3: safety and direct go again at once, a course mail once after 15 minutes; a course text waits."""
    if message.message_class != MessageClass.COURSE:
        return _send_again(message, possibly_twice=True)
    if message.channel == Channel.SMS or message.possibly_twice:
        return 0
    handed = message.handed_at or machine_now
    if machine_now < handed + EMAIL_WAIT:
        return _look_again(message, handed + EMAIL_WAIT)
    return _send_again(message, possibly_twice=True)


def _look_again(message: Message, when: datetime) -> int:
    return Message.objects.filter(pk=message.pk, fence=message.fence, state=State.UNKNOWN).update(lease_until=when)


def _send_again(message: Message, *, possibly_twice: bool = False) -> int:
    return Message.objects.filter(pk=message.pk, fence=message.fence, state=State.UNKNOWN).update(
        state=State.RETRY, retry_at=None, lease_until=None, lookups=0, possibly_twice=possibly_twice
    )


def _sent(message: Message, now: datetime) -> Sent:
    """Return what is known of a message that may have gone; for a text its words, rendered as they were."""
    body, recipient = "", message.contact.address if message.contact else ""
    if message.channel == Channel.SMS:
        outgoing = rendering.render(message, now)
        body = outgoing.body if isinstance(outgoing, Text) else ""
    ids = Message.objects.exclude(provider_id="").filter(contact=message.contact).values_list("provider_id", flat=True)
    return Sent(
        message_id=message.message_id,
        recipient=recipient,
        body=body,
        handed_at=message.handed_at or now,
        known_ids=frozenset(ids),
    )
