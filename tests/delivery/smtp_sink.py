"""A relay for tests: it speaks SMTP by itself, so that it can say what it was given in one piece, and break off."""

import contextlib
import socket
import socketserver
import threading
from email import message_from_bytes, policy

from tests.delivery.wires import Fate, Wire

EXTENSIONS = ("PIPELINING", "ENHANCEDSTATUSCODES", "8BITMIME", "SMTPUTF8")
SILENCE = "..."  # in ``said``: no answer at all
_REFUSALS = {
    Fate.ADDRESS: "550 5.1.1 no such user",
    Fate.SENDER: "550 5.7.1 policy",
    Fate.LATER: "451 4.7.1 come back later",
}


class SmtpSink(Wire):
    """``reads`` holds every piece it was given: it answers all it has before it reads on, so each is a round trip."""

    def __init__(self, extensions: tuple[str, ...] = EXTENSIONS) -> None:
        super().__init__()
        self.extensions = extensions
        self.reads: list[bytes] = []
        self.mails: list[bytes] = []
        self.connections = self.connections_ended = 0
        self.said: dict[str, str] = {}  # verb → what is said once in place of its answer; "" or a last "!" hangs up
        self.takes_data_anyway = False
        self.slow = 0.0  # seconds before each answer
        self.peers: list[socket.socket] = []
        sink = self

        class Handler(socketserver.BaseRequestHandler):
            def handle(self) -> None:
                sink.connections += 1
                sink.peers.append(self.request)
                self.request.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                with contextlib.suppress(OSError):
                    _Dialogue(sink, self.request).run()
                sink.connections_ended += 1

        self._server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler)
        self.port = self._server.server_address[1]
        self.url = f"smtp://127.0.0.1:{self.port}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))
        self._thread.start()

    def alive(self) -> bool:
        return self.connections_ended < self.connections

    def hang_up(self) -> None:
        for peer in self.peers:
            with contextlib.suppress(OSError):
                peer.shutdown(socket.SHUT_RDWR)
        self.peers.clear()

    def stop(self) -> None:
        self.stopping.set()
        self.hang_up()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


def _words_of(content: bytes) -> str:
    plain = message_from_bytes(content, policy=policy.default).get_body(("plain",))
    return str(plain.get_content()).strip() if plain else ""


class _GoneAway(Exception):
    pass


class _Dialogue:
    def __init__(self, sink: SmtpSink, peer: socket.socket) -> None:
        self._sink, self._peer, self._buffer = sink, peer, b""
        self._recipient = ""
        self._in_mail = False

    def run(self) -> None:
        self._say(self._sink.said.pop("CONNECT", "220 sink ESMTP"))
        try:
            while True:
                self._command(self._line().decode())
        except _GoneAway:
            return

    def _command(self, line: str) -> None:
        verb = line.partition(" ")[0].upper()
        scripted = self._sink.said.pop(verb, None)
        if scripted == SILENCE:
            self._sink.stopping.wait(10)
        if scripted in ("", SILENCE):
            raise _GoneAway
        if scripted:
            self._say(scripted.removesuffix(" !"))
            if scripted.endswith("!"):
                raise _GoneAway
            return
        getattr(self, f"_{verb.lower()}")(line)

    def _ehlo(self, _line: str) -> None:
        self._say(*(f"250-{name}" for name in ("sink", *self._sink.extensions)), "250 HELP")

    def _mail(self, _line: str) -> None:
        self._say("503 5.5.1 nested MAIL" if self._in_mail else "250 2.1.0 Ok")
        self._in_mail = True

    def _rcpt(self, line: str) -> None:
        recipient = line.partition("<")[2].partition(">")[0]
        refusal = _REFUSALS.get(self._sink.fates.get(recipient))  # type: ignore[arg-type]
        self._recipient = "" if refusal else recipient
        self._say(refusal or "250 2.1.5 Ok")

    def _data(self, _line: str) -> None:
        if not self._recipient and not self._sink.takes_data_anyway:
            self._say("503 5.5.1 no valid recipients")
            return
        self._say("354 go on")
        content = b""
        while (line := self._line()) != b".":
            content += line.removeprefix(b".") + b"\r\n"
        self._end(content)

    def _end(self, content: bytes) -> None:
        recipient, self._recipient, self._in_mail = self._recipient, "", False
        fate = self._sink.fates.get(recipient)
        if not recipient:
            self._say("554 5.5.1 no valid recipients")
        elif fate == Fate.CONTENT:
            self._say("554 5.6.0 these words are refused")
        else:
            self._sink.mails.append(content)
            self._sink.arrived.append((recipient, _words_of(content)))
            if fate == Fate.SILENT:
                self._sink.stopping.wait(10)
            if fate == Fate.HANG_UP:
                raise _GoneAway
            self._say(self._sink.said.pop("DOT", f"250 2.0.0 Ok: queued as Q{len(self._sink.arrived)}"))
            if self._sink.goes_away_after_each:
                raise _GoneAway

    def _rset(self, _line: str) -> None:
        self._recipient, self._in_mail = "", False
        self._say("250 2.0.0 Ok")

    def _quit(self, _line: str) -> None:
        self._say("221 2.0.0 Bye")
        raise _GoneAway

    def _line(self) -> bytes:
        while b"\r\n" not in self._buffer:
            piece = self._peer.recv(1_000_000)
            if not piece:
                raise _GoneAway
            self._sink.reads.append(piece)
            self._buffer += piece
        line, _, self._buffer = self._buffer.partition(b"\r\n")
        return line

    def _say(self, *lines: str) -> None:
        self._sink.stopping.wait(self._sink.slow)
        self._peer.sendall("".join(f"{line}\r\n" for line in lines).encode())
