"""Twilio's error codes in, our outcomes out (https://www.twilio.com/docs/api/errors)."""

from course.delivery.words import Outcome

NO_SUCH_RESOURCE = 20404
FILTERED = (30004, 30007)  # by the other side's rules for what may be sent: never again
_CODES: dict[Outcome, tuple[int, ...]] = {
    # configuration, or content and set-up that would be refused for everybody: the channel must stop
    Outcome.REFUSED_SENDER: (20003, 20005, 30002, 21408, 21606, 21612, 21617, 30032, 30034),
    Outcome.REFUSED_ADDRESS: (21211, 21214, 21614, 21635, 30005, 30006),
    Outcome.OPTED_OUT: (21610,),
    # too fast (20429), a full queue or a validity that ran out (21611, 30001, 30036), a phone that is off
    Outcome.RETRY: (20429, 21611, 30001, 30003, 30008, 30036),
    Outcome.REFUSED_CONTENT: FILTERED,
    Outcome.UNKNOWN: (20500, 20503),
}
_KNOWN = {code: outcome for outcome, codes in _CODES.items() for code in codes}
_FULL = (20429, 21611, 30001)
_PHONE_OFF = (30003, 30008)  # or without signal: an hour at least
PHONE_OFF_SECONDS = 3600.0


def classify(status: int, code: int | None) -> Outcome:
    """Return the outcome of an error answer with HTTP ``status`` and Twilio's own ``code``."""
    if code in _KNOWN:
        return _KNOWN[code]
    if status == 429:
        return Outcome.RETRY
    if status in (401, 403, 404, 405) or status < 400:  # not our account, or not Twilio at all
        return Outcome.REFUSED_SENDER
    return Outcome.UNKNOWN if status >= 500 or status == 408 else Outcome.REFUSED_CONTENT


def asks_for_less(status: int, code: int | None) -> bool:
    """Return whether the sender must go slower: too many requests, or a queue that is full."""
    return status == 429 or code in _FULL


def retry_after(code: int | None) -> float | None:
    """Return the least number of seconds before the next try, where a code has one."""
    return PHONE_OFF_SECONDS if code in _PHONE_OFF else None
