"""Numbers that Twilio could not reach on three days in; who has to be phoned by the coordinator, out.

The rule is the table "Twilio" of the messaging reference (https://www.twilio.com/docs/api/errors): 30003 is switched
off, 30008 out of reach.
"""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Exists, Max, OuterRef, QuerySet

from course.delivery import strikes
from course.delivery.late import TWILIO
from course.delivery.models import Message, Receipt
from course.delivery.words import State
from course.people import audit
from course.people.models import AuditEntry, Consent, Contact
from course.people.words import Channel, ConsentKind

CODES = ("30003", "30008")
_VERB = "unreachable_on_three_days"


@dataclass(frozen=True)
class Unreached:
    """A number that no text reached since one instant (machine time), on how many days (UTC)."""

    contact: Contact
    since: datetime
    days: int


def write_down(contact: Contact) -> None:
    """Write in the audit log that this number was not reached on three days and a text was given up."""
    audit.record("system", _VERB, f"contact:{contact.pk}")


def listed(contacts: QuerySet[Contact]) -> list[Unreached]:
    """Return those of ``contacts`` that were written down and not reached since, the longest silent first.

    Left out are numbers that are not in use any more, and people who have stopped the course by text.
    """
    subjects = AuditEntry.objects.filter(verb=_VERB).values_list("subject", flat=True).distinct()
    noted = [int(subject.partition(":")[2]) for subject in subjects]
    if not noted:
        return []
    people = list(_still_there(contacts.filter(pk__in=noted)))
    failed = _failures_since_a_text_arrived([contact.address_index for contact in people])
    found = []
    for contact in people:
        silent = failed[contact.address_index]
        days = len({at.date() for at in silent})
        if days >= strikes.MOST:
            found.append(Unreached(contact, min(silent), days))
    return sorted(found, key=lambda each: (each.since, each.contact.pk))


def _still_there(contacts: QuerySet[Contact]) -> QuerySet[Contact]:
    agreed = Consent.objects.filter(
        subscriber=OuterRef("subscriber"), kind=ConsentKind.COURSE, channel=Channel.SMS, withdrawn_at__isnull=True
    )
    return contacts.filter(Exists(agreed), channel=Channel.SMS, replaced_at__isnull=True)


def _failures_since_a_text_arrived(indexes: list[str]) -> dict[str, list[datetime]]:
    texts = Message.objects.filter(contact__address_index__in=indexes, channel=Channel.SMS)
    arrived = texts.filter(state=State.DELIVERED).values_list("contact__address_index").annotate(Max("delivered_at"))
    arrived_at = dict(arrived.order_by())
    rows = Receipt.objects.filter(provider=TWILIO, code__in=CODES, message__in=texts)
    failed: dict[str, list[datetime]] = defaultdict(list)
    for index, failed_at in rows.values_list("message__contact__address_index", "received_at"):
        last = arrived_at.get(index)
        if last is None or failed_at > last:
            failed[index].append(failed_at)
    return failed
