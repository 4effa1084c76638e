"""A stop, a start or a dead address in; who gets nothing more of class course, or gets it again, out."""

from datetime import datetime

from django.db import transaction
from django.db.models import Q

from course.delivery.models import Message, Suppression
from course.delivery.states import COME_BACK, move
from course.delivery.words import Reason, State, SuppressionReason
from course.people import audit, cohorts, ledger, notices
from course.people.ledger import Kind
from course.people.models import Consent, Contact, Enrolment, Prompt, Subscriber
from course.people.words import (
    Channel,
    ChannelRule,
    CohortState,
    ConsentKind,
    EnrolmentState,
    MessageClass,
    NoticeKind,
)

_RUNNING = (EnrolmentState.INVITED, EnrolmentState.ACTIVE, EnrolmentState.WAITING, EnrolmentState.PAUSED)


@transaction.atomic
def stop(
    subscriber: Subscriber,
    *,
    contact: Contact | None,
    source: str,
    now: datetime,
    answers_at: datetime | None = None,
) -> bool:
    """Stop every channel and cohort of a person, at once; False when they had stopped before.

    ``contact`` is where the stop was said: a phone number goes on the suppression list, and the one confirmation
    goes back to it. ``source`` is "reply:12" or "link". Course time.
    """
    if not stop_silently(subscriber, contact=contact, source=source, now=now):
        return False
    notices.request(
        NoticeKind.STOPPED,
        MessageClass.DIRECT,
        subscriber,
        f"stop:{source}",
        now,
        rule=ChannelRule.THIS_CONTACT if contact else ChannelRule.PREFERRED,
        contact=contact,
        answers_at=answers_at or now,
    )
    return True


@transaction.atomic
def stop_silently(subscriber: Subscriber, *, contact: Contact | None, source: str, now: datetime) -> bool:
    """Stop as ``stop`` does, and ask for no confirmation: who complained of our mail gets no more of it."""
    cohorts.wait_no_more(subscriber)  # first: the person's row is locked before their places, as in replies.doubt
    enrolments = Enrolment.objects.filter(subscriber=subscriber, state__in=_RUNNING)
    stopped = enrolments.update(state=EnrolmentState.STOPPED, state_reason=source[:40], state_changed_at=now)
    consents = Consent.objects.filter(subscriber=subscriber, kind=ConsentKind.COURSE, withdrawn_at__isnull=True)
    withdrawn = consents.update(withdrawn_at=now, withdrawn_by=source[:40])
    _cancel_unsent(subscriber)
    Prompt.objects.filter(contact__subscriber=subscriber, closed_at__isnull=True).update(
        closed_at=now, answer="stopped"
    )
    if contact and contact.channel == Channel.SMS:
        suppress(contact, SuppressionReason.STOPPED, source, now)
    if not (stopped or withdrawn):
        return False
    audit.record(f"subscriber:{subscriber.pk}", "stopped", f"subscriber:{subscriber.pk}")
    ledger.of_person(Kind.STOP, subscriber, source, now)
    return True


@transaction.atomic
def start(subscriber: Subscriber, *, contact: Contact | None, source: str, now: datetime) -> bool:
    """Restore what the last stop stopped, in cohorts that still run; False when nothing was stopped."""
    if not start_silently(subscriber, contact=contact, source=source, now=now):
        return False
    notices.request(
        NoticeKind.WELCOME,
        MessageClass.DIRECT,
        subscriber,
        f"start:{source}",
        now,
        rule=ChannelRule.THIS_CONTACT if contact else ChannelRule.PREFERRED,
        contact=contact,
        answers_at=now,
    )
    return True


@transaction.atomic
def start_silently(subscriber: Subscriber, *, contact: Contact | None, source: str, now: datetime) -> bool:
    """Start again as ``start`` does, and ask for no welcome."""
    stopped = Enrolment.objects.filter(
        subscriber=subscriber, state=EnrolmentState.STOPPED, cohort__state=CohortState.RUNNING
    )
    withdrawn = Consent.objects.filter(subscriber=subscriber, kind=ConsentKind.COURSE, withdrawn_at__isnull=False)
    last = withdrawn.order_by("-withdrawn_at").first()
    lift(subscriber, contact, now)
    for consent in withdrawn.filter(withdrawn_by=last.withdrawn_by) if last else ():
        _give_again(consent, source, now)
    restored = [cohorts.come_back(enrolment, source, now) for enrolment in stopped.select_related("cohort__version")]
    again = _plan_again(subscriber, now)
    if last or restored:
        ledger.of_person(Kind.START, subscriber, source, now)
    if not (again or restored):
        return False
    audit.record(f"subscriber:{subscriber.pk}", "started", f"subscriber:{subscriber.pk}")
    return True


def suppress(contact: Contact, reason: SuppressionReason, source: str, now: datetime) -> None:
    """Put an address on the suppression list; one that stands there for the same reason stays as it is."""
    suppress_index(contact.channel, contact.address_index, reason, source, now)


@transaction.atomic
def suppress_index(channel: str, address_index: str, reason: str, source: str, now: datetime) -> None:
    """Put an address that is known only by its keyed hash on the suppression list."""
    _row, new = Suppression.objects.get_or_create(
        address_index=address_index,
        channel=channel,
        reason=reason,
        lifted_at=None,
        defaults={"source": source[:60], "created_at": now},
    )
    if new:
        ledger.of_address(Kind.SUPPRESS, channel, address_index, reason, source, now)


def take_back(reason: SuppressionReason, source: str, now: datetime) -> None:
    """Take off the list what one source put there and what has proved wrong since."""
    lift_where(Q(reason=reason, source=source), now)


def lift(subscriber: Subscriber, contact: Contact | None, now: datetime) -> None:
    """Take a person's addresses off the list where they stood for a stop.

    The address that asks to start again is taken off it whatever it stood there for: somebody reads it.
    """
    indexes = list(subscriber.contacts.values_list("address_index", flat=True))
    lift_where(Q(address_index__in=indexes, reason=SuppressionReason.STOPPED), now)
    if contact:
        lift_where(Q(address_index=contact.address_index), now)


@transaction.atomic
def lift_where(which: Q, now: datetime) -> None:
    """Lift the suppressions that stand and fit."""
    for row in Suppression.objects.filter(which, lifted_at__isnull=True):
        if Suppression.objects.filter(pk=row.pk, lifted_at__isnull=True).update(lifted_at=now):
            ledger.of_address(Kind.LIFT, row.channel, row.address_index, row.reason, row.source, now)


def _plan_again(subscriber: Subscriber, now: datetime) -> int:
    """Let lessons go that the stop called off and that have not expired; return how many messages."""
    contacts = list(subscriber.contacts.values_list("pk", flat=True))
    called_off = Message.objects.filter(
        contact_id__in=contacts, message_class=MessageClass.COURSE, state=State.CANCELLED,
        reason=Reason.NO_CONSENT, expires_at__gt=now, enrolment__isnull=False,
    ).exclude(part=1, due_at__isnull=True)  # fmt: skip  # called off as it was planned: there is nothing to send
    return move(called_off, State.PLANNED, COME_BACK, reason=Reason.NONE)


def _cancel_unsent(subscriber: Subscriber) -> None:
    contacts = list(subscriber.contacts.values_list("pk", flat=True))
    # No join here: the state must be looked at on the row itself, while a worker may be handing it over.
    lessons = Message.objects.filter(contact_id__in=contacts, message_class=MessageClass.COURSE)
    move(lessons, State.CANCELLED, reason=Reason.NO_CONSENT)


def _give_again(consent: Consent, source: str, now: datetime) -> None:
    Consent.objects.get_or_create(
        subscriber=consent.subscriber,
        kind=consent.kind,
        channel=consent.channel,
        withdrawn_at=None,
        defaults={
            "wording": consent.wording,
            "wording_version": consent.wording_version,
            "language": consent.language,
            "source": "text" if consent.channel == Channel.SMS else "email",
            "origin": source,
            "privacy_warning_accepted": consent.privacy_warning_accepted,
            "given_at": now,
        },
    )
