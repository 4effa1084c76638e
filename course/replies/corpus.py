"""In: a file of labelled messages, one JSON object a line. Out: the messages, and each again as people also type it."""

import json
import random
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

SHIPPED = Path(__file__).parent / "corpora"
TIERS = ("A", "B", "C", "check", "none")
TYPOS = "with typos"
SEED = 20261128
_EVERY = 3  # one slip in so many words of at least four letters
_NOT_A_SLIP = 4
_WORD = re.compile(r"[^\W\d_]+")
_LETTERS = "abcdefghijklmnopqrstuvwxyz"


class BadCorpus(ValueError):
    """A line that is not a labelled message. The message says which line, and what would be right."""


@dataclass(frozen=True)
class Labelled:
    """``tier`` is what the writer of the message held to be right: A, B, C, check or none."""

    text: str
    lang: str
    tier: str
    half: str


def read(path: Path) -> list[Labelled]:
    """Return the messages of a file. Raises BadCorpus at the first line that is not one."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        raise BadCorpus(f"{path}: this file cannot be opened as UTF-8 text.") from None
    return [_labelled(path, number, line) for number, line in enumerate(lines, 1) if line.strip()]


def shipped() -> list[Path]:
    """Return the files that come with the course."""
    return sorted(SHIPPED.glob("triage*.jsonl"))


def _labelled(path: Path, number: int, line: str) -> Labelled:
    want = 'write {"text": "…", "lang": "en", "tier": "A", "half": "own"}'
    try:
        row = json.loads(line)
        found = Labelled(row["text"], row["lang"], row["tier"], row.get("half", ""))
    except (ValueError, KeyError, TypeError, AttributeError):
        raise BadCorpus(f"{path}:{number}: this is not a labelled message; {want}.") from None
    if found.tier not in TIERS or not isinstance(found.text, str):
        raise BadCorpus(f"{path}:{number}: the tier is {found.tier!r}; write one of {', '.join(TIERS)}.")
    return found


def ways(seed: int = SEED) -> dict[str, Callable[[str], str]]:
    """Return how a message may also be typed: with slips, in capitals, without punctuation."""
    return {
        "as written": str,
        TYPOS: lambda text: with_typos(text, seed),
        "in capitals": str.upper,
        "no punctuation": lambda text: re.sub(r"[^\w\s]", "", text),
    }


def with_typos(text: str, seed: int = SEED) -> str:
    """Return ``text`` with a slip in one of three longer words: a letter lost, doubled, changed or swapped.

    The same text and seed give the same slips. The first letter stays: thumbs seldom miss it.
    """
    chance = random.Random(f"{seed}:{text}")  # noqa: S311  nothing secret depends on it
    places = [match.span() for match in _WORD.finditer(text) if len(match[0]) >= _NOT_A_SLIP]
    chosen = set(chance.sample(range(len(places)), k=-(-len(places) // _EVERY)))
    return "".join(_slipped(text, places, chosen, chance))


def _slipped(text: str, places: list[tuple[int, int]], chosen: set[int], chance: random.Random) -> Iterator[str]:
    at = 0
    for number, (start, end) in enumerate(places):
        yield text[at:start]
        yield _slip(text[start:end], chance) if number in chosen else text[start:end]
        at = end
    yield text[at:]


def _slip(word: str, chance: random.Random) -> str:
    place = chance.randrange(1, len(word) - 1)
    kind = chance.choice(("lost", "doubled", "changed", "swapped"))
    if kind == "lost":
        return word[:place] + word[place + 1 :]
    if kind == "doubled":
        return word[:place] + word[place] + word[place:]
    if kind == "changed":
        return word[:place] + chance.choice(_LETTERS) + word[place + 1 :]
    return word[:place] + word[place + 1] + word[place] + word[place + 2 :]
