"""What a hold holds, at the claim and at the wire, and what it never does."""

from datetime import UTC, datetime, timedelta

import pytest

from course.delivery import holds, outbox
from course.delivery.models import Attempt, Hold, Message
from course.delivery.words import HoldScope, State
from course.people.models import AuditEntry
from course.people.words import Channel, MessageClass
from tests import factories

pytestmark = pytest.mark.django_db
MACHINE = datetime(2026, 11, 23, 22, 0, tzinfo=UTC)


def hold(scope: HoldScope) -> bool:
    return holds.hold(scope, "we look at something", "staff:3", MACHINE)


def one_of_each_class() -> None:
    for message_class in MessageClass:
        factories.make_message(message_class=message_class)


def claimed(now: datetime, channel: Channel = Channel.EMAIL) -> set[str]:
    return {message.message_class for message in outbox.claim(list(MessageClass), channel, "worker:1", now, MACHINE, 9)}


@pytest.mark.parametrize(
    ("scope", "goes"),
    [
        (HoldScope.ALL, {MessageClass.SAFETY, MessageClass.DIRECT}),
        (HoldScope.EMAIL, {MessageClass.SAFETY}),
        (HoldScope.SMS, set(MessageClass)),
    ],
)
def test_each_scope_holds_its_own_classes_at_the_claim(now: datetime, scope: HoldScope, goes: set[str]) -> None:
    one_of_each_class()
    hold(scope)
    assert claimed(now) == goes


@pytest.mark.parametrize(
    ("scope", "handed"),
    [
        (HoldScope.ALL, {MessageClass.SAFETY, MessageClass.DIRECT}),
        (HoldScope.EMAIL, {MessageClass.SAFETY}),
        (HoldScope.SMS, set(MessageClass)),
    ],
)
def test_what_was_claimed_before_the_hold_is_looked_at_again_at_the_wire(
    now: datetime, scope: HoldScope, handed: set[str]
) -> None:
    one_of_each_class()
    rows = outbox.claim(list(MessageClass), Channel.EMAIL, "worker:1", now, MACHINE, 9)
    assert len(rows) == 3
    hold(scope)
    assert {row.message_class for row in rows if outbox.hand(row, now, MACHINE)} == handed
    assert Attempt.objects.count() == len(handed)


def test_after_the_release_what_was_held_goes(now: datetime) -> None:
    one_of_each_class()
    hold(HoldScope.ALL)
    hold(HoldScope.EMAIL)
    assert claimed(now) == {MessageClass.SAFETY}
    assert holds.release(HoldScope.ALL, "staff:4", MACHINE + timedelta(hours=1))
    assert claimed(now) == set()
    assert holds.release(HoldScope.EMAIL, "staff:4", MACHINE + timedelta(hours=1))
    assert claimed(now) == {MessageClass.DIRECT, MessageClass.COURSE}
    assert set(Message.objects.values_list("state", flat=True)) == {State.CLAIMED}


def test_held_twice_is_held_once_and_each_act_is_in_the_audit_log() -> None:
    assert hold(HoldScope.ALL)
    assert not hold(HoldScope.ALL)
    assert holds.release(HoldScope.ALL, "staff:4", MACHINE)
    assert not holds.release(HoldScope.ALL, "staff:4", MACHINE)
    assert hold(HoldScope.ALL)
    assert Hold.objects.count() == 2
    acts = AuditEntry.objects.order_by("pk").values_list("actor", "verb", "subject")
    assert list(acts) == [
        ("staff:3", "held", "sending:all"),
        ("staff:4", "released", "sending:all"),
        ("staff:3", "held", "sending:all"),
    ]
