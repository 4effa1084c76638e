"""A message in; its sentences in plain words out: small letters, no accents or apostrophes, misspellings mended."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from course.replies.stop_phrases import phrases

FIRST, LAST = 1_200, 600  # characters that are looked at: who asks for something begins or ends with it
MOST_WORDS = 40  # a sentence without an end is looked at in pieces
_APOSTROPHE = re.compile(r"['\u2019\u2018\u00b4`]")
_WRAPPED = re.compile(r"(?<=[^.!?\n])\n(?=[^\W\dA-Z_])")  # a mail program broke the line inside a sentence
_SENTENCE_END = re.compile(r"([.!?;\n\u2026]+)")
_PAUSE = re.compile(r"\s[-\u2013\u2014]+\s|[\u2013\u2014,:()/]+")
_SAME_LETTERS = re.compile(r"([^\W\d_])\1{2,}")
_OTHER = re.compile(r"[^a-z0-9,]+")
_COMMAS = re.compile(r"(?:^|(?<= )),(?: ,)*(?: |$)")
# "too many texts please stop": here "please" begins a sentence of its own
_PLEASE_STOP = re.compile(
    r" (?:please|pls|plz|por favor|porfa|so) "
    r"(?=(?:stop|cancel|remove|paren|pare|cancelen|no more)(?: (?:it|this|these|them|now))?$)"
)
_LONG_WORD = 10


@dataclass(frozen=True)
class Sentence:
    """Plain words with single spaces; a comma stands as a word. ``asked``: it ended with a question mark."""

    words: str
    asked: bool


def sentences(text: str) -> list[Sentence]:
    """Return what is written, sentence by sentence; empty ones are left out."""
    straight = _APOSTROPHE.sub("", unicodedata.normalize("NFKC", _ends(text)).replace("\r\n", "\n"))
    pieces = _SENTENCE_END.split(_WRAPPED.sub(" ", straight))
    ends = [*pieces[1::2], ""]
    made = (Sentence(_plain(words), "?" in end) for words, end in zip(pieces[::2], ends, strict=True))
    return [piece for sentence in made if sentence.words for piece in _pieces(sentence)]


def _ends(text: str) -> str:
    return text if len(text) <= FIRST + LAST else f"{text[:FIRST]}\n{text[-LAST:]}"


def _pieces(sentence: Sentence) -> Iterator[Sentence]:
    words = sentence.words.split()
    for start in range(0, len(words), MOST_WORDS):
        yield Sentence(" ".join(words[start : start + MOST_WORDS]), sentence.asked)


def _plain(text: str) -> str:
    bare = "".join(sign for sign in unicodedata.normalize("NFD", text.casefold()) if not unicodedata.combining(sign))
    words = _OTHER.sub(" ", _PAUSE.sub(" , ", _SAME_LETTERS.sub(r"\1", bare)))
    known = phrases()
    mended = " ".join(mend(word) for word in words.split())
    for pattern, right in known.written:
        mended = pattern.sub(right, mended)
    return _tidy(known.polite.sub(" ", _PLEASE_STOP.sub(" , ", mended)))


def _tidy(words: str) -> str:
    """Leave single spaces, and no comma at either end or beside another."""
    return _COMMAS.sub(", ", " ".join(words.split())).strip(" ,")


@lru_cache(maxsize=4096)
def mend(word: str) -> str:
    """Return the word that ``word`` is one slip away from (two in a long one), else ``word``."""
    known = phrases()
    if len(word) < 6 or word in known.spelled or word in known.real:
        return word
    near = (right for right in sorted(known.spelled) if _near(word, right))
    return next(near, word)


def _near(word: str, right: str) -> bool:
    most = 2 if len(right) >= _LONG_WORD else 1
    return word[0] == right[0] and abs(len(word) - len(right)) <= most and _slips(word, right) <= most


def _slips(one: str, two: str) -> int:
    """Return how many letters are wrong, missing, too many or swapped with their neighbour."""
    before: list[int] = []
    last = list(range(len(two) + 1))
    for i, letter in enumerate(one, start=1):
        row = [i]
        for j, other in enumerate(two, start=1):
            cost = min(last[j] + 1, row[j - 1] + 1, last[j - 1] + (letter != other))
            if i > 1 and j > 1 and letter == two[j - 2] and one[i - 2] == other:
                cost = min(cost, before[j - 2] + 1)
            row.append(cost)
        before, last = last, row
    return last[-1]


def in_one(said: list[Sentence]) -> str:
    """Return the whole message on one line, without pauses."""
    return " ".join(sentence.words for sentence in said).replace(" ,", "")
