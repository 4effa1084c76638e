"""The page *On call*: who is told of an emergency, who has it, and who may change the list."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from course.people import alerts
from course.people.models import Alert, AuditEntry, Staff
from course.people.words import AlertKind, Role
from tests import factories

from .conftest import World, signed_in

PAGE = "console-on-call"
GOOD = {"on_call": "on", "days": "mon-fri", "start": "09:00", "end": "17:00", "zone": "America/Chicago", "cover": ""}


def page_of(staff: Staff) -> str:
    return signed_in(staff).get(reverse(PAGE)).content.decode()


def change(client: Client, member: Staff, **form: str) -> Any:
    return client.post(reverse("console-on-call-member", args=[member.pk]), GOOD | form)


@pytest.fixture
def alert(world: World) -> Alert:
    world.owner.on_call = True
    world.owner.save()
    alerts.begin(AlertKind.REPLY, f"reply:{world.held.reply_id}", world.held.held_at, {"post": world.held.pk})
    return Alert.objects.get()


@pytest.mark.parametrize("role", Role.values)
def test_i_have_it_is_for_who_acts_on_replies_and_who_is_told(world: World, alert: Alert, role: str) -> None:
    client = signed_in(world.staff[role])
    may = role in (Role.MODERATOR, Role.ADMINISTRATOR)
    assert ("I have it</button>" in client.get(reverse(PAGE)).content.decode()) is may
    assert client.post(reverse(PAGE), {"alert": alert.pk}).status_code == (302 if may else 403)
    assert alerts.standing().exists() is not may


def test_a_lead_who_is_no_moderator_may_have_it_and_sees_no_link_to_the_reply(world: World, alert: Alert) -> None:
    lead = factories.make_staff(Role.COORDINATOR, on_call_lead=True)
    assert reverse("console-reply", args=[world.held.pk]) not in page_of(lead)
    signed_in(lead).post(reverse(PAGE), {"alert": alert.pk})
    assert Alert.objects.get().acknowledged_by == f"staff:{lead.pk}"


def test_a_moderators_button_acknowledges_the_reply_too(world: World, alert: Alert) -> None:
    signed_in(world.owner).post(reverse(PAGE), {"alert": alert.pk})
    world.held.refresh_from_db()
    assert world.held.acknowledged_at
    assert world.held.decisions.get().act == "acknowledge"


def test_who_comes_second_is_told_so(world: World, alert: Alert) -> None:
    signed_in(world.owner).post(reverse(PAGE), {"alert": alert.pk})
    second = signed_in(world.colleague).post(reverse(PAGE), {"alert": alert.pk}, follow=True)
    assert "Somebody had it before you." in second.content.decode()


def test_the_page_says_hours_cover_one_route_and_an_empty_list(world: World) -> None:
    assert "Nobody is on call" in page_of(world.staff[Role.AUTHOR])
    owner = world.owner
    owner.on_call, owner.cover = True, world.colleague
    owner.hours = {"days": "mon-fri", "from": "09:00", "to": "17:00", "zone": "America/Chicago"}
    owner.save()
    page = page_of(world.staff[Role.AUTHOR])
    assert "Nobody is on call" not in page
    for said in ("Monday to Friday, 09:00 to 17:00, Chicago time", "Only by email.", world.colleague.name, "No lead"):
        assert said in page
    assert owner.email not in page


@pytest.mark.parametrize("role", Role.values)
def test_only_an_administrator_changes_the_list(world: World, role: str) -> None:
    allowed = role == Role.ADMINISTRATOR
    answer = change(signed_in(world.staff[role]), world.owner, cover=str(world.colleague.pk))
    assert answer.status_code == (302 if allowed else 403)
    world.owner.refresh_from_db()
    assert (world.owner.on_call, world.owner.cover == world.colleague) == (allowed, allowed)
    assert AuditEntry.objects.filter(verb="on_call_changed").count() == allowed


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ({"start": "25:00"}, "is not a time of day"),
        ({"zone": "Chicago"}, "is not a time zone"),
        ({"end": ""}, "This is missing."),
        ({"cover": "999999"}, "Choose a colleague who works here."),
    ],
)
def test_a_fault_is_named_and_nothing_is_changed(world: World, form: dict[str, str], said: str) -> None:
    answer = change(signed_in(world.staff[Role.ADMINISTRATOR]), world.owner, **form)
    assert answer.status_code == 400
    assert said in answer.content.decode()
    world.owner.refresh_from_db()
    assert not world.owner.on_call
