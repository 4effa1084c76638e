"""What a provider says later in; the message and the suppression list set, out."""

import json
from collections.abc import Mapping
from datetime import datetime

from django.db import transaction

from course.delivery import outcomes, suppression
from course.delivery.channels.twilio_codes import classify
from course.delivery.models import Message, Receipt
from course.delivery.words import Outcome, Reason, State, SuppressionReason

# Callbacks come doubled and out of order: a lower rank never takes back a higher one.
_RANKS = {
    "queued": 1,
    "accepted": 1,
    "sending": 2,
    "sent": 3,
    "delivered": 4,
    "read": 4,
    "undelivered": 5,
    "failed": 5,
}
_WENT = (State.HANDED, State.UNKNOWN, State.ACCEPTED, State.DELIVERED)


def twilio_status(token: str, params: Mapping[str, str], now: datetime, machine_now: datetime) -> bool:
    """Keep and apply one status callback for the message with this token; False when there is no such message.

    A callback also proves that a message went whose own answer never came.
    """
    message = (
        Message.objects.filter(bounce_token=token, channel="sms")
        .select_related("contact__subscriber", "contact__staff", "request", "enrolment__cohort", "version")
        .first()
    )
    status, sid = params.get("MessageStatus", "").lower(), params.get("MessageSid", "")
    if message is None or status not in _RANKS or not sid:
        return False
    if message.provider_id and message.provider_id != sid:
        return False
    with transaction.atomic():
        receipt, new = Receipt.objects.get_or_create(
            provider="twilio", provider_id=sid, status=status,
            defaults={
                "message": message, "code": params.get("ErrorCode", "")[:20], "received_at": machine_now,
                "raw": json.dumps(dict(params), sort_keys=True),
            },
        )  # fmt: skip
        if new:
            _apply(message, receipt, now, machine_now)
    return True


def bounced(message: Message, *, code: str, raw: str, machine_now: datetime, now: datetime) -> None:
    """Apply a delivery report that came to this message's own bounce address (a forged one has no such address)."""
    receipt, new = Receipt.objects.get_or_create(
        provider="smtp", provider_id=message.message_id, status="bounced",
        defaults={"message": message, "code": code[:20], "raw": raw, "received_at": machine_now},
    )  # fmt: skip
    if not new:
        return
    Message.objects.filter(pk=message.pk, state__in=_WENT).update(state=State.BOUNCED, reason=Reason.ADDRESS)
    if message.contact and code.startswith("5.1."):
        suppression.suppress(message.contact, SuppressionReason.BOUNCED, f"receipt:{receipt.pk}", now)
    Receipt.objects.filter(pk=receipt.pk).update(applied_at=machine_now)


def _apply(message: Message, receipt: Receipt, now: datetime, machine_now: datetime) -> None:
    if message.state in (State.HANDED, State.UNKNOWN, State.RETRY):
        outcomes.accepted(message, receipt.provider_id, now)
    elif not message.provider_id:
        Message.objects.filter(pk=message.pk).update(provider_id=receipt.provider_id)
    rank = max(_RANKS[status] for status in message.receipts.values_list("status", flat=True))
    if rank > _RANKS[receipt.status]:
        return
    rows = Message.objects.filter(pk=message.pk, state__in=(State.ACCEPTED, State.DELIVERED))
    if receipt.status in ("delivered", "read"):
        rows.update(state=State.DELIVERED, delivered_at=machine_now)
    elif receipt.status in ("undelivered", "failed"):
        _failed(message, receipt, now)
    Receipt.objects.filter(pk=receipt.pk).update(applied_at=machine_now)


def _failed(message: Message, receipt: Receipt, now: datetime) -> None:
    outcome = classify(400, int(receipt.code) if receipt.code.isdigit() else None)
    Message.objects.filter(pk=message.pk, state__in=(State.ACCEPTED, State.DELIVERED)).update(
        state=State.BOUNCED, reason=Reason.ADDRESS if outcome == Outcome.REFUSED_ADDRESS else Reason.CONTENT
    )
    why = {
        Outcome.REFUSED_ADDRESS: SuppressionReason.BOUNCED,
        Outcome.OPTED_OUT: SuppressionReason.STOPPED,
    }.get(outcome)
    if message.contact and why:
        suppression.suppress(message.contact, why, f"receipt:{receipt.pk}", now)
    outcomes.not_reached(message, now)
