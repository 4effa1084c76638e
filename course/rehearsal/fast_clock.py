"""Rows in; "is work unfinished?" and "when is something due next?" out. The clock never runs past work."""

from datetime import datetime

from django.db.models import Min, Q, QuerySet

from course.delivery.models import Message
from course.delivery.outbox import may_go
from course.delivery.words import State
from course.people.models import Enrolment, NoticeRequest
from course.people.words import CohortState, EnrolmentState
from course.replies.models import Reply, StopDoubt

_ON_THE_WAY = (State.CLAIMED, State.HANDED, State.UNKNOWN)
_WAITING = (State.PLANNED, State.RETRY)


def unfinished(now: datetime) -> int:
    """Return how many things that are due at ``now`` (course time) are not finished."""
    waiting = Message.objects.filter(may_go(now), state__in=_WAITING, due_at__lte=now, expires_at__gt=now)
    return (
        Reply.objects.filter(understood_at__isnull=True).count()
        + NoticeRequest.objects.filter(planned_at__isnull=True, not_before__lte=now).count()
        + _enrolments().filter(next_due_at__lte=now).count()
        + _doubts().filter(deadline__lte=now).count()
        + waiting.count()
        + Message.objects.filter(state__in=_ON_THE_WAY, lease_until__isnull=False).count()  # without: for a person
    )


def next_due(now: datetime) -> datetime | None:
    """Return the next instant after ``now`` at which something is due, or None when nothing is."""
    instants = [
        _enrolments().filter(next_due_at__gt=now).aggregate(at=Min("next_due_at"))["at"],
        Message.objects.filter(_can_come(), due_at__gt=now).aggregate(at=Min("due_at"))["at"],
        NoticeRequest.objects.filter(planned_at__isnull=True, not_before__gt=now).aggregate(at=Min("not_before"))["at"],
        _doubts().filter(deadline__gt=now).aggregate(at=Min("deadline"))["at"],
    ]
    return min((instant for instant in instants if instant), default=None)


def _enrolments() -> QuerySet[Enrolment]:
    return Enrolment.objects.filter(state=EnrolmentState.ACTIVE, cohort__state=CohortState.RUNNING)


def _doubts() -> QuerySet[StopDoubt]:
    return StopDoubt.objects.filter(decided_at__isnull=True)


def _can_come() -> Q:
    return Q(state__in=_WAITING)
