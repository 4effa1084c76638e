"""Claimed rows in; messages on the wire out. One claim holds no more than a second of sending (law 5)."""

import logging
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from course.delivery import channels, outbox, outcomes, rendering
from course.delivery.channels.base import Outgoing, Result, Text, hash_of
from course.delivery.models import Message
from course.delivery.words import Outcome, Reason, State
from course.people.words import Channel, MessageClass

log = logging.getLogger(__name__)

CLAIM = 20
ONE_CLAIM = timedelta(seconds=1)


@dataclass(frozen=True)
class Clocks:
    """Where the sender asks the time, since it works for longer than an instant."""

    course: Callable[[], datetime]
    machine: Callable[[], datetime]


def drain(classes: Sequence[MessageClass], channel: Channel, worker: str, clocks: Clocks, budget: timedelta) -> int:
    """Send what is due until nothing is left or the budget (machine time) is spent; return how many went."""
    ends, sent = clocks.machine() + budget, 0
    while clocks.machine() < ends:
        claimed = outbox.claim(classes, channel, worker, clocks.course(), clocks.machine(), CLAIM)
        if not claimed:
            break
        sent += _send(claimed, channel, clocks)
    return sent


def _send(claimed: list[Message], channel: Channel, clocks: Clocks) -> int:
    """Send one claim and record each outcome as it comes; what its second was too short for is given back."""
    rows = {message.pk: message for message in claimed}
    open_rows = dict(rows)

    def about_to(outgoing: Outgoing) -> bool:
        words = hash_of(outgoing.body) if isinstance(outgoing, Text) else ""
        return outbox.hand(rows[outgoing.key], clocks.course(), clocks.machine(), words)

    sent = 0
    for result in channels.get(channel).send(_outgoing(claimed, clocks), about_to):
        outcomes.record(rows[result.key], result, clocks.course(), clocks.machine())
        open_rows.pop(result.key)
        sent += 1
    for message in open_rows.values():
        outbox.release(message)
    return sent


def _outgoing(claimed: list[Message], clocks: Clocks) -> Iterator[Outgoing]:
    ends = clocks.machine() + ONE_CLAIM
    for message in claimed:
        if clocks.machine() >= ends:
            return
        try:
            yield rendering.render(message, clocks.course())
        except rendering.NothingToSay:
            outbox.settle(message, {"state": State.CANCELLED, "reason": Reason.NOTHING_NEW})
        except Exception as error:
            log.error("message %s could not be rendered: %s", message.pk, type(error).__name__)  # noqa: TRY400
            refused = Result(message.pk, Outcome.REFUSED_CONTENT, type(error).__name__)
            outcomes.record(message, refused, clocks.course(), clocks.machine())
