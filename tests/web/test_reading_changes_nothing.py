"""Law 10: a link scanner may press every link, twice, and nothing in any table is different afterwards."""

from typing import Any

import pytest
from django.apps import apps
from django.test import Client

from course.people.words import Role

from .addresses import ADDRESSES, path_of
from .conftest import World, signed_in

_FREE = {"Session"}


def dump() -> dict[str, list[dict[str, Any]]]:
    """Return all rows of all tables but sessions."""
    models = [model for model in apps.get_models() if model.__name__ not in _FREE]
    return {model._meta.label: list(model._default_manager.order_by("pk").values()) for model in models}


@pytest.mark.parametrize("role", ["visitor", *Role.values])
def test_every_address_read_twice_leaves_every_table_as_it_was(world: World, role: str) -> None:
    client = Client() if role == "visitor" else signed_in(world.staff[role])
    before = dump()
    assert before["course.Post"]
    for name in [*ADDRESSES, *ADDRESSES]:
        client.get(path_of(name, world))
        client.head(path_of(name, world))
    assert dump() == before


def test_a_page_sets_no_cookie_for_a_visitor(world: World) -> None:
    for name in ADDRESSES:
        response = Client().get(path_of(name, world))
        # The sign-in button carries a key against forged forms, which is a cookie for staff.
        assert bool(response.cookies) == (name == "console-sign-in-link")


@pytest.mark.parametrize("name", [name for name in ADDRESSES if name.startswith("console") or "stop" in name])
def test_no_cache_may_keep_a_personal_page(world: World, name: str) -> None:
    response = signed_in(world.staff[Role.ADMINISTRATOR]).get(path_of(name, world))
    if response.status_code == 405:  # a button's address, with no page
        assert response.content == b""
        return
    assert "no-store" in response["Cache-Control"]


@pytest.mark.parametrize("name", ADDRESSES)
def test_every_page_may_load_nothing_but_our_own_files(world: World, name: str) -> None:
    response = Client().get(path_of(name, world))
    assert "default-src 'none'" in response["Content-Security-Policy"]
    page = response.content.decode()
    assert " style=" not in page
    assert "<style" not in page
    assert "<script>" not in page
