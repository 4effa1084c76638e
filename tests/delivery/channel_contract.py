"""What every channel must do, whatever it talks to. A subclass brings the channel and a real server on loopback."""

from collections.abc import Iterator
from typing import Any

import pytest

from course.delivery.channels.base import Channel, Mail, Outgoing, Text
from course.delivery.words import Outcome
from tests.delivery.wires import Fate, Wire

WORDS = "Take one step. Don't worry: £5 = 5 € — “naïve” ☺"


def yes(_outgoing: Outgoing) -> bool:
    return True


def mail(key: int = 1, recipient: str = "", body: bytes = b"Hello\r\n", sender: str = "bounce+x@example.org") -> Mail:
    to = recipient or f"avery{key}@example.org"
    head = (
        f"From: Ashfield Clinic <course@example.org>\r\nTo: {to}\r\nMessage-ID: <m{key}@example.org>\r\n"
        "Subject: Lesson 1\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n"
        "Content-Transfer-Encoding: quoted-printable\r\n\r\n"
    )
    return Mail(key, to, sender, f"m{key}@example.org", head.encode() + body)


def text(key: int = 1, body: str = "Hello", valid_for: int = 3600) -> Text:
    return Text(key, f"+1202555{100 + key:04}", f"{body} {key}", f"http://localhost/status/{key}", valid_for)


class ChannelContract:
    """Each test is one sentence of the contract."""

    def wire(self) -> Wire:
        raise NotImplementedError

    def channel(self, wire: Any, settings: Any, seconds: float = 5) -> Channel:
        raise NotImplementedError

    def down(self, settings: Any) -> Channel:
        """Return a channel whose other side is not there."""
        raise NotImplementedError

    def outgoing(self, key: int) -> Outgoing:
        """Return a message that says WORDS and its key."""
        raise NotImplementedError

    def wrong_kind(self) -> Outgoing:
        raise NotImplementedError

    @pytest.fixture
    def server(self) -> Iterator[Wire]:
        wire = self.wire()
        yield wire
        wire.stop()
        by_recipient = {self.recipient(key): f"{WORDS} {key}" for key in range(1, 60)}
        assert all(words == by_recipient[recipient] for recipient, words in wire.arrived), "another person's words"

    def recipient(self, key: int) -> str:
        return self.outgoing(key).recipient

    def batch(self, *keys: int) -> list[Outgoing]:
        return [self.outgoing(key) for key in keys]

    def keys_at(self, wire: Wire) -> list[int]:
        """Return the keys of what arrived, in order, as often as it arrived."""
        by_recipient = {self.recipient(key): key for key in range(1, 60)}
        return sorted(by_recipient[recipient] for recipient, _words in wire.arrived)

    def test_each_message_is_accepted_once_with_exactly_its_words(self, server: Wire, settings: Any) -> None:
        results = list(self.channel(server, settings).send(self.batch(1, 2, 3), yes))
        assert {(each.key, each.outcome) for each in results} == {(key, Outcome.ACCEPTED) for key in (1, 2, 3)}
        assert sorted(server.arrived) == [(self.recipient(key), f"{WORDS} {key}") for key in (1, 2, 3)]

    def test_it_is_asked_once_for_each_message_before_anything_of_it_arrives(self, server: Wire, settings: Any) -> None:
        asked: list[int] = []

        def about_to(outgoing: Outgoing) -> bool:
            assert outgoing.recipient not in [recipient for recipient, _words in server.arrived]
            asked.append(outgoing.key)
            return True

        list(self.channel(server, settings).send(self.batch(1, 2, 3), about_to))
        assert asked == [1, 2, 3]

    def test_a_message_that_may_not_go_does_not_arrive_and_has_no_result(self, server: Wire, settings: Any) -> None:
        results = self.channel(server, settings).send(self.batch(1, 2, 3), lambda each: each.key != 2)
        assert sorted(each.key for each in results) == [1, 3]
        assert self.keys_at(server) == [1, 3]

    @pytest.mark.parametrize(
        ("fate", "outcome"),
        [
            (Fate.ADDRESS, Outcome.REFUSED_ADDRESS),
            (Fate.CONTENT, Outcome.REFUSED_CONTENT),
            (Fate.SENDER, Outcome.REFUSED_SENDER),
            (Fate.LATER, Outcome.RETRY),
        ],
    )
    def test_a_refusal_hits_its_own_message_only(
        self, server: Wire, settings: Any, fate: Fate, outcome: Outcome
    ) -> None:
        server.fates[self.recipient(3)] = fate
        results = {each.key: each for each in self.channel(server, settings).send(self.batch(1, 2, 3, 4, 5), yes)}
        assert {key: each.outcome for key, each in results.items()} == {
            key: outcome if key == 3 else Outcome.ACCEPTED for key in (1, 2, 3, 4, 5)
        }
        assert self.keys_at(server) == [1, 2, 4, 5]
        assert results[3].slow_down == (fate == Fate.LATER)

    def test_one_poison_message_among_fifty_holds_up_none_of_the_others(self, server: Wire, settings: Any) -> None:
        server.fates[self.recipient(25)] = Fate.HANG_UP
        outcomes = {
            each.key: each.outcome for each in self.channel(server, settings).send(self.batch(*range(1, 51)), yes)
        }
        assert outcomes == {key: Outcome.UNKNOWN if key == 25 else Outcome.ACCEPTED for key in range(1, 51)}
        assert self.keys_at(server) == list(range(1, 51))

    def test_an_answer_that_never_comes_is_unknown(self, server: Wire, settings: Any) -> None:
        server.fates[self.recipient(2)] = Fate.SILENT
        outcomes = {
            each.key: each.outcome for each in self.channel(server, settings, 0.5).send(self.batch(1, 2, 3), yes)
        }
        assert outcomes == {1: Outcome.ACCEPTED, 2: Outcome.UNKNOWN, 3: Outcome.ACCEPTED}
        assert self.keys_at(server) == [1, 2, 3]

    def test_when_nobody_is_there_the_message_is_for_later_and_never_unknown(self, settings: Any) -> None:
        results = list(self.down(settings).send(self.batch(1, 2), yes))
        assert {(each.key, each.outcome) for each in results} == {(1, Outcome.RETRY), (2, Outcome.RETRY)}

    def test_a_kept_connection_that_died_meanwhile_is_opened_again(self, server: Wire, settings: Any) -> None:
        channel = self.channel(server, settings)
        list(channel.send(self.batch(1), yes))
        server.hang_up()
        assert [each.outcome for each in channel.send(self.batch(2, 3), yes)] == [Outcome.ACCEPTED] * 2
        assert self.keys_at(server) == [1, 2, 3]

    def test_a_server_that_takes_one_message_a_connection_gets_them_all(self, server: Wire, settings: Any) -> None:
        server.goes_away_after_each = True
        results = self.channel(server, settings).send(self.batch(1, 2, 3), yes)
        assert [each.outcome for each in results] == [Outcome.ACCEPTED] * 3
        assert self.keys_at(server) == [1, 2, 3]

    def test_a_message_of_the_wrong_kind_is_an_error_and_is_not_sent(self, server: Wire, settings: Any) -> None:
        with pytest.raises(TypeError):
            list(self.channel(server, settings).send([self.wrong_kind()], yes))
        assert server.arrived == []

    @pytest.mark.parametrize("fate", [None, Fate.ADDRESS, Fate.CONTENT, Fate.SENDER, Fate.LATER])
    def test_the_other_sides_own_answer_is_kept_and_none_of_our_words(
        self, server: Wire, settings: Any, fate: Fate | None
    ) -> None:
        if fate:
            server.fates[self.recipient(1)] = fate
        (result,) = self.channel(server, settings).send(self.batch(1), yes)
        assert result.raw
        assert WORDS not in result.raw

    def test_a_sender_that_stops_listening_leaves_the_channel_fit_to_use(self, server: Wire, settings: Any) -> None:
        channel = self.channel(server, settings)
        sending = channel.send(self.batch(1, 2, 3), yes)
        next(iter(sending))
        sending.close()  # type: ignore[attr-defined]
        assert [each.outcome for each in channel.send(self.batch(9), yes)] == [Outcome.ACCEPTED]
        assert 9 in self.keys_at(server)
