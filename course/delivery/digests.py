"""What the discussion lends to delivery: the posts of a digest when it is planned, and again when it is sent."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

Entry = dict[str, Any]  # lesson, wording, answer, name, post


@dataclass(frozen=True)
class Lent:
    """``entries(scope, since, until)`` lists posts; ``still_published(ids)`` leaves out what was withdrawn."""

    entries: Callable[[str, datetime | None, datetime], list[Entry]]
    still_published: Callable[[list[int]], list[Entry]]


_lent: list[Lent] = []


def lend(lent: Lent) -> None:
    """Take the two functions; the last ones stand."""
    _lent[:] = [lent]


def lent() -> Lent:
    """Return the two functions."""
    return _lent[0]
