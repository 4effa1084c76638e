"""A message that may have gone in; what the other side would know it by, out."""

from datetime import datetime

from course.delivery import receipts
from course.delivery.channels.base import Sent
from course.delivery.models import Attempt, Message
from course.people.words import Channel


def words_tried(message: Message) -> str:
    """Return the hash of the words of a text's last try, or an empty string when none was tried."""
    tries = Attempt.objects.filter(message_id=message.pk).exclude(words_hash="")
    return tries.order_by("-fence").values_list("words_hash", flat=True).first() or ""


def sent(message: Message, words_hash: str, handed_at: datetime) -> Sent | None:
    """Return what to ask about, or None for a text whose words nobody knows: nobody can say whether it went.

    ``handed_at`` is machine time. The message may be one that is not saved.
    """
    if message.channel == Channel.SMS and not words_hash:
        return None
    contact = message.contact
    others = Message.objects.exclude(provider_id="").exclude(pk=message.pk)
    ids = others.filter(contact__address_index=contact.address_index) if contact else others.none()
    ended = receipts.ended_ids(message) if message.pk else frozenset()
    return Sent(
        message_id=message.message_id,
        recipient=contact.address if contact else "",
        words_hash=words_hash,
        handed_at=handed_at,
        known_ids=frozenset(ids.values_list("provider_id", flat=True)) | ended,
    )
