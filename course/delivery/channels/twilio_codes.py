"""Twilio's error codes in, our outcomes out (https://www.twilio.com/docs/api/errors)."""

from course.delivery.words import Outcome

_SENDER = {20003, 20005, 30002, 21408, 21606, 21612, 30032, 30034}
_ADDRESS = {21211, 21214, 21614, 21635, 30005, 30006}
_OPTED_OUT = {21610}
_LATER = {20429, 21611, 30001, 30003, 30008, 30036}
_UNKNOWN = {20500, 20503}


def classify(status: int, code: int | None) -> Outcome:
    """Return the outcome of an error answer with HTTP ``status`` and Twilio's own ``code``."""
    known = {
        **dict.fromkeys(_SENDER, Outcome.REFUSED_SENDER),
        **dict.fromkeys(_ADDRESS, Outcome.REFUSED_ADDRESS),
        **dict.fromkeys(_OPTED_OUT, Outcome.OPTED_OUT),
        **dict.fromkeys(_LATER, Outcome.RETRY),
        **dict.fromkeys(_UNKNOWN, Outcome.UNKNOWN),
    }
    if code in known:
        return known[code]
    if status == 429:
        return Outcome.RETRY
    if status in (401, 403):
        return Outcome.REFUSED_SENDER
    return Outcome.UNKNOWN if status >= 500 else Outcome.REFUSED_CONTENT
