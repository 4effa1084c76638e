"""The smtp channel by itself: what it says to a relay, in how many pieces, and what it makes of each answer."""

import os
import ssl
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import dkim
import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from cryptography.x509.oid import NameOID

from course import clock
from course.delivery import channels
from course.delivery.channels import smtp_relay
from course.delivery.channels.base import Mail, Outgoing, Result, Sent
from course.delivery.channels.dkim_signature import DkimSignature
from course.delivery.channels.relay_log import RelayLog
from course.delivery.channels.smtp import SmtpChannel
from course.delivery.channels.smtp_answers import Phase, asks_for_less, classify
from course.delivery.channels.smtp_relay import Relay
from course.delivery.words import Outcome
from course.people.words import Channel
from course.sandbox.server import SandboxServer
from tests.delivery.channel_contract import mail, yes
from tests.delivery.smtp_sink import EXTENSIONS, SmtpSink
from tests.delivery.wires import Fate
from tests.sandbox.conftest import free_port, until


@pytest.fixture
def sink() -> Iterator[SmtpSink]:
    opened = SmtpSink()
    yield opened
    opened.stop()


def without(*names: str) -> tuple[str, ...]:
    return tuple(name for name in EXTENSIONS if name not in names)


def send(sink: SmtpSink, *mails: Mail, about_to: Callable[[Outgoing], bool] = yes, seconds: float = 5) -> list[Result]:
    channel = SmtpChannel(Relay(sink.url, answer_seconds=seconds))
    results = list(channel.send(mails, about_to))
    channel.close()
    return results


# --- pipelining ---------------------------------------------------------------------------------------------------


def test_with_pipelining_ten_mails_take_twelve_round_trips(sink: SmtpSink) -> None:
    list(SmtpChannel(Relay(sink.url)).send([mail(key) for key in range(1, 11)], yes))
    assert len(sink.arrived) == 10
    assert len([read for read in sink.reads if not read.startswith(b"QUIT")]) == 12  # EHLO, an envelope, ten contents


def test_the_next_envelope_travels_with_the_content_and_dot_before_it(sink: SmtpSink) -> None:
    send(sink, mail(1), mail(2))
    assert sink.reads[2].endswith(
        b"\r\n.\r\nMAIL FROM:<bounce+x@example.org>\r\nRCPT TO:<avery2@example.org>\r\nDATA\r\n"
    )


def test_without_pipelining_each_line_waits_for_its_answer(sink: SmtpSink) -> None:
    sink.extensions = without("PIPELINING")
    send(sink, mail(1))
    assert [read.partition(b" ")[0] for read in sink.reads[1:4]] == [b"MAIL", b"RCPT", b"DATA\r\n"]


def test_never_more_than_one_mail_a_connection_is_past_its_dot_without_an_answer(sink: SmtpSink) -> None:
    answered: list[int] = []

    def about_to(outgoing: Outgoing) -> bool:
        assert answered == list(range(1, outgoing.key))
        return True

    for result in SmtpChannel(Relay(sink.url)).send([mail(key) for key in range(1, 6)], about_to):
        answered.append(result.key)
    assert answered == [1, 2, 3, 4, 5]


def test_the_batch_is_read_one_mail_ahead_at_most(sink: SmtpSink) -> None:
    fetched: list[int] = []

    def batch() -> Iterator[Outgoing]:
        for key in range(1, 6):
            fetched.append(key)
            yield mail(key)

    for result in SmtpChannel(Relay(sink.url)).send(batch(), yes):
        assert len(fetched) <= result.key + 1


@pytest.mark.parametrize("refused", [1, 2, 3])
def test_a_relay_that_takes_data_though_nobody_would_get_it_gets_a_lone_dot(sink: SmtpSink, refused: int) -> None:
    sink.takes_data_anyway = True
    sink.fates[f"avery{refused}@example.org"] = Fate.ADDRESS
    results = send(sink, mail(1), mail(2), mail(3))
    assert [each.outcome for each in results].count(Outcome.ACCEPTED) == 2
    assert results[refused - 1].outcome == Outcome.REFUSED_ADDRESS
    assert [to for to, _words in sink.arrived] == [f"avery{key}@example.org" for key in (1, 2, 3) if key != refused]
    assert sink.connections == 1


def test_a_mail_that_may_not_go_once_its_envelope_is_open_leaves_not_even_an_empty_mail(sink: SmtpSink) -> None:
    results = send(sink, mail(1), mail(2), mail(3), about_to=lambda each: each.key != 2)
    assert [each.key for each in results] == [1, 3]
    assert len(sink.mails) == 2
    assert b"".join(sink.reads).count(b"RCPT TO:<avery3@") == 1  # the envelope of 3 was not said into the content of 2


# --- what was lost, and when --------------------------------------------------------------------------------------


@pytest.mark.parametrize("verb", ["EHLO", "MAIL", "RCPT", "DATA"])
@pytest.mark.parametrize("pipelining", [True, False])
def test_a_connection_lost_before_the_dot_is_for_later(sink: SmtpSink, verb: str, pipelining: bool) -> None:
    sink.extensions = EXTENSIONS if pipelining else without("PIPELINING")
    sink.said[verb] = ""
    asked: list[int] = []
    (result,) = send(sink, mail(), about_to=lambda each: bool(asked.append(each.key)) or True)
    assert (result.outcome, sink.arrived, asked) == (Outcome.RETRY, [], [])


def test_a_connection_lost_after_the_dot_is_unknown_and_the_next_mail_goes_by_another(sink: SmtpSink) -> None:
    sink.fates["avery1@example.org"] = Fate.HANG_UP
    results = send(sink, mail(1), mail(2))
    assert [each.outcome for each in results] == [Outcome.UNKNOWN, Outcome.ACCEPTED]
    assert "after the dot" in results[0].raw
    assert sink.connections == 2


def test_content_that_breaks_off_half_way_is_for_later_and_nothing_arrives(sink: SmtpSink) -> None:
    def hang_up(_outgoing: Outgoing) -> bool:
        sink.hang_up()
        until(lambda: not sink.alive())
        return True

    big = mail(body=b"x" * 70 + b"\r\n")
    (result,) = send(
        sink, Mail(1, big.recipient, big.envelope_from, big.message_id, big.content * 40_000), about_to=hang_up
    )
    assert (result.outcome, sink.arrived) == (Outcome.RETRY, [])


def test_an_answer_to_the_dot_that_no_standard_knows_is_unknown(sink: SmtpSink) -> None:
    sink.said["DOT"] = "999 what"
    channel = SmtpChannel(Relay(sink.url))
    assert [each.outcome for each in channel.send([mail(1)], yes)] == [Outcome.UNKNOWN]
    assert [each.outcome for each in channel.send([mail(2)], yes)] == [Outcome.ACCEPTED]
    assert sink.connections == 2  # nobody knows what the first would have said next
    channel.close()


def test_a_closing_relay_says_so_and_its_mail_comes_back_slower(sink: SmtpSink) -> None:
    sink.said["MAIL"] = "421 4.3.2 too many connections !"
    (result,) = send(sink, mail())
    assert (result.outcome, result.code, result.slow_down) == (Outcome.RETRY, "421 4.3.2", True)


@pytest.mark.parametrize("pipelining", [True, False])
def test_a_refusal_is_heard_though_the_relay_hangs_up_behind_it(sink: SmtpSink, pipelining: bool) -> None:
    sink.extensions = EXTENSIONS if pipelining else without("PIPELINING")
    sink.said["MAIL"] = "554 5.7.1 we know you !"
    (result,) = send(sink, mail())
    assert (result.outcome, result.code) == (Outcome.REFUSED_SENDER, "554 5.7.1")


def test_a_refused_greeting_is_our_fault_and_nobodys_address(sink: SmtpSink) -> None:
    sink.said["CONNECT"] = "554 5.3.2 no mail here"
    (result,) = send(sink, mail())
    assert result.outcome == Outcome.REFUSED_SENDER


# --- kept connections ---------------------------------------------------------------------------------------------


def test_a_connection_is_kept_between_calls(sink: SmtpSink) -> None:
    channel = SmtpChannel(Relay(sink.url))
    for key in (1, 2, 3):
        list(channel.send([mail(key)], yes))
    assert (sink.connections, len(sink.arrived)) == (1, 3)
    channel.close()


def test_a_kept_connection_that_is_told_to_close_is_replaced_without_a_word(sink: SmtpSink) -> None:
    channel = SmtpChannel(Relay(sink.url))
    list(channel.send([mail(1)], yes))
    sink.said["MAIL"] = "421 4.4.2 idle for too long !"
    assert [each.outcome for each in channel.send([mail(2)], yes)] == [Outcome.ACCEPTED]
    assert sink.connections == 2
    channel.close()


def test_a_connection_nobody_uses_is_closed_with_a_quit(sink: SmtpSink, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(smtp_relay, "IDLE_SECONDS", 0.05)
    list(SmtpChannel(Relay(sink.url)).send([mail()], yes))
    until(lambda: sink.reads[-1] == b"QUIT\r\n")


def test_a_connection_in_use_leaves_no_clocks_behind(sink: SmtpSink) -> None:
    def clocks() -> set[threading.Thread]:
        return {each for each in threading.enumerate() if isinstance(each, threading.Timer)}

    before, channel = clocks(), SmtpChannel(Relay(sink.url))
    for key in range(1, 11):
        list(channel.send([mail(key)], yes))
    until(lambda: len(clocks() - before) == 1)
    channel.close()


def test_a_forked_process_opens_a_connection_of_its_own(sink: SmtpSink, settings: Any) -> None:
    settings.SMTP_URL = sink.url
    channels.get.cache_clear()
    list(channels.get(Channel.EMAIL).send([mail(1)], yes))
    child = os.fork()
    if child == 0:
        results = list(channels.get(Channel.EMAIL).send([mail(2)], yes))
        os._exit(0 if results[0].outcome == Outcome.ACCEPTED else 1)
    assert os.waitpid(child, 0)[1] == 0
    assert [each.outcome for each in channels.get(Channel.EMAIL).send([mail(3)], yes)] == [Outcome.ACCEPTED]
    assert (sink.connections, len(sink.arrived)) == (2, 3)
    channels.get.cache_clear()


def test_two_threads_never_share_a_connection(sink: SmtpSink) -> None:
    channel = SmtpChannel(Relay(sink.url))
    outcomes: list[Outcome] = []

    def work(first: int) -> None:
        for start in range(first, first + 20, 5):
            outcomes.extend(each.outcome for each in channel.send([mail(start + i) for i in range(5)], yes))

    threads = [threading.Thread(target=work, args=(first,)) for first in (100, 200, 300)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    channel.close()
    assert outcomes == [Outcome.ACCEPTED] * 60
    assert len({to for to, _words in sink.arrived}) == 60


# --- content and addresses ----------------------------------------------------------------------------------------


def test_lines_that_begin_with_a_dot_arrive_as_they_were(sink: SmtpSink) -> None:
    send(sink, mail(body=b".\r\n..two\r\nend.\r\n"))
    assert sink.mails[0].endswith(b"\r\n\r\n.\r\n..two\r\nend.\r\n")


def test_eight_bit_words_are_announced_and_arrive(sink: SmtpSink) -> None:
    send(sink, mail(body="naïve\r\n".encode()))
    assert b"BODY=8BITMIME" in sink.reads[1]
    assert sink.mails[0].endswith("naïve\r\n".encode())


def test_seven_bit_words_are_not_announced_as_more(sink: SmtpSink) -> None:
    send(sink, mail())
    assert b"BODY" not in sink.reads[1]
    assert b"SMTPUTF8" not in sink.reads[1]


def test_an_address_in_another_script_is_announced_and_arrives(sink: SmtpSink) -> None:
    (result,) = send(sink, mail(recipient="josé@example.org"))
    assert (result.outcome, sink.arrived[0][0]) == (Outcome.ACCEPTED, "josé@example.org")
    assert b"SMTPUTF8" in sink.reads[1]


@pytest.mark.parametrize(
    ("lacking", "refused"),
    [("SMTPUTF8", mail(2, recipient="josé@example.org")), ("8BITMIME", mail(2, body="naïve\r\n".encode()))],
)
def test_what_a_relay_cannot_carry_is_refused_by_itself(sink: SmtpSink, lacking: str, refused: Mail) -> None:
    sink.extensions = without(lacking)
    results = send(sink, mail(1), refused, mail(3))
    assert [each.outcome for each in results] == [Outcome.ACCEPTED, Outcome.REFUSED_CONTENT, Outcome.ACCEPTED]
    assert results[1].code == lacking


@pytest.mark.parametrize("address", ["a@example.org>\r\nRCPT TO:<b@example.org", "a b@example.org", "nobody", "a<b@c"])
def test_an_address_that_is_none_never_reaches_the_wire(sink: SmtpSink, address: str) -> None:
    bad = Mail(2, address, "bounce+x@example.org", "m2@example.org", mail(2).content)
    results = send(sink, mail(1), bad, mail(3))
    assert [each.outcome for each in results] == [Outcome.ACCEPTED, Outcome.REFUSED_ADDRESS, Outcome.ACCEPTED]
    assert not any(b"b@example.org" in read or b"nobody" in read for read in sink.reads)


# --- TLS and passwords --------------------------------------------------------------------------------------------


class _Box:
    def __init__(self) -> None:
        self.got: list[tuple[bool, bytes]] = []

    async def handle_DATA(self, _server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        self.got.append((session.ssl is not None, envelope.content))
        return "250 2.0.0 Ok"


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A self-signed certificate for 127.0.0.1 and its key."""
    folder = tmp_path_factory.mktemp("tls")
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "relay.example.org")])
    now = clock.machine_now()
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    cert_file, key_file = folder / "cert.pem", folder / "key.pem"
    cert_file.write_bytes(made.public_bytes(Encoding.PEM))
    key_file.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return cert_file, key_file


def _knows(_server: Any, _session: Any, _envelope: Any, _mechanism: str, data: Any) -> AuthResult:
    known = isinstance(data, LoginPassword) and (data.login, data.password) == (b"course@clinic", b"p/w:1")
    return AuthResult(success=known, handled=False)


@pytest.fixture
def secure(certificate: tuple[Path, Path]) -> Iterator[tuple[_Box, int]]:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(*certificate)
    box = _Box()
    relay = Controller(
        box, hostname="127.0.0.1", port=free_port(), tls_context=context, require_starttls=True, auth_required=True,
        authenticator=_knows, server_hostname="relay.example.org",
    )  # fmt: skip
    relay.start()
    yield box, relay.port
    relay.stop()


def test_it_signs_in_over_starttls_with_a_certificate_from_a_file(
    secure: tuple[_Box, int], certificate: tuple[Path, Path]
) -> None:
    box, port = secure
    relay = Relay(f"smtp+starttls://course%40clinic:p%2Fw%3A1@127.0.0.1:{port}", str(certificate[0]))
    channel = SmtpChannel(relay)
    assert [each.outcome for each in channel.send([mail(1), mail(2)], yes)] == [Outcome.ACCEPTED] * 2
    assert [tls for tls, _content in box.got] == [True, True]
    channel.close()


def test_a_wrong_password_is_our_own_fault_and_is_not_told(
    secure: tuple[_Box, int], certificate: tuple[Path, Path]
) -> None:
    relay = Relay(f"smtp+starttls://course:wrong-one@127.0.0.1:{secure[1]}", str(certificate[0]))
    (result,) = SmtpChannel(relay).send([mail()], yes)
    assert (result.outcome, result.code) == (Outcome.REFUSED_SENDER, "535 5.7.8")
    assert "wrong-one" not in result.raw


def test_a_certificate_nobody_vouches_for_is_never_accepted(secure: tuple[_Box, int]) -> None:
    box, port = secure
    (result,) = SmtpChannel(Relay(f"smtp+starttls://127.0.0.1:{port}")).send([mail()], yes)
    assert (result.outcome, result.code) == (Outcome.REFUSED_SENDER, "SSLCertVerificationError")
    assert box.got == []


def test_a_relay_without_starttls_is_not_given_the_mail_in_clear(sink: SmtpSink) -> None:
    (result,) = SmtpChannel(Relay(f"smtp+starttls://127.0.0.1:{sink.port}")).send([mail()], yes)
    assert (result.outcome, sink.arrived) == (Outcome.REFUSED_SENDER, [])


def test_smtps_is_encrypted_from_the_first_byte(certificate: tuple[Path, Path]) -> None:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(*certificate)
    box = _Box()
    relay = Controller(box, hostname="127.0.0.1", port=free_port(), ssl_context=context, server_hostname="relay")
    relay.start()
    channel = SmtpChannel(Relay(f"smtps://127.0.0.1:{relay.port}", str(certificate[0])))
    assert [each.outcome for each in channel.send([mail()], yes)] == [Outcome.ACCEPTED]
    channel.close()
    relay.stop()


@pytest.mark.parametrize(
    ("url", "ca_file", "said"),
    [
        ("http://127.0.0.1", "", "COURSE_SMTP_URL must look like"),
        ("smtps://course:pässword@127.0.0.1", "", "COURSE_SMTP_URL has a letter"),
        ("smtps://127.0.0.1", "/no/such/file.pem", "COURSE_SMTP_CA_FILE is /no/such/file.pem; there is no such file"),
        ("smtps://127.0.0.1", __file__, "COURSE_SMTP_CA_FILE is .*; it must hold certificates in PEM form"),
    ],
)
def test_a_setting_that_cannot_be_used_is_refused_with_a_sentence(url: str, ca_file: str, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        Relay(url, ca_file)


# --- DKIM ---------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def dkim_key(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, bytes]:
    """A key file, and the DNS record that goes with it."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    file = tmp_path_factory.mktemp("dkim") / "key.pem"
    file.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    public = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
    return file, ("v=DKIM1; k=rsa; p=" + "".join(public.splitlines()[1:-1])).encode()


def signed(sink: SmtpSink, key: tuple[Path, bytes]) -> bytes:
    channel = SmtpChannel(Relay(sink.url), sign=DkimSignature("example.org", "course", str(key[0])).sign)
    list(channel.send([with_list_headers()], yes))
    channel.close()
    return sink.mails[0]


def with_list_headers() -> Mail:
    plain = mail(body=b"Hello.\r\n.\r\n")
    more = b"List-Unsubscribe: <https://example.org/stop/1/>\r\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n"
    return Mail(1, plain.recipient, plain.envelope_from, plain.message_id, more + plain.content)


def verifies(received: bytes, key: tuple[Path, bytes]) -> bool:
    return bool(
        dkim.verify(
            received,
            dnsfunc=lambda name, timeout=5: key[1] if name.startswith(b"course._domainkey.example.org") else None,
        )
    )


def test_what_the_relay_received_carries_our_valid_signature(sink: SmtpSink, dkim_key: tuple[Path, bytes]) -> None:
    assert verifies(signed(sink, dkim_key), dkim_key)


@pytest.mark.parametrize(
    "name", ["From", "To", "Subject", "Date", "Message-ID", "Reply-To", "List-Unsubscribe", "List-Unsubscribe-Post",
             "List-Id", "Content-Type", "MIME-Version"],
)  # fmt: skip
def test_nobody_can_add_a_header_that_we_signed(sink: SmtpSink, dkim_key: tuple[Path, bytes], name: str) -> None:
    forged = f"{name}: forged\r\n".encode() + signed(sink, dkim_key)
    assert not verifies(forged, dkim_key)


def test_nobody_can_change_a_word(sink: SmtpSink, dkim_key: tuple[Path, bytes]) -> None:
    assert not verifies(signed(sink, dkim_key).replace(b"Hello", b"Hallo"), dkim_key)


def test_a_mail_that_cannot_be_signed_is_refused_by_itself(sink: SmtpSink, dkim_key: tuple[Path, bytes]) -> None:
    channel = SmtpChannel(Relay(sink.url), sign=DkimSignature("example.org", "course", str(dkim_key[0])).sign)
    broken = Mail(2, "avery2@example.org", "bounce+x@example.org", "m2", b"no header\r\n\r\nwords\r\n")
    results = list(channel.send([mail(1), broken, mail(3)], yes))
    assert [each.outcome for each in results] == [Outcome.ACCEPTED, Outcome.REFUSED_CONTENT, Outcome.ACCEPTED]
    channel.close()


# --- answers and logs ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("code", "answer", "phase", "outcome"),
    [
        (250, "2.0.0 ok", "end", Outcome.ACCEPTED),
        (250, "2.0.0 ok", "data", Outcome.RETRY),
        (421, "4.3.2 busy", "mail", Outcome.RETRY),
        (452, "4.2.2 full", "rcpt", Outcome.RETRY),
        (451, "4.3.0 trouble", "end", Outcome.RETRY),
        (450, "4.4.1 no answer", "rcpt", Outcome.RETRY),
        (452, "4.5.3 too many", "rcpt", Outcome.RETRY),
        (451, "4.7.1 later", "rcpt", Outcome.RETRY),
        *((550, f"5.1.{detail} no", "rcpt", Outcome.REFUSED_ADDRESS) for detail in (1, 2, 3, 6, 10)),
        (550, "5.1.1 unknown", "end", Outcome.REFUSED_ADDRESS),
        (550, "5.2.1 disabled", "rcpt", Outcome.REFUSED_ADDRESS),
        (552, "5.2.2 full", "rcpt", Outcome.REFUSED_CONTENT),
        (552, "5.2.3 too long", "end", Outcome.REFUSED_CONTENT),
        (552, "5.3.4 too big", "mail", Outcome.REFUSED_CONTENT),
        (552, "5.3.4 too big", "end", Outcome.REFUSED_CONTENT),
        (550, "5.4.1 no route", "rcpt", Outcome.REFUSED_CONTENT),
        (555, "5.5.4 parameters", "mail", Outcome.REFUSED_CONTENT),
        (554, "5.6.0 media", "end", Outcome.REFUSED_CONTENT),
        (550, "5.7.1 policy", "rcpt", Outcome.REFUSED_SENDER),
        (550, "5.7.26 DMARC", "end", Outcome.REFUSED_SENDER),
        (550, "5.1.8 your domain", "rcpt", Outcome.REFUSED_SENDER),
        (550, "5.1.1 your address", "mail", Outcome.REFUSED_SENDER),
        (550, "no", "mail", Outcome.REFUSED_SENDER),
        (550, "no", "rcpt", Outcome.REFUSED_ADDRESS),
        (553, "no", "rcpt", Outcome.REFUSED_ADDRESS),
        (552, "no", "rcpt", Outcome.REFUSED_CONTENT),
        (554, "no", "data", Outcome.REFUSED_CONTENT),
        (550, "no", "end", Outcome.REFUSED_CONTENT),
        (535, "no", "connect", Outcome.REFUSED_SENDER),
        (554, "5.3.2 no mail here", "connect", Outcome.REFUSED_SENDER),
        (-1, "", "end", Outcome.UNKNOWN),
        (354, "", "end", Outcome.UNKNOWN),
        (-1, "", "rcpt", Outcome.RETRY),
    ],
)
def test_smtp_answers_become_our_words(code: int, answer: str, phase: Phase, outcome: Outcome) -> None:
    assert classify(code, answer, phase) == outcome


@pytest.mark.parametrize(
    ("code", "answer", "slower"),
    [(421, "bye", True), (450, "4.7.1 greylisted", True), (451, "4.3.0 trouble", False), (550, "5.7.1 policy", False)],
)
def test_a_relay_that_asks_for_less_is_heard(code: int, answer: str, slower: bool) -> None:
    assert asks_for_less(code, answer) == slower


def test_a_relay_that_read_the_headers_and_never_took_the_mail_on_did_not_accept_it(tmp_path: Path) -> None:
    log = tmp_path / "mail.log"
    log.write_text("Nov 23 10:00:00 host postfix/cleanup[7]: ABC123: message-id=<m1@example.org>\n")
    assert not RelayLog(str(log)).find("m1@example.org").went
    with log.open("a") as more:
        more.write(
            "Nov 23 10:00:00 host postfix/qmgr[8]: ABC123: from=<b@example.org>, size=9, nrcpt=1 (queue active)\n"
        )
    assert RelayLog(str(log)).find("m1@example.org").provider_id == "ABC123"


def test_it_finds_what_went_and_does_not_find_what_did_not(server: SandboxServer) -> None:
    config = server.sandbox.config
    channel = SmtpChannel(Relay(f"smtp://127.0.0.1:{config.smtp_port}"), str(config.relay_log))
    (result,) = channel.send([mail(1)], yes)
    asked = datetime(2026, 11, 23, 16, 0, tzinfo=UTC)
    found = channel.look_up(Sent("m1@example.org", "avery1@example.org", "", asked, frozenset()))
    assert (found.went, found.provider_id) == (True, result.provider_id)
    assert not channel.look_up(Sent("m2@example.org", "avery1@example.org", "", asked, frozenset())).went
    channel.close()


def test_without_a_relay_log_it_says_that_it_cannot_look_up() -> None:
    assert not SmtpChannel(Relay("smtp://127.0.0.1")).can_look_up
