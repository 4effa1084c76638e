"""Mail on its way to a relay: encrypted, signed in, and signed by our own domain when we are asked to."""

import ssl
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import dkim
import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from course.delivery.channels.base import Mail
from course.delivery.channels.dkim_signature import DkimSignature
from course.delivery.channels.smtp import SmtpChannel
from course.delivery.channels.smtp_relay import Relay
from course.delivery.words import Outcome
from tests import certificate as made
from tests.delivery.channel_contract import mail, yes
from tests.delivery.smtp_sink import SmtpSink
from tests.sandbox.conftest import free_port


@pytest.fixture
def sink() -> Iterator[SmtpSink]:
    opened = SmtpSink()
    yield opened
    opened.stop()


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
    return made.make(tmp_path_factory.mktemp("tls"))


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
