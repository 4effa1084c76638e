"""A person's words and the course's red flags in; the rules that match out, most urgent first.

It orders what people read and says which fixed text goes out. It never diagnoses and never says that all is well.
What lowers a rule to `check` is in `lowering.py`; nothing lowers it to nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from re import Match

from course.curriculum.model import Course, RedFlag
from course.curriculum.plain_words import LONGEST, Plain, readings
from course.replies.lowering import all_lowered
from course.replies.words import Tier

ORDER: tuple[Tier, ...] = (Tier.A, Tier.B, Tier.CHECK, Tier.C, Tier.NONE)
TOO_LONG = "too-long"


@dataclass(frozen=True)
class Flag:
    """A rule that matched. ``tier`` is the rule's own, or `check` when the words around it lower it."""

    rule: str
    tier: Tier
    kind: str


def find(course: Course, text: str) -> list[Flag]:
    """Return the rules of ``course`` that match all a person wrote, in the order of ORDER.

    Words behind the first LONGEST characters are not searched; a person reads those first.
    """
    read = readings(text, course.shorthand)
    flags = [flag for rule in course.red_flags if (flag := _match(rule, read))]
    if len(text) > LONGEST:
        flags.append(Flag(TOO_LONG, Tier.CHECK, ""))
    return sorted(flags, key=lambda flag: ORDER.index(flag.tier))


def highest(flags: Sequence[Flag]) -> Tier:
    """Return how soon a person must read this."""
    return min((flag.tier for flag in flags), key=ORDER.index, default=Tier.NONE)


def _match(rule: RedFlag, read: Sequence[Plain]) -> Flag | None:
    found = False
    for words in read:
        hits = _hits(rule, words)
        if hits and not all_lowered(rule, hits, words):
            return Flag(rule.id, Tier(rule.tier), rule.kind)
        found = found or bool(hits)
    return Flag(rule.id, Tier.CHECK, rule.kind) if found else None


def _hits(rule: RedFlag, words: Plain) -> list[Match[str]]:
    return [hit for patterns in rule.patterns.values() for pattern in patterns for hit in words.hits(pattern)]
