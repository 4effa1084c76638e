"""The smtp channel by itself: what it says to a relay, in how many pieces, and what it makes of each answer."""

import os
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from course.delivery import channels
from course.delivery.channels import smtp_relay
from course.delivery.channels.base import Mail, Outgoing, Result
from course.delivery.channels.smtp import SmtpChannel
from course.delivery.channels.smtp_relay import Relay
from course.delivery.words import Outcome
from course.people.words import Channel
from tests.delivery.channel_contract import mail, yes
from tests.delivery.smtp_sink import EXTENSIONS, SILENCE, SmtpSink
from tests.delivery.wires import Fate
from tests.sandbox.conftest import until


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


@pytest.mark.parametrize("pipelining", [True, False])
def test_a_relay_that_takes_longer_over_an_envelope_than_a_lease_lasts_gets_no_content(
    sink: SmtpSink, pipelining: bool
) -> None:
    """Each single answer comes soon enough; all of them together do not."""
    sink.extensions = EXTENSIONS if pipelining else without("PIPELINING")
    sink.slow = 0.25
    asked: list[int] = []
    channel = SmtpChannel(Relay(sink.url), open_seconds=0.6)
    (result,) = channel.send([mail()], lambda each: bool(asked.append(each.key)) or True)
    assert (result.outcome, result.code, asked) == (Outcome.RETRY, "TimeoutError", [])


def test_a_relay_that_takes_too_long_to_greet_us_and_sign_us_in_is_left(sink: SmtpSink) -> None:
    sink.slow = 0.25
    channel = SmtpChannel(Relay(sink.url), open_seconds=0.4)
    (result,) = channel.send([mail()], yes)
    assert (result.outcome, b"".join(sink.reads).count(b"MAIL")) == (Outcome.RETRY, 0)
    until(lambda: not sink.alive())


def test_a_kept_connection_that_says_nothing_leaves_time_for_a_new_one(sink: SmtpSink) -> None:
    channel = SmtpChannel(Relay(sink.url), open_seconds=1)
    list(channel.send([mail(1)], yes))
    sink.said["MAIL"], sink.slow = SILENCE, 0.05
    assert [each.outcome for each in channel.send([mail(2)], yes)] == [Outcome.ACCEPTED]
    channel.close()


def test_an_answer_to_the_dot_may_take_longer_than_an_envelope(sink: SmtpSink) -> None:
    def slower(_outgoing: Outgoing) -> bool:
        sink.slow = 0.5
        return True

    channel = SmtpChannel(Relay(sink.url), open_seconds=0.4)
    assert [each.outcome for each in channel.send([mail()], slower)] == [Outcome.ACCEPTED]
    channel.close()


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
