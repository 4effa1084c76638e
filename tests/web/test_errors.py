"""Pages for what went wrong: plain, without detail, and the worst of them without database or course."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client, RequestFactory
from django.urls import reverse

from course.web import errors
from course.web.public import pages

from .conftest import World, signed_in


def test_the_500_page_needs_no_database() -> None:
    response = errors.server_error(RequestFactory().get("/"))  # pytest-django refuses any query in this test
    assert response.status_code == 500
    assert "Something went wrong on our side" in response.content.decode()


def test_a_fault_of_ours_shows_no_detail(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_slug: str) -> Iterator[Any]:
        raise RuntimeError("secret detail")

    monkeypatch.setattr(pages.posts, "thread", broken)
    response = Client(raise_request_exception=False).get(reverse("public-lesson", args=[world.published.lesson]))
    assert response.status_code == 500
    assert "secret detail" not in response.content.decode()


def test_a_role_that_may_not_gets_a_plain_page(world: World) -> None:
    response = signed_in(world.staff["author"]).get(reverse("console-replies"))
    assert response.status_code == 403
    assert "not for your role" in response.content.decode()


def test_an_unknown_address_gets_a_plain_page(world: World) -> None:
    response = Client().get("/no/such/place")
    assert response.status_code == 404
    assert "Nothing is here" in response.content.decode()
    assert "no/such" not in response.content.decode()


def test_a_host_that_is_not_ours_is_refused(world: World) -> None:
    response = Client().get("/", headers={"host": "evil.example"})
    assert response.status_code == 400
    assert "evil" not in response.content.decode()
