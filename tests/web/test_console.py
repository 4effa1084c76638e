"""The console: numbers, the queue, and every act on a reply."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from course.discussion.models import Post
from course.discussion.words import PostState
from course.people.words import Role
from tests import factories

from . import conftest
from .conftest import World, signed_in


@pytest.fixture
def moderator(world: World) -> Client:
    return signed_in(world.owner)


def url(post: Post) -> str:
    return reverse("console-reply", args=[post.pk])


def do(client: Client, post: Post, act: str, **form: Any) -> Any:
    post.refresh_from_db()
    return client.post(url(post), {"act": act, "revision": post.revision} | form)


def after(post: Post) -> Post:
    return Post.objects.get(pk=post.pk)


def test_today_counts_by_state_and_says_the_zone(world: World, moderator: Client) -> None:
    message = factories.make_message(world.subscriber.contacts.get(), world.cohort.enrolments.get())
    message.state = "delivered"
    message.save()
    page = moderator.get(reverse("console-today")).content.decode()
    assert "Delivered" in page
    assert "CST" in page
    assert "<caption>" in page


def test_urgent_replies_come_first(world: World, moderator: Client) -> None:
    urgent = factories.make_post(world.subscriber, tier="A", reply=conftest.make_reply("u", world.held.held_at))
    page = moderator.get(reverse("console-replies")).content.decode()
    assert page.index(url(urgent)) < page.index(url(world.held))
    assert "Urgent: may be an emergency" in page


def test_the_queue_filters_by_state(world: World, moderator: Client) -> None:
    page = moderator.get(reverse("console-replies") + "?state=published").content.decode()
    assert url(world.published) in page
    assert url(world.held) not in page


@pytest.mark.parametrize("query", ["?state=nonsense", "?page=x", "?page=999", "?state=%00"])
def test_an_odd_query_shows_a_page_all_the_same(world: World, moderator: Client, query: str) -> None:
    assert moderator.get(reverse("console-replies") + query).status_code == 200


def test_the_queue_has_pages_of_25_and_no_query_grows_with_them(
    world: World, moderator: Client, django_assert_max_num_queries: Any
) -> None:
    for _post in range(60):
        factories.make_post(world.subscriber)
    with django_assert_max_num_queries(8):
        page = moderator.get(reverse("console-replies")).content.decode()
    assert page.count("<h2>") == 25
    assert "Page 1 of 3" in page


def test_no_query_grows_with_the_history_or_the_cohorts(world: World, django_assert_max_num_queries: Any) -> None:
    for _cohort in range(30):
        factories.make_cohort()
    client = signed_in(world.staff[Role.ADMINISTRATOR])
    for name in ("console-cohorts", "console-today"):
        with django_assert_max_num_queries(11):
            client.get(reverse(name))


def test_saving_keeps_the_words_and_the_answer(world: World, moderator: Client) -> None:
    response = do(moderator, world.held, "save", wording="Is a walk good?", answer="Often.", why="shorter")
    assert response.status_code == 302
    assert (after(world.held).wording, after(world.held).answer) == ("Is a walk good?", "Often.")
    assert "shorter" in moderator.get(url(world.held)).content.decode()


def test_asking_the_author_saves_first(world: World, moderator: Client) -> None:
    assert do(moderator, world.held, "ask", wording="Is a walk good?", answer="Often.").status_code == 302
    post = after(world.held)
    assert (post.state, post.wording) == (PostState.AWAITING_AUTHOR, "Is a walk good?")


def test_a_private_answer_is_sent(world: World, moderator: Client) -> None:
    assert do(moderator, world.held, "answer", words="Please call us.").status_code == 302
    assert after(world.held).state == PostState.ANSWERED


def test_what_was_answered_privately_can_still_be_published(world: World, moderator: Client) -> None:
    do(moderator, world.held, "answer", words="Please call us.")
    assert "Words sent: Please call us." in moderator.get(url(world.held)).content.decode()
    assert do(moderator, world.held, "ask", wording="Is walking good for me?", answer="Often.").status_code == 302
    assert after(world.held).state == PostState.AWAITING_AUTHOR


def test_words_that_give_the_author_away_are_not_asked_about(world: World, moderator: Client) -> None:
    response = do(moderator, world.held, "ask", wording="Call me on 202 555 0142")
    assert response.status_code == 409
    assert "This may give the person away" in response.content.decode()
    assert after(world.held).state == PostState.HELD


def test_what_was_removed_is_named_and_not_shown(world: World, moderator: Client) -> None:
    reply = conftest.make_reply("own", world.held.held_at, own_words="Call me on 202 555 0142 please")
    page = moderator.get(url(factories.make_post(world.subscriber, reply=reply))).content.decode()
    assert "[removed]" in page
    assert "a telephone number" in page
    assert "0142" not in page


def test_rejecting_needs_a_reason(world: World, moderator: Client) -> None:
    response = do(moderator, world.held, "reject")
    page = response.content.decode()
    assert response.status_code == 400
    assert "Write a reason." in page
    assert 'href="#reject-why"' in page
    assert 'aria-invalid="true"' in page
    assert "autofocus" in page
    assert after(world.held).state == PostState.HELD
    assert do(moderator, world.held, "reject", why="an advertisement").status_code == 302
    assert after(world.held).state == PostState.REJECTED


def test_only_what_is_published_offers_to_be_taken_down(world: World, moderator: Client) -> None:
    assert "Take it down" not in moderator.get(url(world.held)).content.decode()
    assert "Take it down" in moderator.get(url(world.published)).content.decode()


def test_a_published_one_can_be_withdrawn(world: World, moderator: Client) -> None:
    assert do(moderator, world.published, "withdraw", why="the author called").status_code == 302
    page = Client().get(reverse("public-lesson", args=[world.published.lesson])).content.decode()
    assert "May I swim?" not in page


def test_an_urgent_one_is_acknowledged_and_handed_on(world: World, moderator: Client) -> None:
    urgent = factories.make_post(world.subscriber, tier="A", reply=conftest.make_reply("u", world.held.held_at))
    assert do(moderator, urgent, "acknowledge").status_code == 302
    assert do(moderator, urgent, "escalate", why="needs a doctor").status_code == 302
    assert after(urgent).acknowledged_at
    assert after(urgent).escalated


def test_what_a_colleague_changed_meanwhile_is_not_overwritten(world: World, moderator: Client) -> None:
    old = world.held.revision
    do(signed_in(world.colleague), world.held, "save", wording="A colleague's words")
    response = moderator.post(url(world.held), {"act": "save", "revision": old, "wording": "My words"})
    assert response.status_code == 409
    assert "A colleague changed this reply" in response.content.decode()
    assert "My words" in response.content.decode()
    assert after(world.held).wording == "A colleague's words"


def test_an_act_that_no_longer_fits_shows_a_sentence(world: World, moderator: Client) -> None:
    do(moderator, world.held, "reject", why="an advertisement")
    response = do(moderator, world.held, "ask", wording="Is walking good for me?")
    assert response.status_code == 409
    assert "Please mend this" in response.content.decode()


def test_an_unknown_act_is_a_bad_request(world: World, moderator: Client) -> None:
    response = do(moderator, world.held, "publish")
    assert response.status_code == 400
    assert "This request was not understood" in response.content.decode()


def test_red_flags_are_shown_with_their_rule_and_reason(world: World, moderator: Client) -> None:
    flags = [{"rule": "saddle-numbness", "tier": "A"}]
    reply = conftest.make_reply("flag", world.held.held_at, red_flags=flags, tier="A", own_words="numb")
    page = moderator.get(url(factories.make_post(world.subscriber, tier="A", reply=reply))).content.decode()
    assert "saddle-numbness" in page
    assert "Hours count." in page


def test_hostile_words_stand_as_text(world: World, moderator: Client) -> None:
    hostile = "</textarea><svg onload=alert(1)>"
    reply = conftest.make_reply("bad", world.held.held_at, own_words=hostile, cut=hostile)
    post = factories.make_post(world.subscriber, reply=reply, wording=hostile, answer=hostile)
    for path in (url(post), reverse("console-replies")):
        assert "<svg onload" not in moderator.get(path).content.decode()
