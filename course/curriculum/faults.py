"""A fault in a course file: where it is, what is wrong, and what would be right."""

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches


@dataclass(frozen=True, order=True)
class Fault:
    """One thing to put right.

    ``line`` counts from 1. ``what`` has no full stop at its end; ``fix`` is a whole sentence. ``kind`` is
    "error", or "review" where only a person's signature is missing (law 12).
    """

    file: str
    line: int
    what: str
    fix: str
    kind: str = "error"

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.what}. {self.fix}"


def nearest(word: str, known: Iterable[str]) -> str:
    """Return a sentence that offers the known word most like ``word``, or lists them all."""
    choices = sorted(known)
    close = get_close_matches(word, choices, n=1, cutoff=0.6)
    if close:
        return f"Did you mean `{close[0]}`?"
    if not choices:
        return "Nothing is known here: take it out."
    return f"Known here: {', '.join(choices)}."
