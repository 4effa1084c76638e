"""A person's words in; whether they ask us to stop, to start or for help, and how sure that is, out.

Two tiers (47 CFR 64.1200(a)(10): any reasonable wording stops). Exact words act in the request that stores them;
clear phrases act a moment later; unclear ones go to a person. "Stop" is everyday language here: "the cramp eases
when I stop walking" asks for nothing.
"""

import re
import unicodedata
from dataclasses import dataclass
from itertools import islice
from typing import Literal

from course.replies import phrase_match
from course.replies.plain import sentences
from course.replies.stop_phrases import About, phrases

Ask = Literal["stop", "start", "help"]
Surety = Literal["exact", "clear", "unclear"]

_STOPS = ("stop", "stopall", "unsubscribe", "cancel", "end", "quit", "revoke", "optout", "parar")
_STARTS = ("start", "unstop")
_HELPS = ("help", "info", "ayuda")
EXACT: dict[str, Ask] = {}
EXACT.update(dict.fromkeys(_STOPS, "stop"))
EXACT.update(dict.fromkeys(_STARTS, "start"))
EXACT.update(dict.fromkeys(_HELPS, "help"))
# These mean nothing else when they stand alone before more words: "STOP. I can't feel my legs".
_STRONG = ("stop", "stopall", "unsubscribe", "revoke", "optout", "parar")
_POLITE = frozenset(
    {"please", "pls", "plz", "thanks", "thank", "you", "ty", "now", "kindly", "por", "favor", "gracias", "ya"}
)
_WHO = frozenset(
    {"i", "im", "ive", "my", "we", "he", "she", "me", "it", "this", "these", "all", "now", "yo", "mi", "no"}
)
_FILL = frozenset(
    ("i", "want", "to", "id", "like", "would", "can", "could", "you", "will", "quiero", "que", "now", ",")
)
_WORD = re.compile(r"[^\W_]+(?:'[^\W_]+)*")
# In capitals at the start it is the word we taught people, whatever follows: "STOP, I can't feel my legs".
_SHOUTED = re.compile(r"^\s*(?:STOP|STOPALL|UNSUBSCRIBE|PARAR)(?=[\s,;:\u2013\u2014-])(?!\s*\?)")
_FIRST_SENTENCE = re.compile(r"^\s*([^.!\n]{1,60})(?:[.!]+(?=\s|$)|\n)")

_NEAR = 300  # characters after a bare word that are looked at
_LONGEST = 20_000  # characters; of a longer message the two ends are looked at
# "My husband passed away. Please keep sending the lessons": the words of a stop, and the wish to go on.
_KEEP = re.compile(
    r"(?<!you )(?<!they )\bkeep (?:sending|texting|mine|them coming|it coming)\b|\bstill want (?:the|my|these|this)\b"
    r"|\bbut keep\b|\bsigan? (?:enviando|mandando)(?:me|nos)?\b"
)
_LONGEST_CLEAR = 40  # words; in a longer message a phrase may be about something else, and a person reads it


@dataclass(frozen=True)
class Wish:
    """What a message asks. ``alone``: it says nothing else, so nobody needs to read it."""

    ask: Ask
    surety: Surety
    alone: bool
    wrong_number: bool = False
    about: About = ""  # what the coordinator is told


def exact(text: str) -> Ask | None:
    """Return what a message asks by a bare word, alone or as its first sentence; else None."""
    wish = _exact(text)
    return wish.ask if wish else None


def wish_of(text: str, *, sure: bool = True) -> Wish | None:
    """Return what a message asks. With ``sure`` False the words may hold a quotation: only a bare word counts."""
    straight = _ends(text).replace("\u2019", "'")
    return _exact(straight) or (_phrase(straight) if sure else None)


def _ends(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST // 2]}\n{text[-_LONGEST // 2 :]}"


def means_only_us(text: str) -> bool:
    """Return whether these words are one that nobody uses of anything but messages."""
    return _bare(text) in ("unsubscribe", "optout", "stopall")


def _exact(text: str) -> Wish | None:
    whole = _bare(text)
    if whole in EXACT:
        return Wish(EXACT[whole], "exact", alone=True)
    shouted = _SHOUTED.match(text)
    if shouted and not _about_walking(text[shouted.end() :]):
        return Wish("stop", "exact", alone=False)
    first = _FIRST_SENTENCE.match(unicodedata.normalize("NFKC", text))
    if first and _bare(first[1]) in _STRONG and not _about_walking(text[first.end() :]):
        return Wish("stop", "exact", alone=False)
    return None


def _about_walking(rest: str) -> bool:
    """Return whether what follows a "stop" goes on about the body: "STOP, rest, then walk", "STOP TAKING THEM"."""
    following = sentences(rest[:_NEAR])
    if not following:
        return False
    words, known = following[0].words.split(), phrases()
    if known.acts.match(following[0].words):
        return True
    plain_pause = rest.lstrip()[:1] in (",", ";", ":", "-", "\u2013", "\u2014") or rest[:1] == "\n"
    if plain_pause or words[0] in _WHO:
        return False
    return bool(known.clinical.search(" ".join(words[:4]))) or words[0].endswith("ing")


def _bare(text: str) -> str:
    """Return the words of ``text`` run together in small letters, without "please" and its like."""
    found = _WORD.finditer(unicodedata.normalize("NFKC", text).casefold())
    words = [word[0] for word in islice(found, 7)]
    if not words or len(words) > 6:
        return ""
    return "".join(word for word in words if word not in _POLITE)


def _phrase(text: str) -> Wish | None:
    said = sentences(text)
    found = phrase_match.best(said)
    if found is None:
        return None
    length = sum(len(sentence.words.split()) for sentence in said)
    if not found.clear or length > _LONGEST_CLEAR or any(_KEEP.search(sentence.words) for sentence in said):
        return Wish("stop", "unclear", alone=False)
    left = [word for sentence in said for word in sentence.words.split() if word not in _FILL]
    asked = [word for word in found.words.split() if word not in _FILL]
    alone = len(left) - len(asked) <= 2 and not found.about
    return Wish("stop", "clear", alone, wrong_number=found.about == "wrong_number", about=found.about)
