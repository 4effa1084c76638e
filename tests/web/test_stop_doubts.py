"""A reply that may be a stop: who may decide it, what stands on the pages, and that it is decided once."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from django.urls import reverse

from course.people.words import ConsentKind, Role
from course.replies import doubt, told
from course.replies.models import StopDoubt
from course.web.times import in_words

from .conftest import World, signed_in


@pytest.fixture
def open_doubt(world: World, course_time: datetime) -> StopDoubt:
    """The held reply may be a stop."""
    assert world.held.reply is not None
    doubt.open_for(world.subscriber, world.held.reply, course_time)
    return StopDoubt.objects.get()


def has_stopped(world: World) -> bool:
    return not world.subscriber.consents.filter(kind=ConsentKind.COURSE, withdrawn_at__isnull=True).exists()


def decide(client: Client, world: World, decision: str) -> int:
    return client.post(reverse("console-reply-stop", args=[world.held.pk]), {"decision": decision}).status_code


def test_the_queue_and_the_reply_say_that_it_is_open_and_until_when(world: World, open_doubt: StopDoubt) -> None:
    moderator = signed_in(world.owner)
    queue = moderator.get(reverse("console-replies")).content.decode()
    page = moderator.get(reverse("console-reply", args=[world.held.pk])).content.decode()
    assert "May be a stop" in queue
    for words in (queue, page):
        assert in_words(open_doubt.deadline, ZoneInfo("America/Chicago")) in words
    assert "They want to stop" in page
    assert "They do not want to stop" in page


def test_a_moderator_decides_once_and_the_second_is_told_so(world: World, open_doubt: StopDoubt) -> None:
    assert decide(signed_in(world.owner), world, "go_on") == 302
    assert decide(signed_in(world.colleague), world, "stop") == 302
    assert not has_stopped(world)
    page = signed_in(world.colleague).get(reverse("console-reply", args=[world.held.pk])).content.decode()
    assert "They did not want to stop. Their lessons went on." in page
    assert "They want to stop</button>" not in page
    assert decide(signed_in(world.owner), world, "perhaps") == 400


def test_a_moderators_stop_stops(world: World, open_doubt: StopDoubt) -> None:
    decide(signed_in(world.owner), world, "stop")
    assert has_stopped(world)
    open_doubt.refresh_from_db()
    assert open_doubt.decided_by == f"staff:{world.owner.pk}"


@pytest.mark.parametrize("role", [Role.COORDINATOR, Role.AUTHOR])
def test_others_may_not_decide(world: World, open_doubt: StopDoubt, role: str) -> None:
    assert decide(signed_in(world.staff[role]), world, "stop") == 403
    assert not has_stopped(world)


def test_a_reply_without_a_doubt_has_nothing_to_decide(world: World) -> None:
    assert decide(signed_in(world.owner), world, "stop") == 404


def test_the_coordinator_sees_a_wrong_number_until_the_person_agrees_again(world: World, course_time: datetime) -> None:
    told.write_down(world.subscriber.contacts.get(), "wrong_number")
    coordinator, path = signed_in(world.staff[Role.COORDINATOR]), reverse("console-unreached")
    assert "Wrong number" not in coordinator.get(path).content.decode()
    world.subscriber.consents.update(withdrawn_at=course_time + timedelta(minutes=1))
    assert '<td role="cell" data-label="What we were told">Wrong number</td>' in coordinator.get(path).content.decode()
