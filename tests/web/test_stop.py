"""The stop link: shown by GET, done by POST, with or without a browser."""

import pytest
from django.test import Client
from django.urls import reverse

from course.people.models import Consent, Enrolment, NoticeRequest
from course.people.words import ConsentKind, EnrolmentState, NoticeKind

from .conftest import World


@pytest.fixture
def path(world: World) -> str:
    return reverse("public-stop", args=[world.subscriber.stop_token])


def _has_stopped(world: World) -> bool:
    standing = Consent.objects.filter(subscriber=world.subscriber, kind=ConsentKind.COURSE, withdrawn_at=None)
    return Enrolment.objects.get(subscriber=world.subscriber).state == EnrolmentState.STOPPED and not standing.exists()


def test_opening_the_link_stops_nothing_and_shows_a_button(world: World, path: str) -> None:
    assert "Yes, stop the course" in Client().get(path).content.decode()
    assert not _has_stopped(world)


def test_the_button_stops_the_course(world: World, path: str) -> None:
    response = Client(enforce_csrf_checks=True).post(path, {"stop": "yes"})
    assert response.status_code == 200
    assert "The course has stopped" in response.content.decode()
    assert _has_stopped(world)


def test_a_mail_program_stops_with_one_click_without_cookie_or_redirect(world: World, path: str) -> None:
    client = Client(enforce_csrf_checks=True)
    response = client.post(path, "List-Unsubscribe=One-Click", content_type="application/x-www-form-urlencoded")
    assert (response.status_code, dict(response.cookies)) == (200, {})
    assert _has_stopped(world)


def test_a_mail_program_may_send_the_click_as_multipart(world: World, path: str) -> None:
    assert Client(enforce_csrf_checks=True).post(path, {"List-Unsubscribe": "One-Click"}).status_code == 200
    assert _has_stopped(world)


def test_pressed_twice_it_is_confirmed_once(world: World, path: str) -> None:
    for _press in range(2):
        assert Client().post(path).status_code == 200
    assert NoticeRequest.objects.filter(kind=NoticeKind.STOPPED).count() == 1


def test_opened_after_stopping_it_says_so(world: World, path: str) -> None:
    Client().post(path)
    page = Client().get(path).content.decode()
    assert "The course has stopped" in page
    assert "START" in page


@pytest.mark.parametrize("method", ["get", "post"])
def test_an_unknown_link_tells_how_to_stop(world: World, method: str) -> None:
    response = getattr(Client(), method)(reverse("public-stop", args=["nobody"]))
    assert response.status_code == 404
    assert "STOP" in response.content.decode()
