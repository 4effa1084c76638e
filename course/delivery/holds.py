"""A scope and a reason in; sending held until a person lets it go on. Machine time.

Scope "all" holds class course: answers to what a person just wrote, and safety, still go. The scope of a channel is
for a fault of ours at its provider: it holds class course and direct there. Nothing holds safety (law 4).
"""

from datetime import datetime

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from course.delivery.models import Hold
from course.delivery.words import HoldScope
from course.people import audit
from course.people.words import MessageClass

_LONGEST_REASON = 200


@transaction.atomic
def hold(scope: HoldScope, reason: str, by: str, machine_now: datetime) -> bool:
    """Hold ``scope``; False when it was held already, and then the first reason stays. ``by`` is "staff:3"."""
    _held, new = Hold.objects.get_or_create(
        scope=scope,
        released_at=None,
        defaults={"reason": reason[:_LONGEST_REASON], "held_by": by, "since": machine_now},
    )
    if new:
        audit.record(by, "held", f"sending:{scope}")
    return new


@transaction.atomic
def release(scope: HoldScope, by: str, machine_now: datetime) -> bool:
    """Let ``scope`` go on; False when it was not held."""
    released = standing().filter(scope=scope).update(released_at=machine_now, released_by=by)
    if released:
        audit.record(by, "released", f"sending:{scope}")
    return bool(released)


def standing() -> QuerySet[Hold]:
    """Return the holds that stand, the widest first."""
    return Hold.objects.filter(released_at__isnull=True).order_by("scope")


def held() -> Q:
    """Return what is true of a message that may not go out now, in words that an UPDATE checks on the row itself."""
    everything = Q(message_class=MessageClass.COURSE) & Q(Exists(standing().filter(scope=HoldScope.ALL)))
    channel = ~Q(message_class=MessageClass.SAFETY) & Q(Exists(standing().filter(scope=OuterRef("channel"))))
    return everything | channel
