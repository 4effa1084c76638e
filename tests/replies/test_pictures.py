"""A picture or voice message in: its sender is told that nobody opens it, whatever else the answer says."""

from datetime import datetime

import pytest

from course.curriculum.segments import segment
from course.delivery import rendering
from course.delivery.channels.base import Mail, Text
from course.delivery.models import Message
from course.delivery.notice_planning import plan_notices
from course.people.models import Subscriber
from tests.replies.incoming import Inbox

SENTENCE = "We cannot open pictures or voice messages. Please write"


def answer(now: datetime) -> Mail | Text:
    plan_notices(now)
    return rendering.render(Message.objects.get(request__kind="received"), now)


@pytest.mark.parametrize("words", ["", "Is this bruise bad?", "My calf is hot and swollen"])
def test_a_picture_by_text_is_answered_with_what_to_do_instead(
    inbox: Inbox, texter: Subscriber, now: datetime, words: str
) -> None:
    inbox.text(texter.contacts.get().address, words, NumMedia="1")
    told = answer(now)
    assert isinstance(told, Text)
    assert SENTENCE in told.body
    assert "911" in told.body
    assert segment(told.body).count <= 2


def test_without_a_picture_nobody_is_told_about_pictures(inbox: Inbox, texter: Subscriber, now: datetime) -> None:
    inbox.text(texter.contacts.get().address, "My calf is hot and swollen")
    told = answer(now)
    assert isinstance(told, Text)
    assert SENTENCE not in told.body
