"""The words and shapes of Twilio's REST API: error codes, the JSON of a message, segments."""

import re
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any

from course.sandbox.records import INBOUND, ReceivedText

API_VERSION = "2010-04-01"
MAX_BODY_CHARACTERS = 1600
FINAL = frozenset({"delivered", "undelivered", "failed", "received", "read", "canceled"})
_E164 = re.compile(r"\+[1-9]\d{6,14}")
_GSM_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿"
    "abcdefghijklmnopqrstuvwxyzäöñüà"
)
_GSM_EXTENDED = frozenset("^{}\\[~]|€\f")


class ApiError(Exception):
    """A refusal in Twilio's words: ``code`` is from its list of errors, ``status`` is HTTP's."""

    def __init__(self, status: int, code: int, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message

    def as_json(self) -> dict[str, Any]:
        """Return the body that Twilio's library reads."""
        return {
            "code": self.code,
            "message": self.message,
            "more_info": f"https://www.twilio.com/docs/errors/{self.code}",
            "status": self.status,
        }


def not_found(path: str) -> ApiError:
    """Return Twilio's answer for a resource that is not there."""
    return ApiError(404, 20404, f"The requested resource {path} was not found")


def is_e164(number: str) -> bool:
    """Return whether ``number`` has the shape +, country, digits (ITU-T E.164)."""
    return _E164.fullmatch(number) is not None


def segments(body: str) -> int:
    """Return a text's segments: GSM-7 160, then 153 septets; else UCS-2 70, then 67 UTF-16 units."""
    characters = set(body)
    if characters <= _GSM_BASIC | _GSM_EXTENDED:
        units, single, joined = len(body) + sum(c in _GSM_EXTENDED for c in body), 160, 153
    else:
        units, single, joined = len(body.encode("utf-16-le")) // 2, 70, 67
    return 1 if units <= single else -(-units // joined)


def messages_uri(account_sid: str) -> str:
    """Return the path of an account's list of messages."""
    return f"/{API_VERSION}/Accounts/{account_sid}/Messages.json"


def media_sid_of(sid: str) -> str:
    """Return the name of the picture that came with text ``sid``."""
    return "ME" + sid[2:]


def media_url(account_sid: str, sid: str) -> str:
    """Return the path of the picture of text ``sid``."""
    return f"/{API_VERSION}/Accounts/{account_sid}/Messages/{sid}/Media/{media_sid_of(sid)}"


def message_json(text: ReceivedText, account_sid: str) -> dict[str, Any]:
    """Return one message as Twilio shows it. Dates are machine time: Twilio knows no other clock."""
    created = format_datetime(datetime.fromtimestamp(text.received_machine, UTC))
    sent = text.sent_machine
    base = f"/{API_VERSION}/Accounts/{account_sid}/Messages/{text.sid}"
    return {
        "account_sid": account_sid,
        "api_version": API_VERSION,
        "body": text.body,
        "date_created": created,
        "date_sent": None if sent is None else format_datetime(datetime.fromtimestamp(sent, UTC)),
        "date_updated": created if sent is None else format_datetime(datetime.fromtimestamp(sent, UTC)),
        "direction": text.direction,
        "error_code": None,
        "error_message": None,
        "from": text.from_number,
        "messaging_service_sid": text.messaging_service_sid or None,
        "num_media": str(text.num_media),
        "num_segments": str(segments(text.body)),
        "price": None,
        "price_unit": "USD",
        "sid": text.sid,
        "status": text.status,
        "subresource_uris": {"media": f"{base}/Media.json"},
        "to": text.to_number,
        "uri": f"{base}.json",
    }


def is_final(text: ReceivedText) -> bool:
    """Return whether nothing more will happen to a text, so that Twilio lets it be deleted or redacted."""
    return text.direction == INBOUND or text.status in FINAL
