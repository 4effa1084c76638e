"""An empty sandbox database in; the sample course with its cohort, people and moderator out."""

from datetime import UTC, datetime, time, timedelta

from django.db import transaction

from course import clock, vault
from course.people import cohorts, course_files, subscribers, versions
from course.people.models import Cohort, Contact, Staff
from course.people.subscribers import Agreement
from course.people.words import Channel, ConsentSource, Role
from course.sandbox.people import COHORT_NAME, MODERATOR_EMAIL, SAMPLE_PEOPLE

_CONSENT = (
    "I want to get this course. Email and text messages are not private: others may see them. "
    "I can stop at any time by replying STOP."
)
_BEFORE_THE_FIRST_LESSON = timedelta(hours=1)


def exists() -> bool:
    """Return whether this database holds the sample cohort."""
    return Cohort.objects.filter(name=COHORT_NAME).exists()


@transaction.atomic
def make() -> None:
    """Register the course, turn the clock to next Monday, and add the cohort. Raises CourseFaults."""
    now = clock.machine_now()
    version = course_files.register(now)
    course = versions.course_of(version)
    monday = (now.astimezone(course.zone) + timedelta(days=7 - now.astimezone(course.zone).weekday())).date()
    first = datetime.combine(monday, min([*(step.at for step in course.steps), time(10)]), course.zone)
    start = first.astimezone(UTC) - _BEFORE_THE_FIRST_LESSON
    clock.turn(start)
    moderator = Staff.objects.add(
        MODERATOR_EMAIL, Role.MODERATOR, name="Morgan Sample", on_call=True, on_call_lead=True, channels=["email"]
    )
    Contact.objects.create(
        staff=moderator,
        channel=Channel.EMAIL,
        address=MODERATOR_EMAIL,
        address_index=vault.blind_index(Channel.EMAIL, MODERATOR_EMAIL),
        confirmed_at=start,
    )
    cohort = cohorts.create(COHORT_NAME, version, monday, start)
    for person in SAMPLE_PEOPLE:
        agreement = Agreement(_CONSENT, "sample-1", ConsentSource.SAMPLE)
        subscriber = subscribers.add(
            {person.channel: person.address}, agreement, start, greeting_name=person.name, zone=person.zone
        )
        cohorts.enrol(subscriber, cohort, start)
