"""A way to write one message in; the same message as constants and gaps out, so that the next is only filled in.

The message is written for two invented people, in the ordinary way, and cut at their personal values. What is left
must be the same for both: so no constant holds anything personal, and a real person is never in a template at all.
"""

import quopri
import re
from collections.abc import Callable, Iterator
from itertools import zip_longest
from typing import NamedTuple

from course.delivery.mail import BOUNDARY
from course.delivery.slots import Slots, invented

_SOFT_BREAK = b"=\r\n"  # RFC 2045, section 6.7: a line of quoted-printable goes on
_NEAR = 40


class CannotCompile(Exception):
    """Something personal stands in a message outside its slots, or changed.

    ``parts`` names where: headers, plain, html. ``near`` is the text just before it, without anything personal.
    """

    def __init__(self, parts: tuple[str, ...], near: str) -> None:
        super().__init__(f'something in the {" and ".join(parts)} differs from person to person, after "{near}"')
        self.parts = parts
        self.near = near


class Gap(NamedTuple):
    """Where the letters ``start`` up to ``stop`` of the slot with this number belong."""

    slot: int
    start: int
    stop: int | None


Pieces = tuple[bytes | Gap, ...]


class Template:
    """A message as it is for everybody, and the gaps that make it one person's."""

    def __init__(self, pieces: Pieces) -> None:
        self._constants = [piece if isinstance(piece, bytes) else b"" for piece in pieces]
        self._gaps = [(place, *piece) for place, piece in enumerate(pieces) if isinstance(piece, Gap)]

    def fill(self, slots: Slots) -> bytes:
        """Return one person's message. The slots must fit (`slots.fit`): nothing is escaped here."""
        own = [value.encode("ascii") for value in slots]
        message = self._constants.copy()
        for place, slot, start, stop in self._gaps:
            message[place] = own[slot][start:stop]
        return b"".join(message)


def compile_template(write: Callable[[Slots], bytes]) -> Template:
    """Return the template of what ``write`` writes. Raises CannotCompile."""
    first, second = (tuple(_cut(write(person), person)) for person in invented())
    if first != second:
        raise _refusal(_shown(first), _shown(second))
    return Template(first)


def _cut(message: bytes, person: Slots) -> Iterator[bytes | Gap]:
    end = 0
    for found in _personal(person).finditer(message):
        yield message[end : found.start()]
        yield from _gaps(Slots._fields.index(str(found.lastgroup)), found[0])
        end = found.end()
    yield message[end:]


def _personal(person: Slots) -> re.Pattern[bytes]:
    """Find each slot where it may stand: only a token, which never changes its length, may stand in a body."""
    shapes = {name: re.escape(value.encode()) for name, value in person._asdict().items()}
    shapes |= {
        "address": rb"(?<=\r\nTo: )" + shapes["address"] + rb"(?=\r\n)",
        "message_id": rb"(?<=\r\nMessage-ID: <)" + shapes["message_id"] + rb"(?=>\r\n)",
        "date": rb"(?<=\r\nDate: )" + shapes["date"] + rb"(?=\r\n)",
    }
    for name in ("reply_token", "bounce_token", "stop_token"):
        shapes[name] = rb"(?:=\r\n)?".join(re.findall(rb".", shapes[name]))
    return re.compile(b"|".join(b"(?P<%b>%b)" % (name.encode(), shape) for name, shape in shapes.items()))


def _gaps(slot: int, found: bytes) -> Iterator[bytes | Gap]:
    """Return the gaps of one value: several where lines are broken inside it."""
    runs = found.split(_SOFT_BREAK)
    start = 0
    for run in runs[:-1]:
        yield Gap(slot, start, start + len(run))
        yield _SOFT_BREAK
        start += len(run)
    yield Gap(slot, start, None)


def _shown(pieces: Pieces) -> bytes:
    names = [f"[{name}]".encode() for name in Slots._fields]
    return b"".join(piece if isinstance(piece, bytes) else names[piece.slot] for piece in pieces)


def _refusal(first: bytes, second: bytes) -> CannotCompile:
    parts = tuple(name for name, part in _parts(first).items() if _parts(second).get(name) != part)
    differs = next(n for n, pair in enumerate(zip_longest(first, second)) if pair[0] != pair[1])
    same = quopri.decodestring(first[:differs]).decode(errors="replace")
    return CannotCompile(parts, " ".join(same.split())[-_NEAR:])


def _parts(message: bytes) -> dict[str, bytes]:
    headers, _, body = message.partition(b"\r\n\r\n")
    named = zip(("headers", "plain", "html"), (headers, *filter(None, body.split(b"--" + BOUNDARY))), strict=False)
    return dict(named)
