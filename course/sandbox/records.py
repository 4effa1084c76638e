"""Rows of the sandbox's file as plain values. `received_machine` is unix seconds, `course_time` aware UTC."""

from dataclasses import dataclass
from datetime import datetime

OUTBOUND = "outbound-api"
INBOUND = "inbound"


@dataclass(frozen=True)
class ReceivedMail:
    """One message for one recipient, byte for byte as it came over SMTP."""

    id: int
    queue_id: str
    received_machine: float
    course_time: datetime
    mail_from: str
    rcpt_to: str
    message_id: str
    raw: bytes


@dataclass(frozen=True)
class NewText:
    """A text message on its way into the store. `validity_period` is in seconds, None when not given."""

    sid: str
    to_number: str
    from_number: str
    body: str
    direction: str
    status: str
    status_callback: str = ""
    validity_period: int | None = None
    messaging_service_sid: str = ""
    num_media: int = 0


@dataclass(frozen=True)
class ReceivedText:
    """One text message, either way. `sent_machine` is unix seconds once the look-alike has sent it."""

    id: int
    sid: str
    received_machine: float
    course_time: datetime
    to_number: str
    from_number: str
    body: str
    status: str
    status_callback: str
    validity_period: int | None
    direction: str
    sent_machine: float | None
    messaging_service_sid: str
    num_media: int
    deleted: bool

    @property
    def inbound(self) -> bool:
        return self.direction == INBOUND


@dataclass(frozen=True)
class Mailbox:
    """One invented person's address: `kind` is "email" or "phone", `last` the newest course time."""

    kind: str
    address: str
    count: int
    last: datetime


@dataclass(frozen=True)
class Typed:
    """What a person typed here, and the sentence that says what the course answered."""

    id: int
    received_machine: float
    course_time: datetime
    kind: str
    address: str
    peer: str
    body: str
    accepted: bool
    outcome: str
    mail_id: int | None


@dataclass(frozen=True)
class Callback:
    """One status callback that is due: `params` as Twilio posts them, `url` empty when nobody asked."""

    id: int
    sid: str
    url: str
    params: dict[str, str]
    tries: int


@dataclass(frozen=True)
class TextFilter:
    """What Twilio's list of messages can be asked for. Times are unix seconds, both ends included."""

    to_number: str = ""
    from_number: str = ""
    sent_from: float | None = None
    sent_until: float | None = None
    before_id: int | None = None
    limit: int = 50
