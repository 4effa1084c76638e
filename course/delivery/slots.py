"""The personal values of one message: what they are, what each must look like, and people invented for compiling."""

import re
import secrets
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import NamedTuple

from course.people.tokens import TOKEN_LENGTH, new_token


class Slots(NamedTuple):
    """All that tells one person's message from another's, once the words are the same.

    ``address`` is a mail address or a number, ``message_id`` has no angle brackets, the tokens are those of
    `people.tokens`, ``date`` is `dated`. ``stop_token`` is "" for staff and strangers, who have no course to stop.
    """

    address: str
    message_id: str
    reply_token: str
    bounce_token: str
    stop_token: str
    date: str


_ALPHABET = "abcdefghijklmnopqrstuvwxyz234567"
_TOKEN = rf"[{_ALPHABET}]{{{TOKEN_LENGTH}}}"
_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"  # RFC 5322, section 3.2.3
_DOMAIN = r"[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*"
_LONGEST_ADDRESS = 74  # "To: " and it fit a line (RFC 5322, section 2.1.1); longer ones are folded, the ordinary way
_DAY, _MONTH = "(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)", "(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)"
_SHAPES = Slots(
    address=rf"(?=.{{1,{_LONGEST_ADDRESS}}}\Z)(?:{_ATOM}(?:\.{_ATOM})*@{_DOMAIN}|\+[1-9][0-9]{{6,14}})",
    message_id=rf"{_TOKEN}@{_DOMAIN}",
    reply_token=_TOKEN,
    bounce_token=_TOKEN,
    stop_token=_TOKEN,
    date=rf"{_DAY}, [0-9]{{2}} {_MONTH} [0-9]{{4}} [0-9]{{2}}:[0-9]{{2}}:[0-9]{{2}} \+0000",
)
_PATTERNS = tuple(re.compile(shape) for shape in _SHAPES)


def fit(slots: Slots) -> bool:
    """Return whether every value has the shape that needs no escaping at any place where it is filled in."""
    return all(pattern.fullmatch(value) for pattern, value in zip(_PATTERNS, slots, strict=True))


def dated(moment: datetime) -> str:
    """Return an instant as a mail's date (RFC 5322, section 3.3), always in UTC and 31 characters long."""
    return format_datetime(moment.astimezone(UTC))


def invented() -> tuple[Slots, Slots]:
    """Return two people who do not exist and whom nobody can guess.

    Nothing personal is alike in both: no letter of a token, no field of the date, not the length of the address.
    """
    one = _person(new_token(), *(new_token() for _ in range(4)), date=_some_date())
    tokens = (one.address[:TOKEN_LENGTH], one.message_id[:TOKEN_LENGTH], *one[2:5])
    other = _person(*map(_unlike, tokens), date=_date_unlike(one.date))
    return one, other._replace(address=f"{new_token()[:8]}.{other.address}")


def _person(address: str, message_id: str, reply: str, bounce: str, stop: str, *, date: str) -> Slots:
    domain = f"{new_token()[:16]}.example"
    return Slots(f"{address}@{domain}", f"{message_id}@{domain}", reply, bounce, stop, date)


def _unlike(token: str) -> str:
    shifted = (_ALPHABET.index(letter) + 1 + secrets.randbelow(len(_ALPHABET) - 1) for letter in token)
    return "".join(_ALPHABET[place % len(_ALPHABET)] for place in shifted)


def _some_date() -> str:
    return dated(datetime(2000, 1, 1, tzinfo=UTC) + timedelta(seconds=secrets.randbelow(7_000 * 365 * 86_400)))


def _date_unlike(date: str) -> str:
    fields = re.split("[ :]", date)[:-1]
    while True:
        other = _some_date()
        if all(mine != its for mine, its in zip(fields, re.split("[ :]", other), strict=False)):
            return other
