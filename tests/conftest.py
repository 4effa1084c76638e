"""What every test may ask for: a fixed course time."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import connection

from course import clock
from course.people import append_only
from tests import redis


@pytest.fixture
def now() -> datetime:
    """Course time: a Monday, 10:00 in Chicago."""
    return datetime(2026, 11, 23, 16, 0, tzinfo=UTC)


@pytest.fixture(scope="session")
def redis_url() -> Iterator[str]:
    """The address of a Redis of the tests' own."""
    with redis.server() as url:
        yield url


@pytest.fixture
def course_time(db: Any, now: datetime) -> datetime:
    """The sandbox clock stands at ``now`` for whatever asks it: pages, commands, listeners."""
    clock.turn(now)
    return now


@pytest.fixture(autouse=True, scope="session")
def audit_log_can_be_emptied_between_tests() -> Iterator[None]:
    """Between transactional tests Django empties each table; on SQLite by DELETE, which the audit log refuses."""
    if connection.vendor != "sqlite":
        yield
        return
    flush = connection.ops.sql_flush

    def without_triggers(*args: Any, **kwargs: Any) -> list[str]:
        tables = ("course_auditentry", "course_auditseal")
        drop = [f"DROP TRIGGER IF EXISTS {table}_no_delete" for table in tables]
        make = [append_only.trigger("sqlite", table, "DELETE") for table in tables]
        return [*drop, *flush(*args, **kwargs), *make]

    connection.ops.sql_flush = without_triggers  # type: ignore[method-assign]
    yield
    connection.ops.sql_flush = flush  # type: ignore[method-assign]
