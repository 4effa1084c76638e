"""What a channel said about one message in; the outbox row, the next part and the suppression list set out."""

from datetime import datetime, timedelta

from course import doorbell
from course.curriculum import timetable
from course.delivery import outbox, suppression
from course.delivery.channels.base import Result
from course.delivery.models import ChannelState, Message
from course.delivery.words import Outcome, Reason, State, SuppressionReason
from course.people import cohorts, versions

PART_GAP = timedelta(minutes=1)
LOOK_UP_AFTER = timedelta(seconds=2)  # a relay's log and a provider's list are a moment behind


def record(message: Message, result: Result, now: datetime, machine_now: datetime) -> None:
    """Set the message's state by the outcome. A word from a holder that lost its lease changes nothing."""
    outbox.end_attempt(message, result.outcome, result.code, result.raw, machine_now)
    match result.outcome:
        case Outcome.ACCEPTED:
            accepted(message, result.provider_id, now)
        case Outcome.RETRY:
            _again(message, machine_now)
        case Outcome.REFUSED_ADDRESS:
            if outbox.settle(message, {"state": State.FAILED, "reason": Reason.ADDRESS}):
                _suppress(message, SuppressionReason.BOUNCED, now)
        case Outcome.OPTED_OUT:
            if outbox.settle(message, {"state": State.SUPPRESSED, "reason": Reason.SUPPRESSED}):
                _suppress(message, SuppressionReason.STOPPED, now)
        case Outcome.REFUSED_CONTENT:
            outbox.settle(message, {"state": State.FAILED, "reason": Reason.CONTENT})
        case Outcome.REFUSED_SENDER:
            _hold_channel(message, result, machine_now)
            _again(message, machine_now)
        case Outcome.UNKNOWN:
            outbox.settle(message, {"state": State.UNKNOWN, "lease_until": machine_now + LOOK_UP_AFTER})


def accepted(message: Message, provider_id: str, now: datetime) -> bool:
    """Record that the other side took the message, and let the next part go a minute later."""
    if not outbox.settle(message, {"state": State.ACCEPTED, "provider_id": provider_id, "accepted_at": now}):
        return False
    if message.part < message.parts:
        _release_next_part(message, now)
    return True


def _release_next_part(message: Message, now: datetime) -> None:
    enrolment = message.enrolment
    if enrolment is None or message.version is None:
        return
    zone = cohorts.zone_of(enrolment.subscriber, enrolment.cohort)
    window = versions.course_of(message.version).window
    due_at = timetable.next_opening(now + PART_GAP, zone, window)
    Message.objects.filter(
        enrolment=enrolment, step_id=message.step_id, channel=message.channel, part=message.part + 1,
        state=State.PLANNED, due_at__isnull=True,
    ).update(due_at=due_at, window_ends_at=timetable.window_end(due_at, zone, window))  # fmt: skip
    doorbell.ring("deliver_course")


def _again(message: Message, machine_now: datetime) -> None:
    outbox.settle(message, {"state": State.RETRY, "retry_at": outbox.retry_at(message.attempts, machine_now)})


def _suppress(message: Message, reason: SuppressionReason, now: datetime) -> None:
    if message.contact:
        suppression.suppress(message.contact, reason, f"message:{message.pk}", now)


def _hold_channel(message: Message, result: Result, machine_now: datetime) -> None:
    ChannelState.objects.update_or_create(
        channel=message.channel,
        defaults={
            "held": True,
            "reason": f"refused our sender with code {result.code}",
            "since": machine_now,
        },
    )
