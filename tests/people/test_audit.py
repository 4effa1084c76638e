"""The audit log takes new lines and gives none back."""

import pytest
from django.db import DatabaseError, transaction

from course.people import audit
from course.people.models import AuditEntry

pytestmark = pytest.mark.django_db


def test_an_act_is_written_with_ids_and_a_verb() -> None:
    audit.record("staff:3", "ask_author", "post:7")
    entry = AuditEntry.objects.get()
    assert (entry.actor, entry.verb, entry.subject) == ("staff:3", "ask_author", "post:7")


def test_the_database_itself_refuses_to_change_or_delete_a_line() -> None:
    audit.record("staff:3", "ask_author", "post:7")
    for act in (lambda: AuditEntry.objects.update(verb="nothing"), lambda: AuditEntry.objects.all().delete()):
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            act()
    assert AuditEntry.objects.get().verb == "ask_author"


def test_saving_a_line_again_is_refused() -> None:
    audit.record("staff:3", "ask_author", "post:7")
    with pytest.raises(RuntimeError, match="append-only"):
        AuditEntry.objects.get().save()
