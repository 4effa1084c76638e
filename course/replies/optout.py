"""A person's words in; whether they ask us to stop, to start or for help, and how sure that is, out.

Two tiers (47 CFR 64.1200(a)(10): any reasonable wording stops). Exact words act in the request that stores them;
clear phrases act a moment later; unclear ones go to a person. "Stop" is everyday language here: "the cramp eases
when I stop walking" asks for nothing.
"""

import re
import unicodedata
from dataclasses import dataclass
from typing import Literal

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
_WORD = re.compile(r"[^\W_]+(?:'[^\W_]+)*")
# In capitals at the start it is the word we taught people, whatever follows: "STOP, I can't feel my legs".
_SHOUTED = re.compile(r"^\s*(?:STOP|STOPALL|UNSUBSCRIBE|PARAR)(?=[\s,;:\u2013\u2014-])(?!\s*\?)")
_FIRST_SENTENCE = re.compile(r"^\s*([^.!\n]{1,60})(?:[.!]+(?=\s|$)|\n)")

_CLEAR = tuple(
    re.compile(rf"\b(?:{phrase})", re.IGNORECASE)
    for phrase in (
        r"stop (?:texting|messaging|emailing|e-mailing|mailing|contacting|writing to)"
        r"(?: me| us| this number|\s*[.!]*\s*$)",
        r"no longer want (?:to (?:get|receive|have) )?(?:\w+ ){0,3}"
        r"(?:texts|messages|e-?mails|lessons|these|them|this)\b",
        r"stop sending (?:me |us )?(?:\w+ ){0,3}"
        r"(?:texts?|messages?|e-?mails?|lessons?|them|these|this|stuff|anything)\b",
        r"stop (?:all )?(?:the|these|those|your|my|all) (?:\w+ )?(?:texts|messages|e-?mails|lessons|course)\b",
        r"(?:no|don'?t want|do not want|don'?t send|do not send)(?: me| us)?(?: any)? more (?:of (?:these|your) )?"
        r"(?:texts|messages|e-?mails|lessons)\b",
        r"(?:don'?t|do not) (?:text|message|e-?mail|contact) me\b(?! (?:before|after|until|at|on)\b)",
        r"opt(?: me| us)?[- ]out\b(?! of (?!(?:this|these|the|your|all)?\s*(?:course|lessons|texts|messages|e-?mails)\b))",  # noqa: E501
        r"unsubscribe(?: me| us)?\b",
        r"(?:remove|take) (?:me|us|my number|my e-?mail|this number)(?: \w+){0,2} (?:off|from|out)\b",
        r"remove (?:me|my number|this number)\s*(?:please)?[.!]*\s*$",
        r"cancel (?:my|the|these|this) (?:subscription|lessons|course|texts|messages|e-?mails|enrol?lment)\b",
        r"wrong (?:number|person)\b(?! of\b)",
        r"(?:stop|end|quit) (?:the |these |this |all )?(?:texts?|messages?|subscription)\s*[.!]*\s*$",
        r"stop,? stop\b",
        r"quit (?:texting|messaging|emailing) me\b",
        r"(?:don'?t|do not) want (?:these|this|your)(?: (?:texts|messages|e-?mails|lessons)| any ?more)\b",
        r"delete my (?:number|e-?mail|address)\b",
        r"(?:want|like) (?:off|to be (?:taken off|removed)|to be removed from)\b",
        r"not interested\s*[.!]*\s*$",
        r"no (?:quiero )?(?:recibir )?m[aá]s (?:mensajes|textos|correos|lecciones)\b",
        r"no m[aá]s\s*(?:por favor)?[.!]*\s*$",
        r"(?:dejen?|deje) de (?:enviar|mandar|escribir)\w*\b",
        r"(?:quiero )?(?:darme|d[eé]nme) de baja\b",
    )
)
_WRONG_NUMBER = re.compile(r"\bwrong (?:number|person)\b(?! of\b)", re.IGNORECASE)
_NOT_MEANT = re.compile(
    r"\b(?:don'?t|do not|didn'?t|did not|never|not|can'?t|cannot|without|won'?t|if|how (?:do|can|would)"
    r"|what happens|will i|do i|does|should i|before i|when i|can i|si|c[oó]mo)\b[^.!\n]{0,40}$",
    re.IGNORECASE,
)
_HINT = re.compile(
    r"\b(?:stop|unsubscribe|quit|opt|no more|enough of (?:this|these)|leave me alone|who is this)\b", re.I
)
_CLINICAL = re.compile(
    r"\b(?:walk\w*|cramp\w*|pain\w*|hurt\w*|ache\w*|leg|legs|feet|foot|back|tablet\w*|pill\w*|medic\w*|meds?|dose\w*"
    r"|taking|take|took|statin\w*|exercis\w*|stretch\w*|smok\w*|drink\w*|rest\w*|sit\w*|stand\w*|sleep\w*|numb\w*|swell\w*"
    r"|bleed\w*|breath\w*|moving|move|going|doctor|nurse|bus|class|gym|work\w*|driv\w*|short|can'?t|cannot|couldn'?t)\b",
    re.IGNORECASE,
)
_LONGEST_CLEAR = 40  # words; in a longer message a phrase may be about something else, and a person reads it
_LONGEST_UNCLEAR = 12


@dataclass(frozen=True)
class Wish:
    """What a message asks. ``alone``: it says nothing else, so nobody needs to read it."""

    ask: Ask
    surety: Surety
    alone: bool
    wrong_number: bool = False


def exact(text: str) -> Ask | None:
    """Return what a message asks by a bare word, alone or as its first sentence; else None."""
    wish = _exact(text)
    return wish.ask if wish else None


def wish_of(text: str, *, sure: bool = True) -> Wish | None:
    """Return what a message asks. With ``sure`` False the words may hold a quotation: only a bare word counts."""
    straight = text.replace("\u2019", "'")
    return _exact(straight) or (_phrase(straight) if sure else None)


def _exact(text: str) -> Wish | None:
    whole = _bare(text)
    if whole in EXACT:
        return Wish(EXACT[whole], "exact", alone=True)
    if _SHOUTED.match(text):
        return Wish("stop", "exact", alone=False)
    first = _FIRST_SENTENCE.match(unicodedata.normalize("NFKC", text))
    if first and _bare(first[1]) in _STRONG:
        return Wish("stop", "exact", alone=False)
    return None


def _bare(text: str) -> str:
    """Return the words of ``text`` run together in small letters, without "please" and its like."""
    words = _WORD.findall(unicodedata.normalize("NFKC", text).casefold())
    if not words or len(words) > 6:
        return ""
    return "".join(word for word in words if word not in _POLITE)


def _phrase(text: str) -> Wish | None:
    words = _WORD.findall(text)
    for pattern in _CLEAR:
        found = pattern.search(text)
        if found is None:
            continue
        if len(words) > _LONGEST_CLEAR or _NOT_MEANT.search(text[: found.start()]):
            return Wish("stop", "unclear", alone=False)
        wrong = bool(_WRONG_NUMBER.search(text))
        left = [word for word in _WORD.findall(pattern.sub(" ", text)) if word.casefold() not in _POLITE]
        return Wish("stop", "clear", alone=len(left) <= 2 and not wrong, wrong_number=wrong)
    if len(words) <= _LONGEST_UNCLEAR and _HINT.search(text) and not _CLINICAL.search(text):
        return Wish("stop", "unclear", alone=False)
    return None
