"""What was left behind in; messages that can go on, out. Run by the tick: it remembers nothing of its own.

Leases that ran out: a claimed message was not on the wire and is planned again; a handed one is unknown. An unknown
one is looked up where that is possible (law 3), else treated by its class.
"""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import Case, Exists, F, OuterRef, QuerySet, When

from course.curriculum import timetable
from course.curriculum.model import Course
from course.delivery import channels, outbox, outcomes, traces
from course.delivery.models import Message
from course.delivery.states import move
from course.delivery.words import Reason, State
from course.people import cohorts, versions
from course.people.models import Enrolment
from course.people.words import Channel, EnrolmentState, MessageClass
from course.vault import VaultError

LOOK_AGAIN = timedelta(seconds=30)
AT_A_TIME = 5  # each look may last ten seconds
LOOKS = 2  # answered ones, before a message counts as not gone
UNANSWERED = timedelta(minutes=1)
BLIND_TRIES = 4  # how often a safety or direct notice goes again when nobody can say whether it went
EMAIL_WAIT = timedelta(minutes=15)
_SAFETY_FIRST = Case(When(message_class=MessageClass.SAFETY, then=0), default=1)
_WAITING = (State.PLANNED, State.RETRY)
log = logging.getLogger(__name__)
_NOT_SENT = (State.BOUNCED, State.FAILED, State.EXPIRED, State.CANCELLED, State.SUPPRESSED)


def sweep(now: datetime, machine_now: datetime) -> int:
    """Take up what was left behind; return how many messages changed. Asks nobody: it is quick."""
    changed = _expired_leases(machine_now) + _expired(now) + _never_to_go(now) + _window_passed(now)
    return changed + _waiting_parts(now)


def resolve(now: datetime, machine_now: datetime) -> int:
    """Look a few unknown messages up, safety first; return how many were taken. It may wait for the other side."""
    ids = _unknown(machine_now)
    for message_id in ids:
        _resolve_one(message_id, now, machine_now)
    return len(ids)


def _resolve_one(message_id: int, now: datetime, machine_now: datetime) -> int:
    try:
        return _resolve(outbox.load(message_id), now, machine_now)
    except Exception as error:
        log.error("message %s cannot be resolved: %s", message_id, type(error).__name__)  # noqa: TRY400  a trace may hold words
        return 0


def _waiting_parts(now: datetime) -> int:
    """Let parts go whose earlier part was accepted by a worker that died before it could say so."""
    later = Message.objects.filter(
        enrolment=OuterRef("enrolment_id"), step_id=OuterRef("step_id"), channel=OuterRef("channel"),
        part=OuterRef("part") + 1, state=State.PLANNED, due_at__isnull=True,
    )  # fmt: skip
    accepted = Message.objects.filter(
        Exists(later), enrolment__isnull=False, state__in=(State.ACCEPTED, State.DELIVERED), part__lt=F("parts")
    )
    return _each(accepted[:100], lambda message: outcomes.release_next_part(message, now))


def _each(rows: QuerySet[Message], act: Callable[[Message], None]) -> int:
    """Do ``act`` with each row; one that cannot be opened (a lost key) keeps nothing from the others."""
    ids = list(rows.values_list("pk", flat=True))
    for message_id in ids:
        try:
            act(outbox.load(message_id))
        except (VaultError, ValueError, Message.DoesNotExist) as error:
            log.error("message %s cannot be opened: %s", message_id, type(error).__name__)  # noqa: TRY400  a trace may hold words
    return len(ids)


def _expired_leases(machine_now: datetime) -> int:
    over = Message.objects.filter(lease_until__lte=machine_now)
    claimed = move(over.filter(state=State.CLAIMED), State.PLANNED)
    return claimed + move(over, State.UNKNOWN, lease_until=machine_now + outcomes.LOOK_UP_AFTER)


def _expired(now: datetime) -> int:
    late = Message.objects.filter(expires_at__lte=now, state__in=_WAITING)
    _each(late.filter(message_class=MessageClass.SAFETY), lambda message: outcomes.not_reached(message, now))
    return move(late, State.EXPIRED, reason=Reason.LATE)


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
    return move(parts, State.CANCELLED, reason=Reason.EARLIER_PART) + move(
        stopped, State.SUPPRESSED, reason=Reason.NO_CONSENT
    )


def _window_passed(now: datetime) -> int:
    """Move what could not go inside its window to the next one; its expiry stays."""
    shut = Message.objects.filter(state__in=_WAITING, window_ends_at__lte=now, expires_at__gt=now)
    return _each(shut[:500], lambda message: _to_next_window(message, now))


def _to_next_window(message: Message, now: datetime) -> None:
    course = versions.course_of(message.version) if message.version else versions.current()
    zone = _zone(message, course)
    opening = timetable.next_opening(now, zone, course.window)
    Message.objects.filter(pk=message.pk, state__in=_WAITING).update(
        due_at=opening, window_ends_at=timetable.window_end(opening, zone, course.window)
    )


def _zone(message: Message, course: Course) -> ZoneInfo:
    """Return the zone of the person a message is for."""
    if message.enrolment:
        return cohorts.zone_of(message.enrolment.subscriber, message.enrolment.cohort)
    person = message.contact.subscriber if message.contact else None
    return cohorts.zone_of_person(person, course.zone)


def _unknown(machine_now: datetime) -> list[int]:
    """Take the unknown messages whose look-up is due, so that no other sweeper looks at the same moment.

    One with no lease is settled as far as a program can: it is shown to the coordinator.
    """
    with transaction.atomic():
        due = Message.objects.filter(state=State.UNKNOWN, lease_until__lte=machine_now)
        first = due.select_for_update(skip_locked=True, of=("self",)).order_by(_SAFETY_FIRST, "lease_until")
        ids = list(first.values_list("pk", flat=True)[:AT_A_TIME])
        Message.objects.filter(pk__in=ids).update(lease_until=machine_now + UNANSWERED)
    return ids


def _resolve(message: Message, now: datetime, machine_now: datetime) -> int:
    channel = channels.get(Channel(message.channel))
    sent = traces.sent(message, traces.words_tried(message), message.handed_at or machine_now)
    if sent is None or not channel.can_look_up:
        return _without_look_up(message, now, machine_now)
    try:
        finding = channel.look_up(sent)
    except OSError:
        return _unanswered(message, now, machine_now)
    if finding.went:
        return int(outcomes.accepted(message, finding.provider_id, now))
    if not finding.certain and message.lookups + 1 < LOOKS:
        return _still_unknown(message, lease_until=machine_now + LOOK_AGAIN, lookups=message.lookups + 1)
    return _send_again(message, machine_now)


def _unanswered(message: Message, now: datetime, machine_now: datetime) -> int:
    """A look that nobody answered does not count; safety does not wait for a third."""
    handed = message.handed_at or machine_now
    if message.message_class == MessageClass.SAFETY and machine_now > handed + LOOKS * UNANSWERED:
        return _without_look_up(message, now, machine_now)
    return 0


def _without_look_up(message: Message, now: datetime, machine_now: datetime) -> int:
    """Law 3: safety and direct go again at once, a course mail once after 15 minutes; a course text waits."""
    if message.message_class != MessageClass.COURSE:
        if message.attempts >= BLIND_TRIES:
            outcomes.not_reached(message, now)
            return _still_unknown(message, lease_until=None)
        first = not message.possibly_twice
        return _send_again(message, machine_now, at_once=first, possibly_twice=True)
    if message.channel == Channel.SMS or message.possibly_twice:
        return _still_unknown(message, lease_until=None)
    handed = message.handed_at or machine_now
    if machine_now < handed + EMAIL_WAIT:
        return _still_unknown(message, lease_until=handed + EMAIL_WAIT)
    return _send_again(message, machine_now, possibly_twice=True)


def _still_unknown(message: Message, **columns: object) -> int:
    return _unknown_still(message).update(**columns)


def _send_again(message: Message, machine_now: datetime, *, at_once: bool = True, possibly_twice: bool = False) -> int:
    again = None if at_once else outbox.retry_at(message, machine_now)
    return move(
        _unknown_still(message),
        State.RETRY,
        retry_at=again,
        lookups=0,
        possibly_twice=message.possibly_twice or possibly_twice,
    )


def _unknown_still(message: Message) -> QuerySet[Message]:
    return Message.objects.filter(pk=message.pk, fence=message.fence, state=State.UNKNOWN)
