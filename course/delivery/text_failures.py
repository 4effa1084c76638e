"""The late failure of a text that Twilio had taken in; the text tried again or given up, and the list set, out.

The rules are the table "Twilio" of the messaging reference (https://www.twilio.com/docs/api/errors).
"""

from datetime import datetime, timedelta

from course.delivery import filtering, outbox, outcomes, strikes, suppression, unreached
from course.delivery.channels.twilio_codes import FILTERED, classify
from course.delivery.late import move
from course.delivery.models import Message, Receipt
from course.delivery.words import WAITING, Outcome, Reason, State, SuppressionReason
from course.people.words import MessageClass

_PAUSES = tuple(timedelta(hours=hours) for hours in (1, 3, 6, 12, 24))
_SUPPRESSED_BY = {
    Outcome.REFUSED_ADDRESS: SuppressionReason.BOUNCED,
    Outcome.OPTED_OUT: SuppressionReason.STOPPED,
}
_ENDS = {
    Outcome.REFUSED_ADDRESS: (State.BOUNCED, Reason.ADDRESS),
    Outcome.OPTED_OUT: (State.SUPPRESSED, Reason.SUPPRESSED),
    Outcome.REFUSED_SENDER: (State.BOUNCED, Reason.CHANNEL),
}
_REFUSED = (State.BOUNCED, Reason.CONTENT)  # filtered, among others: never sent again as it is
_MAY_FAIL = (State.ACCEPTED, *WAITING)


def apply(row: Message, receipt: Receipt, now: datetime, machine_now: datetime) -> None:
    """Set a locked message by its failure. ``now`` is course time, ``machine_now`` the time of back-off."""
    code = int(receipt.code) if receipt.code.isdigit() else None
    outcome = classify(400, code)
    if outcome == Outcome.RETRY:
        _not_reached_yet(row, receipt, now, machine_now)
    else:
        state, reason = _ENDS.get(outcome, _REFUSED)
        _give_up(row, state, reason, now)
    arrived = row.state == State.DELIVERED and outcome != Outcome.OPTED_OUT
    if row.contact and outcome in _SUPPRESSED_BY and not arrived:
        suppression.suppress(row.contact, _SUPPRESSED_BY[outcome], f"receipt:{receipt.pk}", now)
    if outcome == Outcome.REFUSED_SENDER:
        outcomes.our_fault(row, receipt.code, now, machine_now)
    if code in FILTERED:
        filtering.tell(now, machine_now)


def _not_reached_yet(row: Message, receipt: Receipt, now: datetime, machine_now: datetime) -> None:
    unreachable = receipt.code in unreached.CODES
    again = _again_at(row, machine_now, unreachable)
    if unreachable and row.contact and strikes.of_number(row.contact, unreached.CODES, machine_now) >= strikes.MOST:
        if _give_up(row, State.BOUNCED, Reason.UNDELIVERED, now):
            unreached.write_down(row.contact)
    elif row.message_class == MessageClass.SAFETY:
        _give_up(row, State.BOUNCED, Reason.UNDELIVERED, now)
    elif now + (again - machine_now) >= row.expires_at:
        late = (State.BOUNCED, Reason.UNDELIVERED) if unreachable else (State.EXPIRED, Reason.LATE)
        _give_up(row, *late, now)
    else:
        _try_again(row, again, now)


def _try_again(row: Message, again: datetime, now: datetime) -> None:
    """Wait for another try. What went at any hour because it answered somebody now goes inside their window.

    The fence grows: the holder of the failed try, if its own answer comes only now, changes nothing.
    """
    move(
        row, (State.ACCEPTED,), State.RETRY, retry_at=again, provider_id="", accepted_at=None,
        fence=row.fence + 1, window_ends_at=row.window_ends_at or now,
    )  # fmt: skip


def _again_at(row: Message, machine_now: datetime, unreachable: bool) -> datetime:
    if not unreachable:
        return outbox.retry_at(row, machine_now)
    failed: int = row.receipts.filter(code__in=unreached.CODES).values("provider_id").distinct().count()
    return machine_now + _PAUSES[min(failed, len(_PAUSES)) - 1]


def _give_up(row: Message, state: State, reason: Reason, now: datetime) -> bool:
    if not move(row, _MAY_FAIL, state, reason=reason):
        return False
    outcomes.not_reached(row, now)
    return True
