"""A real sandbox for the channels to talk to, and a real Redis for the pacing."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests import redis
from tests.sandbox.conftest import config, sandbox, server, store, webhook

__all__ = ["config", "sandbox", "server", "store", "webhook"]


@pytest.fixture(scope="session")
def redis_url() -> Iterator[str]:
    with redis.server() as url:
        yield url


@pytest.fixture(autouse=True)
def paced(redis_url: str, settings: Any) -> None:
    """Buckets that fill within a microsecond: a test that is about pacing sets its own rates."""
    settings.REDIS_URL = redis_url
    settings.TEXT_RATE = settings.DOMAIN_RATE = 1e6
