"""A course as plain frozen values: what the parser hands on and every other room reads."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, time, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from course.curriculum.pattern import Pattern
from course.curriculum.plain_words import Shorthand
from course.curriculum.question import Question

BASE_LANGUAGE = "en"
OTHER_COUNTRY = "other"

StepKind = Literal["lesson", "digest"]
Tier = Literal["A", "B", "C"]
FlagKind = Literal["emergency", "self_harm", "urgent", "low_mood"]
Join = Literal["from_start", "at_current"]
CatchUp = Literal["spread", "latest", "skip"]


@dataclass(frozen=True)
class Clinic:
    """Who sends the course. ``country`` is an ISO 3166 code; ``sample`` marks an invented clinic."""

    name: str
    country: str
    phone: str
    relay: str
    postal: str
    sample: bool


@dataclass(frozen=True)
class ReadingHours:
    """When replies are read: weekdays (0 is Monday), from ``start`` up to ``end``, local to ``zone``."""

    days: frozenset[int]
    start: time
    end: time
    zone: ZoneInfo


@dataclass(frozen=True)
class Window:
    """Local hours in which course messages may go: from ``start`` (``sunday_start`` on Sundays) up to
    ``end``.
    """

    start: time
    end: time
    sunday_start: time

    def opens(self, day: date) -> time:
        """Return the local time at which the window opens on ``day``."""
        return self.sunday_start if day.weekday() == 6 else self.start


@dataclass(frozen=True)
class Step:
    """One line of the schedule. ``day`` counts from the enrolment's day zero; ``number`` counts lessons
    from 1.
    """

    id: str
    kind: StepKind
    lesson: str | None
    day: int
    at: time
    expires: timedelta
    number: int | None


@dataclass(frozen=True)
class Review:
    """A clinician's signature under one text; every field is empty until a person signs (law 12)."""

    name: str = ""
    role: str = ""
    on: date | None = None
    content_hash: str = ""

    @property
    def signed(self) -> bool:
        """Whether all four fields are filled."""
        return bool(self.name and self.role and self.on and self.content_hash)

    def covers(self, content_hash: str) -> bool:
        """Return whether this signature stands under exactly the text with ``content_hash``."""
        return self.signed and self.content_hash == content_hash


@dataclass(frozen=True)
class Lesson:
    """One lesson in one language. ``body`` is Markdown; ``texts`` are self-contained text messages, in order; the
    last one asks the ``question``.

    ``content_hash`` is over all the words and leaves the signature out, so that signing does not change it.
    """

    slug: str
    language: str
    title: str
    subject: str
    minutes: int
    action: str
    body: str
    texts: tuple[str, ...]
    review: Review
    content_hash: str
    question: Question | None = None  # None only in a course registered before lessons had questions

    @property
    def reviewed(self) -> bool:
        """Whether a person has signed these very words."""
        return self.review.covers(self.content_hash)


@dataclass(frozen=True)
class RedFlag:
    """One triage rule. ``patterns`` maps a language to what is looked for in plain words
    (`plain_words.readings`); ``eased_by`` are words in the same sentence that make it a matter to check.
    """

    id: str
    tier: Tier
    kind: FlagKind
    patterns: Mapping[str, tuple[Pattern, ...]]
    wording: str
    source: str
    reason: str
    eased_by: tuple[Pattern, ...] = ()


@dataclass(frozen=True)
class SafetyText:
    """The fixed words for one tier and kind in one country and language; ``line`` is its place in
    safety.yaml.
    """

    id: str
    country: str
    tier: Tier
    kind: FlagKind
    language: str
    text: str
    email: str
    source: str
    checked: date
    line: int = 0


@dataclass(frozen=True)
class Emergency:
    """The numbers of one country, and the day they were taken from ``source``."""

    country: str
    emergency: str
    crisis: str
    relay: str
    source: str
    checked: date
    line: int = 0


@dataclass(frozen=True)
class Course:
    """One whole course. ``version`` is the content hash of all its files, and what two courses are compared by;
    ``unsigned`` names files no one signed; ``shorthand`` says which list of red flags it is and how its words are
    spelt; ``members`` maps a country to the group whose numbers hold there.
    """

    slug: str
    clinic: Clinic
    reading_hours: ReadingHours
    answer_within: int
    zone: ZoneInfo
    window: Window
    join: Join
    catch_up: CatchUp
    steps: tuple[Step, ...]
    lessons: Mapping[tuple[str, str], Lesson]
    red_flags: tuple[RedFlag, ...]
    shorthand: Shorthand
    safety_texts: tuple[SafetyText, ...]
    emergencies: Mapping[str, Emergency]
    members: Mapping[str, str]
    private_words: tuple[str, ...]
    unsigned: tuple[str, ...]
    version: str

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Course) and other.version == self.version

    def __hash__(self) -> int:
        return hash(self.version)

    @property
    def lesson_count(self) -> int:
        """How many steps of the schedule are lessons."""
        return sum(step.kind == "lesson" for step in self.steps)

    def step(self, id: str) -> Step:  # noqa: A002 - the word of the schedule
        """Return the step with this id. Raises KeyError when the schedule has none."""
        for step in self.steps:
            if step.id == id:
                return step
        raise KeyError(id)

    def lesson(self, slug: str, language: str) -> Lesson:
        """Return the lesson in ``language``, else in the base language. Raises KeyError for an unknown
        slug.
        """
        found = self.lessons.get((slug, language))
        return found if found is not None else self.lessons[slug, BASE_LANGUAGE]

    def emergency(self, country: str) -> Emergency:
        """Return the numbers of ``country``, else the wording for a country this course does not know."""
        return self.emergencies[self._listed(country)]

    def safety_text(self, tier_kind: str, country: str, language: str) -> SafetyText:
        """Return the fixed words for a kind ("emergency", "self_harm", "urgent").

        An unknown country gets the words of "other", a missing language the base language. Raises KeyError
        for a kind that has no fixed words.
        """
        known = self._listed(country)
        for wanted in (language, BASE_LANGUAGE):
            for found in self.safety_texts:
                if (found.kind, found.country, found.language) == (tier_kind, known, wanted):
                    return found
        raise KeyError(tier_kind)

    def _listed(self, country: str) -> str:
        known = self.members.get(country, country)
        return known if known in self.emergencies else OTHER_COUNTRY
