"""In: a course and labelled messages. Out: what triage does with them, in figures with their 95 % bounds.

Counted by what the engine does: the safety text (tier A), "call your doctor today" (tier B), the lines in the
received notice (C, check), or nothing but the notice. More than was needed is no miss.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from math import sqrt

from course.curriculum.model import Course
from course.replies import triage
from course.replies.corpus import TYPOS, Labelled
from course.replies.words import Tier

_Z = 1.959964  # 95 %, two-sided
GOALS = {"A": 1.0, "B": 0.98}
TYPO_GOALS = {"A": 0.95, "B": 0.95}  # a slip in one of three words may leave another word that people use
MOST_ALARMS, MOST_CHECKS = 0.05, 0.10
_ENOUGH: dict[str, tuple[Tier, ...]] = {
    "A": (Tier.A,),
    "B": (Tier.A, Tier.B),
    "C": (Tier.A, Tier.B, Tier.CHECK, Tier.C),
    "check": (Tier.A, Tier.B, Tier.CHECK),
}


@dataclass(frozen=True)
class Share:
    """``hits`` of ``of``, with the bounds of Wilson (1927)."""

    hits: int
    of: int

    @property
    def share(self) -> float:
        """The share itself; 0 of 0 is 0."""
        return self.hits / self.of if self.of else 0.0

    @property
    def bounds(self) -> tuple[float, float]:
        """The 95 % score interval, which stays inside 0 and 1 and is fair for few messages."""
        if not self.of:
            return 0.0, 1.0
        n, p, z2 = self.of, self.share, _Z**2
        middle = (p + z2 / (2 * n)) / (1 + z2 / n)
        half = _Z * sqrt(p * (1 - p) / n + z2 / (4 * n * n)) / (1 + z2 / n)
        return max(0.0, middle - half), min(1.0, middle + half)


@dataclass(frozen=True)
class Miss:
    """One message that got less than its writer held to be right, or more on an ordinary question."""

    way: str
    text: str
    wanted: str
    got: str
    rules: tuple[str, ...]


@dataclass(frozen=True)
class Measured:
    """One way of typing: recall by tier, and what ordinary questions got."""

    way: str
    recall: dict[str, Share]
    safety_text: Share
    alarms: Share
    checks: Share
    misses: tuple[Miss, ...]


def measure(course: Course, messages: Sequence[Labelled], way: str, typed: Callable[[str], str]) -> Measured:
    """Return what the engine does with ``messages``, each typed as ``typed`` types it."""
    judged = [(message, typed(message.text)) for message in messages]
    rows = [(message, text, triage.find(course, text)) for message, text in judged]
    tiers = [(message.tier, triage.highest(flags)) for message, _text, flags in rows]
    ordinary = [got for wanted, got in tiers if wanted == "none"]
    recall = {
        tier: _share(got in enough for wanted, got in tiers if wanted == tier) for tier, enough in _ENOUGH.items()
    }
    misses = tuple(
        Miss(way, text, message.tier, triage.highest(flags).value or "none", tuple(flag.rule for flag in flags))
        for message, text, flags in rows
        if not _right(message.tier, triage.highest(flags))
    )
    return Measured(
        way,
        recall,
        _share(got == Tier.A for got in ordinary),
        _share(got in (Tier.A, Tier.B) for got in ordinary),
        _share(got == Tier.CHECK for got in ordinary),
        misses,
    )


def below_goal(measured: Measured) -> list[str]:
    """Return a line for each goal that is not met."""
    lines = [
        f"recall of tier {tier} is {measured.recall[tier].share:.1%}, the goal is {goal:.0%}"
        for tier, goal in (TYPO_GOALS if measured.way == TYPOS else GOALS).items()
        if measured.recall[tier].of and measured.recall[tier].share < goal
    ]
    if measured.alarms.share > MOST_ALARMS:
        lines.append(f"{measured.alarms.share:.1%} of ordinary questions raise an alarm, the most is {MOST_ALARMS:.0%}")
    if measured.checks.share > MOST_CHECKS:
        lines.append(f"{measured.checks.share:.1%} of ordinary questions are to check, the most is {MOST_CHECKS:.0%}")
    return lines


def _right(wanted: str, got: Tier) -> bool:
    return got == Tier.NONE if wanted == "none" else got in _ENOUGH[wanted]


def _share(found: Iterable[bool]) -> Share:
    each = list(found)
    return Share(sum(each), len(each))
