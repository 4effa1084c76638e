"""The sinks' own file and the course's tables in; plain evidence for the judge out. Reads, and changes nothing."""

import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from django.db import close_old_connections

from course import vault
from course.delivery.models import Message, Receipt
from course.people.models import Enrolment, NoticeRequest, Subscriber
from course.replies.models import Reply
from course.sandbox.records import ReceivedMail, ReceivedText
from course.sandbox.store import SandboxStore
from tests.chaos import plan
from tests.chaos.letters import MARK, TEXT
from tests.chaos.records import Person, Row, Stored, Taken

_TOKEN = re.compile(r"(?<![a-z0-9])[a-z2-7]{26}(?![a-z0-9])")
_SOFT_BREAK = re.compile(rb"=\r?\n")
_COLUMNS = (
    "pk", "enrolment__subscriber_id", "contact__subscriber_id", "contact__address_index", "channel", "step_id", "part",
    "message_id", "bounce_token", "reply_token", "message_class", "state", "reason", "possibly_twice", "provider_id",
)  # fmt: skip
_UNFINISHED = ("planned", "claimed", "handed", "retry", "unknown")


def taken(folder: Path) -> list[Taken]:
    """Return all that the sinks accepted, in order."""
    with SandboxStore(folder / plan.SINK_FILE) as store:
        mails, texts = store.mails(), [text for text in store.texts() if not text.inbound]
    return [*map(_mail, mails), *map(_text, texts)]


def rows_of(people: list[Person], others: Iterable[str] = ()) -> list[Row]:
    """Return the outbox rows of some people, and of staff. ``others`` are addresses that are nobody's here."""
    close_old_connections()
    known = [address for person in people for address in person.addresses] + list(others)
    addresses = {vault.blind_index("email" if "@" in address else "sms", address): address for address in known}
    stops = dict(Subscriber.objects.values_list("pk", "stop_token"))
    return [_row(values, addresses, stops) for values in Message.objects.order_by("pk").values(*_COLUMNS)]


def tokens() -> frozenset[str]:
    """Return every token that may stand in one message and in no other."""
    found = set(Subscriber.objects.values_list("stop_token", flat=True))
    for pair in Message.objects.values_list("reply_token", "bounce_token"):
        found.update(pair)
    return frozenset(found)


def unfinished(people: list[Person]) -> int:
    """Return how many messages of these people or of staff can still move, and how many lessons are unplanned."""
    close_old_connections()
    ids = {person.pk for person in people if person.parts}
    moving = Message.objects.filter(state__in=_UNFINISHED).exclude(state="unknown", lease_until__isnull=True)
    owners = moving.values_list("enrolment__subscriber_id", "contact__subscriber_id")
    steps = Enrolment.objects.filter(messages__isnull=True, state="active", state_reason="")
    waiting = steps.values_list("subscriber_id", flat=True)
    requests = NoticeRequest.objects.filter(planned_at__isnull=True).count()
    rows = sum((owner or contact) in ids or (owner or contact) is None for owner, contact in owners)
    return rows + sum(pk in ids for pk in waiting) + requests


def unreasoned_notices() -> int:
    """Return how many notice requests were planned as nothing, with no word why."""
    return NoticeRequest.objects.filter(planned_at__isnull=False, messages__isnull=True, reason="").count()


def set_aside(people: list[Person]) -> list[Person]:
    """Return the people with what the database says of a lesson it could not plan."""
    ids = set(Enrolment.objects.exclude(state_reason="").values_list("subscriber_id", flat=True))
    return [Person(**vars(person) | {"set_aside": person.pk in ids}) for person in people]


def keys_that_met(folder: Path, rows: list[Row], kind: str, faults: tuple[str, ...]) -> frozenset[str]:
    """Return the keys of rows whose address met one of these faults."""
    addresses = {each["address"] for each in plan.met(folder) if each["kind"] == kind and each["fault"] in faults}
    return frozenset(row.key for row in rows if row.address in addresses)


def callbacks_wait(folder: Path) -> bool:
    """Return whether a status callback is still to be brought, or was kept and is still to be applied."""
    if Receipt.objects.filter(applied_at__isnull=True).exists():
        return True
    with SandboxStore(folder / plan.SINK_FILE) as store:
        return store.callbacks.seconds_to_next() is not None


def keys_never_told(folder: Path, rows: list[Row]) -> frozenset[str]:
    """Return the keys of texts of which the course took no callback, however often it was brought."""
    with SandboxStore(folder / plan.SINK_FILE) as store:
        given_up = set(store.callbacks.given_up())
    return frozenset(row.key for row in rows if row.provider_id in given_up)


def _row(values: dict[str, Any], addresses: dict[str, str], stops: dict[int, str]) -> Row:
    person = values["enrolment__subscriber_id"] or values["contact__subscriber_id"]
    return Row(
        pk=values["pk"], person=person, channel=values["channel"], step=values["step_id"], part=values["part"],
        key=values["message_id"] if values["channel"] == "email" else values["bounce_token"],
        message_class=values["message_class"], state=values["state"], reason=values["reason"],
        address=addresses.get(values["contact__address_index"] or "", ""), possibly_twice=values["possibly_twice"],
        own=frozenset((values["reply_token"], values["bounce_token"], stops.get(person or 0, ""))),
        provider_id=values["provider_id"],
    )  # fmt: skip


def _mail(mail: ReceivedMail) -> Taken:
    whole = f"{mail.mail_from}\n{mail.rcpt_to}\n{_SOFT_BREAK.sub(b'', mail.raw).decode(errors='replace')}"
    return Taken(
        "email", mail.received_machine, mail.rcpt_to, mail.message_id.strip("<>"), whole.replace("=3D", "="),
        mail.queue_id,
    )  # fmt: skip


def _text(text: ReceivedText) -> Taken:
    key = (_TOKEN.findall(text.status_callback) or [""])[-1]
    words = f"{text.body}\n{text.status_callback}"
    return Taken("sms", text.received_machine, text.to_number, key, words, text.sid, text.validity_period)


def mail_tokens() -> list[tuple[str, str, str]]:
    """Return reply, bounce and stop token of each mail that is somebody's lesson, in the order of people."""
    close_old_connections()
    rows = Message.objects.filter(channel="email", enrolment__isnull=False, part=1)
    names = ("reply_token", "bounce_token", "enrolment__subscriber__stop_token")
    return list(rows.order_by("enrolment__subscriber_id").values_list(*names))


def not_understood() -> int:
    """Return how many stored replies still wait to be understood."""
    close_old_connections()
    return Reply.objects.filter(understood_at__isnull=True).count()


def stored(domain: str, course: str) -> list[Stored]:
    """Return every stored reply, its bytes decrypted and looked through for the mark of its letter."""
    close_old_connections()
    rows = Reply.objects.order_by("pk").values_list("raw", "channel", "purpose", "token", "understood_at")
    return [
        Stored(_number(bytes(raw)), _recipient(channel, purpose, token, domain, course), understood_at is not None)
        for raw, channel, purpose, token, understood_at in rows.iterator(200)
    ]


def _number(raw: bytes) -> int:
    found = MARK.search(raw)
    return int(found[1]) if found else -1


def _recipient(channel: str, purpose: str, token: str, domain: str, course: str) -> str:
    if channel == "sms":
        return TEXT
    return f"{purpose}+{token}@{domain}" if token else course
