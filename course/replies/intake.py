"""The bytes of a mail or text in; one stored reply out, committed before it is acknowledged (law 7).

Store first; act on exact words second; understand later. A fault in the second or third never loses the first.
"""

import hashlib
import json
import logging
import re
from collections.abc import Mapping
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F, Q

from course import doorbell
from course.people.words import Channel
from course.replies import orders, reading, stripping, understanding
from course.replies.address import Destination
from course.replies.letter import Unreadable
from course.replies.models import Reply
from course.replies.words import Source

LEASE = timedelta(seconds=60)  # machine time
MOST_TRIES = 3
AT_ONCE_BYTES = 512 * 1024  # exact words in a larger mail wait for the worker: the sender is waiting for our 250

_IDENTITY = re.compile(rb"^(?:message-id|date)[ \t]*:.*(?:\n[ \t].*)*", re.IGNORECASE | re.MULTILINE)

log = logging.getLogger(__name__)


class _TakenByAnother(Exception):
    """Another worker understood this reply meanwhile; what this one did is rolled back."""


def store_mail(
    destination: Destination,
    raw: bytes,
    now: datetime,
    machine_now: datetime,
    *,
    source: Source = Source.LMTP,
    waited: timedelta = timedelta(0),
) -> Reply:
    """Keep one mail for one of its recipients, once. Raises django.db.Error when it could not be kept.

    ``raw`` begins with Return-Path where the way it came tells it. ``now`` is course time; the mail came in
    ``waited`` before it.
    """
    reply = Reply(
        source=source, channel=Channel.EMAIL, dedupe_key=f"mail:{_fingerprint(destination, raw)}", raw=raw,
        purpose=destination.purpose, token=destination.token, message=destination.message,
        received_at=now - waited, stored_at=machine_now,
    )  # fmt: skip
    return _store(reply, now)


def store_text(
    params: Mapping[str, str],
    now: datetime,
    machine_now: datetime,
    *,
    source: Source = Source.TWILIO,
    waited: timedelta = timedelta(0),
) -> Reply:
    """Keep one text that Twilio brought or listed, once. Raises django.db.Error when it could not be kept.

    ``now`` is course time; the text came in ``waited`` before it.
    """
    reply = Reply(
        source=source, channel=Channel.SMS, dedupe_key=f"twilio:{params['MessageSid']}"[:100],
        raw=json.dumps(dict(params), sort_keys=True).encode(), received_at=now - waited, stored_at=machine_now,
    )  # fmt: skip
    return _store(reply, now)


def understand_due(machine_now: datetime, now: datetime, limit: int = 50) -> int:
    """Understand up to ``limit`` stored replies, oldest first; return how many were taken up."""
    free = Q(lease_until__isnull=True) | Q(lease_until__lte=machine_now)
    waiting = Reply.objects.filter(free, understood_at__isnull=True)
    taken = 0
    for reply_id in list(waiting.order_by("pk").values_list("pk", flat=True)[:limit]):
        claimed = waiting.filter(pk=reply_id).update(lease_until=machine_now + LEASE, tries=F("tries") + 1)
        if claimed:
            taken += 1
            understand(reply_id, machine_now, now)
    return taken


def understand(reply_id: int, machine_now: datetime, now: datetime) -> bool:
    """Understand one claimed reply; False when it has to be tried again, or another worker was quicker."""
    reply = Reply.objects.get(pk=reply_id)
    if reply.understood_at is not None:
        return False
    if reply.tries <= MOST_TRIES:
        try:
            return _understand(reply, machine_now, now)
        except _TakenByAnother:
            return False
        except Unreadable as error:  # it will be no more readable in a minute, and may hold a red flag
            log.info("reply %s is held unread: %s", reply_id, error)
            return _give_up(reply_id, machine_now, now)
        except Exception as error:  # a reply that breaks the engine must not stop the others
            log.error("reply %s was not understood: %s", reply_id, type(error).__name__)  # noqa: TRY400  a trace may hold words
        if reply.tries < MOST_TRIES:
            again = machine_now + timedelta(seconds=2**reply.tries)
            Reply.objects.filter(pk=reply_id, understood_at__isnull=True).update(lease_until=again)
            return False
    return _give_up(reply_id, machine_now, now)


def _store(reply: Reply, now: datetime) -> Reply:
    kept, new = _keep(reply)
    if new:
        _act_at_once(kept, now)
    doorbell.ring("intake", kept.pk)
    return kept


def _keep(reply: Reply) -> tuple[Reply, bool]:
    values = {
        field.attname: getattr(reply, field.attname)
        for field in Reply._meta.concrete_fields
        if field.attname not in ("id", "dedupe_key")
    }
    return Reply.objects.get_or_create(dedupe_key=reply.dedupe_key, defaults=values)


def _act_at_once(reply: Reply, now: datetime) -> None:
    if len(reply.raw) > AT_ONCE_BYTES:
        return
    try:
        orders.at_once(reply, now)
    except Unreadable:
        return
    except Exception as error:  # the reply is stored: the worker acts on it a moment later
        log.error("exact words of reply %s wait: %s", reply.pk, type(error).__name__)  # noqa: TRY400  a trace may hold words


def _understand(reply: Reply, machine_now: datetime, now: datetime) -> bool:
    course = understanding.current_course()
    opened, kept = (
        reading.open_reply(reply),
        stripping.without_files(reply),
    )  # before the transaction, which a large mail must not hold up
    with transaction.atomic():
        if course is None:
            understanding.hold_unread(reply, None, now)
        else:
            understanding.understand(reply, opened, course, now, machine_now)
            reply.raw = kept
        _finish(reply, machine_now)
    return True


def _give_up(reply_id: int, machine_now: datetime, now: datetime) -> bool:
    """Hold what could not be understood for a person, with its raw text."""
    reply = Reply.objects.get(pk=reply_id)
    try:
        with transaction.atomic():
            understanding.hold_unread(reply, understanding.current_course(), now)
            _finish(reply, machine_now)
    except _TakenByAnother:
        return False
    except Exception as error:  # it stays stored, and is looked at again in a minute
        log.error("reply %s could not be held: %s", reply_id, type(error).__name__)  # noqa: TRY400  a trace may hold words
        return False
    return True


def _finish(reply: Reply, machine_now: datetime) -> None:
    done = Reply.objects.filter(pk=reply.pk, understood_at__isnull=True).update(
        kind=reply.kind, own_words=reply.own_words, cut=reply.cut, red_flags=reply.red_flags, tier=reply.tier,
        attachments=reply.attachments, sender_disagrees=reply.sender_disagrees, contact=reply.contact,
        message=reply.message, raw=reply.raw, understood_at=machine_now, lease_until=None,
    )  # fmt: skip
    if not done:
        raise _TakenByAnother


def _fingerprint(destination: Destination, raw: bytes) -> str:
    """Return a hash that is the same when the same mail comes again by another way, and differs for another mail."""
    plain = raw.replace(b"\r\n", b"\n").rstrip()  # ways differ in how they end lines
    head, _blank, body = plain.partition(b"\n\n")
    identity = b"\n".join(_IDENTITY.findall(head[: 64 * 1024]))
    parts = (destination.purpose.encode(), destination.token.encode(), identity, body or (b"" if identity else head))
    return hashlib.sha256(b"\0".join(parts)).hexdigest()
