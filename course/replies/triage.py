"""A person's words and the course's red flags in; the rules that match out, most urgent first.

It orders what people read and says which fixed text goes out. It never diagnoses and never says that all is well.
A plain negation ("no numbness between my legs") lowers a rule to `check`, so that a person reads it first; it never
lowers to nothing. "I have no bladder control" is caught by the rule's own words and stays what it is.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from course.curriculum.model import Course, RedFlag
from course.replies.words import Tier

ORDER: tuple[Tier, ...] = (Tier.A, Tier.B, Tier.CHECK, Tier.C, Tier.NONE)
LONGEST = 200_000  # characters

_DENIED = re.compile(
    r"\b(?:no|not|never|without|nor|(?:don'?t|do not|haven'?t|have not|hasn'?t|didn'?t|did not|never) "
    r"(?:have|had|has|got|get|feel|been|having)|sin|no tengo|no siento)"
    r"(?: (?:any|a|an|the|more|new|signs?|of|been|having|had|have|got|my|problems?|trouble|issues?|with|feeling))*\s*$",
    re.IGNORECASE,
)
_ONLY = re.compile(r"\bnot (?:only|just)\s*$", re.IGNORECASE)
# "never had chest pain before", "no numbness until today": these tell of something new.
_NEW_AFTER_ALL = re.compile(r"\b(?:until|till|before|but|except|antes|hasta|pero)\b", re.IGNORECASE)
_SENTENCE_END = re.compile(r"[.!?]")
_OR = re.compile(r"^,?\s*(?:or|nor|o|ni)\s+(?:any )?$", re.IGNORECASE)
_BEFORE = 60


@dataclass(frozen=True)
class Flag:
    """A rule that matched. ``tier`` is the rule's own, or `check` when the words deny it."""

    rule: str
    tier: Tier
    kind: str


def find(course: Course, text: str) -> list[Flag]:
    """Return the rules of ``course`` that match all a person wrote, in the order of ORDER."""
    words = _one_line(text)
    flags = [flag for rule in course.red_flags if (flag := _match(rule, words))]
    return sorted(flags, key=lambda flag: ORDER.index(flag.tier))


def highest(flags: Sequence[Flag]) -> Tier:
    """Return how soon a person must read this."""
    return min((flag.tier for flag in flags), key=ORDER.index, default=Tier.NONE)


def _match(rule: RedFlag, words: str) -> Flag | None:
    hits = sorted(_hits(rule, words))
    if not hits:
        return None
    tier = Tier.CHECK if _all_denied(hits, words) else Tier(rule.tier)
    return Flag(rule.id, tier, rule.kind)


def _hits(rule: RedFlag, words: str) -> Iterator[tuple[int, int]]:
    for patterns in rule.patterns.values():
        for pattern in patterns:
            yield from (found.span() for found in _compiled(pattern).finditer(words))


def _all_denied(hits: Sequence[tuple[int, int]], words: str) -> bool:
    denied_end = -1
    for start, end in hits:
        chained = 0 <= denied_end <= start and bool(_OR.match(words[denied_end:start]))
        inside = start < denied_end
        if not (inside or chained or _denied(words, start, end)):
            return False
        denied_end = max(denied_end, end)
    return True


def _denied(words: str, start: int, end: int) -> bool:
    before = words[max(0, start - _BEFORE) : start]
    after = _SENTENCE_END.split(words[end : end + _BEFORE], maxsplit=1)[0]
    if _ONLY.search(before) or _NEW_AFTER_ALL.search(words[start:end] + after):
        return False
    return bool(_DENIED.search(before))


@lru_cache(maxsize=1024)
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE)


def _one_line(text: str) -> str:
    """Return the words on one line: a mail program may break a line anywhere."""
    return " ".join(unicodedata.normalize("NFKC", text[:LONGEST]).split())
