"""A reply to one person's address from another: kept with the address's owner, and believed only where that is safe."""

import pytest

from course.discussion.models import Post
from course.people.models import Subscriber
from course.replies.models import QuizAnswer, StopDoubt
from course.replies.words import ReplyKind
from tests.replies.incoming import Inbox, asked_for, mail
from tests.replies.test_intake import has_stopped

OTHER = "ben@example.org"


@pytest.mark.parametrize("words", ["Please stop sending me lessons", "I want to be taken off this list"])
def test_a_phrase_stops_nothing_and_goes_to_a_person(inbox: Inbox, mail_reader: Subscriber, words: str) -> None:
    reply = inbox.reply(mail_reader, words, sender=OTHER)
    assert (reply.sender_disagrees, reply.kind) == (True, ReplyKind.UNCLEAR)
    assert not has_stopped(mail_reader)
    assert Post.objects.get().reply == reply


def test_the_exact_word_stops_and_only_the_owner_starts_again(inbox: Inbox, mail_reader: Subscriber) -> None:
    inbox.reply(mail_reader, "STOP", sender=OTHER)
    assert has_stopped(mail_reader)
    inbox.reply(mail_reader, "START", sender=OTHER)
    assert has_stopped(mail_reader)
    inbox.reply(mail_reader, "START")
    assert not has_stopped(mail_reader)


def test_a_start_of_another_sender_holds_nothing(inbox: Inbox, mail_reader: Subscriber) -> None:
    inbox.reply(mail_reader, "START", sender=OTHER)
    assert not StopDoubt.objects.exists()


def test_it_answers_no_question_of_the_owners(inbox: Inbox, mail_reader: Subscriber) -> None:
    inbox.reply(mail_reader, "B", sender=OTHER)
    assert not QuizAnswer.objects.exists()
    assert not asked_for("feedback")
    assert Post.objects.count() == 1


def test_a_stranger_by_email_is_answered_once_a_day(inbox: Inbox, mail_reader: Subscriber) -> None:
    for _ in range(3):
        inbox.hand_in("course", "", mail("What is this?", sender=OTHER))
    assert len(asked_for("help")) == 1
    assert not asked_for("received")
