"""The four invented people of the sample cohort. 555-01xx numbers and example.org belong to nobody."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Person:
    """One sample subscriber, and what they do in a demo that plays itself."""

    name: str
    channel: str
    address: str
    zone: str
    answers_lesson: int  # the lesson, counted from 1, that they reply to
    words: str
    agrees_to_publish: bool = False
    letters: tuple[tuple[int, str], ...] = ()  # lesson, counted from 1, and the answer to its question
    stops: bool = False


SAMPLE_PEOPLE = (
    Person(
        name="Avery",
        channel="email",
        address="avery@example.org",
        zone="America/Chicago",
        answers_lesson=1,
        words="My legs ease when I lean on the cart in the shop. Is that a good sign?\n\nThank you,\nAvery",
    ),
    Person(
        name="Blake",
        channel="email",
        address="blake@example.org",
        zone="America/Los_Angeles",
        answers_lesson=2,
        words="Since this morning I am numb between my legs. What should I do?",
    ),
    Person(
        name="Casey",
        channel="sms",
        address="+12025550143",
        zone="America/Chicago",
        answers_lesson=2,
        words="STOP",
        stops=True,
    ),
    Person(
        name="Drew",
        channel="sms",
        address="+12025550177",
        zone="America/Los_Angeles",
        answers_lesson=1,
        words="How far should I walk each day? You can call me at 202 555 0177.",
        agrees_to_publish=True,
        letters=((3, "B"),),
    ),
)

MODERATOR_EMAIL = "morgan@example.org"
COHORT_NAME = "Sample cohort"
