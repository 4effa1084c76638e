"""A mailbox of a real Dovecot, polled: stored before it is marked, each once, and no mail stops the others."""

import imaplib
import logging
import ssl
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.core import checks
from django.db import OperationalError

from course import clock
from course.people.models import Subscriber
from course.replies import imap, intake, letter, mailbox
from course.replies.models import Reply
from course.replies.words import Source
from tests.replies.incoming import Inbox, last_message, mail
from tests.replies.servers import Dovecot
from tests.sandbox.conftest import free_port


@pytest.fixture(scope="module")
def dovecot(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Dovecot]:
    running = Dovecot(tmp_path_factory.mktemp("dovecot"), free_port())
    yield running
    running.stop()


@pytest.fixture
def box(dovecot: Dovecot) -> Iterator[imaplib.IMAP4_SSL]:
    """The mailbox as a mail program sees it, empty."""
    tls = ssl.create_default_context(cafile=str(dovecot.ca_file))
    with imaplib.IMAP4_SSL("127.0.0.1", dovecot.port, ssl_context=tls) as client:
        client.login("course@clinic", "pass/word")
        if client.select()[1] != [b"0"]:
            client.store("1:*", "+FLAGS", r"(\Deleted)")
            client.expunge()
        yield client


def put(box: imaplib.IMAP4_SSL, raw: bytes, hours_ago: float = 0, flags: str = "") -> None:
    when = imaplib.Time2Internaldate(clock.machine_now() - timedelta(hours=hours_ago))
    assert box.append("INBOX", flags, when, raw)[0] == "OK"


def fetch(dovecot: Dovecot, inbox: Inbox) -> int:
    where = imap.account(dovecot.url, str(dovecot.ca_file))
    return mailbox.fetch(where, lambda: inbox.now, clock.machine_now, clock.machine_now() + timedelta(seconds=60))


def flags(box: imaplib.IMAP4_SSL) -> list[str]:
    box.select()  # news of what another client did would come doubled
    return sorted(str(line) for line in box.fetch("1:*", "(FLAGS)")[1])


def to(person: Subscriber, words: str, header: str = "X-Original-To") -> bytes:
    name = f"{header}: reply+{last_message(person).reply_token}@course.example.org\r\n"
    return name.encode() + mail(words)


def stored() -> set[str]:
    return {
        letter.words(letter.open_letter(reply.raw)).strip() for reply in Reply.objects.filter(source=Source.MAILBOX)
    }


def test_mails_are_stored_by_the_token_they_came_to_marked_and_not_fetched_again(
    dovecot: Dovecot, box: imaplib.IMAP4_SSL, inbox: Inbox, mail_reader: Subscriber
) -> None:
    for number, header in enumerate(("X-Original-To", "Delivered-To", "Envelope-To", "Cc")):
        put(box, to(mail_reader, f"Question {number}", header), hours_ago=2)
    put(box, to(mail_reader, "Somebody opened this one"), flags=r"(\Seen)")
    elsewhere = b"To: somebody@example.org"
    put(box, mail("An advertisement").replace(b"To: course@example.org", elsewhere))
    put(
        box,
        f"X-Original-To: reply+{'a' * 26}@course.example.org\r\n".encode()
        + mail("A token").replace(b"To: course@example.org", elsewhere),
    )
    assert [fetch(dovecot, inbox) for _time in range(2)] == [5, 0]
    assert stored() == {"Question 0", "Question 1", "Question 2", "Question 3", "Somebody opened this one"}
    reply = Reply.objects.earliest("pk")
    assert reply.message == last_message(mail_reader)
    assert timedelta(hours=1.9) < inbox.now - reply.received_at < timedelta(hours=2.1)
    assert ["Seen" in each for each in flags(box)] == [True] * 5 + [False] * 2


def test_a_fetcher_killed_between_storing_and_marking_leads_to_one_reply(
    dovecot: Dovecot, box: imaplib.IMAP4_SSL, inbox: Inbox, mail_reader: Subscriber, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(box, to(mail_reader, "May I swim?"))

    def killed(*_: object, **__: object) -> None:
        assert Reply.objects.count() == 1
        raise SystemExit

    with monkeypatch.context() as patch:
        patch.setattr(imap.Mailbox, "mark_taken", killed)
        with pytest.raises(SystemExit):
            fetch(dovecot, inbox)
    assert not any("Seen" in each for each in flags(box))
    assert fetch(dovecot, inbox) == 1
    assert Reply.objects.count() == 1


def test_a_mail_that_cannot_be_stored_now_waits_in_the_mailbox(
    dovecot: Dovecot, box: imaplib.IMAP4_SSL, inbox: Inbox, mail_reader: Subscriber, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(box, to(mail_reader, "May I swim?"))

    def fail(*_: object) -> None:
        raise OperationalError("disk I/O error")

    with monkeypatch.context() as patch:
        patch.setattr(intake, "_keep", fail)
        with pytest.raises(OperationalError):
            fetch(dovecot, inbox)
    assert fetch(dovecot, inbox) == 1


def test_a_bad_mail_and_one_that_is_too_large_stop_no_other_and_are_not_asked_for_again(
    dovecot: Dovecot, box: imaplib.IMAP4_SSL, inbox: Inbox, mail_reader: Subscriber, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(box, b"X-Original-To: \xff\xfe<<<@@>,;\r\nX: " + b"y" * 70_000 + b"\r\n\r\nno mail")
    put(box, to(mail_reader, "A mail that breaks the connection"))
    put(box, to(mail_reader, "Large, with pictures\r\n" + "z" * 70 + "\r\n") + b"p" * 11 * 1024 * 1024)
    put(box, to(mail_reader, "The last one"))
    bytes_of = imap.Mailbox.bytes_of

    def breaks(self: imap.Mailbox, uid: str, most: int) -> bytes | None:
        found = bytes_of(self, uid, most)
        if b"breaks the connection" in (found or b""):
            raise imap.NoMailbox("the connection broke off")
        return found

    with monkeypatch.context() as patch:
        patch.setattr(imap.Mailbox, "bytes_of", breaks)
        fetch(dovecot, inbox)
    assert "The last one" in stored()
    assert fetch(dovecot, inbox) == 1
    assert any(words.startswith("Large, with pictures") for words in stored())
    assert (fetch(dovecot, inbox), Reply.objects.count()) == (0, 3)


def test_a_wrong_password_is_said_without_it(dovecot: Dovecot, inbox: Inbox) -> None:
    wrong = imap.account(dovecot.url.replace("pass%2Fword", "s3cret"), str(dovecot.ca_file))
    with pytest.raises(imap.NoMailbox, match="refused the name or the password") as fault:
        mailbox.fetch(wrong, lambda: inbox.now, clock.machine_now, clock.machine_now())
    assert "s3cret" not in f"{fault.value} {wrong!r}"
    unknown = imap.account(dovecot.url)
    with pytest.raises(imap.NoMailbox, match="SSLCertVerificationError"):
        mailbox.fetch(unknown, lambda: inbox.now, clock.machine_now, clock.machine_now())


@pytest.mark.parametrize(
    ("url", "ca_file", "says"),
    [
        ("imap://anna:s3cret@mail.example.org", "", "must look like imaps://"),
        ("imaps://mail.example.org/INBOX", "", "must look like imaps://"),
        ("imaps://anna:s3cret@mail.example.org:x/INBOX", "", "must look like imaps://"),
        ("imaps://anna:s3/cret@mail.example.org/INBOX", "", "must look like imaps://"),
        ("imaps://anna:s3cr\u00e9t@mail.example.org/INBOX", "", "cannot carry"),
        ("imaps://anna:s3cret@mail.example.org/INBOX", "/nowhere.pem", "there is no such file"),
        ("", "/nowhere.pem", "set both, or neither"),
    ],
)
def test_a_mailbox_that_cannot_be_polled_is_one_line_at_start(
    settings: Any, url: str, ca_file: str, says: str, caplog: pytest.LogCaptureFixture
) -> None:
    settings.IMAP_URL, settings.IMAP_CA_FILE = url, ca_file
    (fault,) = [str(each.msg) for each in checks.run_checks() if each.id == "course.E011"]
    assert says in fault
    assert "s3" not in fault
    assert not [record for record in caplog.records if record.levelno > logging.INFO]
