"""Due enrolments in; rows of the outbox out, once each. Every step that is not sent gets a row with its reason."""

import logging
from datetime import datetime, timedelta
from typing import Any

from django.db import InterfaceError, OperationalError, transaction

from course import doorbell
from course.curriculum import timetable
from course.curriculum.model import Course, Step
from course.curriculum.timetable import Due
from course.delivery import digests, eligibility, marks
from course.delivery.models import Message
from course.delivery.words import Reason, State
from course.people import cohorts, versions
from course.people.models import Contact, Enrolment
from course.people.words import Channel, CohortState, EnrolmentState, MessageClass

_REASONS = {"expired": Reason.LATE, "late_newer_goes": Reason.NEWER_GOES, "late_skipped": Reason.LATE}
SET_ASIDE = timedelta(minutes=10)

log = logging.getLogger(__name__)


def plan_due(now: datetime, limit: int = 5) -> int:
    """Move up to ``limit`` due enrolments to the outbox in one transaction; return how many. Course time."""
    waiting = _due_enrolments(now)
    if not waiting.exists():  # asked without a transaction: an idle look must keep no writer out
        return 0
    with transaction.atomic():
        due = list(waiting.select_for_update(skip_locked=True, of=("self",))[:limit])
        for enrolment in due:
            _plan_or_set_aside(enrolment, now)
    if due:
        doorbell.ring("deliver_course")
    return len(due)


def _plan_or_set_aside(enrolment: Enrolment, now: datetime) -> None:
    """Plan one enrolment; one that cannot be planned waits ten minutes, so that it holds nobody else up."""
    try:
        with transaction.atomic():
            _plan(enrolment, now)
    except (InterfaceError, OperationalError):
        raise  # a lock or a lost server is not the enrolment's fault
    except Exception as error:
        log.error("enrolment %s cannot be planned: %s", enrolment.pk, type(error).__name__)  # noqa: TRY400  a trace may hold words
        Enrolment.objects.filter(pk=enrolment.pk).update(next_due_at=now + SET_ASIDE, state_reason="cannot_plan")


def _due_enrolments(now: datetime) -> Any:
    return (
        Enrolment.objects.filter(state=EnrolmentState.ACTIVE, next_due_at__lte=now, cohort__state=CohortState.RUNNING)
        .select_related("subscriber", "cohort__version")
        .order_by("next_due_at")
    )


def _plan(enrolment: Enrolment, now: datetime) -> None:
    course = versions.course_of(enrolment.cohort.version)
    overdue = _overdue(enrolment, course, now)
    decisions = timetable.catch_up(overdue, enrolment.cohort.catch_up, now)
    dues = {step.id: due for step, due in overdue}
    messages: list[Message] = []
    following = cohorts.step_after(course, overdue[-1][0].id)
    moved_to: datetime | None = None
    for decision in decisions:
        step = course.step(decision.step_id)
        if decision.action == "move":
            following, moved_to = step, decision.at
            break
        reason = Reason.NONE if decision.action == "send" else _REASONS[decision.reason]
        messages += _messages(enrolment, course, step, dues[step.id], reason, now)
    if _advance(enrolment, course, following, moved_to):
        Message.objects.bulk_create(messages, ignore_conflicts=True)


def _overdue(enrolment: Enrolment, course: Course, now: datetime) -> list[tuple[Step, Due]]:
    """Return the enrolment's next step, due when the row says, and every later step that is due by now."""
    ids = [step.id for step in course.steps]
    later = course.steps[ids.index(enrolment.next_step) :]
    found = []
    for step in later:
        due = cohorts.due(enrolment, course, step)
        if step.id == enrolment.next_step and enrolment.next_due_at:
            due = Due(step.id, enrolment.next_due_at, due.local, due.moved_by)
        if due.utc > now:
            break
        found.append((step, due))
    return found


def _advance(enrolment: Enrolment, course: Course, step: Step | None, moved_to: datetime | None) -> bool:
    planned = enrolment.next_step
    cohorts.set_next(enrolment, course, step)
    changed = Enrolment.objects.filter(pk=enrolment.pk, next_step=planned, state=EnrolmentState.ACTIVE).update(
        next_step=enrolment.next_step,
        next_due_at=moved_to or enrolment.next_due_at,
        state=enrolment.state,
    )
    return bool(changed)


def _messages(
    enrolment: Enrolment, course: Course, step: Step, due: Due, reason: Reason, now: datetime
) -> list[Message]:
    posts = posts_of(enrolment, course, step, now)
    if step.kind == "digest" and not posts:
        reason = reason or Reason.NOTHING_NEW
    made = []
    for channel in eligibility.channels_of(enrolment.subscriber):
        contact, objection = eligibility.contact_for(enrolment.subscriber, channel)
        why = reason or objection or eligibility.gate(enrolment, step)
        parts = parts_of(course, step, enrolment.subscriber.language, channel) if not why else 1
        for part in range(1, parts + 1):
            message = message_of(enrolment, step, due, channel, part, parts, contact, posts, now)
            _place(message, enrolment, course, why, now)
            made.append(message)
    return made


def message_of(
    enrolment: Enrolment, step: Step, due: Due, channel: Channel, part: int, parts: int, contact: Contact | None,
    posts: list[int], now: datetime,
) -> Message:  # fmt: skip
    """Return the row of one part of one step, not saved and not placed in time."""
    return Message(
        enrolment=enrolment, step_id=step.id, channel=channel, part=part, parts=parts, contact=contact,
        version=enrolment.cohort.version, message_class=MessageClass.COURSE, planned_at=now,
        expires_at=due.utc + step.expires, words={"posts": posts} if posts else {},
        **marks.of_step(enrolment, step.id, channel, part),
    )  # fmt: skip


def _place(message: Message, enrolment: Enrolment, course: Course, why: Reason, now: datetime) -> None:
    """Put a message inside the person's window; a part after the first waits until the one before is accepted."""
    zone = cohorts.zone_of(enrolment.subscriber, enrolment.cohort)
    opening = timetable.next_opening(now, zone, course.window)
    if not why and opening >= message.expires_at:
        why = Reason.LATE
    if why:
        message.state, message.reason = State.CANCELLED, why
    elif message.part == 1:
        message.due_at = opening
        message.window_ends_at = timetable.window_end(opening, zone, course.window)


def parts_of(course: Course, step: Step, language: str, channel: Channel) -> int:
    """Return how many texts a step is, or 1 for an email."""
    if channel == Channel.EMAIL or step.lesson is None:
        return 1
    return len(course.lesson(step.lesson, language).texts)


def posts_of(enrolment: Enrolment, course: Course, step: Step, now: datetime) -> list[int]:
    """Return the ids of the posts published since this person's last digest; none for a lesson."""
    if step.kind != "digest":
        return []
    steps = [each.id for each in course.steps if each.kind == "digest"]
    sent = Message.objects.filter(enrolment=enrolment, step_id__in=steps, state__in=(State.ACCEPTED, State.DELIVERED))
    last = sent.order_by("-planned_at").values_list("planned_at", flat=True).first()
    return [entry["post"] for entry in digests.lent().entries("all", last, now)]
