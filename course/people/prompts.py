"""A question we ask a person by text: at most one open for an address, answered by a bare word or its number."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction

from course.people.models import Contact, Prompt

QUIZ = "quiz"


def open_prompt(
    contact: Contact,
    kind: str,
    subject_key: str,
    now: datetime,
    *,
    number: int | None = None,
    options: Sequence[str] = (),
    expires_in: timedelta = timedelta(days=7),
) -> Prompt | None:
    """Open a prompt, or return None when this address already has one open that must be answered first.

    A lesson's question gives way to any other, and to the next lesson's: see `replies.teach_back` for why its answer
    is not lost. ``now`` is course time.
    """
    close_expired(contact, now)
    try:
        with transaction.atomic():
            quiz = Prompt.objects.filter(address_index=contact.address_index, closed_at__isnull=True, kind=QUIZ)
            quiz.update(closed_at=now, answer="newer")
            return Prompt.objects.create(
                contact=contact,
                address_index=contact.address_index,
                kind=kind,
                subject_key=subject_key,
                number=number,
                options=list(options),
                opened_at=now,
                expires_at=now + expires_in,
            )
    except IntegrityError:
        return None


def open_for(contact: Contact) -> Prompt | None:
    """Return the one open prompt of this contact's address."""
    return Prompt.objects.filter(address_index=contact.address_index, closed_at__isnull=True).first()


def close(prompt: Prompt, answer: str, now: datetime) -> bool:
    """Record the answer; False when somebody closed this prompt before us."""
    still_open = Prompt.objects.filter(pk=prompt.pk, closed_at__isnull=True)
    return bool(still_open.update(answer=answer, closed_at=now))


def close_expired(contact: Contact, now: datetime) -> None:
    """Close this address's prompt when its time is over."""
    Prompt.objects.filter(address_index=contact.address_index, closed_at__isnull=True, expires_at__lte=now).update(
        closed_at=now, answer="expired"
    )
