"""One contract for every channel, and what each does when the other side refuses, is slow or is gone.

The other side is the sandbox's own SMTP server and Twilio look-alike, or a server that breaks off on purpose.
"""

import socket
import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from course import clock
from course.delivery.channels.base import Channel, Mail, Outgoing, Result, Sent, Text, hash_of
from course.delivery.channels.relay_log import RelayLog
from course.delivery.channels.smtp import SmtpChannel
from course.delivery.channels.smtp_answers import classify
from course.delivery.channels.smtp_relay import Relay
from course.delivery.channels.twilio import TwilioChannel
from course.delivery.channels.twilio_codes import classify as classify_twilio
from course.delivery.words import Outcome
from course.sandbox.server import SandboxServer
from tests.sandbox.conftest import ACCOUNT, TOKEN, free_port


def yes(_outgoing: Outgoing) -> bool:
    return True


def mail(key: int = 1, recipient: str = "avery@example.org", body: bytes = b"Hello\r\n") -> Mail:
    head = f"From: course@example.org\r\nTo: {recipient}\r\nMessage-ID: <m{key}@example.org>\r\nSubject: A\r\n\r\n"
    return Mail(key, recipient, "bounce+x@example.org", f"m{key}@example.org", head.encode() + body)


def text(key: int = 1, recipient: str = "+12025550143", body: str = "Hello") -> Text:
    return Text(key, recipient, f"{body} {key}", "", 3600)


class ChannelContract:
    """What every channel does. A subclass gives the channel, a message, and what the other side received."""

    def channel(self, server: SandboxServer) -> Channel:
        raise NotImplementedError

    def down(self) -> Channel:
        raise NotImplementedError

    def outgoing(self, key: int) -> Outgoing:
        raise NotImplementedError

    def received(self, server: SandboxServer) -> int:
        raise NotImplementedError

    def test_each_message_is_accepted_once_and_in_order(self, server: SandboxServer) -> None:
        results = list(self.channel(server).send([self.outgoing(key) for key in (1, 2, 3)], yes))
        assert [(r.key, r.outcome) for r in results] == [(key, Outcome.ACCEPTED) for key in (1, 2, 3)]
        assert all(r.provider_id for r in results)
        assert self.received(server) == 3

    def test_a_message_that_may_not_go_does_not_go_and_the_next_one_does(self, server: SandboxServer) -> None:
        results = list(self.channel(server).send([self.outgoing(1), self.outgoing(2)], lambda m: m.key == 2))
        assert [r.key for r in results] == [2]
        assert self.received(server) == 1

    def test_when_nobody_answers_the_message_is_for_later_and_never_unknown(self) -> None:
        results = list(self.down().send([self.outgoing(1)], yes))
        assert [r.outcome for r in results] == [Outcome.RETRY]

    def test_it_finds_what_went_and_does_not_find_what_did_not(self, server: SandboxServer) -> None:
        channel = self.channel(server)
        list(channel.send([self.outgoing(1)], yes))
        assert channel.look_up(self.sent(1)).went
        assert not channel.look_up(self.sent(2)).went

    def sent(self, key: int) -> Sent:
        out = self.outgoing(key)
        words = hash_of(out.body) if isinstance(out, Text) else ""
        message_id = out.message_id if isinstance(out, Mail) else ""
        return Sent(message_id, out.recipient, words, clock.machine_now() - timedelta(minutes=5), frozenset())


class TestSmtp(ChannelContract):
    def channel(self, server: SandboxServer) -> Channel:
        config = server.sandbox.config
        return SmtpChannel(Relay(f"smtp://127.0.0.1:{config.smtp_port}"), str(config.relay_log))

    def down(self) -> Channel:
        return SmtpChannel(Relay(f"smtp://127.0.0.1:{free_port()}"))

    def outgoing(self, key: int) -> Outgoing:
        return mail(key)

    def received(self, server: SandboxServer) -> int:
        return len(server.sandbox.store.mails())

    def test_lines_that_begin_with_a_dot_arrive_as_they_were(self, server: SandboxServer) -> None:
        body = b".\r\n..two\r\nend.\r\n"
        list(self.channel(server).send([mail(body=body)], yes))
        (received,) = server.sandbox.store.mails()
        assert received.raw.endswith(b"\r\n\r\n" + body)

    def test_without_a_relay_log_it_says_that_it_cannot_look_up(self) -> None:
        assert not self.down().can_look_up


class TestTwilio(ChannelContract):
    def channel(self, server: SandboxServer) -> Channel:
        base = f"http://127.0.0.1:{server.sandbox.config.http_port}"
        return TwilioChannel(ACCOUNT, TOKEN, "+12025550100", base)

    def down(self) -> Channel:
        return TwilioChannel(ACCOUNT, TOKEN, "+12025550100", f"http://127.0.0.1:{free_port()}")

    def outgoing(self, key: int) -> Outgoing:
        return text(key)

    def received(self, server: SandboxServer) -> int:
        return len(server.sandbox.store.texts())

    def test_a_wrong_password_is_our_own_fault(self, server: SandboxServer) -> None:
        base = f"http://127.0.0.1:{server.sandbox.config.http_port}"
        channel = TwilioChannel(ACCOUNT, "wrong", "+12025550100", base)
        (result,) = channel.send([text()], yes)
        assert (result.outcome, result.code) == (Outcome.REFUSED_SENDER, "20003")

    def test_every_text_carries_how_long_it_may_wait_at_the_provider(self, server: SandboxServer) -> None:
        list(self.channel(server).send([text()], yes))
        assert server.sandbox.store.texts()[0].validity_period == 3600

    def test_a_text_of_another_message_with_the_same_words_is_not_taken_for_ours(self, server: SandboxServer) -> None:
        channel = self.channel(server)
        (result,) = channel.send([text()], yes)
        known = Sent("", "+12025550143", hash_of("Hello 1"), clock.machine_now(), frozenset({result.provider_id}))
        assert not channel.look_up(known).went


class BrokenRelay:
    """Speaks SMTP from a script and breaks off where the script ends."""

    def __init__(self, answers: list[bytes], read_data: bool) -> None:
        self._answers, self._read_data = answers, read_data
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port = self._socket.getsockname()[1]
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def _serve(self) -> None:
        peer, _address = self._socket.accept()
        with peer, peer.makefile("rb") as lines:
            for answer in self._answers:
                peer.sendall(answer)
                lines.readline()
            if self._read_data:
                while lines.readline() not in (b".\r\n", b""):
                    pass

    def close(self) -> None:
        self._thread.join(5)
        self._socket.close()


HELLO = [b"220 relay\r\n", b"250 relay\r\n"]
UP_TO_DATA = [*HELLO, b"250 ok\r\n", b"250 ok\r\n", b"354 go on\r\n"]


@pytest.fixture
def relay() -> Iterator[Callable[..., Result | None]]:
    relays: list[BrokenRelay] = []

    def send(answers: list[bytes], read_data: bool = False) -> Result | None:
        broken = BrokenRelay(answers, read_data)
        relays.append(broken)
        results = list(SmtpChannel(Relay(f"smtp://127.0.0.1:{broken.port}")).send([mail()], yes))
        return results[0] if results else None

    yield send
    for each in relays:
        each.close()


def test_a_connection_lost_after_the_dot_is_unknown(relay: Callable[..., Result]) -> None:
    assert relay(UP_TO_DATA, read_data=True).outcome == Outcome.UNKNOWN


@pytest.mark.parametrize("answers", [HELLO, [*HELLO, b"250 ok\r\n"], [*HELLO, b"250 ok\r\n", b"250 ok\r\n"]])
def test_a_connection_lost_before_the_dot_is_for_later(relay: Callable[..., Result], answers: list[bytes]) -> None:
    assert relay(answers).outcome == Outcome.RETRY


def test_an_unknown_recipient_is_told_apart_from_our_own_fault(relay: Callable[..., Result]) -> None:
    refused = relay([*HELLO, b"250 ok\r\n", b"550 5.1.1 no such user\r\n", b"250 ok\r\n"])
    assert (refused.outcome, refused.code) == (Outcome.REFUSED_ADDRESS, "550 5.1.1")


@pytest.mark.parametrize(
    ("code", "answer", "phase", "outcome"),
    [
        (250, "2.0.0 ok", "end", Outcome.ACCEPTED),
        (421, "4.3.2 busy", "mail", Outcome.RETRY),
        (451, "4.7.1 later", "rcpt", Outcome.RETRY),
        (550, "5.1.1 unknown", "rcpt", Outcome.REFUSED_ADDRESS),
        (550, "5.1.10 null MX", "rcpt", Outcome.REFUSED_ADDRESS),
        (550, "5.2.1 disabled", "rcpt", Outcome.REFUSED_ADDRESS),
        (552, "5.2.2 full", "rcpt", Outcome.REFUSED_CONTENT),
        (550, "5.7.1 policy", "rcpt", Outcome.REFUSED_SENDER),
        (550, "no", "rcpt", Outcome.REFUSED_ADDRESS),
        (554, "no", "data", Outcome.REFUSED_CONTENT),
        (535, "no", "connect", Outcome.REFUSED_SENDER),
    ],
)
def test_smtp_answers_become_our_words(code: int, answer: str, phase: str, outcome: Outcome) -> None:
    assert classify(code, answer, phase) == outcome


@pytest.mark.parametrize(
    ("status", "code", "outcome"),
    [
        (429, 20429, Outcome.RETRY),
        (503, None, Outcome.UNKNOWN),
        (401, 20003, Outcome.REFUSED_SENDER),
        (400, 21211, Outcome.REFUSED_ADDRESS),
        (400, 21610, Outcome.OPTED_OUT),
        (400, 21408, Outcome.REFUSED_SENDER),
        (400, 99999, Outcome.REFUSED_CONTENT),
    ],
)
def test_twilio_codes_become_our_words(status: int, code: int | None, outcome: Outcome) -> None:
    assert classify_twilio(status, code) == outcome


def test_a_relay_that_read_the_headers_and_never_took_the_mail_on_did_not_accept_it(tmp_path: Path) -> None:
    log = tmp_path / "mail.log"
    log.write_text("Nov 23 10:00:00 host postfix/cleanup[7]: ABC123: message-id=<m1@example.org>\n")
    assert not RelayLog(str(log)).find("m1@example.org").went
    with log.open("a") as more:
        more.write(
            "Nov 23 10:00:00 host postfix/qmgr[8]: ABC123: from=<b@example.org>, size=9, nrcpt=1 (queue active)\n"
        )
    assert RelayLog(str(log)).find("m1@example.org").provider_id == "ABC123"


def test_a_url_that_is_no_relay_is_refused_with_a_sentence() -> None:
    with pytest.raises(ValueError, match="COURSE_SMTP_URL must look like"):
        Relay("http://127.0.0.1")
