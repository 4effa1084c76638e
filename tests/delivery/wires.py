"""Real servers on loopback that stand where a relay or a provider would, and do to each message what a test says."""

import contextlib
import socket
import threading
from collections.abc import Mapping
from enum import Enum, auto
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Fate(Enum):
    """What the other side does with the messages of one recipient."""

    ADDRESS = auto()  # refuses the address
    CONTENT = auto()  # refuses the words
    SENDER = auto()  # refuses us
    LATER = auto()  # asks us to come back, and slower
    HANG_UP = auto()  # takes the message and hangs up without a word
    SILENT = auto()  # takes the message and answers when nobody can be waiting any more


class Wire:
    """What every stand-in has: what arrived, as (recipient, words), what to do with whom, and how to stop."""

    def __init__(self) -> None:
        self.arrived: list[tuple[str, str]] = []
        self.fates: dict[str, Fate] = {}
        self.goes_away_after_each = False  # answers, then closes the connection
        self.stopping = threading.Event()

    def hang_up(self) -> None:
        """Close every connection, as a server does that is started again."""
        raise NotImplementedError

    def stop(self) -> None:
        raise NotImplementedError


class HttpWire(Wire):
    """A provider's API over HTTP/1.1 with kept connections. A subclass says how a request becomes an answer."""

    def __init__(self) -> None:
        super().__init__()
        self.headers: dict[str, str] = {}  # more headers on a LATER answer
        self.at_a_time = self.most_at_a_time = 0
        self.slow = 0.0  # seconds before each answer
        self.scripted: tuple[int, str] | None = None  # the answer to everybody
        self.connections = 0
        self._lock = threading.Lock()
        self._peers: set[BaseHTTPRequestHandler] = set()
        wire = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def setup(self) -> None:
                wire.connections += 1
                super().setup()

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                wire.handle(self, body.decode())

            def do_GET(self) -> None:
                wire.stopping.wait(wire.slow)
                wire.reply(self, *(wire.scripted or wire.look(self.path)))

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))
        self._thread.start()

    def read(self, body: str) -> tuple[str, str]:
        """Return the recipient and the words of a request."""
        raise NotImplementedError

    def answer(self, recipient: str, fate: Fate | None) -> tuple[int, str]:
        """Return an HTTP status and body."""
        raise NotImplementedError

    def look(self, path: str) -> tuple[int, str]:
        """Return an HTTP status and body for a GET."""
        raise NotImplementedError

    def handle(self, request: BaseHTTPRequestHandler, body: str) -> None:
        recipient, words = self.read(body)
        fate = self.fates.get(recipient)
        with self._lock:
            self._peers.add(request)
            self.at_a_time += 1
            self.most_at_a_time = max(self.most_at_a_time, self.at_a_time)
            if fate in (None, Fate.HANG_UP, Fate.SILENT):
                self.arrived.append((recipient, words))
        self.stopping.wait(10 if fate == Fate.SILENT else self.slow)
        with self._lock:
            self.at_a_time -= 1
        if fate == Fate.HANG_UP or self.stopping.is_set():
            request.close_connection = True
            return
        status, text = self.scripted or self.answer(recipient, None if fate == Fate.SILENT else fate)
        self.reply(request, status, text, self.headers if fate == Fate.LATER else {})

    def reply(
        self, request: BaseHTTPRequestHandler, status: int, text: str, headers: Mapping[str, str] | None = None
    ) -> None:
        request.send_response(status)
        request.send_header("Content-Type", "application/json")
        request.send_header("Content-Length", str(len(text.encode())))
        for name, value in (headers or {}).items():
            request.send_header(name, value)
        if self.goes_away_after_each:
            request.send_header("Connection", "close")
        request.end_headers()
        request.wfile.write(text.encode())

    def hang_up(self) -> None:
        for peer in self._peers:
            peer.close_connection = True
            with contextlib.suppress(OSError):
                peer.connection.shutdown(socket.SHUT_RDWR)
        self._peers.clear()

    def stop(self) -> None:
        self.stopping.set()
        self.hang_up()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()
