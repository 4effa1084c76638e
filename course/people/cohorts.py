"""Cohorts and places in them: who starts when, and which step is next."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.db import transaction

from course import doorbell
from course.curriculum import timetable
from course.curriculum.model import Course, Step
from course.people import audit, versions
from course.people.models import Cohort, CourseVersion, Enrolment, Staff, Subscriber
from course.people.words import CohortState, EnrolmentState


class CohortError(Exception):
    """A cohort cannot be made or started as asked; the message says what would be right."""


def create(
    name: str, version: CourseVersion, starts_on: date, now: datetime, coordinator: Staff | None = None
) -> Cohort:
    """Make a cohort in the course's own zone. Raises CohortError for a past start or a name in use."""
    course = versions.course_of(version)
    if starts_on < now.astimezone(course.zone).date():
        raise CohortError(f"The start {starts_on} is past; choose {now.astimezone(course.zone).date()} or later.")
    if Cohort.objects.filter(name=name).exists():
        raise CohortError(f"There is a cohort called {name!r} already; choose another name.")
    cohort = Cohort.objects.create(
        name=name,
        version=version,
        starts_on=starts_on,
        zone=course.zone.key,
        join=course.join,
        catch_up=course.catch_up,
        state=CohortState.RUNNING,
        coordinator=coordinator,
        created_at=now,
    )
    audit.record(f"staff:{coordinator.pk}" if coordinator else "system", "cohort_added", f"cohort:{cohort.pk}")
    return cohort


@transaction.atomic
def enrol(subscriber: Subscriber, cohort: Cohort, now: datetime) -> Enrolment:
    """Give a subscriber a place whose first step is the first that is still to come."""
    course = versions.course_of(cohort.version)
    zone = zone_of(subscriber, cohort)
    day_zero = timetable.day_zero(
        now, cohort.starts_on, course.steps, zone, course.window, cohort.join, subscriber.preferred_hour
    )
    enrolment, created = Enrolment.objects.get_or_create(
        subscriber=subscriber,
        cohort=cohort,
        defaults={"state": _state_of(subscriber), "day_zero": day_zero, "state_changed_at": now},
    )
    if created:
        first = _first_to_come(enrolment, course, now)
        set_next(enrolment, course, first)
        enrolment.save(update_fields=["next_step", "next_due_at", "state"])
        doorbell.ring("plan")
    return enrolment


def zone_of(subscriber: Subscriber, cohort: Cohort) -> ZoneInfo:
    """Return the zone a person's hours are told in: their own, else the cohort's."""
    return ZoneInfo(subscriber.zone or cohort.zone)


def due(enrolment: Enrolment, course: Course, step: Step) -> timetable.Due:
    """Return when a step is due for one person. This is where the hour of a lesson is decided."""
    if enrolment.day_zero is None:
        raise CohortError(f"Enrolment {enrolment.pk} has no first day yet.")
    person = enrolment.subscriber
    zone = zone_of(person, enrolment.cohort)
    return timetable.due(step, enrolment.day_zero, zone, course.window, person.preferred_hour)


def set_next(enrolment: Enrolment, course: Course, step: Step | None) -> None:
    """Set the next step in memory; without one the enrolment is finished."""
    if step is None:
        enrolment.next_step, enrolment.next_due_at = "", None
        enrolment.state = EnrolmentState.FINISHED
    else:
        enrolment.next_step = step.id
        enrolment.next_due_at = due(enrolment, course, step).utc


def step_after(course: Course, step_id: str) -> Step | None:
    """Return the step that follows, or None after the last."""
    ids = [step.id for step in course.steps]
    following = course.steps[ids.index(step_id) + 1 :]
    return following[0] if following else None


def _first_to_come(enrolment: Enrolment, course: Course, now: datetime) -> Step | None:
    return next((step for step in course.steps if due(enrolment, course, step).utc >= now), None)


def come_back(enrolment: Enrolment, source: str, now: datetime) -> Enrolment:
    """Let a stopped enrolment go on with the step it stopped at; its days are counted on from today.

    Without that every step that fell due meanwhile would be too late, and the person would get nothing.
    """
    course = versions.course_of(enrolment.cohort.version)
    enrolment.state, enrolment.state_reason, enrolment.state_changed_at = EnrolmentState.ACTIVE, source[:40], now
    if enrolment.next_step and enrolment.day_zero:
        step = course.step(enrolment.next_step)
        while due(enrolment, course, step).utc < now:
            enrolment.day_zero += timedelta(days=1)
        set_next(enrolment, course, step)
    enrolment.save()
    doorbell.ring("plan")
    return enrolment


def wait(subscriber: Subscriber, source: str, now: datetime) -> int:
    """Let a person's lessons wait until somebody has read their reply ("reply:12"); return how many enrolments."""
    Subscriber.objects.filter(pk=subscriber.pk, waits_for="").update(waits_for=source[:40])
    active = Enrolment.objects.filter(subscriber=subscriber, state=EnrolmentState.ACTIVE)
    return active.update(state=EnrolmentState.WAITING, state_reason=source[:40], state_changed_at=now)


def go_on(subscriber: Subscriber, now: datetime) -> int:
    """Let lessons that wait go on; what fell due meanwhile follows the cohort's catch-up rule."""
    wait_no_more(subscriber)
    waiting = Enrolment.objects.filter(subscriber=subscriber, state=EnrolmentState.WAITING)
    changed = waiting.update(state=EnrolmentState.ACTIVE, state_reason="", state_changed_at=now)
    doorbell.ring("plan")
    return changed


def wait_no_more(subscriber: Subscriber) -> None:
    """Take the mark off: the person has stopped, or what they meant is known."""
    Subscriber.objects.filter(pk=subscriber.pk).exclude(waits_for="").update(waits_for="")


def _state_of(subscriber: Subscriber) -> EnrolmentState:
    waits = Subscriber.objects.filter(pk=subscriber.pk).exclude(waits_for="").exists()
    return EnrolmentState.WAITING if waits else EnrolmentState.ACTIVE


def zone_of_person(subscriber: Subscriber | None, fallback: ZoneInfo) -> ZoneInfo:
    """Return the zone of somebody a notice is for: their own, their newest cohort's, else ``fallback``."""
    if subscriber is None:
        return fallback
    if subscriber.zone:
        return ZoneInfo(subscriber.zone)
    newest = subscriber.enrolments.select_related("cohort").order_by("-pk").first()
    return ZoneInfo(newest.cohort.zone) if newest else fallback
