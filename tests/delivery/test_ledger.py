"""The file of stops and erasures: what it holds, what it survives, and what it does to a restored database."""

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction

from course.delivery import replay, suppression
from course.delivery.models import Message, Suppression
from course.delivery.words import State, SuppressionReason
from course.discussion import erasure
from course.people import ledger
from course.people.ledger import Kind
from course.people.models import Contact, Enrolment, NoticeRequest, Subscriber
from course.replies.models import Reply
from tests import factories
from tests.web.conftest import make_reply

pytestmark = pytest.mark.django_db
MACHINE = datetime(2026, 11, 23, 22, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def file(settings: Any, tmp_path: Path) -> Path:
    path = tmp_path / "elsewhere" / "ledger.jsonl"
    settings.LEDGER = path
    return path


def lost_after(*acts: Any) -> None:
    """Do the acts, then lose what the database held of them, as a restore of an older backup does."""
    with transaction.atomic():
        for act in acts:
            act()
        transaction.set_rollback(True)


def again(now: datetime) -> replay.Replayed:
    return replay.replay(ledger.read(), now, erasure.erase)


def stop(subscriber: Subscriber, now: datetime, contact: Contact | None = None) -> None:
    suppression.stop(subscriber, contact=contact, source="link:1", now=now)


def states() -> list[str]:
    return list(Enrolment.objects.order_by("pk").values_list("state", flat=True))


def test_a_line_names_no_address_no_name_and_no_word(now: datetime, file: Path) -> None:
    person = factories.make_enrolment("sms", greeting_name="Rosalind").subscriber
    contact = person.contacts.get()
    stop(person, now, contact)
    text = file.read_text()
    assert [json.loads(line)["kind"] for line in text.splitlines()] == ["suppress", "stop"]
    assert contact.address_index in text
    assert contact.address not in text
    assert "Rosalind" not in text
    assert file.stat().st_mode & 0o077 == 0


def test_a_stop_that_the_database_lost_stands_again_and_nobody_is_told_twice(now: datetime) -> None:
    person = factories.make_enrolment("sms").subscriber
    factories.make_message(person.contacts.get(), person.enrolments.get())
    lost_after(lambda: stop(person, now, person.contacts.get()))
    assert states() == ["active"]
    done = again(now)
    assert (done.stops, done.suppressions) == (1, 1)
    assert states() == ["stopped"]
    assert Suppression.objects.get().reason == SuppressionReason.STOPPED
    assert Message.objects.get().state == State.CANCELLED
    assert not NoticeRequest.objects.exists()


def test_the_last_word_of_a_person_counts(now: datetime) -> None:
    back, gone = factories.make_enrolment("sms").subscriber, factories.make_enrolment("sms").subscriber

    def start(person: Subscriber) -> None:
        suppression.start(person, contact=person.contacts.get(), source="reply:2", now=now)

    stop(gone, now, gone.contacts.get())  # this one stands in the database, the rest is lost
    stop(back, now, back.contacts.get())
    lost_after(lambda: start(back), lambda: start(gone), lambda: stop(gone, now, gone.contacts.get()))
    assert states() == ["stopped", "stopped"]
    again(now)
    assert states() == ["active", "stopped"]
    standing = Suppression.objects.filter(lifted_at__isnull=True)
    assert [row.address_index for row in standing] == [gone.contacts.get().address_index]


def test_replayed_twice_changes_nothing_more(now: datetime) -> None:
    person = factories.make_enrolment("sms").subscriber
    lost_after(lambda: stop(person, now, person.contacts.get()))
    again(now)
    assert again(now) == replay.Replayed()


def test_somebody_who_joined_and_stopped_after_the_backup_gets_nothing_when_added_again(now: datetime) -> None:
    address = factories.new_address("email")

    def join_and_stop() -> None:
        stop(factories.make_enrolment(address=address).subscriber, now)

    lost_after(join_and_stop)
    again(now)
    index = factories.make_subscriber(address=address).contacts.get().address_index
    assert Suppression.objects.get().address_index == index


def test_an_id_that_was_given_to_somebody_else_stops_nobody(now: datetime, file: Path) -> None:
    lost_after(lambda: stop(factories.make_enrolment().subscriber, now))
    other = factories.make_enrolment().subscriber
    lines = [json.loads(line) | {"subscriber": other.pk} for line in file.read_text().splitlines()]
    file.write_text("".join(json.dumps(line) + "\n" for line in lines))
    again(now)
    assert other.enrolments.get().state == "active"


def test_a_torn_last_line_is_left_out_and_the_next_one_is_whole(now: datetime, file: Path) -> None:
    first, second = factories.make_enrolment().subscriber, factories.make_enrolment().subscriber
    stop(first, now)
    with file.open("ab") as torn:
        torn.write(b'{"kind": "stop", "subscr')
    stop(second, now)
    assert [line.subscriber for line in ledger.read()] == [first.pk, second.pk]


def test_reading_starts_before_the_place_a_backup_names(now: datetime, file: Path) -> None:
    def write(count: int) -> None:
        for _ in range(count):
            ledger.of_address(Kind.SUPPRESS, "email", "a" * 64, "stopped", "reply:1", now)

    write(1000)
    place = ledger.position()
    write(3)
    length = file.stat().st_size / 1003
    expected = 3 + ledger.OVERLAP_BYTES / length
    assert abs(len(list(ledger.read(place))) - expected) <= 1
    assert len(list(ledger.read())) == 1003


def test_many_who_write_at_one_time_write_whole_lines(now: datetime) -> None:
    def write(number: int) -> None:
        ledger.of_address(Kind.SUPPRESS, "sms", f"{number:064}", "stopped", f"reply:{number}", now)

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(write, range(200)))
    assert sorted(line.source for line in ledger.read()) == sorted(f"reply:{number}" for number in range(200))


def test_a_ledger_that_cannot_be_written_keeps_nobody_from_stopping_and_is_filled_later(
    now: datetime, file: Path
) -> None:
    person = factories.make_enrolment("sms").subscriber
    file.mkdir(parents=True)
    stop(person, now, person.contacts.get())
    assert states() == ["stopped"]
    file.rmdir()
    assert replay.add_missing(now) == 2
    assert replay.add_missing(now) == 0
    assert {line.kind for line in ledger.read()} == {"stop", "suppress"}


def test_an_erasure_that_the_ledger_cannot_keep_is_not_done(now: datetime, file: Path) -> None:
    person = factories.make_enrolment("sms").subscriber
    file.mkdir(parents=True)
    with pytest.raises(IsADirectoryError):
        erasure.erase(person, "staff:1", now)
    assert list(Subscriber.objects.all()) == [person]
    assert not Suppression.objects.exists()
    file.rmdir()
    erasure.erase(person, "staff:1", now)
    assert not Subscriber.objects.exists()
    assert [line.kind for line in ledger.read()] == [Kind.SUPPRESS, Kind.ERASE]


def test_an_erasure_that_the_database_lost_is_done_again(now: datetime) -> None:
    enrolment = factories.make_enrolment("sms", greeting_name="Rosalind")
    person, contact = enrolment.subscriber, enrolment.subscriber.contacts.get()
    factories.make_message(contact, enrolment)
    reply = make_reply("one", now, own_words="my words", contact=contact)
    factories.make_post(person, reply=reply)
    other = factories.make_enrolment().subscriber
    lost_after(lambda: erasure.erase(person, "staff:1", now))
    assert Subscriber.objects.count() == 2
    assert again(now).erasures == 1
    assert list(Subscriber.objects.all()) == [other]
    assert not Contact.objects.filter(address_index=contact.address_index).exists()
    assert not Reply.objects.exists()
    assert not Message.objects.exists()
    assert Suppression.objects.get().address_index == contact.address_index
    assert again(now + timedelta(hours=1)).erasures == 0
