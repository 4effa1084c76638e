"""Closed sets of words in; what a person reads for them out."""

from django.utils.dates import WEEKDAYS
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as later

from course.curriculum.model import Course, ReadingHours
from course.delivery.words import State
from course.discussion.words import Act, PostState
from course.people.words import CohortState, Role
from course.replies.words import Tier

ROLES: dict[str, Promise] = {
    Role.COORDINATOR: later("coordinator"),
    Role.MODERATOR: later("moderator"),
    Role.AUTHOR: later("course author"),
    Role.ADMINISTRATOR: later("administrator"),
}
MESSAGE_STATES: dict[str, Promise] = {
    State.PLANNED: later("Waiting for its time"),
    State.CLAIMED: later("Being sent"),
    State.HANDED: later("Handed over, no answer yet"),
    State.ACCEPTED: later("Sent"),
    State.DELIVERED: later("Delivered"),
    State.RETRY: later("Will be tried again"),
    State.UNKNOWN: later("Perhaps sent, being looked up"),
    State.FAILED: later("Failed"),
    State.BOUNCED: later("Came back"),
    State.SUPPRESSED: later("Not sent: the address may not be used"),
    State.EXPIRED: later("Not sent: too late"),
    State.CANCELLED: later("Not sent: called off"),
}
POST_STATES: dict[str, Promise] = {
    PostState.HELD: later("Held"),
    PostState.AWAITING_AUTHOR: later("Waiting for the author"),
    PostState.PUBLISHED: later("Published"),
    PostState.ANSWERED: later("Answered privately"),
    PostState.REJECTED: later("Rejected"),
    PostState.WITHDRAWN: later("Withdrawn"),
}
TIERS: dict[str, Promise] = {
    Tier.A: later("Urgent: may be an emergency (tier A)"),
    Tier.B: later("Urgent: needs a person today (tier B)"),
    Tier.C: later("A matter of days (tier C)"),
    Tier.CHECK: later("Read this first: a warning word was denied or unclear (check)"),
    Tier.NONE: later("No warning sign found by the rules"),
}
ACTS: dict[str, Promise] = {
    Act.EDIT: later("Edited"),
    Act.ASK_AUTHOR: later("Asked the author"),
    Act.ANSWER: later("Answered privately"),
    Act.REJECT: later("Rejected"),
    Act.WITHDRAW: later("Withdrew"),
    Act.ESCALATE: later("Handed to a colleague"),
    Act.ACKNOWLEDGE: later("Acknowledged"),
    Act.PHONED: later("Phoned the person"),
    Act.AUTHOR_AGREED: later("The author agreed"),
    Act.AUTHOR_DECLINED: later("The author said no"),
}
COHORT_STATES: dict[str, Promise] = {
    CohortState.DRAFT: later("Draft"),
    CohortState.OPEN: later("Open"),
    CohortState.RUNNING: later("Running"),
    CohortState.PAUSED: later("Paused"),
    CohortState.CLOSED: later("Closed"),
}


def reading_hours(hours: ReadingHours) -> str:
    """Return "Monday to Friday, from 09:00 to 17:00 (America/Chicago time)"."""
    return _("%(days)s, from %(start)s to %(end)s (%(zone)s time)") % {
        "days": _days(sorted(hours.days)),
        "start": f"{hours.start:%H:%M}",
        "end": f"{hours.end:%H:%M}",
        "zone": hours.zone.key.replace("_", " "),
    }


def answer_within(course: Course) -> str:
    """Return "1 working day" or "2 working days"."""
    if course.answer_within == 1:
        return _("1 working day")
    return _("%(count)s working days") % {"count": course.answer_within}


def _days(days: list[int]) -> str:
    names = [str(WEEKDAYS[day]) for day in days]
    if len(days) > 2 and days[-1] - days[0] == len(days) - 1:
        return _("%(first)s to %(last)s") % {"first": names[0], "last": names[-1]}
    return ", ".join(names)
