"""A restored database in; what the relay and the provider say went since the backup, written into it, out.

Asked while nothing is running and sending is held. Rows that were not final are asked about by their Message-ID or
their words; for steps that were planned after the backup the same rows are made again, since marks never change.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F, QuerySet

from course.curriculum.model import Step
from course.delivery import eligibility, notice_planning, outbox, outcomes, planning
from course.delivery.channels.base import Finding
from course.delivery.models import Message
from course.delivery.questions import Questions
from course.delivery.states import RESTORED, move
from course.delivery.words import UNFINISHED, Outcome, State
from course.people import cohorts, versions
from course.people.models import Enrolment
from course.people.words import Channel, EnrolmentState, MessageClass

_AHEAD = timedelta(days=2)  # a person may have had an earlier hour, or another zone, when it went
NOTE = "found when a restored database asked"
Tell = Callable[[int], None]


@dataclass
class Asked:
    """What one channel's other side said."""

    went: int = 0
    not_gone: int = 0
    nobody_can_say: int = 0


@dataclass
class _Asking:
    """One round of questions. ``now`` is course time."""

    questions: Questions
    now: datetime
    machine_now: datetime
    said: dict[str, Asked]


def ask(since: datetime, now: datetime, machine_now: datetime, tell: Tell = lambda _count: None) -> dict[str, Asked]:
    """Ask about everything that may have gone since the backup (machine time); return what was said, by channel."""
    while notice_planning.plan_notices(now):
        pass
    asking = _Asking(Questions(since, now), now, machine_now, {str(name): Asked() for name in Channel})
    rows = list(Message.objects.filter(state__in=UNFINISHED).order_by("pk").values_list("pk", flat=True))
    for count, message_id in enumerate(rows, 1):
        _about_row(asking, outbox.load(message_id))
        tell(count)
    places = Enrolment.objects.exclude(next_step="").filter(day_zero__isnull=False)
    for count, enrolment in enumerate(places.select_related("subscriber", "cohort__version"), len(rows) + 1):
        _about_place(asking, enrolment)
        tell(count)
    return asking.said


def _about_row(asking: _Asking, message: Message) -> None:
    finding, said = asking.questions.about(message), asking.said[message.channel]
    to_come = _is_to_come(asking, message)
    if finding and finding.went:
        _went(asking, message, finding)
    elif finding or message.message_class == MessageClass.SAFETY or to_come:
        # Safety goes again rather than not at all (law 3).
        said.not_gone += 1
        _free(message, possibly_twice=finding is None and not to_come)
    else:
        said.nobody_can_say += 1
        _leave_to_a_person(message)


def _is_to_come(asking: _Asking, message: Message) -> bool:
    return message.state == State.PLANNED and message.due_at is not None and message.due_at > asking.now


def _about_place(asking: _Asking, enrolment: Enrolment) -> None:
    """Ask about each step that may have been planned since; a place moves on past the steps that are settled."""
    course = versions.course_of(enrolment.cohort.version)
    following = next((step for step in course.steps if step.id == enrolment.next_step), None)
    settled = True
    for step, due, messages in _since_then(asking, enrolment):
        settled = _about_step(asking, enrolment, due, messages) and settled
        if settled:
            following = cohorts.step_after(course, step.id)
    if following is None or following.id != enrolment.next_step:
        before = enrolment.state
        cohorts.set_next(enrolment, course, following)
        Enrolment.objects.filter(pk=enrolment.pk).update(
            next_step=enrolment.next_step, next_due_at=enrolment.next_due_at,
            state=enrolment.state if before == EnrolmentState.ACTIVE else before,
        )  # fmt: skip


def _since_then(asking: _Asking, enrolment: Enrolment) -> Iterator[tuple[Step, datetime, list[Message]]]:
    """Yield the steps that may have gone, each with the rows that planning would have made."""
    course = versions.course_of(enrolment.cohort.version)
    person = enrolment.subscriber
    ids = [step.id for step in course.steps]
    for step in course.steps[ids.index(enrolment.next_step) :]:
        due = cohorts.due(enrolment, course, step)
        if due.utc > asking.now + _AHEAD:
            return
        posts = planning.posts_of(enrolment, course, step, asking.now)
        messages = []
        for channel in eligibility.channels_of(person):
            contact = eligibility.confirmed_contact(person, channel)
            parts = planning.parts_of(course, step, person.language, channel) if contact else 0
            messages += [
                planning.message_of(enrolment, step, due, channel, part, parts, contact, posts, asking.now)
                for part in range(1, parts + 1)
            ]
        yield step, due.utc, messages


def _about_step(asking: _Asking, enrolment: Enrolment, due: datetime, messages: list[Message]) -> bool:
    """Make the rows of what went, and of what nobody can say of; return whether nothing of the step is left to plan."""
    made = []
    for channel in {message.channel for message in messages}:
        own = {message.part: message for message in messages if message.channel == channel}
        findings = {part: asking.questions.about(message) for part, message in own.items()}
        went = any(finding and finding.went for finding in findings.values())
        silent = any(finding is None for finding in findings.values())
        may_have_gone = silent and due <= asking.now and enrolment.state == EnrolmentState.ACTIVE
        if went or may_have_gone:
            _make_again(asking, own, findings)
        made.append(went or may_have_gone)
    return bool(made) and all(made)


def _make_again(asking: _Asking, own: dict[int, Message], findings: dict[int, Finding | None]) -> None:
    """Save the rows of one step and channel; a part that did not go follows the one before it as it always does."""
    Message.objects.bulk_create(own.values())
    for part, message in own.items():
        finding = findings[part]
        if finding is None:
            asking.said[message.channel].nobody_can_say += 1
            _leave_to_a_person(message)
        elif finding.went:
            _went(asking, message, finding)
        else:
            asking.said[message.channel].not_gone += 1


@transaction.atomic
def _went(asking: _Asking, message: Message, finding: Finding) -> None:
    handed_at = message.handed_at or asking.machine_now
    move(_row(message), State.UNKNOWN, RESTORED, fence=F("fence") + 1, handed_at=handed_at)
    known = outbox.load(message.pk)
    outbox.end_attempt(known, Outcome.ACCEPTED, "restore", NOTE, asking.machine_now)
    asking.said[message.channel].went += outcomes.accepted(known, finding.provider_id, asking.now)


def _free(message: Message, *, possibly_twice: bool) -> None:
    """Let a message go, also one that a worker had in hand; ``possibly_twice``: it may have gone since the backup."""
    on_wire = message.state in (State.HANDED, State.UNKNOWN)
    if on_wire or message.state == State.CLAIMED:
        move(_row(message), State.RETRY if on_wire else State.PLANNED, RESTORED, lookups=0, fence=F("fence") + 1)
    if possibly_twice:
        _row(message).update(possibly_twice=True)


def _leave_to_a_person(message: Message) -> None:
    """With no lease nothing touches an unknown message any more but a person."""
    move(_row(message), State.UNKNOWN, RESTORED, fence=F("fence") + 1)


def _row(message: Message) -> QuerySet[Message]:
    return Message.objects.filter(pk=message.pk)
