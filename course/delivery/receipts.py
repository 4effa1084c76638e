"""What Twilio says later of a text in; the message set by it, out.

A callback is stored first and applied second, so that nothing said is lost. Callbacks come doubled, reversed, and
before our own record of the answer to the POST: then they wait, parked, until that record is there.
"""

import json
import logging
from collections.abc import Mapping
from datetime import datetime, timedelta

from django.db import transaction

from course.delivery import mail_receipts, outcomes, suppression, text_failures
from course.delivery.late import GOING, TWILIO, lock, move
from course.delivery.models import Message, Receipt
from course.delivery.words import NOT_GOING, WAITING, Reason, State, SuppressionReason
from course.people.words import Channel

# A lower rank never takes back a higher one. "Delivered" is the highest: what arrived is never sent again.
_RANKS = {
    "accepted": 1,
    "queued": 1,
    "sending": 1,
    "sent": 1,
    "undelivered": 2,
    "failed": 2,
    "delivered": 3,
    "read": 3,
}
_FAILED, _DELIVERED = 2, 3
_FAILURES = [status for status, rank in _RANKS.items() if rank == _FAILED]
PARKED_FOR = timedelta(days=3)

log = logging.getLogger(__name__)


def twilio_status(token: str, params: Mapping[str, str], now: datetime, machine_now: datetime) -> bool:
    """Keep one status callback for the message with this token, then apply it.

    False when it is about no text of ours, or not about the try that counts now. Raises django.db.Error when it
    could not be kept. One that is kept and cannot be applied is applied by upkeep.
    """
    message = Message.objects.filter(bounce_token=token, channel=Channel.SMS).first()
    status, sid = params.get("MessageStatus", "").lower(), params.get("MessageSid", "")
    if message is None or not sid:
        return False
    receipt, _new = Receipt.objects.get_or_create(
        provider=TWILIO, provider_id=sid[:100], status=status[:20],
        defaults={
            "message": message, "code": params.get("ErrorCode", "")[:20], "received_at": machine_now,
            "raw": json.dumps(dict(params), sort_keys=True),
        },
    )  # fmt: skip
    if receipt.message_id != message.pk:
        return False
    _apply_or_leave(message, now, machine_now)
    return message.provider_id in ("", sid)


def apply_parked(message: Message, now: datetime, machine_now: datetime) -> bool:
    """Apply what was said of a text and not applied yet, once; False while its own answer is not recorded.

    To be called by whoever records that a text was accepted, after its transaction or inside it.
    """
    if message.channel != Channel.SMS or not message.receipts.filter(applied_at__isnull=True).exists():
        return False
    with transaction.atomic():
        row = lock(message.pk)
        if row.state == State.HANDED:
            return False
        waiting = list(row.receipts.filter(applied_at__isnull=True).order_by("pk"))
        for receipt in sorted(waiting, key=lambda each: _RANKS.get(each.status, 0)):
            _apply(row, receipt, now, machine_now)
            Receipt.objects.filter(pk=receipt.pk).update(applied_at=machine_now)
    return bool(waiting)


def apply_all_parked(now: datetime, machine_now: datetime, limit: int) -> int:
    """Apply up to ``limit`` parked words of the last days, for texts and mails; return how many messages it tried."""
    rows = Message.objects.filter(
        channel=Channel.SMS, receipts__applied_at__isnull=True, receipts__received_at__gt=machine_now - PARKED_FOR
    ).exclude(state=State.HANDED)
    ids = list(rows.order_by("-pk").values_list("pk", flat=True).distinct()[:limit])
    for message in Message.objects.filter(pk__in=ids).only("channel"):
        _apply_or_leave(message, now, machine_now)
    return len(ids) + mail_receipts.apply_parked(now, machine_now, limit)


def ended_ids(message: Message) -> frozenset[str]:
    """Return the SIDs of this text's tries that are over: a look-up for a newer try must not take them for it."""
    ended = message.receipts.filter(provider=TWILIO, status__in=_FAILURES)
    return frozenset(ended.values_list("provider_id", flat=True))


def _apply_or_leave(message: Message, now: datetime, machine_now: datetime) -> None:
    try:
        apply_parked(message, now, machine_now)
    except Exception as error:  # it is stored: upkeep comes back to it
        log.error("receipts of message %s wait: %s", message.pk, type(error).__name__)  # noqa: TRY400  a trace may hold words


def _apply(row: Message, receipt: Receipt, now: datetime, machine_now: datetime) -> None:
    rank = _RANKS.get(receipt.status, 0)
    if rank == _DELIVERED:
        _delivered(row, receipt, now, machine_now)
    elif rank and _is_current(row, receipt):
        _went(row, receipt, now, end_too=rank < _FAILED)
        if rank == _FAILED:
            text_failures.apply(row, receipt, now, machine_now)


def _is_current(row: Message, receipt: Receipt) -> bool:
    """Return whether this is about the try that counts now: its SID, or one we could not know of."""
    over = row.receipts.filter(provider_id=receipt.provider_id, status__in=_FAILURES, applied_at__isnull=False)
    return row.provider_id in ("", receipt.provider_id) and not over.exists()


def _went(row: Message, receipt: Receipt, now: datetime, *, end_too: bool) -> None:
    """Take a callback as proof that a try went whose answer never came, also when the text was given up since."""
    came_from = (State.UNKNOWN, *WAITING, *NOT_GOING) if end_too else (State.UNKNOWN,)
    known = {"provider_id": receipt.provider_id, "accepted_at": now, "lookups": 0}
    if move(row, came_from, State.ACCEPTED, reason=Reason.NONE, **known):
        _let_next_part_go(row, now)
    elif not row.provider_id and row.state == State.ACCEPTED:
        row.provider_id = receipt.provider_id
        row.save(update_fields=["provider_id"])


def _delivered(row: Message, receipt: Receipt, now: datetime, machine_now: datetime) -> None:
    first_word = row.accepted_at is None
    came_from = (*GOING, *WAITING, *NOT_GOING, State.BOUNCED)
    if not move(
        row, came_from, State.DELIVERED, reason=Reason.NONE, delivered_at=machine_now,
        provider_id=row.provider_id or receipt.provider_id, accepted_at=row.accepted_at or now,
    ):  # fmt: skip
        return
    for failure in row.receipts.filter(provider_id=receipt.provider_id, status__in=_FAILURES):
        suppression.take_back(SuppressionReason.BOUNCED, f"receipt:{failure.pk}", now)
    if first_word:
        _let_next_part_go(row, now)


def _let_next_part_go(row: Message, now: datetime) -> None:
    if row.part < row.parts:
        outcomes.release_next_part(row, now)
