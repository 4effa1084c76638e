"""A message in; what the relay or the provider says of it since an instant out, where they can be believed."""

import logging
from datetime import datetime

from course.delivery import channels, outbox, rendering, traces
from course.delivery.channels.base import Channel as Carrier
from course.delivery.channels.base import Finding, Text, hash_of
from course.delivery.models import Message
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
            return self._look_up(carrier, message)
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
            knows = not witnesses or any(self._knows(carrier, each) for each in witnesses)
        except Exception as error:
            log.warning("%s cannot be asked: %s", name, type(error).__name__)
            return None
        return carrier if knows else None

    def _knows(self, carrier: Carrier, witness: Message) -> bool:
        finding = self._look_up(carrier, witness)
        return finding is not None and finding.went

    def _look_up(self, carrier: Carrier, message: Message) -> Finding | None:
        handed_at = min(message.handed_at or self._since, self._since)
        sent = traces.sent(message, self._words_hash(message), handed_at)
        return carrier.look_up(sent) if sent else None

    def _words_hash(self, message: Message) -> str:
        """Return what a text is known by: the words it had when it was tried, else those it would have."""
        if message.channel != Channel.SMS:
            return ""
        return traces.words_tried(message) or self._words_now(message)

    def _words_now(self, message: Message) -> str:
        try:
            outgoing = rendering.render(message, self._now)
        except Exception as error:
            log.warning("a text of step %s has no words now: %s", message.step_id, type(error).__name__)
            return ""
        return hash_of(outgoing.body) if isinstance(outgoing, Text) else ""
