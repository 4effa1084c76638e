"""In: a pattern of lessons/redflags.yaml, as in "numb [4] between my legs". Out: the regular expression that it
stands for, and the words it is made of.

Patterns are matched against plain words: small letters without accents or apostrophes, one space between two. No
sign can repeat without end inside a sentence, so a match takes time in proportion to the text.
"""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

_ALLOWED = re.compile(r"[a-z0-9 ()|?~<>\[\]_]*")
_NAME = re.compile(r"<([a-z_]+)>")
_GLUED = re.compile(r"[a-z~]\((?! )|\)[a-z]|[^ ]\)\?[a-z(]| \?")
_GAP = re.compile(r" *\[(\d{1,2})\] *")
_WORD = re.compile(r"[a-z0-9]+~?")
_APOSTROPHES = str.maketrans("", "", "'\u2019\u2018\u00b4\u02bc`")


@dataclass(frozen=True)
class Pattern:
    """``expression`` is matched only where a text holds one word of each set in ``needs``: that is quick to see."""

    expression: str
    needs: tuple[frozenset[str], ...]


class BadPattern(ValueError):
    """A pattern that cannot be read. The message says what is wrong with it."""


@lru_cache(maxsize=16384)
def plain(text: str) -> str:
    """Return ``text`` in small letters, without accents and apostrophes."""
    folded = unicodedata.normalize("NFKD", text.translate(_APOSTROPHES)).casefold()
    return "".join(char for char in folded if unicodedata.category(char) != "Mn")


def names_in(pattern: str) -> list[str]:
    """Return the names in ``<…>`` that a pattern uses."""
    return _NAME.findall(pattern)


def read_pattern(pattern: str, words: Mapping[str, str]) -> Pattern:
    """Return what to look for. Raises BadPattern for a sign that patterns do not have, for half words, and for
    brackets that do not close.
    """
    short = plain(pattern)
    if not _ALLOWED.fullmatch(short):
        odd = sorted(set(_ALLOWED.sub("", short)))
        raise BadPattern(f"it holds {' '.join(odd)}")
    full = _NAME.sub(lambda match: f"({plain(words.get(match[1], ''))})", short)
    if glued := _GLUED.search(full):
        raise BadPattern(f"at `{glued[0].strip()}` it joins a bracket to half a word")
    whole = full.replace("(", "(?:").replace("~", r"\w*")
    whole = _GAP.sub(lambda match: rf" ((?:\w+ ){{0,{match[1]}}})", whole)
    whole = rf"\b(?:{whole})\b"
    try:
        compiled(whole)
    except re.error as error:
        raise BadPattern(str(error)) from None
    return Pattern(whole, tuple(_needs(full)))


def _needs(full: str) -> Iterator[frozenset[str]]:
    """Yield the words of each piece that must be there; a bar outside all brackets leaves no such piece."""
    pieces, depth = [""], 0
    for sign in _GAP.sub(" ", full):
        depth += {"(": 1, ")": -1}.get(sign, 0)
        if sign == "|" and depth == 0:
            return
        if sign == " " and depth == 0:
            pieces.append("")
        else:
            pieces[-1] += sign
    for piece in pieces:
        if found := vocabulary(piece):
            yield frozenset(found)


@lru_cache(maxsize=8192)
def compiled(whole: str) -> re.Pattern[str]:
    """Return the compiled form of a pattern's expression."""
    return re.compile(whole)


def vocabulary(pattern: str) -> set[str]:
    """Return the words a pattern is made of; one that may end in any way keeps its ``~``.

    A letter before ``?`` may be missing: both forms are words.
    """
    short = _NAME.sub(" ", plain(pattern))
    found: set[str] = set()
    for form in (re.sub(r"[a-z]\?", "", short), short.replace("?", "")):
        found.update(_WORD.findall(form))
    return found
