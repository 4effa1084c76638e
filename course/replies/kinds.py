"""What was found in a message in; one word for what kind of message it is, out. Nothing is looked up or done."""

import re
import unicodedata

from course.replies.extraction import Extracted
from course.replies.optout import Wish
from course.replies.words import ReplyKind

PAUSE = "pause"
ANSWER = str(ReplyKind.ANSWER)
_PAUSE = re.compile(
    r"^\W*(?:please\W+|por favor\W+)?(?:pause|pausa)(?:\W+(?:please|por favor|thanks|gracias))?\W*$", re.I
)
_ANSWER = re.compile(r"^\W*(?:[abc]|yes|y|no|n|s[ií])\W*$", re.IGNORECASE)
_PUBLISH = re.compile(r"^\W*publish\W*\d{0,4}\W*$", re.IGNORECASE)
_LONGEST_BARE = 60


def bare(text: str) -> str | None:
    """Return `pause`, `answer` (A, B, C, YES, NO) or `publish` when ``text`` is that word alone, else None."""
    if len(text) > _LONGEST_BARE:
        return None
    words = unicodedata.normalize("NFKC", text)
    for kind, pattern in ((PAUSE, _PAUSE), (ANSWER, _ANSWER), (str(ReplyKind.PUBLISH), _PUBLISH)):
        if pattern.match(words):
            return kind
    return None


def kind_of(machine: ReplyKind | None, extracted: Extracted, wish: Wish | None) -> str:
    """Return the kind of a message: a machine's, what it asks, a bare answer, or a question."""
    if machine:
        return str(machine)
    if wish and wish.surety != "unclear":
        return wish.ask
    found = bare(extracted.own_words)
    if found:
        return found
    return str(ReplyKind.UNCLEAR if wish or extracted.unsure else ReplyKind.QUESTION)
