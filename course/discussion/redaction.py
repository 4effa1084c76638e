"""A person's words in; the same words without what gives them away, and what that was, out.

It proposes; a moderator disposes. Doses, "L4/L5" and plain dates are left alone.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

import phonenumbers

from course.discussion.names import names_in
from course.people.models import Contact, Subscriber
from course.people.words import Channel

MARK = "[removed]"

# Every repetition is bounded, so that no text, however long or odd, holds a worker up.
_EMAIL = re.compile(r"[\w.+%-]{1,64} {0,2}@ {0,2}[\w-]{1,63}(?: {0,2}\. {0,2}[\w-]{2,63}){0,8}")
_SPELT_EMAIL = re.compile(
    r"(?<![\w.+-])[\w.+-]{1,64}\s{0,3}(?:\(at\)|\[at\]|\bat\b)\s{0,3}[\w-]{1,63}"
    r"(?:\s{0,3}(?:\(dot\)|\[dot\]|\bdot\b|\.)\s{0,3}[\w-]{1,63}){0,4}?"
    r"\s{0,3}(?:\(dot\)|\[dot\]|\bdot\b)\s{0,3}(?:com|org|net|edu|gov|es|uk|co|mx|us|info)\b",
    re.IGNORECASE,
)
_LINK = re.compile(
    r"\b(?:https?://|www\.)[^\s<>]{1,2000}"
    r"|(?<![\w.@-])(?:[a-z0-9-]{1,63}\.){1,5}(?:com|org|net|edu|gov|info|io|me|co\.uk)\b(?:/[^\s<>]{0,2000})?",
    re.IGNORECASE,
)
# Seven digits or more, whatever stands between them: all kinds of dashes and spaces, dots, commas, brackets.
_PHONE = re.compile(
    r"(?<![\w/.-])\+?\(?\d(?:[\s().,\u2010-\u2015-]{0,3}\d){6,14}(?![\w/-])(?! ?(?:mg|ml|mcg|steps|years)\b)",
    re.IGNORECASE,
)
_NO_PHONE = re.compile(
    r"^\d{4}-\d{1,2}-\d{1,2}|^\d{1,2}[.-]\d{1,2}[.-]\d{4}|^\d{1,3}(?:,\d{3})+$|^(?:19|20)\d\d\D+(?:19|20)\d\d$"
)
_MOST_TRIES = 200  # the library's own look at odd formats; what it would miss after that, the patterns still see
_DATE = (
    r"(?:\d{1,4}\s?[./-]\s?\d{1,2}\s?[./-]\s?\d{2,4}"
    r"|\d{1,2}(?:st|nd|rd|th)?(?: of| de)? [a-zé]{3,10},?(?: de| of)? \d{2,4}"
    r"|[a-zé]{3,10} \d{1,2}(?:st|nd|rd|th)?,? \d{2,4})"
)
_BIRTH = re.compile(
    rf"\b(?:d\.?o\.?b\.?|date of birth|birth ?date|birthday|born|nac[ií](?:do|da)?|fecha de nacimiento)\b"
    rf"(?:\s{{0,3}}[:=]|\s{{1,3}}(?:is|was|on|in|the|el|es)){{0,3}}\s{{0,3}}({_DATE})",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Redacted:
    """``found`` holds (type, text) pairs; types are email, phone, link, date (of birth) and name."""

    text: str
    found: list[tuple[str, str]]


@dataclass(frozen=True)
class _Span:
    start: int
    end: int
    kind: str


def propose(text: str, subscriber: Subscriber | None) -> Redacted:
    """Return ``text`` with a mark in place of each thing that gives its writer away."""
    found: list[tuple[str, str]] = []
    pieces, last = [], 0
    for span in _merged(_all(text, subscriber)):
        found.append((span.kind, text[span.start : span.end]))
        pieces += [text[last : span.start], MARK]
        last = span.end
    return Redacted("".join([*pieces, text[last:]]), found)


def contact_details(text: str, subscriber: Subscriber | None) -> list[tuple[str, str]]:
    """Return the emails, numbers and links in ``text``, and the person's own addresses; never their name."""
    spans = _merged([*_contact_spans(text), *_own_contacts(text, subscriber)])
    return [(span.kind, text[span.start : span.end]) for span in spans]


def _all(text: str, subscriber: Subscriber | None) -> Iterator[_Span]:
    yield from _contact_spans(text)
    yield from _own_contacts(text, subscriber)
    yield from (_Span(*found.span(1), "date") for found in _BIRTH.finditer(text))
    name = subscriber.greeting_name if subscriber else ""
    yield from (_Span(start, end, "name") for start, end in names_in(text, name))


def _contact_spans(text: str) -> Iterator[_Span]:
    for pattern, kind in ((_EMAIL, "email"), (_SPELT_EMAIL, "email"), (_LINK, "link")):
        yield from (_Span(*found.span(), kind) for found in pattern.finditer(text))
    for found in _PHONE.finditer(text):
        if not _NO_PHONE.match(found[0]):
            yield _Span(*found.span(), "phone")
    for match in phonenumbers.PhoneNumberMatcher(text, "US", max_tries=_MOST_TRIES):
        yield _Span(match.start, match.end, "phone")


def _own_contacts(text: str, subscriber: Subscriber | None) -> Iterator[_Span]:
    if subscriber is None:
        return
    for contact in subscriber.contacts.all():
        pattern, kind = _own_pattern(contact)
        yield from (_Span(*found.span(), kind) for found in re.finditer(pattern, text, re.IGNORECASE))


def _own_pattern(contact: Contact) -> tuple[str, str]:
    if contact.channel == Channel.EMAIL:
        return re.escape(contact.address), "email"
    digits = re.sub(r"\D", "", contact.address)
    # The last seven digits are the person's own wherever they stand, however they are spaced.
    return r"\+?(?:\d[\s().-]{0,3}){0,8}" + r"[\s().-]{0,3}".join(digits[-7:]), "phone"


def _merged(spans: Iterator[_Span] | list[_Span]) -> list[_Span]:
    merged: list[_Span] = []
    for span in sorted(spans, key=lambda each: (each.start, -each.end)):
        if merged and span.start < merged[-1].end:
            last = merged[-1]
            merged[-1] = _Span(last.start, max(last.end, span.end), last.kind)
        else:
            merged.append(span)
    return merged
