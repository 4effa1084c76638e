"""A registered course, a member of staff of each role, and one of every object that an address can name."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pytest
from django.test import Client

from course import clock
from course.discussion.models import Post
from course.discussion.words import PostState
from course.people import sign_in
from course.people.models import Cohort, Staff, Subscriber
from course.people.words import Channel, Role
from course.replies.models import Reply
from course.replies.words import Source
from tests import factories


@dataclass
class World:
    """One of everything."""

    owner: Staff
    colleague: Staff
    staff: dict[str, Staff]
    subscriber: Subscriber
    cohort: Cohort
    held: Post
    asked: Post
    published: Post
    link: str


def make_reply(key: str, now: datetime, **columns: Any) -> Reply:
    """Make a stored, understood reply."""
    values = {
        "source": Source.TWILIO, "channel": Channel.SMS, "dedupe_key": key, "raw": b"raw", "received_at": now,
        "stored_at": now, "understood_at": now,
    }  # fmt: skip
    return Reply.objects.create(**values | columns)


@pytest.fixture
def world(course_time: datetime) -> World:
    """Return one of everything, with the course registered."""
    now = course_time
    cohort = factories.make_cohort("Autumn walkers")
    staff = {role: factories.make_staff(role) for role in Role.values}
    cohort.coordinator = staff[Role.COORDINATOR]
    cohort.save()
    enrolment = factories.make_enrolment(cohort=cohort, greeting_name="Rosalind")
    person = enrolment.subscriber
    reply = make_reply("one", now, own_words="Is walking good for me?", contact=person.contacts.get())
    agreed = {"agreed_wording": "May I swim?", "agreed_answer": "Ask first.", "agreed_at": now, "published_at": now}
    return World(
        owner=staff[Role.MODERATOR],
        colleague=factories.make_staff(Role.MODERATOR),
        staff=staff,
        subscriber=person,
        cohort=cohort,
        held=factories.make_post(person, reply=reply),
        asked=factories.make_post(person, state=PostState.AWAITING_AUTHOR, wording="Does heat help?"),
        published=factories.make_post(person, state=PostState.PUBLISHED, wording="May I swim?", **agreed),
        link=sign_in.make(staff[Role.MODERATOR], clock.machine_now()).token,
    )


def signed_in(staff: Staff, **options: Any) -> Client:
    """Return a browser in which ``staff`` is signed in."""
    client = Client(**options)
    client.force_login(staff)
    return client
