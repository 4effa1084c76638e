import re
import smtplib
import sqlite3

import pytest
from django.db import Error as CourseDatabaseError

from course.sandbox.mail_server import message_id_of
from course.sandbox.server import SandboxServer
from tests.sandbox.conftest import COURSE_TIME
from tests.sandbox.letters import ANA, lesson, post


def test_a_mail_is_kept_byte_for_byte_once_for_each_recipient(server: SandboxServer) -> None:
    message = lesson()
    post(server.sandbox.config, message, ANA, "tom@example.com")
    kept = server.sandbox.store.mails()
    assert [mail.rcpt_to for mail in kept] == [ANA, "tom@example.com"]
    assert {mail.raw for mail in kept} == {message.as_bytes()}
    assert kept[0].message_id == "<one@example.org>"
    assert kept[0].course_time == COURSE_TIME
    assert kept[0].mail_from == "bounce+token@example.org"


def test_the_answer_names_the_queue_id_that_the_relay_log_and_the_store_have(server: SandboxServer) -> None:
    config = server.sandbox.config
    message = lesson().as_bytes()
    with smtplib.SMTP("127.0.0.1", config.smtp_port, "test.invalid", timeout=5) as smtp:
        smtp.ehlo()
        smtp.mail("bounce+token@example.org")
        smtp.rcpt(ANA)
        code, answer = smtp.data(message)
    assert code == 250
    found = re.fullmatch(r"2\.0\.0 Ok: queued as ([0-9A-F]{10})", answer.decode())
    assert found is not None
    queue_id = found.group(1)
    assert [mail.queue_id for mail in server.sandbox.store.mails()] == [queue_id]
    assert config.relay_log is not None
    first, second = config.relay_log.read_text().splitlines()
    stamp = r"[A-Z][a-z]{2} [ 0-9]\d \d\d:\d\d:\d\d sandbox postfix"
    assert re.fullmatch(rf"{stamp}/cleanup\[\d+\]: {queue_id}: message-id=<one@example\.org>", first)
    origin = rf"{queue_id}: from=<bounce\+token@example\.org>, size={len(message)}, nrcpt=1 \(queue active\)"
    assert re.fullmatch(rf"{stamp}/qmgr\[\d+\]: {origin}", second)


def test_pipelining_eight_bits_and_unicode_addresses_are_offered(server: SandboxServer) -> None:
    with smtplib.SMTP("127.0.0.1", server.sandbox.config.smtp_port, "test.invalid", timeout=5) as smtp:
        smtp.ehlo()
        assert {"pipelining", "8bitmime", "smtputf8"} <= set(smtp.esmtp_features)


def test_a_line_longer_than_the_standard_allows_is_still_taken(server: SandboxServer) -> None:
    config = server.sandbox.config
    with smtplib.SMTP("127.0.0.1", config.smtp_port, "test.invalid", timeout=5) as smtp:
        smtp.sendmail("a@example.org", [ANA], b"Subject: long\r\n\r\n" + b"x" * 50_000 + b"\r\n")
    assert len(server.sandbox.store.mails()) == 1


@pytest.mark.parametrize("trouble", [OSError, sqlite3.OperationalError, CourseDatabaseError])
def test_trouble_with_the_disk_is_a_451_so_that_the_sender_tries_again(
    server: SandboxServer, monkeypatch: pytest.MonkeyPatch, trouble: type[Exception]
) -> None:
    def full(*args: object, **values: object) -> None:
        raise trouble("disk is full")

    monkeypatch.setattr(server.sandbox.store, "add_mail", full)
    with pytest.raises(smtplib.SMTPDataError) as refusal:
        post(server.sandbox.config, lesson())
    assert refusal.value.smtp_code == 451
    assert b"4.3.0" in bytes(refusal.value.smtp_error)  # type: ignore[arg-type]


def test_a_message_id_is_found_folded_or_missing() -> None:
    assert message_id_of(b"Subject: x\r\nMessage-ID:\r\n <a@b>\r\n\r\nMessage-ID: <no@b>\r\n") == "<a@b>"
    assert message_id_of(b"Subject: x\r\n\r\nMessage-ID: <no@b>\r\n") == ""
