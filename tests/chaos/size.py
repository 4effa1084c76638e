"""How much of each fault the scenarios make: at full length, and in the short form of `make test`."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Size:
    """How much of each fault is made."""

    kills: int = 100
    redis_kills: int = 20
    redis_flushes: int = 5
    postgres_kills: int = 20
    people: int = 100
    stops: int = 3  # people for each point
    stop_points: int = 16
    full_disks: int = 5
    batch: int = 10_000
    safety: int = 60
    restarts: int = 8
    letters: int = 10_000
    intake_kills: int = 100


FULL = Size()
SHORT = Size(
    kills=6, redis_kills=2, redis_flushes=1, postgres_kills=2, people=20, stops=1, stop_points=4, full_disks=1,
    batch=300, safety=5, restarts=2,
    letters=150, intake_kills=3,
)  # fmt: skip
