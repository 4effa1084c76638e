"""In: one plain word and the words of the rules. Out: what was meant, the likeliest first.

Slips counted: a letter left out, put in, changed, or two swapped (Damerau 1964); one in a word of up to seven
letters, two in a longer one.
"""

import re
from collections.abc import Iterable, Mapping
from itertools import combinations

_SHORTEST = 4  # letters of a word that others may be taken for
_LONG = 8
_MOST = 5
_LONGEST = 24  # no word of the rules is longer
_REMEMBERED = 50_000  # what is kept is bounded
_REPEATED = re.compile(r"(.)\1{2,}")


class Speller:
    """Looks words up by what is left of them when letters are dropped, so that each costs the same however many
    words the rules have.
    """

    def __init__(self, short: Mapping[str, str], vocabulary: Iterable[str], ordinary: frozenset[str]) -> None:
        """``vocabulary`` holds the words of the rules; one that may end in any way has a ``~`` behind it."""
        words = set(vocabulary)
        self._short = dict(short)
        self._stems = frozenset(word[:-1] for word in words if word.endswith("~"))
        self._known = {word for word in words if not word.endswith("~")}
        self._ordinary = ordinary
        self._words = _index(word for word in self._known | self._stems if len(word) >= _SHORTEST)
        self._starts = _index(stem for stem in self._stems if len(stem) >= _SHORTEST)
        self._seen: dict[str, tuple[str, ...]] = {}

    def choices(self, word: str) -> tuple[str, ...]:
        """Return one to five spellings of ``word``; itself alone when it is known or like nothing."""
        found = self._seen.get(word)
        if found is None:
            found = self._choices(word)
            if len(self._seen) < _REMEMBERED:
                self._seen[word] = found
        return found

    def forms(self, word: str) -> list[str]:
        """Return ``word`` and each beginning of it that a pattern writes with a ``~``."""
        return [word, *(f"{word[:end]}~" for end in range(1, len(word) + 1) if word[:end] in self._stems)]

    def _choices(self, word: str) -> tuple[str, ...]:
        if word in self._short:
            return (self._short[word],)
        if self._settled(word) or not word.isalpha():
            return (word,)
        for shorter in (_REPEATED.sub(r"\1\1", word), _REPEATED.sub(r"\1", word)):
            if shorter != word and (self._settled(shorter) or len(self.forms(shorter)) > 1 or shorter in self._short):
                return (self._short.get(shorter, shorter),)
        word = _REPEATED.sub(r"\1\1", word)
        if not _SHORTEST - 1 <= len(word) <= _LONGEST:
            return (word,)
        near = self._near(word)
        # "faintted" begins as a word of the rules may, and can still be another word of theirs misspelt.
        first = [word] if len(self.forms(word)) > 1 else []
        return tuple([*first, *near][:_MOST]) or (word,)

    def _settled(self, word: str) -> bool:
        return word in self._known or word in self._ordinary

    def _near(self, word: str) -> list[str]:
        ranked = {known: rank for known in _look_up(word, self._words) if (rank := _rank(word, known))}
        for length in range(_SHORTEST, len(word) + 1):
            head, tail = word[:length], word[length:]
            for stem in _look_up(head, self._starts):
                rank = _rank(head, stem)
                if rank:
                    ranked[stem + tail] = min(ranked.get(stem + tail, rank), rank)
        return sorted(ranked, key=lambda known: (ranked[known], known))


def _rank(word: str, known: str) -> tuple[int, int, int] | None:
    """Return how far ``known`` is from ``word``, least first, or None when it is too far."""
    allowed = 2 if len(known) >= _LONG else 1
    away = distance(word, known)
    if not 0 < away <= allowed:
        return None
    return away, int(word[0] != known[0]), abs(len(word) - len(known))


def distance(one: str, other: str) -> int:
    """Return how many slips lie between two words (restricted Damerau-Levenshtein)."""
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, left in enumerate(one, 1):
        last, row = row, [i]
        for j, right in enumerate(other, 1):
            cost = min(last[j] + 1, row[j - 1] + 1, last[j - 1] + (left != right))
            if i > 1 and j > 1 and left == other[j - 2] and one[i - 2] == right:
                cost = min(cost, before[j - 2] + 1)
            row.append(cost)
        before = last
    return row[-1]


def _index(words: Iterable[str]) -> dict[str, list[str]]:
    index: dict[str, list[str]] = {}
    for word in sorted(set(words)):
        for left in _left_over(word, 2 if len(word) >= _LONG else 1):
            index.setdefault(left, []).append(word)
    return index


def _look_up(word: str, index: Mapping[str, list[str]]) -> set[str]:
    """Return words that leave the same letters as ``word`` when one or two are dropped from either."""
    drops = 2 if len(word) >= _LONG - 2 else 1
    return {known for left in _left_over(word, drops) for known in index.get(left, ())}


def _left_over(word: str, drops: int) -> set[str]:
    found = {word}
    for count in range(1, drops + 1):
        for gone in combinations(range(len(word)), count):
            found.add("".join(char for place, char in enumerate(word) if place not in gone))
    return found
