"""The author's page: the exact words, a yes or a no to that very revision."""

import pytest
from django.test import Client
from django.urls import reverse

from course.discussion import moderation
from course.discussion.models import Post
from course.discussion.words import PostState

from .conftest import World


@pytest.fixture
def asked(world: World) -> Post:
    """Return a post whose author was asked the way the console asks."""
    moderation.edit(world.held, world.owner, "Is walking good?", "For many people it is.", "", world.held.held_at)
    post = Post.objects.get(pk=world.held.pk)
    moderation.ask_author(post, world.owner, world.held.held_at)
    return Post.objects.get(pk=post.pk)


def path(post: Post) -> str:
    return reverse("public-agree", args=[post.agree_token])


def answer(post: Post, **form: object) -> object:
    return Client(enforce_csrf_checks=True).post(path(post), {"revision": post.revision, "answer": "yes"} | form)


def test_it_shows_exactly_what_would_be_published(asked: Post) -> None:
    page = Client().get(path(asked)).content.decode()
    assert "Is walking good?" in page
    assert "For many people it is." in page
    assert f'name="revision" value="{asked.revision}"' in page


def test_a_yes_publishes_with_the_name_the_author_chose(asked: Post) -> None:
    response = answer(asked, shown_name="Rosa")
    assert response.status_code == 200  # type: ignore[attr-defined]
    asked.refresh_from_db()
    assert (asked.state, asked.shown_name, asked.agreed_wording) == (PostState.PUBLISHED, "Rosa", "Is walking good?")
    page = Client().get(reverse("public-lesson", args=[asked.lesson])).content.decode()
    assert "Is walking good?" in page
    assert "Rosa" in page


def test_a_name_with_contact_details_is_left_out_and_the_author_is_told(asked: Post) -> None:
    page = answer(asked, shown_name="Rosa 202 555 0142").content.decode()  # type: ignore[attr-defined]
    assert "The name held contact details" in page
    assert "0142" not in Client().get(reverse("public-lesson", args=[asked.lesson])).content.decode()


def test_a_no_publishes_nothing(asked: Post) -> None:
    assert "Nothing is published" in answer(asked, answer="no").content.decode()  # type: ignore[attr-defined]
    asked.refresh_from_db()
    assert asked.state != PostState.PUBLISHED
    assert "Is walking good?" not in Client().get(reverse("public-lesson", args=[asked.lesson])).content.decode()


def test_a_yes_to_words_that_changed_publishes_nothing_and_shows_the_new_ones(world: World, asked: Post) -> None:
    old = asked.revision
    moderation.edit(asked, world.owner, "Is a walk good?", "", "", world.held.held_at)
    fresh = Post.objects.get(pk=asked.pk)
    if fresh.state != PostState.AWAITING_AUTHOR:
        moderation.ask_author(fresh, world.owner, world.held.held_at)
    response = answer(Post.objects.get(pk=asked.pk), revision=old)
    assert response.status_code == 409  # type: ignore[attr-defined]
    page = response.content.decode()  # type: ignore[attr-defined]
    assert "The wording has changed" in page
    assert "Is a walk good?" in page
    assert Post.objects.get(pk=asked.pk).state == PostState.AWAITING_AUTHOR


@pytest.mark.parametrize(
    "form", [{"revision": "x"}, {"answer": "maybe"}, {"shown_name": "a" * 61}, {"shown_name": "\u202eeve"}]
)
def test_a_wrong_form_publishes_nothing_and_says_what_to_mend(asked: Post, form: dict[str, str]) -> None:
    response = answer(asked, **form)
    assert response.status_code == 400  # type: ignore[attr-defined]
    assert "Please mend this" in response.content.decode()  # type: ignore[attr-defined]
    assert Post.objects.get(pk=asked.pk).state == PostState.AWAITING_AUTHOR


def test_an_unknown_link_is_not_found(world: World) -> None:
    assert Client().get(reverse("public-agree", args=["nobody"])).status_code == 404


def test_a_held_post_cannot_be_agreed_to(world: World) -> None:
    answer(world.held)
    assert Post.objects.get(pk=world.held.pk).state == PostState.HELD
