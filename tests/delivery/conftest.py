"""A real sandbox for the channels to talk to, and a real Redis for the pacing."""

from typing import Any

import pytest

from tests.sandbox.conftest import config, sandbox, server, store, webhook

__all__ = ["config", "sandbox", "server", "store", "webhook"]


@pytest.fixture(autouse=True)
def paced(redis_url: str, settings: Any) -> None:
    """Buckets that fill within a microsecond: a test that is about pacing sets its own rates."""
    settings.REDIS_URL = redis_url
    settings.TEXT_RATE = settings.DOMAIN_RATE = 1e6
