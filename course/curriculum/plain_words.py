"""In: what somebody wrote. Out: the same words in small plain letters, shorthand written out and words of the rules
put right where they are misspelt.

So a rule needs no pattern for each slip of a thumb. A word that people use in its own right ("week", "food") is
never taken for another (`ordinary_words.txt`).
"""

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate
from pathlib import Path

from course.curriculum.pattern import Pattern, compiled, plain
from course.curriculum.spelling import Speller

LONGEST = 60_000  # characters of one reply that are searched; the rest is read by a person
_TOKEN = re.compile(r"[^\W_]+(?:['\u2019\u2018\u00b4\u02bc`][^\W_]+)*|[.!?;]+|\n\s*\n|[\"\u201c\u201d\u00ab\u00bb]")
_OPENS, _CLOSES, _EITHER = "\u201c\u00ab", "\u201d\u00bb", '"'
_IS = re.compile(r"(?<=[a-z])['\u2019\u2018`]s$", re.IGNORECASE)
_LONGEST_QUOTE = 60  # words; a quotation that never closes is not one
_READINGS = 5


@dataclass(frozen=True)
class Shorthand:
    """The file's own table: what people type, and what it stands for. Hashable, so that it can be looked up."""

    version: str = ""
    short: tuple[tuple[str, str], ...] = ()
    vocabulary: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Plain:
    """One reading of a text. ``sentences`` and ``quoted`` say of each word which sentence it is in, and whether
    it stands between quotation marks; ``forms`` are its words as patterns write them ("vomit~").
    """

    text: str
    starts: tuple[int, ...]
    sentences: tuple[int, ...]
    quoted: tuple[bool, ...]
    forms: frozenset[str]

    def hits(self, pattern: Pattern) -> Iterator[re.Match[str]]:
        """Yield each place where ``pattern`` matches."""
        if not any(need.isdisjoint(self.forms) for need in pattern.needs):
            yield from compiled(pattern.expression).finditer(self.text)

    def word_at(self, offset: int) -> int:
        """Return the number of the word at ``offset``."""
        return bisect_right(self.starts, offset) - 1

    def sentence(self, start: int, end: int) -> tuple[str, str]:
        """Return what stands in the same sentence before ``start`` and after ``end``."""
        first, last = self.word_at(start), self.word_at(end - 1)
        head, tail = first, last
        while head > 0 and self.sentences[head - 1] == self.sentences[first]:
            head -= 1
        while tail + 1 < len(self.starts) and self.sentences[tail + 1] == self.sentences[last]:
            tail += 1
        close = self.starts[tail + 1] if tail + 1 < len(self.starts) else len(self.text)
        return self.text[self.starts[head] : start], self.text[end:close]

    def in_quotes(self, start: int, end: int) -> bool:
        """Return whether all words from ``start`` to ``end`` stand between quotation marks."""
        return all(self.quoted[self.word_at(start) : self.word_at(end - 1) + 1])


@dataclass
class _Word:
    text: str
    sentence: int
    quoted: bool


def readings(text: str, shorthand: Shorthand) -> list[Plain]:
    """Return up to five readings of ``text``, the likeliest first: a misspelt word may stand for several."""
    words = _words(text[:LONGEST])
    speller = _speller(shorthand)
    choices = [speller.choices(word.text) for word in words]
    depth = min(_READINGS, max((len(choice) for choice in choices), default=1))
    return [
        _reading(words, [choice[min(rank, len(choice) - 1)] for choice in choices], speller) for rank in range(depth)
    ]


def _words(text: str) -> list[_Word]:
    words: list[_Word] = []
    sentence, since = 0, -1
    for token in _TOKEN.findall(unicodedata.normalize("NFKC", text)):
        if token[0].isalnum():
            words += [_Word(plain(part), sentence, False) for part in _IS.sub(" is", token).split()]
        elif token in _CLOSES or (token == _EITHER and since >= 0):
            for word in words[since:] if 0 <= len(words) - since <= _LONGEST_QUOTE and since >= 0 else []:
                word.quoted = True
            since = -1
        elif token in _OPENS or token == _EITHER:
            since = len(words)
        else:
            sentence += 1
    return words


def _reading(words: Sequence[_Word], chosen: Sequence[str], speller: Speller) -> Plain:
    """Put the chosen spellings together; one that was written out is two words of the same sentence."""
    parts = [(part, word) for word, choice in zip(words, chosen, strict=True) for part in choice.split()]
    starts = tuple(accumulate((len(part) + 1 for part, _word in parts), initial=0))[: len(parts)]
    return Plain(
        " ".join(part for part, _word in parts),
        starts,
        tuple(word.sentence for _part, word in parts),
        tuple(word.quoted for _part, word in parts),
        frozenset(form for part, _word in parts for form in speller.forms(part)),
    )


@lru_cache(maxsize=8)
def _speller(shorthand: Shorthand) -> Speller:
    return Speller(dict(shorthand.short), shorthand.vocabulary, ordinary_words())


@lru_cache(maxsize=1)
def ordinary_words() -> frozenset[str]:
    """Return words that are never taken for a misspelt word of the rules."""
    lines = (Path(__file__).with_name("ordinary_words.txt")).read_text(encoding="utf-8").splitlines()
    return frozenset(plain(word) for line in lines if not line.startswith("#") for word in line.split())
