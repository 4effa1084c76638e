"""The sandbox process: SMTP server, callback thread and HTTP server, started and stopped together."""

import logging
import threading
from collections.abc import Callable
from typing import Any

from django.core.servers.basehttp import ThreadedWSGIServer, WSGIRequestHandler

from course.sandbox.callbacks import CallbackSender
from course.sandbox.config import HOST, Sandbox, open_sandbox
from course.sandbox.handler import Machine, SandboxHandler
from course.sandbox.mail_server import MailServer
from course.sandbox.relay_log import RelayLog
from course.stop_signal import StopSignal


class SandboxError(Exception):
    """The sandbox cannot start. The message is one line that says what to do."""


class _QuietHandler(WSGIRequestHandler):
    # Status line, headers and body leave together: three small packets would wait 40 ms for each other.
    wbufsize = 64 * 1024

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  the name is the base class's
        """Say nothing: a query here holds telephone numbers."""


class SandboxServer:
    """Everything that listens. Making one raises SandboxError when a port is taken; ``stop`` ends it."""

    def __init__(self, sandbox: Sandbox) -> None:
        self.sandbox = sandbox
        config = sandbox.config
        relay_log = RelayLog(config.relay_log, sandbox.store.machine_now)
        self._callbacks = CallbackSender(sandbox)
        self._http = _bind(Machine(sandbox, self._callbacks))
        try:
            self._mail = MailServer(sandbox.store, relay_log, config.smtp_port)
        except OSError as error:
            self._http.server_close()
            raise _taken(config.smtp_port, "COURSE_SANDBOX_SMTP_PORT") from error
        self._http_thread = threading.Thread(target=self._http.serve_forever, args=(0.1,), name="sandbox-http")

    def start(self) -> None:
        """Answer on both ports and take up the callbacks that wait."""
        self._mail.start()
        self._callbacks.start()
        self._http_thread.start()

    def stop(self) -> None:
        """Take nothing new, finish what is in hand, close the store."""
        self._mail.stop()
        self._http.shutdown()
        self._http_thread.join()
        self._http.server_close()
        self._callbacks.stop()
        self.sandbox.store.close()


def _bind(machine: Machine) -> ThreadedWSGIServer:
    port = machine.sandbox.config.http_port
    try:
        server = ThreadedWSGIServer((HOST, port), _QuietHandler)
    except OSError as error:
        raise _taken(port, "COURSE_SANDBOX_HTTP_PORT") from error
    server.set_app(SandboxHandler(machine))
    return server


def _taken(port: int, setting: str) -> SandboxError:
    return SandboxError(f"Port {port} on {HOST} is in use. Stop what uses it, or set {setting} to another port.")


def run_sandbox(announce: Callable[[str], None]) -> None:
    """Run until SIGTERM or SIGINT; ``announce`` gets one line when all is ready. Raises SandboxError."""
    logging.getLogger("django.request").setLevel(logging.ERROR)
    stop = StopSignal()
    sandbox = open_sandbox()
    server = SandboxServer(sandbox)
    server.start()
    announce(f"Sandbox ready: http://{HOST}:{sandbox.config.http_port}/ (mail on port {sandbox.config.smtp_port})")
    stop.wait()
    server.stop()
