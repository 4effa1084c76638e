"""Every address of the installation, with what each kind of reader gets there. A new address must be added here."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver, reverse

from course.people.words import Role

from .conftest import World

ROLES = ["visitor", *Role.values]
EVERYONE = dict.fromkeys(ROLES, 200)
STAFF = EVERYONE | {"visitor": 302}
_STRANGERS = {Role.COORDINATOR: 403, Role.AUTHOR: 403}
_NOT_COORDINATING = {Role.MODERATOR: 403, Role.AUTHOR: 403}


@dataclass(frozen=True)
class Address:
    """What GET answers, role by role, and what POST of an empty form without its key answers a visitor."""

    get: dict[str, int]
    visitor_post: int
    args: Callable[[World], list[Any]] = field(default=lambda _world: [])


ADDRESSES: dict[str, Address] = {
    "public-course": Address(EVERYONE, 403),
    "public-lesson": Address(EVERYONE, 403, lambda world: [world.published.lesson]),
    "public-lesson-number": Address(dict.fromkeys(ROLES, 302), 403, lambda _world: [1]),
    "public-help": Address(EVERYONE, 403),
    "public-accessibility": Address(EVERYONE, 403),
    "public-privacy": Address(EVERYONE, 403),
    "public-stop": Address(EVERYONE, 200, lambda world: [world.subscriber.stop_token]),  # the token is the authority
    "public-agree": Address(EVERYONE, 400, lambda world: [world.asked.agree_token]),
    "hook-twilio-inbound": Address(dict.fromkeys(ROLES, 405), 403),
    "hook-twilio-status": Address(dict.fromkeys(ROLES, 405), 403, lambda _world: ["a" * 26]),
    "hook-mail-inbound": Address(dict.fromkeys(ROLES, 405), 503, lambda _world: ["postmark"]),
    "hook-mail-tracking": Address(dict.fromkeys(ROLES, 405), 503, lambda _world: ["postmark"]),  # no secret is set
    "console-today": Address(STAFF, 403),
    "console-sign-in": Address(EVERYONE, 403),
    "console-sign-in-link": Address(EVERYONE, 403, lambda world: [world.link]),
    "console-sign-out": Address(STAFF, 403),
    "console-replies": Address(STAFF | _STRANGERS, 403),
    "console-reply": Address(STAFF | _STRANGERS, 403, lambda world: [world.held.pk]),
    "console-results": Address(STAFF, 403),
    "console-reply-stop": Address(dict.fromkeys(ROLES, 405), 403, lambda world: [world.held.pk]),
    "console-hold": Address(STAFF | {Role.AUTHOR: 403}, 403),
    "console-on-call": Address(STAFF, 403),
    "console-on-call-member": Address(
        dict.fromkeys(STAFF, 403) | {"visitor": 302, Role.ADMINISTRATOR: 200}, 403, lambda world: [world.owner.pk]
    ),
    "console-unsure": Address(STAFF | _NOT_COORDINATING, 403),
    "console-unreached": Address(STAFF | _NOT_COORDINATING, 403),
    "console-cohorts": Address(STAFF | _NOT_COORDINATING, 403),
}


def every_name() -> list[str]:
    """Return the name of every pattern, however deep."""
    return [str(pattern.name) for pattern in _walk(get_resolver().url_patterns)]


def path_of(name: str, world: World) -> str:
    """Return the path of an address in this world."""
    return reverse(name, args=ADDRESSES[name].args(world))


def _walk(patterns: list[URLPattern | URLResolver]) -> list[URLPattern]:
    found: list[URLPattern] = []
    for pattern in patterns:
        found += _walk(pattern.url_patterns) if isinstance(pattern, URLResolver) else [pattern]
    return found
