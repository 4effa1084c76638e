"""Invented people in; their rows, with a lesson due at once, out. Made in bulk: the set-up is not what is tried."""

import os
import random
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import count

from django.db import connection, transaction

from course import vault
from course.people import cohorts, course_files
from course.people.models import Cohort, Consent, Contact, Enrolment, Staff, Subscriber
from course.people.words import Channel, ConsentKind, ConsentSource, EnrolmentState, Role
from tests.chaos import setting
from tests.chaos.records import Person

IN_HOURS = (13, 14, 15, 16)  # where these hours are, the window stays open for the whole run
EARLY, CLOSING, LATE = 7, 20, 22
_AREAS = [area for area in range(201, 990) if area % 100 != 11 and area // 10 % 10 != 9]
ON_CALL = "+12025550199"


@dataclass(frozen=True)
class Kind:
    """What a group of people is like."""

    channels: tuple[str, ...] = ("email",)
    hours: tuple[int, ...] = IN_HOURS
    due: bool = True
    poison: bool = False


EMAIL, SMS = Kind(("email",)), Kind(("sms",))


class Town:
    """Makes people; ``now`` is when the run began."""

    def __init__(self, now: datetime, rng: random.Random) -> None:
        self._rng = rng
        self._began = now
        self._numbers = count(1)
        version = course_files.register(now)
        self._cohort = cohorts.create("Chaos", version, now.date() + timedelta(days=1), now)
        self._step = next(step.id for step in _steps(self._cohort))
        _make_staff(now)

    @transaction.atomic
    def add(self, how_many: int, kind: Kind, now: datetime) -> list[Person]:
        """Make people, and let their first lesson be due at ``now``."""
        people = Subscriber.objects.bulk_create(
            Subscriber(
                joined_at=now,
                channels="both" if len(kind.channels) > 1 else kind.channels[0],
                zone=setting.zone_at(self._rng.choice(kind.hours), self._reference(kind, now)),
            )
            for _ in range(how_many)
        )
        contacts = [self._contact(person, channel, now) for person in people for channel in kind.channels]
        Contact.objects.bulk_create(contacts)
        Consent.objects.bulk_create(
            _consent(person, agreed, channel, now)
            for person in people
            for channel in kind.channels
            for agreed in (ConsentKind.COURSE, ConsentKind.KEEP_REPLIES)
        )
        Enrolment.objects.bulk_create(
            Enrolment(
                subscriber=person, cohort=self._cohort, state=EnrolmentState.ACTIVE, day_zero=now.date(),
                next_step=self._step, next_due_at=now if kind.due else now + timedelta(days=2), state_changed_at=now,
            )
            for person in people
        )  # fmt: skip
        if kind.poison:
            _spoil([contact.pk for contact in contacts])
        per = len(kind.channels)
        addresses = [[c.address for c in contacts[n * per : (n + 1) * per]] for n in range(len(people))]
        return [_person(person, kind, mine) for person, mine in zip(people, addresses, strict=True)]

    def _reference(self, kind: Kind, now: datetime) -> datetime:
        return setting.closing(self._began) if kind.hours == (CLOSING,) else now

    def _contact(self, person: Subscriber, channel: str, now: datetime) -> Contact:
        number = next(self._numbers)
        phone = f"+1{_AREAS[number // 100]}555{100 + number % 100:04}"
        address = f"person{number}@example.org" if channel == "email" else phone
        return Contact(
            subscriber=person, channel=channel, address=address, confirmed_at=now,
            address_index=vault.blind_index(channel, address),
        )  # fmt: skip


def _person(person: Subscriber, kind: Kind, addresses: list[str]) -> Person:
    texts = int(os.environ["CHAOS_TEXTS"])
    owed = tuple((channel, texts if channel == "sms" else 1) for channel in kind.channels)
    sendable = kind.due and kind.hours == IN_HOURS
    return Person(person.pk, person.zone, frozenset(addresses), owed if sendable else (), kind.poison)


def _steps(cohort: Cohort) -> list[cohorts.Step]:
    return list(cohorts.versions.course_of(cohort.version).steps)


def _consent(person: Subscriber, kind: ConsentKind, channel: str, now: datetime) -> Consent:
    return Consent(
        subscriber=person, kind=kind, channel=channel, wording="I want this course.", wording_version="chaos",
        language="en", source=ConsentSource.SAMPLE, privacy_warning_accepted=True, given_at=now,
    )  # fmt: skip


def _spoil(contact_ids: list[int]) -> None:
    """Make addresses that cannot be opened, as after a lost key."""
    with connection.cursor() as cursor:
        cursor.executemany(
            "UPDATE course_contact SET address = %s WHERE id = %s",
            [(b"\x04lost" + bytes(40), each) for each in contact_ids],
        )


def _make_staff(now: datetime) -> None:
    nurse = Staff.objects.add(
        "nurse@staff.example", Role.MODERATOR, name="Nurse Sample", on_call=True, on_call_lead=True, channels=["sms"]
    )
    Contact.objects.create(
        staff=nurse, channel=Channel.SMS, address=ON_CALL, confirmed_at=now,
        address_index=vault.blind_index(Channel.SMS, ON_CALL),
    )  # fmt: skip
