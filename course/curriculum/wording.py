"""In: words with placeholders such as ``{clinic}``. Out: filled words, and faults of a text, subject or
body.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from string import punctuation

from course.curriculum.faults import nearest
from course.curriculum.model import BASE_LANGUAGE
from course.curriculum.segments import fold, segment

SUBJECT_LIMIT = 50
# A lock screen shows about this much of a text (law 14).
SEEN_ON_LOCK_SCREEN = 50
MAX_SEGMENTS = {BASE_LANGUAGE: 2}
MAX_SEGMENTS_ELSEWHERE = 3
ANY_COUNTRY = "your local emergency number"

TEXT_SLOTS = frozenset({"clinic", "number", "count", "emergency"})
BODY_SLOTS = frozenset({"clinic", "phone", "relay", "emergency"})
SAFETY_SLOTS = frozenset({"clinic", "emergency"})
PART = "part"

_SLOT = re.compile(r"\{([^{}\n]*)\}")
_ESCAPES = str.maketrans({mark: f"\\{mark}" for mark in punctuation})

Problem = tuple[str, str]


def expand_text(text: str, *, clinic: str, number: int, count: int, emergency: str = ANY_COUNTRY) -> str:
    """Fill a lesson's text message: ``number`` of ``count`` lessons, the emergency number of the person's
    country.

    Raises KeyError for a placeholder that is none of these (the parser has refused such files).
    """
    values = {"clinic": clinic, "number": str(number), "count": str(count), "emergency": emergency}
    return fold(fill(text, values))


def expand_body(body: str, *, clinic: str, phone: str, relay: str, emergency: str) -> str:
    """Fill a lesson's Markdown; the values are escaped, so that a clinic's name never turns into mark-up."""
    values = {"clinic": clinic, "phone": phone, "relay": relay, "emergency": emergency}
    return fill(body, {slot: as_words(value) for slot, value in values.items()})


def as_words(text: str) -> str:
    """Return ``text`` for Markdown, so that nothing in it is mark-up."""
    return text.translate(_ESCAPES)


def expand_safety(text: str, *, clinic: str, emergency: str) -> str:
    """Fill the fixed words of safety.yaml."""
    return fold(fill(text, {"clinic": clinic, "emergency": emergency}))


def fill(text: str, values: Mapping[str, str]) -> str:
    """Return ``text`` with each ``{slot}`` replaced, in one pass. Raises KeyError for a slot without a
    value.
    """
    return _SLOT.sub(lambda match: values[match[1]], text)


def number_parts(texts: Iterable[str]) -> tuple[str, ...]:
    """Replace ``{part}`` by "part 1 of 3" and so on, which is known as soon as a lesson is read."""
    parts = tuple(texts)
    return tuple(text.replace(f"{{{PART}}}", f"part {place} of {len(parts)}") for place, text in enumerate(parts, 1))


def unknown_slots(text: str, allowed: Iterable[str]) -> Iterator[tuple[int, str, str]]:
    """Yield (line from 0, what, fix) for each placeholder that is not allowed here."""
    known = frozenset(allowed)
    for match in _SLOT.finditer(text):
        if match[1] not in known:
            what = f"`{match[0]}` is not a placeholder that can be filled here"
            yield text.count("\n", 0, match.start()), what, nearest(match[1], known)


def named_condition(text: str, private_words: Iterable[str]) -> str | None:
    """Return the first private word (or its plural or other ending) that ``text`` shows, or None."""
    for word in private_words:
        if re.search(rf"\b{re.escape(word)}", text, re.IGNORECASE):
            return word
    return None


def subject_problems(subject: str, private_words: Iterable[str]) -> Iterator[Problem]:
    """Yield what is wrong with an email subject (law 14; at most 50 characters)."""
    if len(subject) > SUBJECT_LIMIT:
        yield f"the subject has {len(subject)} characters", f"Use at most {SUBJECT_LIMIT}."
    if word := named_condition(subject, private_words):
        yield (
            f'the subject names a condition ("{word}")',
            "A lock screen is public: say it without that word.",
        )


def text_problems(
    text: str, filled: str, language: str, private_words: Iterable[str], clinic: str
) -> Iterator[Problem]:
    """Yield what is wrong with a text message: ``text`` as written, ``filled`` at its longest."""
    if not text.startswith("{clinic}") and not (clinic and text.startswith(clinic)):
        yield "the text does not begin with the clinic's name", "Begin it with {clinic}."
    if word := named_condition(filled[:SEEN_ON_LOCK_SCREEN], private_words):
        fix = f"A lock screen is public: keep that word out of the first {SEEN_ON_LOCK_SCREEN} characters."
        yield f'the text begins by naming a condition ("{word}")', fix
    yield from segment_problems(filled, language)


def segment_problems(filled: str, language: str) -> Iterator[Problem]:
    """Yield what is wrong with the length or the alphabet of a filled text."""
    size, most = segment(fold(filled)), MAX_SEGMENTS.get(language, MAX_SEGMENTS_ELSEWHERE)
    if language == BASE_LANGUAGE and size.encoding != "GSM-7":
        odd = sorted({char for char in fold(filled) if segment(char).encoding != "GSM-7"})
        yield f"the text has letters outside GSM-7: {' '.join(odd)}", "Write it with plain letters and signs."
    if size.count > most:
        fix = f"Use at most {most}: a few words fewer, or one text more."
        yield f"the text takes {size.count} segments ({size.units} {size.encoding} units)", fix


def safety_length_problems(filled: str, language: str) -> Iterator[Problem]:
    """Yield a safety text over two segments in any language: what must not wait should not come in pieces."""
    size, most = segment(fold(filled)), MAX_SEGMENTS[BASE_LANGUAGE]
    if most < size.count <= MAX_SEGMENTS.get(language, MAX_SEGMENTS_ELSEWHERE):
        fix = f"Use at most {most} for a safety text: fewer words, or only letters of GSM-7."
        yield f"the text takes {size.count} segments ({size.units} {size.encoding} units)", fix
