"""A message's life: which state may follow which, and the one statement that changes it. Drawn in docs/delivery.md."""

from typing import Any

from django.db.models import QuerySet

from course.delivery.models import Message
from course.delivery.words import State

STARTS: dict[State, tuple[State, ...]] = {
    State.PLANNED: (State.CLAIMED, State.CANCELLED),  # given back; or a stop called it off and the person came back
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


def move(rows: QuerySet[Message], to: State, **columns: Any) -> int:
    """Move those of ``rows`` that may go to ``to``, in one conditional UPDATE; return how many. Law 2.

    Whoever changed a row owns it. A lease ends with the state it was for, unless ``columns`` gives a new one.
    """
    return rows.filter(state__in=STARTS[to]).update(**{"state": to, "lease_until": None} | columns)
