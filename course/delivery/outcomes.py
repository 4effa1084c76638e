"""What a channel said about one message in; the outbox row, the next part and the suppression list set out."""

from datetime import datetime, timedelta

from django.db import transaction

from course import doorbell
from course.curriculum import timetable
from course.delivery import holds, outbox, suppression, teach_back
from course.delivery.channels.base import Result
from course.delivery.models import Attempt, Message
from course.delivery.words import HoldScope, Outcome, Reason, State, SuppressionReason
from course.people import alerts, cohorts, notices, on_call, versions
from course.people.words import AlertKind, ChannelRule, MessageClass, NoticeKind

_OTHER = ".other"
_REFUSALS = 3
PART_GAP = timedelta(minutes=1)
LOOK_UP_AFTER = timedelta(seconds=2)  # a relay's log and a provider's list are a moment behind


@transaction.atomic
def record(message: Message, result: Result, now: datetime, machine_now: datetime) -> None:
    """Set the message's state by the outcome. A word from a holder that lost its lease changes nothing, nor one about
    a message that was erased while it was on its way.
    """
    if not Message.objects.filter(pk=message.pk).exists():
        return
    outbox.end_attempt(message, result.outcome, result.code, result.raw, machine_now)
    match result.outcome:
        case Outcome.ACCEPTED:
            accepted(message, result.provider_id, now)
        case Outcome.RETRY:
            _again(message, result, now, machine_now)
        case Outcome.REFUSED_ADDRESS:
            _ended(message, State.FAILED, Reason.ADDRESS, now, SuppressionReason.BOUNCED)
        case Outcome.OPTED_OUT:
            _ended(message, State.SUPPRESSED, Reason.SUPPRESSED, now, SuppressionReason.STOPPED)
        case Outcome.REFUSED_CONTENT:
            _ended(message, State.FAILED, Reason.CONTENT, now)
        case Outcome.REFUSED_SENDER:
            _again(message, result, now, machine_now)
            _hold_channel(message, result, now, machine_now)
        case Outcome.UNKNOWN:
            outbox.settle(message, State.UNKNOWN, lease_until=machine_now + LOOK_UP_AFTER)


@transaction.atomic
def accepted(message: Message, provider_id: str, now: datetime) -> bool:
    """Record that the other side took the message, and let the next part go a minute later."""
    if not outbox.settle(message, State.ACCEPTED, provider_id=provider_id, accepted_at=now, lookups=0):
        return False
    if message.part < message.parts:
        release_next_part(message, now)
    teach_back.open_prompt(message, now)
    return True


def release_next_part(message: Message, now: datetime) -> None:
    """Let the part after an accepted one go, a minute later and inside the window."""
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


def _again(message: Message, result: Result, now: datetime, machine_now: datetime) -> None:
    """Try again later; a safety message that failed for about a minute is also told to people, and still tried."""
    if message.attempts >= len(outbox.SAFETY_BACK_OFF):
        not_reached(message, now)
    outbox.settle(message, State.RETRY, retry_at=outbox.retry_at(message, machine_now, result.retry_after))


def _ended(
    message: Message, state: State, reason: Reason, now: datetime, suppress: SuppressionReason | None = None
) -> None:
    """Record that a message will not go; with ``suppress`` nothing more of class course goes to its address."""
    if not outbox.settle(message, state, reason=reason):
        return
    if suppress and message.contact:
        suppression.suppress(message.contact, suppress, f"message:{message.pk}", now)
    not_reached(message, now)


def not_reached(message: Message, now: datetime) -> None:
    """Law 4: a safety message that cannot go is tried by the person's other channel, and on-call is told to phone."""
    contact, request = message.contact, message.request
    if message.message_class != MessageClass.SAFETY or contact is None or request is None or contact.staff:
        return
    if contact.subscriber and not request.subject_key.endswith(_OTHER):
        other = contact.subscriber.contacts.filter(replaced_at__isnull=True, confirmed_at__isnull=False).exclude(
            pk=contact.pk
        )
        for each in other:
            notices.request(
                NoticeKind.SAFETY, MessageClass.SAFETY, contact.subscriber, request.subject_key + _OTHER, now,
                words=request.words, rule=ChannelRule.THIS_CONTACT, contact=each,
            )  # fmt: skip
    alerts.begin(AlertKind.PHONE, f"not_reached:{message.pk}", now, {"phone": True}, request.subject_key)


def _hold_channel(message: Message, result: Result, now: datetime, machine_now: datetime) -> None:
    """Hold a channel once it refused us for three different people in an hour: one refusal may be about one person."""
    refused = Attempt.objects.filter(
        outcome=Outcome.REFUSED_SENDER, message__channel=message.channel, ended_at__gt=machine_now - timedelta(hours=1)
    )
    if refused.values("message__contact").distinct().count() < _REFUSALS:
        return
    on_call.tell(NoticeKind.CHANNEL_DOWN, f"channel:{message.channel}.{now.date()}", now, {"channel": message.channel})
    holds.hold(HoldScope(message.channel), f"refused our sender with code {result.code}", "system", machine_now)


def our_fault(message: Message, code: str, now: datetime, machine_now: datetime) -> None:
    """Count a late word that our own set-up is at fault as one more refusal of our sender."""
    message.tries.filter(fence=message.fence).update(
        outcome=Outcome.REFUSED_SENDER, code=code[:20], ended_at=machine_now
    )
    _hold_channel(message, Result(message.pk, Outcome.REFUSED_SENDER, code), now, machine_now)
