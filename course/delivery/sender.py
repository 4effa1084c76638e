"""Claimed rows in; messages on the wire out. One claim holds no more than a second of sending (law 5)."""

import logging
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import Error as DatabaseError

from course import right_of_way
from course.delivery import channels, outbox, outcomes, pacing, receipts, rendering
from course.delivery.channels.base import Outgoing, Result, Text, hash_of
from course.delivery.models import Message
from course.delivery.words import Outcome, Reason, State
from course.people import versions
from course.people.words import Channel, MessageClass

log = logging.getLogger(__name__)

CLAIM = 20
ONE_CLAIM = timedelta(seconds=1)
SLOW_SECONDS = 60.0  # when the other side asks for fewer and does not say for how long
LONGEST_SLOW_SECONDS = 900.0  # nobody's one answer holds a whole channel up for longer
TURN_LASTS = timedelta(minutes=1)  # who comes later than that asks for another, so that a stall ends in no burst


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
        sent += _Claim(claimed, clocks).send(channel)
    return sent


class _Claim:
    """One claim on its way: rendered, paced, handed over and recorded row by row."""

    def __init__(self, claimed: list[Message], clocks: Clocks) -> None:
        self._rows = {message.pk: message for message in claimed}
        self._lanes: dict[int, pacing.Lane] = {}
        self._clocks = clocks
        self._ends = clocks.machine() + ONE_CLAIM
        self._newest = versions.current()

    def send(self, channel: Channel) -> int:
        """Send what the claim's second allows; give the rest back. Return how many have a result."""
        open_rows, sent = dict(self._rows), 0
        try:
            for result in channels.get(channel).send(self._outgoing(), self._about_to):
                self._record(result)
                open_rows.pop(result.key)
                sent += 1
        finally:
            outbox.release(open_rows.values())
        return sent

    def _outgoing(self) -> Iterator[Outgoing]:
        for message in self._rows.values():
            if self._clocks.machine() >= self._ends:
                return
            outgoing = self._rendered(message)
            if outgoing and self._has_its_turn(message, outgoing):
                yield outgoing

    def _rendered(self, message: Message) -> Outgoing | None:
        """Render one message; one that cannot be rendered is settled, so that it holds up no other.

        Trouble with the database is not the message's fault: it goes back.
        """
        try:
            return rendering.render(message, self._clocks.course(), self._newest)
        except rendering.NothingToSay:
            outbox.settle(message, State.CANCELLED, reason=Reason.NOTHING_NEW)
        except DatabaseError:
            raise
        except Exception as error:
            log.error("message %s could not be rendered: %s", message.pk, type(error).__name__)  # noqa: TRY400  a trace may hold words
            refused = Result(message.pk, Outcome.REFUSED_CONTENT, type(error).__name__)
            outcomes.record(message, refused, self._clocks.course(), self._clocks.machine())
        return None

    def _has_its_turn(self, message: Message, outgoing: Outgoing) -> bool:
        lane = self._lanes[message.pk] = pacing.lane_of(outgoing, message.message_class)
        now = self._clocks.machine()
        in_time = message.retry_at is not None and now < message.retry_at + TURN_LASTS
        turn = pacing.turn_of(lane, has_turn=message.has_turn and in_time)
        if turn.wait:
            outbox.put_off(message, now + timedelta(seconds=turn.wait), has_turn=turn.reserved)
        return not turn.wait

    def _about_to(self, outgoing: Outgoing) -> bool:
        """Write the intent down (law 3); False when this message must not go any more.

        Writing may have had to wait: so the window is looked at once more (law 6).
        """
        words = hash_of(outgoing.body) if isinstance(outgoing, Text) else ""
        message = self._rows[outgoing.key]
        if not outbox.hand(message, self._clocks.course(), self._clocks.machine(), words):
            return False
        if message.window_ends_at and self._clocks.course() >= message.window_ends_at:
            late = Result(message.pk, Outcome.RETRY, "window", raw="not sent: its window ended meanwhile")
            outcomes.record(message, late, self._clocks.course(), self._clocks.machine())
            return False
        return True

    @right_of_way.giving_way(yes=False)
    def _record(self, result: Result) -> None:
        """Keep what the other side said: this write cannot wait, or a known answer may be lost with us."""
        message, now, machine_now = self._rows[result.key], self._clocks.course(), self._clocks.machine()
        if result.slow_down and message.message_class != MessageClass.SAFETY:
            seconds = min(result.retry_after or SLOW_SECONDS, LONGEST_SLOW_SECONDS)
            pacing.slow_down(self._lanes[result.key], seconds)
        outcomes.record(message, result, now, machine_now)
        receipts.apply_parked(message, now, machine_now)  # a callback may be quicker than the answer to our own call
