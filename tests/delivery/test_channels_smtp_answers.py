"""What a relay says, and what its log says later: each answer becomes one of our words."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from course.delivery.channels.base import Sent
from course.delivery.channels.relay_log import RelayLog
from course.delivery.channels.smtp import SmtpChannel
from course.delivery.channels.smtp_answers import Phase, asks_for_less, classify
from course.delivery.channels.smtp_relay import Relay
from course.delivery.words import Outcome
from course.sandbox.server import SandboxServer
from tests.delivery.channel_contract import mail, yes


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


def _taken(number: int) -> str:
    named = f"Nov 23 10:00:00 host postfix/cleanup[7]: ABC{number}: message-id=<m{number}@example.org>\n"
    return named + f"Nov 23 10:00:00 host postfix/qmgr[8]: ABC{number}: from=<b@example.org>, size=9 (queue active)\n"


def _knows(log: RelayLog, *numbers: int) -> list[bool]:
    return [log.find(f"m{number}@example.org").went for number in numbers]


def test_what_was_read_of_a_relays_log_is_not_read_again_and_what_came_since_is(tmp_path: Path) -> None:
    path = tmp_path / "mail.log"
    path.write_text(_taken(1) + _taken(2) * 3)
    log = RelayLog(str(path))
    assert _knows(log, 1, 2, 3) == [True, True, False]
    with path.open("r+b") as file:
        file.write(b"-" * 80)  # the first mail's lines are gone
        file.seek(0, 2)
        file.write(_taken(3).encode())
    assert _knows(log, 1, 2, 3) == [True, True, True]
    assert _knows(RelayLog(str(path)), 1, 2, 3) == [False, True, True]


def test_a_line_that_the_relay_is_writing_is_read_when_it_is_whole(tmp_path: Path) -> None:
    path = tmp_path / "mail.log"
    lines, log = _taken(1), RelayLog(str(path))
    for cut in range(len(lines)):
        path.write_text(lines[:cut])
        if cut == 0 or lines[cut - 1] == "\n":
            continue
        log = RelayLog(str(path))
        log.find("m1@example.org")
        with path.open("a") as file:
            file.write(lines[cut:])
        assert _knows(log, 1) == [True], cut


@pytest.mark.parametrize("how", ["turned", "turned between", "copied and emptied"])
def test_a_log_that_was_turned_is_read_with_the_one_before_it(tmp_path: Path, how: str) -> None:
    path, before = tmp_path / "mail.log", tmp_path / "mail.log.1"
    path.write_text(_taken(1))
    log = RelayLog(str(path))
    assert _knows(log, 1, 2, 3) == [True, False, False]
    with path.open("a") as file:
        file.write(_taken(2))
    if how == "copied and emptied":
        before.write_text(path.read_text())
        path.write_text(_taken(3) * 5)  # longer than it was
    else:
        path.rename(before)
        path.write_text("" if how == "turned between" else _taken(3))
    assert _knows(log, 1, 2, 3) == [True, True, how != "turned between"]
    with path.open("a") as file:
        file.write(_taken(4))
    assert _knows(log, 1, 2, 4) == [True, True, True]


def test_a_queue_id_that_is_used_again_proves_nothing_for_the_next_mail(tmp_path: Path) -> None:
    path = tmp_path / "mail.log"
    path.write_text(_taken(1) + "Nov 23 10:00:01 host postfix/cleanup[7]: ABC1: message-id=<m2@example.org>\n")
    assert _knows(RelayLog(str(path)), 1, 2) == [True, False]


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
