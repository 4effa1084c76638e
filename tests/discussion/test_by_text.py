"""`PUBLISH 42`: the author agrees by text."""

from collections.abc import Iterator
from datetime import datetime

import pytest

from course.delivery.models import Message
from course.delivery.notice_planning import plan_notices
from course.delivery.words import State
from course.discussion import agreement, moderation, posts
from course.discussion.models import Post
from course.people.models import Prompt, Staff, Subscriber
from course.replies import handover
from course.replies.words import ReplyKind
from tests.factories import make_post, make_subscriber
from tests.replies.incoming import Inbox, asked_for


@pytest.fixture(autouse=True)
def discussion_is_lent() -> Iterator[None]:
    before = list(handover._lent)
    handover.register(posts.hold, agreement.by_text, posts.file_under)
    yield
    handover._lent[:] = before


@pytest.fixture
def asked(texter: Subscriber, moderator: Staff, now: datetime) -> Post:
    post = make_post(texter)
    moderation.ask_author(post, moderator, now)
    plan_notices(now)
    Message.objects.update(state=State.ACCEPTED, accepted_at=now)
    return post


def state_of(post: Post) -> str:
    return Post.objects.get(pk=post.pk).state


@pytest.mark.parametrize("form", ["PUBLISH {number}", "publish {number}.", "Publish #{number}", "Yes", "PUBLISH", "sí"])
def test_the_right_number_or_a_bare_yes_publishes(asked: Post, texter: Subscriber, now: datetime, form: str) -> None:
    number = Prompt.objects.get().number
    reply = Inbox(now).text(texter.contacts.get().address, form.format(number=number))
    assert (state_of(asked), reply.kind) == ("published", ReplyKind.PUBLISH)
    assert Post.objects.count() == 1
    assert not asked_for("received")


def test_a_wrong_number_publishes_nothing_and_is_read_by_a_person(
    asked: Post, texter: Subscriber, now: datetime
) -> None:
    number = (Prompt.objects.get().number or 0) + 1
    Inbox(now).text(texter.contacts.get().address, f"PUBLISH {number}")
    assert state_of(asked) == "awaiting_author"
    assert Post.objects.count() == 2


def test_a_no_publishes_nothing(asked: Post, texter: Subscriber, now: datetime) -> None:
    Inbox(now).text(texter.contacts.get().address, "NO")
    assert state_of(asked) == "held"
    Inbox(now).text(texter.contacts.get().address, "YES")
    assert state_of(asked) == "held"


def test_another_persons_number_publishes_nothing(asked: Post, now: datetime) -> None:
    other = make_subscriber("sms")
    Inbox(now).text(other.contacts.get().address, f"PUBLISH {Prompt.objects.get().number}")
    assert state_of(asked) == "awaiting_author"


def test_after_an_edit_the_old_number_publishes_nothing(
    asked: Post, texter: Subscriber, moderator: Staff, now: datetime
) -> None:
    number = Prompt.objects.get().number
    moderation.edit(asked, moderator, "Other words?", "", "", now)
    Inbox(now).text(texter.contacts.get().address, f"PUBLISH {number}")
    assert state_of(asked) == "held"


def test_words_around_a_yes_are_a_reply_and_no_agreement(asked: Post, texter: Subscriber, now: datetime) -> None:
    Inbox(now).text(texter.contacts.get().address, "yes but change the second part")
    assert state_of(asked) == "awaiting_author"
