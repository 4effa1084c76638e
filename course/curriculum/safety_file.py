"""In: lessons/safety.yaml. Out: numbers and fixed words by country and the private words, or every fault."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Annotated, Any

from pydantic import Field, TypeAdapter

from course.curriculum import wording
from course.curriculum.document import Document, Place
from course.curriculum.faults import Fault
from course.curriculum.folder import SAFETY
from course.curriculum.model import (
    BASE_LANGUAGE,
    OTHER_COUNTRY,
    Course,
    Emergency,
    FlagKind,
    SafetyText,
    Tier,
)
from course.curriculum.values import Blank, Day, Row, Words

NEEDED: tuple[FlagKind, ...] = ("emergency", "self_harm", "urgent")


class TextRow(Row):
    """One entry of `texts`; without `email` the text message's words serve there too."""

    id: Words
    tier: Tier
    kind: FlagKind
    language: Words
    text: Words
    email: Words | None = None
    source: Words
    checked: Day


@dataclass(frozen=True)
class SafetyFile:
    """What safety.yaml says, as far as it could be read."""

    emergencies: dict[str, Emergency]
    texts: tuple[SafetyText, ...]
    private_words: tuple[str, ...]
    members: dict[str, str] = field(default_factory=dict)

    @property
    def countries(self) -> frozenset[str]:
        """The countries known by name, those of a group among them."""
        return frozenset({*self.emergencies, *self.members}) - {OTHER_COUNTRY, *self.members.values()}


_TEXT = TypeAdapter(TextRow)
_NUMBERS: dict[str, TypeAdapter[Any]] = {
    "emergency": TypeAdapter(Words),
    "crisis": TypeAdapter(Words),
    "relay": TypeAdapter(Blank),
    "source": TypeAdapter(Words),
    "checked": TypeAdapter(Day),
}
_MEMBERS: TypeAdapter[tuple[str, ...]] = TypeAdapter(tuple[Words, ...])
_WORDS: TypeAdapter[tuple[str, ...]] = TypeAdapter(Annotated[tuple[Words, ...], Field(min_length=1)])


def read_safety(doc: Document) -> SafetyFile:
    """Read the whole file and note every fault in ``doc``."""
    if doc.data is None:
        return SafetyFile({}, (), ())
    doc.check_keys((), ("review", "private_words", "countries"))
    private = doc.read(("private_words",), _WORDS) if doc.value(("private_words",)) is not None else None
    emergencies: dict[str, Emergency] = {}
    texts: list[SafetyText] = []
    members: dict[str, str] = {}
    for place in doc.entries(("countries",)):
        country = str(place[-1])
        numbers = _numbers(doc, place)
        if numbers is not None:
            emergencies[country] = numbers
        texts += _texts(doc, place)
        members |= _members(doc, place, members)
    if isinstance(doc.value(("countries",)), dict) and doc.value(("countries", OTHER_COUNTRY)) is None:
        fix = f"Add `{OTHER_COUNTRY}:` with words that hold anywhere."
        doc.fault(("countries",), "there are no words for a country that is not listed", fix)
    _check_ids(doc, texts)
    return SafetyFile(emergencies, tuple(texts), private or (), members)


def check_wording(doc: Document, safety: SafetyFile, clinic: str) -> None:
    """Note fixed words that do not begin with the clinic, cannot be filled, or do not fit."""
    for text in safety.texts:
        numbers = safety.emergencies.get(text.country)
        for words in {text.text, text.email}:
            problems = [(w, f) for _, w, f in wording.unknown_slots(words, wording.SAFETY_SLOTS)]
            if not problems and words == text.text and numbers is not None:
                filled = wording.expand_safety(words, clinic=clinic, emergency=numbers.emergency)
                problems = list(wording.text_problems(words, filled, text.language, (), clinic))
                problems += wording.safety_length_problems(filled, text.language)
            doc.faults.extend(Fault(doc.file, text.line, what, fix) for what, fix in problems)


def stale_numbers(course: Course, today: date) -> list[Fault]:
    """Return a fault for each number or fixed text checked more than 12 months before ``today``, or after
    it.
    """
    faults = []
    items: list[Emergency | SafetyText] = [*course.emergencies.values(), *course.safety_texts]
    for item in items:
        name = item.id if isinstance(item, SafetyText) else f"countries.{item.country}"
        if item.checked > today:
            what = f"`{name}` says it was checked on {item.checked}, which is still to come"
            faults.append(Fault(SAFETY, item.line, what, "Write the day on which it was checked."))
        elif _a_year_after(item.checked) < today:
            what = f"`{name}` was last checked on {item.checked}, over 12 months ago"
            fix = f"Check it against its source ({item.source}) and write the day."
            faults.append(Fault(SAFETY, item.line, what, fix))
    return sorted(faults)


def _a_year_after(day: date) -> date:
    leap_day = (day.month, day.day) == (2, 29)
    return date(day.year + 1, 3, 1) if leap_day else day.replace(year=day.year + 1)


def _numbers(doc: Document, place: Place) -> Emergency | None:
    doc.check_keys(place, (*_NUMBERS, "texts"), ("members",))
    given = [key for key in _NUMBERS if doc.value((*place, key)) is not None]
    read: dict[str, Any] = {key: doc.read((*place, key), _NUMBERS[key]) for key in given}
    if any(read.get(key) is None for key in _NUMBERS):
        return None
    return Emergency(country=str(place[-1]), line=doc.line(place), **read)


def _members(doc: Document, place: Place, known: dict[str, str]) -> dict[str, str]:
    """Return the countries in which this group's numbers hold; a country listed by itself has its own."""
    spot = (*place, "members")
    listed = doc.read(spot, _MEMBERS) or () if doc.value(spot) is not None else ()
    for index, country in enumerate(listed):
        if country in known or country in listed[:index]:
            doc.fault((*spot, index), f"the country `{country}` is named twice", "Keep one of the two.")
    own = doc.value(("countries",))
    return {country: str(place[-1]) for country in listed if country not in own}


def _texts(doc: Document, place: Place) -> list[SafetyText]:
    country, texts = str(place[-1]), []
    for entry in doc.entries((*place, "texts")):
        row = doc.read(entry, _TEXT)
        if row is not None:
            texts.append(_text(country, row, doc.line((*entry, "text"))))
    _check_needed(doc, (*place, "texts"), texts)
    return texts


def _text(country: str, row: TextRow, line: int) -> SafetyText:
    return SafetyText(
        id=row.id,
        country=country,
        tier=row.tier,
        kind=row.kind,
        language=row.language,
        text=row.text,
        email=row.email or row.text,
        source=row.source,
        checked=row.checked,
        line=line,
    )


def _check_needed(doc: Document, place: Place, texts: Sequence[SafetyText]) -> None:
    there = {text.kind for text in texts if text.language == BASE_LANGUAGE}
    for kind in NEEDED:
        if kind not in there:
            what = f"there are no `{BASE_LANGUAGE}` words of kind `{kind}` for {place[-2]}"
            doc.fault(place, what, f"Add an entry with `kind: {kind}`.")


def _check_ids(doc: Document, texts: Sequence[SafetyText]) -> None:
    seen: dict[str, int] = {}
    for text in texts:
        if text.id in seen:
            what = f"the id `{text.id}` is used twice, first near line {seen[text.id]}"
            doc.faults.append(Fault(doc.file, text.line, what, "Give each text its own id."))
        seen.setdefault(text.id, text.line)
