"""A sign-in link works once, by a press, for one hour."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from course import clock
from course.people.models import SignInLink

from .conftest import World, signed_in


@pytest.fixture
def path(world: World) -> str:
    return reverse("console-sign-in-link", args=[world.link])


def test_opening_the_link_signs_nobody_in_and_names_no_address(world: World, path: str) -> None:
    client = Client()
    page = client.get(path).content.decode()
    assert f"Sign in as {world.owner.name}" in page
    assert world.owner.email not in page
    assert client.get(reverse("console-today")).status_code == 302


def test_the_press_signs_in_once(world: World, path: str) -> None:
    client = Client()
    assert client.post(path).status_code == 302
    assert client.get(reverse("console-today")).status_code == 200
    second = Client()
    response = second.post(path)
    assert response.status_code == 410
    assert "course staff sign-in EMAIL" in response.content.decode()
    assert second.get(reverse("console-today")).status_code == 302


def test_a_link_is_over_after_an_hour(world: World, path: str) -> None:
    SignInLink.objects.update(expires_at=clock.machine_now() - timedelta(seconds=1))
    for response in (Client().get(path), Client().post(path)):
        assert response.status_code == 410


def test_a_forged_press_is_refused_with_a_plain_page(world: World, path: str) -> None:
    response = Client(enforce_csrf_checks=True).post(path)
    assert response.status_code == 403
    assert "This form is too old" in response.content.decode()
    assert SignInLink.objects.get(token=world.link).used_at is None


def test_signing_out_is_a_press_too(world: World) -> None:
    client = signed_in(world.owner)
    assert client.get(reverse("console-sign-out")).status_code == 200
    assert client.get(reverse("console-today")).status_code == 200
    assert client.post(reverse("console-sign-out")).status_code == 302
    assert client.get(reverse("console-today")).status_code == 302
