"""A mail's bytes or a text's words in; all that the engine makes of them, out. Nothing is stored and nothing sent."""

from collections.abc import Sequence
from dataclasses import dataclass

from course.curriculum.model import Course
from course.discussion import redaction
from course.replies import kinds, letter, optout, reading, searching, sent, triage
from course.replies.extraction import Extracted, extract
from course.replies.optout import Wish
from course.replies.reading import Opened
from course.replies.triage import Flag
from course.replies.words import ReplyKind

LONGEST_ASKED = 20_000  # characters; a wish stands near the beginning
LONGEST_REDACTED = 100_000
_SURETY = {"exact": "act", "clear": "confirm", "unclear": "unclear"}


@dataclass(frozen=True)
class Seen:
    """``opt_out`` is act, confirm (it acts and confirms), unclear, or None; ``identifiers`` are (type, text)."""

    kind: str
    own_words: str
    cut: str
    unsure: bool
    opt_out: str | None
    red_flags: Sequence[Flag]
    identifiers: Sequence[tuple[str, str]]
    redacted: str


def of_mail(raw: bytes, course: Course) -> Seen:
    """Return what is made of a mail; one that does not open is kept whole, and a person reads it."""
    try:
        opened = reading.open_mail(raw, "")
    except letter.Unreadable:
        words = letter.clean(letter.decode(raw, None)).strip()
        return _seen(Opened(words, ""), Extracted(words, "", unsure=True), course, unread=True)
    return _seen(opened, extract(opened.text, sent.words_of(course, course.clinic.country)), course)


def of_text(words: str, course: Course) -> Seen:
    """Return what is made of a text message: every word in it is the person's own."""
    opened = Opened(letter.clean(words), "")
    return _seen(opened, Extracted(opened.text.strip(), "", unsure=False), course)


def _seen(opened: Opened, extracted: Extracted, course: Course, *, unread: bool = False) -> Seen:
    own = extracted.own_words
    wish = None if opened.machine or unread else _wish(opened, extracted)
    looked_at = searching.searched(opened, extracted, sent.words_of(course, course.clinic.country), course)
    redacted = redaction.propose(own[:LONGEST_REDACTED], None)
    return Seen(
        kind=str(ReplyKind.UNCLEAR) if unread else kinds.kind_of(opened.machine, extracted, wish),
        own_words=own,
        cut=extracted.cut,
        unsure=extracted.unsure,
        opt_out=_SURETY[wish.surety] if wish and wish.ask == "stop" else None,
        red_flags=triage.find(course, looked_at),
        identifiers=redacted.found,
        redacted=redacted.text,
    )


def _wish(opened: Opened, extracted: Extracted) -> Wish | None:
    asked = optout.wish_of(extracted.own_words[:LONGEST_ASKED], sure=not extracted.unsure)
    if asked is None and extracted.unsure and optout.exact(opened.subject) == "stop":
        return Wish("stop", "exact", alone=True)
    return asked
