"""What was left behind in; messages that can go on, out. Run by the tick: it remembers nothing of its own.

Leases that ran out: a claimed message was not on the wire and is planned again; a handed one is unknown.
"""

from collections.abc import Callable
from datetime import datetime
from zoneinfo import ZoneInfo

from django.db.models import Exists, F, OuterRef, QuerySet

from course.curriculum import timetable
from course.curriculum.model import Course
from course.delivery import outbox, outcomes, unopened
from course.delivery.models import Message
from course.delivery.states import move
from course.delivery.words import Reason, State
from course.people import cohorts, versions
from course.people.models import Enrolment
from course.people.words import EnrolmentState, MessageClass
from course.vault import VaultError

_WAITING = (State.PLANNED, State.RETRY)
_NOT_SENT = (State.BOUNCED, State.FAILED, State.EXPIRED, State.CANCELLED, State.SUPPRESSED)


def sweep(now: datetime, machine_now: datetime) -> int:
    """Take up what was left behind; return how many messages changed. Asks nobody: it is quick."""
    changed = _expired_leases(machine_now) + _expired(now) + _never_to_go(now) + _window_passed(now)
    return changed + _waiting_parts(now)


def _waiting_parts(now: datetime) -> int:
    """Let parts go whose earlier part was accepted by a worker that died before it could say so."""
    later = Message.objects.filter(
        enrolment=OuterRef("enrolment_id"), step_id=OuterRef("step_id"), channel=OuterRef("channel"),
        part=OuterRef("part") + 1, state=State.PLANNED, due_at__isnull=True,
    )  # fmt: skip
    accepted = Message.objects.filter(
        Exists(later), enrolment__isnull=False, state__in=(State.ACCEPTED, State.DELIVERED), part__lt=F("parts")
    )
    return _each(accepted.order_by("?")[:100], now, lambda message: outcomes.release_next_part(message, now))


def _each(rows: QuerySet[Message], now: datetime, act: Callable[[Message], None]) -> int:
    """Do ``act`` with each row; one that cannot be opened (a lost key) keeps nothing from the others.

    Such a row is found again and again: limited ``rows`` are best in any order.
    """
    ids = list(rows.values_list("pk", flat=True))
    for message_id in ids:
        try:
            act(outbox.load(message_id))
        except Message.DoesNotExist:  # erased since
            continue
        except (VaultError, ValueError) as error:
            unopened.tell(message_id, error, now)
    return len(ids)


def _expired_leases(machine_now: datetime) -> int:
    over = Message.objects.filter(lease_until__lte=machine_now)
    claimed = move(over.filter(state=State.CLAIMED), State.PLANNED, attempts=F("attempts") - 1)  # it was no try
    return claimed + move(over, State.UNKNOWN, lease_until=machine_now + outcomes.LOOK_UP_AFTER)


def _expired(now: datetime) -> int:
    late = Message.objects.filter(expires_at__lte=now, state__in=_WAITING)
    _each(late.filter(message_class=MessageClass.SAFETY), now, lambda message: outcomes.not_reached(message, now))
    waited = move(late.filter(reason=Reason.DOUBT), State.EXPIRED)  # why it was late is known
    return waited + move(late, State.EXPIRED, reason=Reason.LATE)


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
    return _each(shut.order_by("?")[:500], now, lambda message: _to_next_window(message, now))


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
