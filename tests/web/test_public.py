"""The public pages say what the course's files and the published posts say, and nothing else."""

from datetime import datetime

import pytest
from django.test import Client
from django.urls import reverse

from course.discussion.models import Post
from course.people import versions
from tests import factories

from .addresses import ADDRESSES, path_of
from .conftest import World

PUBLIC = ["public-course", "public-lesson", "public-help", "public-accessibility", "public-privacy"]


def page(world: World, name: str) -> str:
    return Client().get(path_of(name, world)).content.decode()


def test_the_course_page_leads_to_every_lesson(world: World) -> None:
    found = page(world, "public-course")
    course = versions.current()
    for step in course.steps:
        if step.lesson:
            assert reverse("public-lesson", args=[step.lesson]) in found
            assert Client().get(reverse("public-lesson", args=[step.lesson])).status_code == 200
    assert "A nurse or physiotherapist reads replies" in found
    assert f"#question-{world.published.pk}" in found


def test_a_lesson_says_when_to_get_help_with_the_number_filled_in(world: World) -> None:
    found = page(world, "public-lesson")
    assert "When to get help" in found
    assert "Call 911 now" in found
    assert "{emergency}" not in found


def test_only_published_words_that_were_agreed_to_stand_in_the_thread(world: World) -> None:
    Post.objects.filter(pk=world.published.pk).update(wording="An edit nobody agreed to")
    found = page(world, "public-lesson")
    assert f'id="question-{world.published.pk}"' in found
    assert "May I swim?" in found
    for hidden in ("An edit nobody agreed to", world.held.wording, world.asked.wording):
        assert hidden not in found


@pytest.mark.parametrize("name", PUBLIC)
def test_every_page_says_it_is_a_sample_and_has_the_frame(world: World, name: str) -> None:
    found = page(world, name)
    assert "Sample course. Not yet checked by a clinician." in found
    assert '<html lang="en" dir="ltr">' in found
    for part in ('href="#main"', "<main ", "<header>", "<footer ", 'role="status"', "In an emergency call"):
        assert part in found


def test_no_page_claims_a_review(world: World) -> None:
    assert "No clinician has checked this lesson yet." in page(world, "public-lesson")


def test_titles_differ(world: World) -> None:
    titles = [page(world, name).split("<title>")[1].split("</title>")[0] for name in PUBLIC]
    assert len(set(titles)) == len(PUBLIC)


def test_hostile_words_stand_as_text(world: World) -> None:
    hostile = "<svg onload=alert(1)>{{ 7*7 }}"
    Post.objects.filter(pk=world.published.pk).update(agreed_wording=hostile, agreed_answer=hostile, shown_name=hostile)
    for name in ("public-lesson", "public-course"):
        assert "<svg onload" not in page(world, name)
    assert page(world, "public-lesson").count("&lt;svg onload=alert(1)&gt;{{ 7*7 }}") == 3


def test_an_unknown_lesson_is_not_found(world: World) -> None:
    response = Client().get(reverse("public-lesson", args=["nothing"]))
    assert response.status_code == 404
    assert "STOP" in response.content.decode()


@pytest.mark.parametrize("name", PUBLIC)
def test_before_there_is_a_course_a_page_says_so(course_time: datetime, name: str) -> None:
    args = ["what-is-stenosis"] if ADDRESSES[name].args.__code__.co_names else []
    response = Client().get(reverse(name, args=args))
    assert response.status_code == 503
    assert "course up" in response.content.decode()


def test_every_link_on_a_public_page_leads_somewhere(world: World) -> None:
    for name in PUBLIC:
        for part in page(world, name).split('href="/')[1:]:
            path = "/" + part.split('"')[0].split("#")[0]
            response = Client().get(path)
            response.getvalue()  # a file is closed once it is read to its end
            assert response.status_code in (200, 302), f"{path} on {name}"


def test_the_queries_of_a_page_do_not_grow_with_what_it_shows(
    world: World, django_assert_max_num_queries: object
) -> None:
    agreed = {"agreed_at": world.held.held_at, "published_at": world.held.held_at, "agreed_wording": "Words"}
    for _post in range(60):
        factories.make_post(world.subscriber, state="published", **agreed)
    for name in PUBLIC:
        with django_assert_max_num_queries(6):  # type: ignore[operator]
            page(world, name)
