"""Answers to the lessons' questions: counted, shown from five people up, and nothing about any one of them."""

import re
from datetime import datetime

from django.urls import reverse

from course.people import versions
from course.replies.models import QuizAnswer
from tests import factories

from . import conftest
from .conftest import World, signed_in


def answered(letters: str, now: datetime, mark: str = "") -> None:
    question = versions.current().lesson("two-kinds", "en").question
    assert question
    for letter in letters:
        person = factories.make_subscriber()
        QuizAnswer.objects.create(
            subscriber=person, lesson="two-kinds", question=mark or question.mark, key=letter, at=now
        )


def page(world: World) -> str:
    return signed_in(world.owner).get(reverse("console-results")).content.decode()


def test_fewer_than_five_answers_are_not_shown(world: World, course_time: datetime) -> None:
    answered("AABC", course_time)
    assert page(world).count("Fewer than five answers: not shown.") == 4
    assert "<table>" not in page(world)


def test_five_are_counted_by_answer_with_the_number_beside_its_bar(world: World, course_time: datetime) -> None:
    answered("AAAAC", course_time)
    answered("BBBBBBB", course_time, mark="other words")
    shown = " ".join(page(world).split())
    assert "5 people answered." in shown
    for count, percent in ((4, "80.0"), (0, "0.0"), (1, "20.0")):
        assert re.search(rf'<td class="count">{count}</td> <td class="bar">.{{0,60}}width="{percent}%"', shown)


def test_a_reply_from_another_address_says_so(world: World) -> None:
    post = factories.make_post(
        world.subscriber, reply=conftest.make_reply("d", world.held.held_at, own_words="Hi", sender_disagrees=True)
    )
    client = signed_in(world.owner)
    shown = client.get(reverse("console-reply", args=[post.pk])).content.decode()
    assert "Held: the sender is not the person the address belongs to" in shown
    assert "Sent from another address" in client.get(reverse("console-replies")).content.decode()
    plain = client.get(reverse("console-reply", args=[world.held.pk])).content.decode()
    assert "Held: the sender" not in plain
