"""A sender and an amount in; how long to wait before it may go, out: one bucket for each sender and mail domain.

The buckets live in Redis and are shared by every worker. One of a course that is lost starts empty, so that a wiped
Redis never means a burst. Each class has buckets of its own, so that nothing queues behind a course that is going out
(law 4), and safety is not held up when Redis is away.
"""

from dataclasses import dataclass
from functools import lru_cache

import redis
from django.conf import settings

from course import vault
from course.curriculum.segments import segment
from course.delivery.channels.base import Mail, Outgoing
from course.people.words import MessageClass

_REDIS_SECONDS = 2
_AWAY = 1.0  # seconds to wait when Redis does not answer
# A bucket holds a second's worth, or one message. What finds it short is given a time of its own to come back at, one
# after the other, and then goes without asking again: so the order stays, and thousands do not come back at once.
# (The generic cell rate algorithm, ITU-T I.371: `full_at` is when the bucket would be full again.)
_TAKE = """
local now = redis.call('TIME')
local at = now[1] + now[2] / 1000000
local slow = tonumber(redis.call('GET', KEYS[2]) or '0')
if slow > at then return {tostring(slow - at), '0'} end
if ARGV[4] == '1' then return {'0', '1'} end
local rate, cost, first = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local holds = math.max(1, cost / rate)
local full_at = tonumber(redis.call('GET', KEYS[1]) or (at + holds - first / rate))
full_at = math.max(full_at, at) + cost / rate
redis.call('SET', KEYS[1], tostring(full_at), 'EX', math.ceil(full_at - at) + 86400)
return {tostring(math.max(0, full_at - holds - at)), '1'}
"""
_SLOW = """
local now = redis.call('TIME')
local until_then = tostring(now[1] + now[2] / 1000000 + tonumber(ARGV[1]))
redis.call('SET', KEYS[1], until_then, 'EX', math.ceil(tonumber(ARGV[1])) + 1)
"""


@dataclass(frozen=True)
class Lane:
    """What shares a rate: a name that holds no address, the rate (a second) and what one message costs.

    ``first`` is what a bucket holds that is not there yet, or was lost.
    """

    name: str
    rate: float
    cost: float
    first: float = 0


def lane_of(outgoing: Outgoing, message_class: str) -> Lane:
    """Return the lane of a message: a text costs its segments at our number, a mail one at its domain."""
    if isinstance(outgoing, Mail):
        domain = outgoing.recipient.rpartition("@")[2].lower()
        name, rate, cost = vault.blind_index("domain", domain)[:16], settings.DOMAIN_RATE, 1
    else:
        name, rate, cost = "texts", settings.TEXT_RATE, segment(outgoing.body).count
    return Lane(f"{message_class}:{name}", rate, cost, first=0 if message_class == MessageClass.COURSE else cost)


@dataclass(frozen=True)
class Turn:
    """When a message may go: after ``wait`` seconds (machine time), then without asking again if it is ``reserved``."""

    wait: float
    reserved: bool = True


def turn_of(lane: Lane, *, has_turn: bool = False) -> Turn:
    """Take what one message costs, at once or later. What comes back at its turn (``has_turn``) goes, unless the
    other side has asked for a pause meanwhile.
    """
    try:
        keys, args = [_key(lane), _slow_key(lane)], [lane.rate, lane.cost, lane.first, int(has_turn)]
        wait, reserved = _redis().register_script(_TAKE)(keys=keys, args=args)
        return Turn(float(wait), reserved == b"1")
    except redis.RedisError:
        return Turn(0 if lane.name.startswith(MessageClass.SAFETY) else _AWAY, reserved=False)


def slow_down(lane: Lane, seconds: float) -> None:
    """Let nothing of this lane go for ``seconds``: the other side asked for it (SMTP 421, 4.7.x; HTTP 429)."""
    try:
        _redis().register_script(_SLOW)(keys=[_slow_key(lane)], args=[seconds])
    except redis.RedisError:
        return  # a Redis that comes back comes back with empty buckets


def _key(lane: Lane) -> str:
    return f"pace:{lane.name}"


def _slow_key(lane: Lane) -> str:
    return f"pace:slow:{lane.name}"


@lru_cache(maxsize=1)
def _client(url: str) -> "redis.Redis":
    return redis.Redis.from_url(url, socket_timeout=_REDIS_SECONDS, socket_connect_timeout=_REDIS_SECONDS)


def _redis() -> "redis.Redis":
    return _client(settings.REDIS_URL or "redis://127.0.0.1:6379/0")
