"""A seed and the addresses we take mail at in; mails and texts of every shape, each with a mark of its own, out.

The same seed and addresses give the same letters. The mark stands in the bytes, so that a letter is known again in
the database whatever became of its headers.
"""

import random
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from tests.chaos import broken_mails, mails, texts
from tests.chaos.mails import Pen

MARK = re.compile(rb"zz(\d{6})zz")
AGAIN = 0.06  # how many are brought again by their sender after the answer
TEXT = "text"
_TEXTS_IN_ALL = 0.35
_ORDINARY = 0.4
_NOBODY = "reply+" + "a" * 26


@dataclass(frozen=True)
class Letter:
    """One mail or text as its sender has it. ``refused`` are the recipients that must be refused for good."""

    number: int
    raw: bytes
    recipients: tuple[str, ...] = (TEXT,)
    refused: frozenset[str] = frozenset()
    mail_from: str = ""
    signature: str = ""
    shape: str = ""
    again: bool = False

    @property
    def is_text(self) -> bool:
        """Whether it goes to the webhook and not to the LMTP server."""
        return self.recipients == (TEXT,)


@dataclass(frozen=True)
class Addresses:
    """Where letters can go and who they can come from. ``sign`` makes Twilio's signature."""

    replies: Sequence[str]
    stops: Sequence[str]
    bounces: Sequence[str]
    course: str
    domain: str
    people: Sequence[str]  # their mail addresses
    numbers: Sequence[str]
    account: str
    sign: Callable[[dict[str, str]], str]


def letters(seed: int, how_many: int, to: Addresses) -> Iterator[Letter]:
    """Yield letters: each shape at least once where there is room, then by lot, the ordinary ones most often."""
    rng = random.Random(f"letters:{seed}")
    first = [(True, name) for name in texts.SHAPES] + [(False, name) for name in (*mails.SHAPES, *broken_mails.SHAPES)]
    rng.shuffle(first)
    for number in range(how_many):
        is_text, name = first[number] if number < len(first) else _drawn(rng)
        yield _text(rng, number, name, to) if is_text else _mail(rng, number, name, to)


def _drawn(rng: random.Random) -> tuple[bool, str]:
    if rng.random() < _TEXTS_IN_ALL:
        return True, "ordinary" if rng.random() < _ORDINARY else rng.choice(list(texts.SHAPES))
    if rng.random() < _ORDINARY:
        return False, rng.choice(mails.ORDINARY)
    names = [name for name in (*mails.SHAPES, *broken_mails.SHAPES) if name not in mails.LARGE or rng.random() < 0.1]
    return False, rng.choice(names)


def _mail(rng: random.Random, number: int, name: str, to: Addresses) -> Letter:
    pen = Pen(rng, f"zz{number:06}zz", rng.choice([*to.people, f"stranger{rng.randrange(60)}@example.org"]))
    raw = (mails.SHAPES | broken_mails.SHAPES)[name](pen)
    recipients, refused = _recipients(rng, name, to)
    if name in mails.REFUSED:
        refused = frozenset(recipients)
    sender = "" if name in mails.WRITTEN_BY_MACHINES else f"{pen.mark}@example.org"
    if name == "foreign sender":
        sender = f"{pen.mark}é@exämple.example"
    again = rng.random() < AGAIN and name not in mails.LARGE
    return Letter(number, raw, recipients, refused, sender, shape=name, again=again)


def _recipients(rng: random.Random, name: str, to: Addresses) -> tuple[tuple[str, ...], frozenset[str]]:
    unknown = f"{_NOBODY}@{to.domain}"
    if name in mails.WRITTEN_BY_MACHINES:
        return (rng.choice([*to.bounces, rng.choice(to.replies)]),), frozenset()
    if name == "stop mail":
        return (rng.choice(to.stops),), frozenset()
    if name == "stranger":
        return (to.course,), frozenset()
    if name == "nobody":
        return (unknown,), frozenset({unknown})
    if name == "two recipients":
        return tuple(rng.sample([*to.replies, *to.stops], 2)), frozenset()
    if name == "one of two is nobody":
        return (rng.choice(to.replies), unknown), frozenset({unknown})
    return (rng.choice(to.replies),), frozenset()


def _text(rng: random.Random, number: int, name: str, to: Addresses) -> Letter:
    known = rng.choice(to.numbers)
    draft = texts.write(rng, name, f"zz{number:06}zz", known, to.account)
    refused = frozenset({TEXT}) if name in texts.REFUSED else frozenset()
    signature = "forged" if name == "forged" else to.sign(draft.params)
    again = rng.random() < AGAIN
    return Letter(number, draft.form, (TEXT,), refused, signature=signature, shape=name, again=again)
