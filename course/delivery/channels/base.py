"""The small interface behind which each channel stands."""

import hashlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from course.delivery.words import Outcome


@dataclass(frozen=True)
class Mail:
    """One mail, ready for the wire: ``content`` is the whole message with CRLF line ends."""

    key: int
    recipient: str
    envelope_from: str
    message_id: str
    content: bytes


@dataclass(frozen=True)
class Text:
    """One text message. ``valid_for`` is seconds until the provider must give up (law 6), as far as it can be told."""

    key: int
    recipient: str
    body: str
    status_callback: str
    valid_for: int


Outgoing = Mail | Text


@dataclass(frozen=True)
class Result:
    """What became of one message: our word for it, and the other side's own.

    ``slow_down``: the other side asks for less at a time, from this sender or to this domain. ``retry_after``: seconds
    before this message may be tried again, where the other side or a rule of its own says so.
    """

    key: int
    outcome: Outcome
    code: str = ""
    provider_id: str = ""
    raw: str = ""
    slow_down: bool = False
    retry_after: float | None = None


@dataclass(frozen=True)
class Sent:
    """What is known of a message that may have gone: enough to ask the other side about it."""

    message_id: str
    recipient: str
    words_hash: str
    handed_at: datetime
    known_ids: frozenset[str]  # provider ids that belong to other messages


@dataclass(frozen=True)
class Finding:
    """The other side's answer to "did this go?". ``certain`` is False when a second look is worth while."""

    went: bool
    provider_id: str = ""
    certain: bool = True


@dataclass(frozen=True)
class Standing:
    """What the other side says now of a message it took: its own word, and its own code where something failed."""

    status: str
    code: str = ""


AboutTo = Callable[[Outgoing], bool]


def hash_of(words: str) -> str:
    """Return the SHA-256 (hex) of a text's words, by which it is known again in a provider's list."""
    return hashlib.sha256(words.strip().encode()).hexdigest()


class Channel(Protocol):
    """One way to hand messages over."""

    can_look_up: bool

    def send(self, batch: Iterable[Outgoing], about_to: AboutTo) -> Iterator[Result]:
        """Hand over each message and yield its result, as soon as it is known.

        The batch is read one message ahead at most. ``about_to(message)`` is called in this thread, just before the
        bytes that end a message are written; when it returns False, that message is not sent and has no result.
        Raises TypeError for a message of the wrong kind, which was not sent.
        """
        ...

    def look_up(self, sent: Sent) -> Finding:
        """Ask whether a message went. Only called when ``can_look_up``. Raises OSError when nobody answers."""
        ...

    def status_of(self, provider_id: str) -> Standing | None:
        """Ask what became of a message that the other side took; None when it no longer knows, or never says.

        Raises OSError when nobody answers.
        """
        ...
