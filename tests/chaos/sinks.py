"""The other side: a relay and a Twilio look-alike that keep all they accept, and fail by plan. Never killed.

Run as ``python -m tests.chaos.sinks SEED`` in the environment of an installation.
"""

import asyncio
import io
import json
import logging
import socket
import struct
import sys
import threading
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import django

django.setup()

from aiosmtpd.smtp import SMTP, Envelope, Session  # noqa: E402  Django must be set up before its handler is used
from django.conf import settings  # noqa: E402
from django.core.servers.basehttp import ThreadedWSGIServer, WSGIRequestHandler  # noqa: E402

from course import clock  # noqa: E402
from course.sandbox.callbacks import CallbackSender  # noqa: E402
from course.sandbox.config import HOST, Sandbox, from_settings  # noqa: E402
from course.sandbox.handler import Machine, SandboxHandler  # noqa: E402
from course.sandbox.mail_server import MailServer, Sink  # noqa: E402
from course.sandbox.records import Callback  # noqa: E402
from course.sandbox.relay_log import RelayLog  # noqa: E402
from course.sandbox.store import SandboxStore  # noqa: E402
from course.stop_signal import StopSignal  # noqa: E402
from tests.chaos.plan import SINK_FILE, Dice  # noqa: E402

EARLY_SECONDS = 0.7
_RCPT_ANSWERS = {
    "451": "451 4.3.0 Try again later",
    "421": "421 4.3.2 Closing now",
    "550": "550 5.1.1 No such mailbox",
}
_DATA_ANSWERS = {"552": "552 5.2.2 Mailbox full", "5.7.1": "550 5.7.1 Refused by policy"}


class FaultySink(Sink):
    """Keeps each message as the sandbox does; the fault drawn at RCPT happens there, at DATA or at the dot."""

    def __init__(self, store: SandboxStore, relay_log: RelayLog, dice: Dice) -> None:
        super().__init__(store, relay_log)
        self._dice = dice
        self.faults: dict[int, str] = {}  # by the identity of an open envelope

    async def handle_RCPT(  # noqa: N802  aiosmtpd finds its hooks by these names
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Draw what will happen to this message."""
        fault = self._dice.draw("smtp", address)
        if fault in _RCPT_ANSWERS:
            if fault == "421":
                asyncio.get_running_loop().call_later(0.05, server.transport.close)
            return _RCPT_ANSWERS[fault]
        envelope.chaos = fault  # type: ignore[attr-defined]
        return await super().handle_RCPT(server, session, envelope, address, options)

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        """Keep the message or not, and answer or not."""
        fault = getattr(envelope, "chaos", "")
        if fault in _DATA_ANSWERS:
            return _DATA_ANSWERS[fault]
        if fault in ("slow", "drop at dot"):
            await asyncio.sleep(settings.ANSWER_SECONDS * 1.5 if fault == "slow" else 0)
            server.transport.abort()
            return "451 4.3.0 Nobody hears this"
        answer = await super().handle_DATA(server, session, envelope)
        if fault == "slow stored":
            await asyncio.sleep(settings.ANSWER_SECONDS * 1.5)
        if fault == "drop after dot":
            server.transport.abort()
        return answer


class FaultyMailServer(MailServer):
    """The sandbox's SMTP server with faults."""

    def __init__(self, store: SandboxStore, relay_log: RelayLog, port: int, dice: Dice) -> None:
        super().__init__(store, relay_log, port)
        self.handler = FaultySink(store, relay_log, dice)

    def factory(self) -> SMTP:
        """Make the protocol for one connection."""
        return _FaultySMTP(self.handler, **self.SMTP_kwargs)


class _FaultySMTP(SMTP):
    line_length_limit = 1024 * 1024

    async def smtp_DATA(self, arg: str) -> None:  # noqa: N802
        if getattr(self.envelope, "chaos", "") == "drop before dot":
            await self.push("354 End data with <CR><LF>.<CR><LF>")
            self.transport.abort()
            return
        await super().smtp_DATA(arg)


class FaultyTwilio:
    """A WSGI application around the look-alike's own."""

    def __init__(self, inner: Callable[..., Iterable[bytes]], dice: Dice) -> None:
        self._inner = inner
        self._dice = dice

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        """Answer a request; only the creation of a text meets a fault."""
        if environ["REQUEST_METHOD"] != "POST" or not environ["PATH_INFO"].endswith("/Messages.json"):
            return self._inner(environ, start_response)
        body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        environ["wsgi.input"] = io.BytesIO(body)
        number = parse_qs(body.decode()).get("To", [""])[0]
        fault = self._dice.draw("twilio", number)
        if fault in ("429", "500 before"):
            return _error(start_response, int(fault[:3]))
        if fault in ("hang", "reset before"):
            time.sleep(settings.ANSWER_SECONDS * 1.5 if fault == "hang" else 0)
            return _reset(environ)
        answer = self._inner(environ, start_response)
        if self._dice.draw("early", number):
            time.sleep(EARLY_SECONDS)
        if fault == "500 after":
            return _error(start_response, 500)
        if fault in ("hang stored", "reset after"):
            time.sleep(settings.ANSWER_SECONDS * 1.5 if fault == "hang stored" else 0)
            return _reset(environ)
        return answer


def _error(start_response: Callable[..., Any], status: int) -> list[bytes]:
    error = {"code": 20429 if status == 429 else 20500, "message": "Not now", "status": status}
    body = json.dumps(error).encode()
    start_response(f"{status} Fault", [("Content-Type", "application/json"), ("Content-Length", str(len(body)))])
    return [body]


def _reset(environ: dict[str, Any]) -> list[bytes]:
    """Close the connection so that the other end sees it reset."""
    connection: socket.socket = environ["chaos.connection"]
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.shutdown(socket.SHUT_RD)
    connection.close()
    raise ConnectionResetError


class FaultyCallbacks(CallbackSender):
    """Brings a text's later word twice, in the wrong order, or not at all."""

    def __init__(self, sandbox: Sandbox, dice: Dice) -> None:
        super().__init__(sandbox)
        self._dice = dice
        self._drawn: dict[str, str] = {}

    def _advance(self, callback: Callback) -> None:
        fault = self._drawn.setdefault(callback.sid, self._dice.draw("callbacks", callback.params["To"]))
        late = callback.params["MessageStatus"] == "sent" and fault == "reversed" and callback.tries == 0
        if late:
            self._queue.retry(callback.id, 1.0)
        else:
            super()._advance(callback)

    def _was_told(self, callback: Callback) -> bool:
        fault = self._drawn.get(callback.sid, "")
        if fault == "lost":
            return True
        told = super()._was_told(callback)
        return super()._was_told(callback) if fault == "doubled" else told


class _Handler(WSGIRequestHandler):
    wbufsize = 64 * 1024

    def get_environ(self) -> dict[str, Any]:
        return super().get_environ() | {"chaos.connection": self.connection}

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  the name is the base class's
        """Say nothing."""


class _Server(ThreadedWSGIServer):
    request_queue_size = 100

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A connection that this side broke is no news."""


def main(seed: int) -> None:
    """Listen until SIGTERM."""
    logging.getLogger("mail.log").setLevel(logging.CRITICAL)
    stop = StopSignal()
    config = from_settings()
    folder = Path(settings.DATA_DIR).parent
    store = SandboxStore(folder / SINK_FILE, clock.machine_now, clock.machine_now)
    sandbox, dice = Sandbox(store, config), Dice(folder, seed)
    callbacks = FaultyCallbacks(sandbox, dice)
    relay_log = RelayLog(config.relay_log, store.machine_now)
    mail = FaultyMailServer(store, relay_log, config.smtp_port, dice)
    http = _Server((HOST, config.http_port), _Handler)
    http.set_app(FaultyTwilio(SandboxHandler(Machine(sandbox, callbacks)), dice))
    mail.start()
    callbacks.start()
    threading.Thread(target=http.serve_forever, daemon=True).start()
    stop.wait()


if __name__ == "__main__":
    main(int(sys.argv[1]))
