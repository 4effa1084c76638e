"""A sender and an amount in; how long to wait before it may go, out: one bucket for each sender and mail domain.

The buckets live in Redis and are shared by every worker. One that is lost starts empty, so that a wiped Redis never
means a burst. Safety has buckets of its own (law 4) and is not held up when Redis is away.
"""

from dataclasses import dataclass
from functools import lru_cache

import redis
from django.conf import settings

from course import vault
from course.curriculum.segments import segment
from course.delivery.channels.base import Mail, Outgoing
from course.people.words import MessageClass

_SAFETY = "safety:"
_REDIS_SECONDS = 2
_AWAY = 1.0  # seconds to wait when Redis does not answer
# Fills at its rate, up to a second's worth. What finds it empty is told a time of its own to come back at, so that
# thousands that wait do not all come back at once.
_TAKE = """
local now = redis.call('TIME')
local at = now[1] + now[2] / 1000000
local slow = tonumber(redis.call('GET', KEYS[2]) or '0')
if slow > at then return tostring(slow - at) end
local rate, cost, first = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local bucket = redis.call('HMGET', KEYS[1], 'level', 'at', 'turn')
local level, since = tonumber(bucket[1] or first), tonumber(bucket[2] or at)
level = math.min(math.max(rate, cost), level + (at - since) * rate)
local turn = math.max(tonumber(bucket[3] or '0'), at)
local wait = 0
if level >= cost then
  level = level - cost
else
  turn = math.max(turn, at + (cost - level) / rate)
  wait = turn - at
  turn = turn + cost / rate
end
redis.call('HSET', KEYS[1], 'level', tostring(level), 'at', tostring(at), 'turn', tostring(turn))
redis.call('EXPIRE', KEYS[1], math.ceil(turn - at) + 86400)
return tostring(wait)
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
    if message_class == MessageClass.SAFETY:
        return Lane(f"{_SAFETY}{name}", rate, cost, first=cost)
    return Lane(name, rate, cost)


def wait_for(lane: Lane) -> float:
    """Take what one message costs and return 0, or return how many seconds to wait (machine time)."""
    try:
        keys, args = [_key(lane), _slow_key(lane)], [lane.rate, lane.cost, lane.first]
        return float(_redis().register_script(_TAKE)(keys=keys, args=args))
    except redis.RedisError:
        return 0 if lane.name.startswith(_SAFETY) else _AWAY


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
