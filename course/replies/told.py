"""Who stopped because a number is wrong, or somebody has died, in; a list for the coordinator out."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Exists, OuterRef, QuerySet

from course.people import audit
from course.people.models import AuditEntry, Consent, Contact
from course.people.words import ConsentKind
from course.replies.stop_phrases import About

VERBS: dict[str, About] = {
    "told_wrong_number": "wrong_number",
    "told_has_died": "died",
    "told_not_known": "unknown",
}


@dataclass(frozen=True)
class Told:
    """What somebody wrote from an address, last; ``at`` is machine time."""

    contact: Contact
    about: About
    at: datetime


def write_down(contact: Contact, about: About) -> None:
    """Write in the audit log what was told from this address."""
    verb = next(verb for verb, each in VERBS.items() if each == about)
    audit.record("system", verb, f"contact:{contact.pk}")


def listed(contacts: QuerySet[Contact]) -> list[Told]:
    """Return what was told from ``contacts``, the newest first; left out is who has agreed to the course again."""
    last: dict[int, AuditEntry] = {}
    for entry in AuditEntry.objects.filter(verb__in=VERBS).order_by("pk"):
        last[int(entry.subject.partition(":")[2])] = entry
    if not last:
        return []
    agreed = Consent.objects.filter(
        subscriber=OuterRef("subscriber"), kind=ConsentKind.COURSE, withdrawn_at__isnull=True
    )
    there = contacts.filter(~Exists(agreed), pk__in=last, replaced_at__isnull=True).distinct()
    found = [Told(contact, VERBS[last[contact.pk].verb], last[contact.pk].at) for contact in there]
    return sorted(found, key=lambda each: each.at, reverse=True)
