"""A real sandbox on free loopback ports, and small stand-ins for the course's own listeners."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.lmtp import LMTP
from pytest_django import Settings
from twilio.http.http_client import TwilioHttpClient
from twilio.request_validator import RequestValidator
from twilio.rest import Client

from course.sandbox.config import Sandbox, SandboxConfig
from course.sandbox.server import SandboxServer
from course.sandbox.store import SandboxStore

ACCOUNT = "AC" + "0" * 32
TOKEN = "an-invented-token"
CLINIC = "+12025550100"
COURSE_TIME = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def until(happened: Callable[[], bool], seconds: float = 5.0) -> None:
    """Poll until ``happened()`` is true; fail after ``seconds``."""
    end = time.monotonic() + seconds
    while not happened():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.01)


def client_of(server: SandboxServer, token: str) -> Any:
    """Return Twilio's own library, pointed at the sandbox. It brings no types worth the name."""
    make: Any = Client
    client = make(ACCOUNT, token, http_client=TwilioHttpClient(timeout=5, max_retries=0))
    client.api.base_url = f"http://127.0.0.1:{server.sandbox.config.http_port}"
    return client


def is_signed(url: str, form: dict[str, str], signature: str) -> bool:
    """Return whether Twilio's own validator takes the signature."""
    validator: Any = RequestValidator
    return bool(validator(TOKEN).validate(url, form, signature))


class Webhook:
    """A tiny web server in the course's place: it keeps every POST and answers with ``first``, then ``status``."""

    def __init__(self) -> None:
        self.status = 200
        self.first: list[int] = []
        self.got: list[tuple[str, dict[str, str], str]] = []
        hook = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"])).decode()
                form = dict(parse_qsl(body, keep_blank_values=True))
                hook.got.append((self.path, form, self.headers["X-Twilio-Signature"]))
                self.send_response(hook.first.pop(0) if hook.first else hook.status)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))
        self._thread.start()

    def close(self) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


class Lmtp:
    """A tiny LMTP server in the course's place: it keeps every message and answers with ``answer``."""

    def __init__(self) -> None:
        self.answer = "250 2.0.0 stored"
        self.got: list[tuple[str, list[str], bytes]] = []

    async def handle_RCPT(  # noqa: N802
        self, server: object, session: object, envelope: object, address: str, options: list[str]
    ) -> str:
        if address.startswith("nobody"):
            return "550 5.1.1 no such address"
        envelope.rcpt_tos.append(address)  # type: ignore[attr-defined]
        return "250 2.1.5 Ok"

    async def handle_DATA(self, server: object, session: object, envelope: object) -> str:  # noqa: N802
        self.got.append((envelope.mail_from, envelope.rcpt_tos, envelope.original_content))  # type: ignore[attr-defined]
        return self.answer


class _LmtpController(Controller):
    def factory(self) -> LMTP:
        return LMTP(self.handler)


@pytest.fixture
def webhook() -> Iterator[Webhook]:
    hook = Webhook()
    yield hook
    hook.close()


@pytest.fixture
def config(tmp_path: Path, webhook: Webhook) -> SandboxConfig:
    return SandboxConfig(
        data_dir=tmp_path,
        smtp_port=free_port(),
        http_port=free_port(),
        account_sid=ACCOUNT,
        auth_token=TOKEN,
        sender=CLINIC,
        public_url=webhook.url,
        lmtp_host="127.0.0.1",
        lmtp_port=free_port(),
        relay_log=tmp_path / "relay.log",
    )


@pytest.fixture
def lmtp(config: SandboxConfig) -> Iterator[Lmtp]:
    handler = Lmtp()
    controller = _LmtpController(handler, hostname="127.0.0.1", port=config.lmtp_port)
    controller.start()
    yield handler
    controller.stop()


@pytest.fixture
def store(config: SandboxConfig) -> Iterator[SandboxStore]:
    with SandboxStore(config.data_dir / "sandbox.sqlite3", lambda: COURSE_TIME, blocks_stop_words=True) as opened:
        yield opened


@pytest.fixture
def sandbox(store: SandboxStore, config: SandboxConfig) -> Sandbox:
    return Sandbox(store, config)


@pytest.fixture
def server(sandbox: Sandbox, settings: Settings, tmp_path: Path) -> Iterator[SandboxServer]:
    running = SandboxServer(sandbox)
    running.start()
    yield running
    running.stop()


@pytest.fixture
def twilio(server: SandboxServer) -> Iterator[Any]:
    client = client_of(server, TOKEN)
    yield client
    client.http_client.session.close()
