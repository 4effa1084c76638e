"""Invented people, cohorts, messages and posts, made the way the course makes them."""

from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from itertools import count
from typing import Any

from course import paths, vault
from course.curriculum.folder import read_folder
from course.delivery.models import Message
from course.discussion.models import Post
from course.people import cohorts, subscribers, versions
from course.people.models import Cohort, Contact, CourseVersion, Enrolment, Staff, Subscriber
from course.people.subscribers import Agreement
from course.people.tokens import new_token
from course.people.words import Channel, ConsentSource, MessageClass, Role

NOW = datetime(2026, 11, 23, 16, 0, tzinfo=UTC)
_numbers = count(1)
AGREEMENT = Agreement("I want to get this course.", "test-1", ConsentSource.SAMPLE)


@lru_cache(maxsize=1)
def course_files() -> dict[str, str]:
    """Return the files of the shipped course."""
    return read_folder(paths.schedule(""), paths.lessons(""))


def make_course_version(now: datetime = NOW) -> CourseVersion:
    """Register the shipped course."""
    return versions.register(course_files(), now)


def make_cohort(name: str = "", starts_on: date | None = None, now: datetime = NOW) -> Cohort:
    """Make a running cohort."""
    return cohorts.create(name or f"Cohort {next(_numbers)}", make_course_version(), starts_on or NOW.date(), now)


def make_subscriber(channel: str = "email", address: str = "", now: datetime = NOW, **preferences: Any) -> Subscriber:
    """Make a subscriber with a confirmed contact and their consents."""
    return subscribers.add({channel: address or new_address(channel)}, AGREEMENT, now, **preferences)


def new_address(channel: str) -> str:
    """Return an invented address: example.org, or a 555-01xx number."""
    number = next(_numbers)
    return f"person{number}@example.org" if channel == "email" else f"+1{200 + number // 100}555{100 + number % 100:04}"


def make_enrolment(channel: str = "email", cohort: Cohort | None = None, now: datetime = NOW, **who: Any) -> Enrolment:
    """Make a subscriber with a place in a cohort."""
    return cohorts.enrol(make_subscriber(channel, now=now, **who), cohort or make_cohort(now=now), now)


def new_message_id() -> str:
    """Return a Message-ID (RFC 5322, section 3.6.4) without its angle brackets."""
    return f"{new_token()}@example.org"


def make_message(contact: Contact | None = None, enrolment: Enrolment | None = None, **columns: Any) -> Message:
    """Make one due lesson message."""
    if enrolment is None:
        person = contact.subscriber if contact else None
        cohort = make_cohort()
        enrolment = cohorts.enrol(person, cohort, NOW) if person else make_enrolment(cohort=cohort)
    contact = contact or enrolment.subscriber.contacts.get()
    values = {
        "enrolment": enrolment, "contact": contact, "channel": contact.channel, "step_id": "what-it-is",
        "message_class": MessageClass.COURSE, "version": enrolment.cohort.version, "planned_at": NOW, "due_at": NOW,
        "window_ends_at": NOW + timedelta(hours=8), "expires_at": NOW + timedelta(days=3),
        "message_id": new_message_id(),
    }  # fmt: skip
    return Message.objects.create(**values | columns)


def make_staff(role: str = Role.MODERATOR, **columns: Any) -> Staff:
    """Make a member of staff who is reached by email."""
    number = next(_numbers)
    email = columns.pop("email", f"staff{number}@example.org")
    member = Staff.objects.add(email, role, name=f"Staff {number}", channels=["email"], **columns)
    Contact.objects.create(
        staff=member, channel=Channel.EMAIL, address=email, address_index=vault.blind_index("email", email),
        confirmed_at=NOW,
    )  # fmt: skip
    return member


def make_contact(staff: Staff, channel: str) -> Contact:
    """Give a member of staff one more way to be reached."""
    address = new_address(channel)
    return Contact.objects.create(
        staff=staff, channel=channel, address=address, address_index=vault.blind_index(channel, address),
        confirmed_at=NOW,
    )  # fmt: skip


def make_post(subscriber: Subscriber | None = None, **columns: Any) -> Post:
    """Make a held post."""
    values = {
        "subscriber": subscriber or make_subscriber(), "lesson": "what-is-stenosis", "held_at": NOW,
        "wording": "Is walking good for me?",
    }  # fmt: skip
    return Post.objects.create(**values | columns)
