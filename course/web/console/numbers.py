"""The tables in; the numbers of the page *Today* out, in a fixed count of queries."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Min, Q

from course.delivery import holds
from course.delivery.models import Hold, Message
from course.delivery.words import State
from course.discussion.models import Post
from course.discussion.words import PostState
from course.people.models import Enrolment
from course.people.words import EnrolmentState
from course.replies.words import Tier
from course.web import words

_SENT = (State.ACCEPTED, State.DELIVERED)
_FAILED = (State.FAILED, State.BOUNCED)
_URGENT = (Tier.A, Tier.B)


@dataclass(frozen=True)
class Bar:
    """One state of messages: its words, how many, and how long its bar is, in percent of the longest."""

    words: str
    count: int
    percent: float


@dataclass(frozen=True)
class Numbers:
    """What stands on *Today*. Times are course time."""

    bars: list[Bar]
    sent: int
    failed: int
    due_in_a_day: int
    next_due: datetime | None
    people_waiting: int
    held: int
    urgent: int
    not_acknowledged: int
    oldest_held: datetime | None
    awaiting_author: int
    holds: Sequence[Hold]


def numbers(now: datetime) -> Numbers:
    """Count. ``now`` is course time; "a day" is the next 24 hours."""
    by_state = dict(Message.objects.values_list("state").annotate(count=Count("pk")).order_by())
    active = Q(state=EnrolmentState.ACTIVE, next_due_at__isnull=False)
    people = Enrolment.objects.aggregate(
        due=Count("pk", filter=active & Q(next_due_at__lte=now + timedelta(days=1))),
        next=Min("next_due_at", filter=active),
        waiting=Count("pk", filter=Q(state=EnrolmentState.WAITING)),
    )
    held = Q(state=PostState.HELD)
    posts = Post.objects.aggregate(
        held=Count("pk", filter=held),
        urgent=Count("pk", filter=held & Q(tier__in=_URGENT)),
        alone=Count("pk", filter=held & Q(tier__in=_URGENT, acknowledged_at__isnull=True)),
        oldest=Min("held_at", filter=held),
        asked=Count("pk", filter=Q(state=PostState.AWAITING_AUTHOR)),
    )
    return Numbers(
        bars=_bars(by_state),
        sent=sum(by_state.get(state, 0) for state in _SENT),
        failed=sum(by_state.get(state, 0) for state in _FAILED),
        due_in_a_day=people["due"],
        next_due=people["next"],
        people_waiting=people["waiting"],
        held=posts["held"],
        urgent=posts["urgent"],
        not_acknowledged=posts["alone"],
        oldest_held=posts["oldest"],
        awaiting_author=posts["asked"],
        holds=list(holds.standing()),
    )


def _bars(by_state: dict[str, int]) -> list[Bar]:
    most = max(by_state.values(), default=0) or 1
    return [
        Bar(str(said), by_state.get(state, 0), round(100 * by_state.get(state, 0) / most, 1))
        for state, said in words.MESSAGE_STATES.items()
    ]
