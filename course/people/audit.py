"""An act in, one line of the audit log out: ids and verbs only."""

from course import clock
from course.people.models import AuditEntry


def record(actor: str, verb: str, subject: str) -> None:
    """Write that ``actor`` ("staff:3") did ``verb`` ("ask_author") to ``subject`` ("post:7"), now."""
    AuditEntry.objects.create(at=clock.machine_now(), actor=actor, verb=verb, subject=subject)
