"""A real sandbox for the channels to talk to."""

from tests.sandbox.conftest import config, sandbox, server, store, webhook

__all__ = ["config", "sandbox", "server", "store", "webhook"]
