"""A message in; what the relay or the provider says of it since an instant out, where they can be believed."""

import logging
from datetime import datetime

from course.delivery import channels, outbox, rendering
from course.delivery.channels.base import Channel as Carrier
from course.delivery.channels.base import Finding, Sent, Text, hash_of
from course.delivery.models import Attempt, Message
from course.delivery.words import State
from course.people.words import Channel

_WITNESSES = 3
log = logging.getLogger(__name__)


class Questions:
    """Questions about what went since ``since`` (machine time). ``now`` is course time, for a text's words."""

    def __init__(self, since: datetime, now: datetime) -> None:
        self._since, self._now = since, now
        self._carriers = {str(name): self._believed(name) for name in Channel}

    def about(self, message: Message) -> Finding | None:
        """Return the other side's word about a message, saved or not, or None when there is none."""
        carrier = self._carriers[message.channel]
        if carrier is None:
            return None
        try:
            return carrier.look_up(self._sent(message))
        except OSError:
            return None

    def _believed(self, name: Channel) -> Carrier | None:
        """Return the channel if it can be asked and still knows what went just before: a log may be too new."""
        try:
            carrier = channels.get(name)
            if not carrier.can_look_up:
                return None
            went = Message.objects.filter(
                channel=name, state__in=(State.ACCEPTED, State.DELIVERED), handed_at__lte=self._since
            )
            witnesses = [outbox.load(message.pk) for message in went.order_by("-handed_at")[:_WITNESSES]]
            knows = not witnesses or any(carrier.look_up(self._sent(each)).went for each in witnesses)
        except Exception as error:
            log.warning("%s cannot be asked: %s", name, type(error).__name__)
            return None
        return carrier if knows else None

    def _sent(self, message: Message) -> Sent:
        contact = message.contact
        others = Message.objects.exclude(provider_id="").exclude(pk=message.pk)
        ids = others.filter(contact__address_index=contact.address_index) if contact else others.none()
        return Sent(
            message_id=message.message_id,
            recipient=contact.address if contact else "",
            words_hash=self._words_hash(message),
            handed_at=min(message.handed_at or self._since, self._since),
            known_ids=frozenset(ids.values_list("provider_id", flat=True)),
        )

    def _words_hash(self, message: Message) -> str:
        """Return what a text is known by: the words it had when it was tried, else those it would have."""
        if message.channel != Channel.SMS:
            return ""
        tried = Attempt.objects.filter(message_id=message.pk).exclude(words_hash="").order_by("-fence").first()
        if tried:
            return tried.words_hash
        try:
            outgoing = rendering.render(message, self._now)
        except Exception as error:
            log.warning("a text of step %s has no words now: %s", message.step_id, type(error).__name__)
            return ""
        return hash_of(outgoing.body) if isinstance(outgoing, Text) else ""
