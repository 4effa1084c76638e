"""What every test may ask for: a fixed course time."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from course import clock


@pytest.fixture
def now() -> datetime:
    """Course time: a Monday, 10:00 in Chicago."""
    return datetime(2026, 11, 23, 16, 0, tzinfo=UTC)


@pytest.fixture
def course_time(db: Any, now: datetime) -> Iterator[datetime]:
    """The sandbox clock stands at ``now`` for whatever asks it: pages, commands, listeners."""
    clock.turn(now)
    yield now
