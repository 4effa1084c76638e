"""The discussion lent to the replies, mails and texts as they come in, and a sandbox to ask."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest

from course.discussion import agreement, posts
from course.people.models import Subscriber
from course.replies import handover
from tests.factories import make_cohort, make_message, make_subscriber
from tests.replies.incoming import Inbox
from tests.sandbox.conftest import config, sandbox, server, store, webhook

__all__ = ["config", "sandbox", "server", "store", "webhook"]


@pytest.fixture(autouse=True)
def discussion_is_lent() -> Iterator[None]:
    """Replies hand over to the discussion, as apps.py arranges it."""
    before = list(handover._lent)
    handover.register(posts.hold, agreement.by_text, posts.file_under)
    yield
    handover._lent[:] = before


@pytest.fixture
def mail_reader(db: Any, now: datetime) -> Subscriber:
    """Somebody who got the first lesson by email."""
    subscriber = make_subscriber("email", "anna@example.org", greeting_name="Anna")
    make_message(subscriber.contacts.get(), state="accepted", accepted_at=now)
    return subscriber


@pytest.fixture
def texter(db: Any, now: datetime) -> Subscriber:
    """Somebody who got the first lesson by text."""
    subscriber = make_subscriber("sms", "+12025550143", greeting_name="Luis")
    make_message(subscriber.contacts.get(), state="accepted", accepted_at=now)
    return subscriber


@pytest.fixture
def inbox(db: Any, now: datetime) -> Inbox:
    """A way to hand in mails and texts, and to have them understood."""
    make_cohort()
    return Inbox(now)
