"""A text as Twilio's list shows it in; the same in the words of its webhook out."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any


@dataclass(frozen=True)
class Received:
    """A text that came in. ``params`` are named as in the webhook's request; ``came_at`` is machine time."""

    params: Mapping[str, str]
    came_at: datetime


def is_to(text: Any, sender: str) -> bool:
    """Return whether somebody sent this text to ``sender``, our number or Messaging Service."""
    ours = text.to == sender or text.messaging_service_sid == sender
    return bool(ours) and str(text.direction) == "inbound" and bool(text.sid) and bool(text.from_)


def read(text: Any) -> Received:
    """Return one text. What its pictures hold is not fetched."""
    params = {
        "MessageSid": str(text.sid), "AccountSid": str(text.account_sid), "From": str(text.from_), "To": str(text.to),
        "Body": str(text.body or ""), "NumMedia": str(text.num_media or "0"),
    }  # fmt: skip
    came_at = text.date_created or text.date_sent
    return Received(params, came_at if came_at.tzinfo else came_at.replace(tzinfo=UTC))
