"""A person's words in; where names stand in them out: their own, one they tell, and one they sign with."""

import re
from collections.abc import Iterator

_TOLD = re.compile(
    r"\b(?:my name is|my name's|i am called|i'm called|call me|me llamo|mi nombre es|soy)\s{1,3}"
    r"((?:[A-Z][\w'-]+|[a-z][\w'-]+\b(?=\s*(?:[.,!\n]|and\b|y\b|$)))(?:\s{1,3}[A-Z][\w'-]+){0,2})",
)
_TOLD_ANY_CASE = re.compile(
    r"\b(?:my name is|my name's|me llamo|mi nombre es)\s{1,3}"
    r"([^\W\d_][\w'-]*(?:\s{1,3}(?!and\b|i\b|y\b)[^\W\d_][\w'-]*)?)",
    re.IGNORECASE,
)
_FULL_NAME = re.compile(r"\bthis is ([A-Z][a-z]+ [A-Z][a-z]+)\b")
_SIGN_OFF = re.compile(
    r"(?:^|[\n.!?,]\s*)(?:many thanks|thanks|thank you|thx|best|best wishes|kind regards|regards|cheers|sincerely|love"
    r"|yours(?: \w+)?|gracias|saludos|un saludo|atentamente)[,.!]?[ \t]*(?:\n+|[ ,]+|\s*[-\u2013\u2014]\s*)"
    r"([^\W\d_][\w'.-]*(?:[ \t]+[^\W\d_][\w'.-]*){0,2})[ \t]*[.!]?\s*$",
    re.IGNORECASE,
)
_DASHED = re.compile(r"[\n.!?]\s*[-\u2013\u2014~]\s*([A-Z][\w'-]+(?:[ \t]+[A-Z][\w'-]+)?)\s*$")
_LAST_LINE = re.compile(r"\n[ \t]*([A-Z][\w'-]+(?:[ \t]+[A-Z][\w'.-]+){0,2})[ \t]*$")
# Words that end a message and are nobody's name.
_NO_NAMES = frozenset(
    {"thanks", "thank", "you", "gracias", "please", "help", "yes", "no", "ok", "okay", "hello", "hi", "regards", "best"}
    | {
        "cheers",
        "bye",
        "sorry",
        "stop",
        "start",
        "so",
        "much",
        "again",
        "very",
        "for",
        "your",
        "a",
        "lot",
        "in",
        "advance",
    }
    | {"everyone", "all", "removed", "the", "i", "to", "kindly", "anyway", "help"}
)
# Names that are also everyday words count only when written with a capital.
_EVERYDAY = frozenset(
    {"will", "may", "mark", "grace", "hope", "joy", "rose", "bill", "art", "faith", "dawn", "june", "april", "august"}
    | {"summer", "pat", "sue", "jack", "rob"}
)
_TITLES = frozenset({"mr", "mrs", "ms", "miss", "dr", "prof", "sr", "sra", "don", "doña"})
_SHORTEST = 2
_SIGNED_WITHIN = 200  # characters from the end in which a signature stands


def names_in(text: str, own_name: str) -> Iterator[tuple[int, int]]:
    """Yield the place of each name. ``own_name`` is the person's stored greeting name, or empty."""
    text = text.replace("\u2019", "'")  # one apostrophe for all; no place moves
    yield from _own(text, own_name.replace("\u2019", "'"))
    for pattern in (_TOLD, _TOLD_ANY_CASE, _FULL_NAME):
        yield from (found.span(1) for found in pattern.finditer(text))
    signed = text.rstrip()
    start = max(0, len(signed) - _SIGNED_WITHIN)
    for pattern in (_SIGN_OFF, _DASHED, _LAST_LINE):
        found = pattern.search(signed[start:])
        if found and not _everyday_words(found[1]):
            yield start + found.start(1), start + found.end(1)


def _own(text: str, own_name: str) -> Iterator[tuple[int, int]]:
    for word in re.findall(r"[^\W\d_][\w'-]*", own_name):
        if len(word) < _SHORTEST or word.casefold().rstrip(".") in _TITLES:
            continue
        exact = word.casefold() in _EVERYDAY
        pattern = re.compile(rf"\b{re.escape(word)}\b", 0 if exact else re.IGNORECASE)
        yield from (found.span() for found in pattern.finditer(text))


def _everyday_words(text: str) -> bool:
    return all(word.casefold().strip(".'-") in _NO_NAMES for word in text.split())
