"""Who may open what: owner, colleague, stranger and visitor at every address."""

import pytest
from django.test import Client
from django.urls import reverse

from course.people.words import Role
from tests import factories

from . import conftest
from .addresses import ADDRESSES, ROLES, every_name, path_of
from .conftest import World, signed_in


def test_every_address_is_in_the_table() -> None:
    assert sorted(every_name()) == sorted(ADDRESSES)


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("name", ADDRESSES)
def test_each_role_gets_what_the_table_says(world: World, name: str, role: str) -> None:
    client = Client() if role == "visitor" else signed_in(world.staff[role])
    response = client.get(path_of(name, world))
    assert response.status_code == ADDRESSES[name].get[role]
    if response.status_code == 302 and name.startswith("console"):
        assert response["Location"] == reverse("console-sign-in")


@pytest.mark.parametrize("name", ADDRESSES)
def test_a_visitor_can_post_only_where_a_token_is_the_authority(world: World, name: str) -> None:
    client = Client(enforce_csrf_checks=True)
    assert client.post(path_of(name, world)).status_code == ADDRESSES[name].visitor_post


@pytest.mark.parametrize("role", [Role.COORDINATOR, Role.AUTHOR])
def test_a_stranger_cannot_act_on_a_reply(world: World, role: str) -> None:
    form = {"act": "reject", "why": "no", "revision": 1}
    assert signed_in(world.staff[role]).post(path_of("console-reply", world), form).status_code == 403
    world.held.refresh_from_db()
    assert world.held.state == "held"


def test_a_colleague_opens_the_same_reply(world: World) -> None:
    assert signed_in(world.colleague).get(path_of("console-reply", world)).status_code == 200


def test_a_coordinator_sees_only_their_own_cohorts(world: World) -> None:
    path = reverse("console-cohorts")
    other = factories.make_staff(Role.COORDINATOR)
    assert "Autumn walkers" in signed_in(world.staff[Role.COORDINATOR]).get(path).content.decode()
    assert "Autumn walkers" not in signed_in(other).get(path).content.decode()
    assert "Autumn walkers" in signed_in(world.staff[Role.ADMINISTRATOR]).get(path).content.decode()


def test_someone_who_left_is_a_visitor(world: World) -> None:
    client = signed_in(world.owner)
    world.owner.is_active = False
    world.owner.save()
    assert client.get(reverse("console-today")).status_code == 302


def test_a_reply_that_is_not_there_is_not_found(world: World) -> None:
    assert signed_in(world.owner).get(reverse("console-reply", args=[10**9])).status_code == 404


def test_the_console_shows_no_contact_and_no_name(world: World) -> None:
    contact = world.subscriber.contacts.get()
    words = f"Is walking good for me? Rosalind, {contact.address}, call +1 202 555 0142"
    post = factories.make_post(
        world.subscriber, reply=conftest.make_reply("two", world.held.held_at, own_words=words, cut=words)
    )
    page = signed_in(world.owner).get(reverse("console-reply", args=[post.pk])).content.decode()
    assert "Is walking good for me?" in page
    for private in ("Rosalind", contact.address, "555 0142"):
        assert private not in page
