"""What is said of a mail later in; the message and the suppression list set, out.

The words come from delivery reports, complaints and providers' webhooks, doubled and in any order. A mail that was
taken is never sent again, so the worst word stands: one that was relayed may bounce at the next house.
"""

import logging
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db import transaction

from course.delivery import outcomes, strikes, suppression
from course.delivery.channels import smtp_answers
from course.delivery.late import GOING, TWILIO, lock, move
from course.delivery.models import Message, Receipt
from course.delivery.words import NOT_GOING, WAITING, Outcome, Reason, Said, State, SuppressionReason
from course.people import addresses
from course.people.words import Channel

UNMATCHED_FOR = timedelta(days=3)
_CAME_BACK = {
    Said.NO_ADDRESS: Reason.ADDRESS,
    Said.NOT_DELIVERED: Reason.UNDELIVERED,
    Said.REFUSED: Reason.UNDELIVERED,
    Said.OUR_FAULT: Reason.CHANNEL,
}
_NOT_BACK = (State.HANDED, *GOING, *WAITING, *NOT_GOING)
_BY_OUTCOME = {Outcome.REFUSED_ADDRESS: Said.NO_ADDRESS, Outcome.REFUSED_SENDER: Said.OUR_FAULT}

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Word:
    """One thing said of one mail. ``code`` is RFC 3463's, or empty; ``raw`` the other side's own words.

    ``recipients`` are the addresses it names: when it names some, one must be the message's own.
    """

    said: Said
    provider: str
    provider_id: str
    code: str = ""
    raw: str = ""
    recipients: tuple[str, ...] = field(default=())


def failed_with(code: str) -> Said:
    """Return what a failure with this enhanced status code means (RFC 3463; the reference's table "SMTP answers")."""
    if not code:
        return Said.NOT_DELIVERED
    outcome = smtp_answers.classify(550, code, "end") if code.startswith("5") else Outcome.RETRY
    return _BY_OUTCOME.get(outcome, Said.REFUSED)


def tell(message: Message, word: Word, now: datetime, machine_now: datetime) -> bool:
    """Keep a word about this mail and apply it, once; False when it names somebody else's address."""
    if not _names(message, word.recipients):
        return False
    apply_if_known(keep(word, message, machine_now), now, machine_now)
    return True


def keep(word: Word, message: Message | None, machine_now: datetime) -> Receipt:
    """Keep a word, once, also about a mail that is not known yet: a provider may be quicker than our own record.

    ``raw`` begins with a line of the recipients, so that they can be compared once the mail is known.
    """
    receipt, _new = Receipt.objects.get_or_create(
        provider=word.provider, provider_id=word.provider_id[:100], status=word.said,
        defaults={
            "message": message, "code": word.code[:20], "received_at": machine_now,
            "raw": f"{' '.join(word.recipients)}\n{word.raw}",
        },
    )  # fmt: skip
    return receipt


def by_provider_id(provider_id: str) -> Message | None:
    """Return the mail that a provider knows by this id, which is its own or our Message-ID, with or without <>."""
    bare = provider_id.strip().strip("<>")
    if not bare:
        return None
    mails = Message.objects.filter(channel=Channel.EMAIL).defer("words")
    return mails.filter(message_id=bare).first() or mails.filter(provider_id__in=(bare, f"<{bare}>")).first()


def apply_parked(now: datetime, machine_now: datetime, limit: int) -> int:
    """Apply kept words whose mail is known by now; one that stays unknown is not ours to keep."""
    parked = Receipt.objects.filter(applied_at__isnull=True).exclude(provider=TWILIO)
    parked.filter(message__isnull=True, received_at__lte=machine_now - UNMATCHED_FOR).delete()
    return sum(apply_or_leave(receipt, now, machine_now) for receipt in parked.order_by("-pk")[:limit])


def apply_if_known(receipt: Receipt, now: datetime, machine_now: datetime) -> bool:
    """Apply one kept word if its mail is known, once; one that names another address is kept and changes nothing."""
    message = receipt.message or by_provider_id(receipt.provider_id)
    if message is None:
        return False
    with transaction.atomic():
        mine = Receipt.objects.filter(pk=receipt.pk, applied_at__isnull=True)
        if not mine.update(message=message, applied_at=machine_now):
            return False
        if _names(message, tuple(receipt.raw.partition("\n")[0].split())):
            # A stop changes enrolments before messages, so it comes before the message's lock (PostgreSQL).
            _stop(message, receipt, now)
            _apply(lock(message.pk), receipt, now, machine_now)
    return True


def apply_or_leave(receipt: Receipt, now: datetime, machine_now: datetime) -> bool:
    """Apply one kept word as ``apply_if_known`` does; one that cannot be applied now is left to upkeep."""
    try:
        return apply_if_known(receipt, now, machine_now)
    except Exception as error:  # it is kept: the next look comes back to it
        log.error("receipt %s waits: %s", receipt.pk, type(error).__name__)  # noqa: TRY400  a trace may hold words
        return False


def _names(message: Message, recipients: tuple[str, ...]) -> bool:
    if not recipients or message.contact is None:
        return not recipients
    return message.contact.address_index in filter(None, map(_index, recipients))


def _index(address: str) -> str:
    try:
        return addresses.index(Channel.EMAIL, address)
    except ValueError:
        return ""


def _apply(row: Message, receipt: Receipt, now: datetime, machine_now: datetime) -> None:
    said = Said(receipt.status)
    if said in _CAME_BACK:
        _came_back(row, receipt, now, machine_now)
    if said in (Said.DELIVERED, Said.COMPLAINED):
        move(
            row, _NOT_BACK, State.DELIVERED, reason=Reason.NONE,
            delivered_at=machine_now, accepted_at=row.accepted_at or now,
        )  # fmt: skip


def _came_back(row: Message, receipt: Receipt, now: datetime, machine_now: datetime) -> None:
    said = Said(receipt.status)
    if move(row, (*_NOT_BACK, State.DELIVERED), State.BOUNCED, reason=_CAME_BACK[said]):
        outcomes.not_reached(row, now)
    if row.contact and (said == Said.NO_ADDRESS or _too_often(row, said, machine_now)):
        suppression.suppress(row.contact, SuppressionReason.BOUNCED, f"receipt:{receipt.pk}", now)
    if said == Said.OUR_FAULT:
        outcomes.our_fault(row, receipt.code, now, machine_now)


def _too_often(row: Message, said: Said, machine_now: datetime) -> bool:
    if said != Said.NOT_DELIVERED or row.contact is None:
        return False
    return strikes.of_mailbox(row.contact, machine_now) >= strikes.MOST


def _stop(message: Message, receipt: Receipt, now: datetime) -> None:
    contact, source, complained = message.contact, f"receipt:{receipt.pk}", receipt.status == Said.COMPLAINED
    if contact is None or receipt.status not in (Said.COMPLAINED, Said.UNSUBSCRIBED):
        return
    if complained:
        suppression.suppress(contact, SuppressionReason.COMPLAINED, source, now)
    if contact.subscriber:
        stop = suppression.stop_silently if complained else suppression.stop
        stop(contact.subscriber, contact=contact, source=source, now=now)
