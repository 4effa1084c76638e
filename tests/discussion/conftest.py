"""A held post, its author, and two moderators."""

from datetime import datetime
from typing import Any

import pytest

from course.discussion.models import Post
from course.people.models import Staff, Subscriber
from tests.factories import make_cohort, make_post, make_staff, make_subscriber


@pytest.fixture
def author(db: Any) -> Subscriber:
    make_cohort()
    return make_subscriber("email", "anna@example.org", greeting_name="Anna")


@pytest.fixture
def texter(db: Any) -> Subscriber:
    make_cohort()
    return make_subscriber("sms", "+12025550143", greeting_name="Luis")


@pytest.fixture
def post(author: Subscriber, now: datetime) -> Post:
    return make_post(author, held_at=now)


@pytest.fixture
def moderator(db: Any) -> Staff:
    return make_staff()
