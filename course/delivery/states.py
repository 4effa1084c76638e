"""A message's life: which state may follow which, and the one statement that changes it. Drawn in docs/delivery.md."""

from typing import Any

from django.db.models import QuerySet

from course.delivery.models import Message
from course.delivery.words import NOT_GOING, UNFINISHED, WAITING, State

STARTS: dict[State, tuple[State, ...]] = {
    State.PLANNED: (State.CLAIMED,),  # given back
    State.CLAIMED: (State.PLANNED, State.RETRY),
    State.HANDED: (State.CLAIMED,),
    State.ACCEPTED: (State.HANDED, State.UNKNOWN, State.RETRY),  # from retry: the answer came late, and was yes
    State.DELIVERED: (State.ACCEPTED,),
    State.RETRY: (State.CLAIMED, State.HANDED, State.UNKNOWN, State.ACCEPTED),
    State.UNKNOWN: (State.HANDED,),
    State.FAILED: (State.CLAIMED, State.HANDED, State.UNKNOWN),
    State.BOUNCED: (State.HANDED, State.UNKNOWN, State.ACCEPTED, State.DELIVERED),
    State.SUPPRESSED: (State.PLANNED, State.CLAIMED, State.HANDED, State.UNKNOWN, State.RETRY),
    State.EXPIRED: (State.PLANNED, State.RETRY),
    State.CANCELLED: (State.PLANNED, State.CLAIMED, State.RETRY),
}
# What the other side says later is the truth about the wire, whatever we had come to think.
LATE: dict[State, tuple[State, ...]] = {
    State.ACCEPTED: (State.UNKNOWN, *WAITING, *NOT_GOING),
    State.DELIVERED: (State.HANDED, State.UNKNOWN, State.ACCEPTED, State.BOUNCED, *WAITING, *NOT_GOING),
    State.BOUNCED: (State.HANDED, State.UNKNOWN, State.ACCEPTED, State.DELIVERED, *WAITING, *NOT_GOING),
    State.RETRY: (State.ACCEPTED,),
    State.EXPIRED: (State.ACCEPTED, *WAITING),
    State.SUPPRESSED: (State.ACCEPTED, *WAITING),
}
COME_BACK: dict[State, tuple[State, ...]] = {State.PLANNED: (State.CANCELLED,)}  # who had stopped starts again in time
# After a restore nobody here knows what went since: the other side is asked about every message that is not finished.
RESTORED: dict[State, tuple[State, ...]] = {
    State.UNKNOWN: UNFINISHED,
    State.PLANNED: (State.CLAIMED,),
    State.RETRY: (State.HANDED, State.UNKNOWN),
}
# Of what nobody can say a person has the last word; a later part that shall go again waits for the one before.
BY_HAND: dict[State, tuple[State, ...]] = dict.fromkeys(
    (State.ACCEPTED, State.RETRY, State.PLANNED, State.FAILED), (State.UNKNOWN,)
)


def move(rows: QuerySet[Message], to: State, starts: dict[State, tuple[State, ...]] = STARTS, **columns: Any) -> int:
    """Move those of ``rows`` that may go to ``to``, in one conditional UPDATE; return how many. Law 2.

    Whoever changed a row owns it. A lease ends with the state it was for, unless ``columns`` gives a new one.
    """
    return rows.filter(state__in=starts[to]).update(**{"state": to, "lease_until": None} | columns)
