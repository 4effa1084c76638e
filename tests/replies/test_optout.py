"""Who asks to stop, and who only uses the word."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from course.replies import optout


@pytest.mark.parametrize(
    "text",
    [
        "STOP",
        "stop",
        " Stop. ",
        "“Stop”",
        "STOP!!!",
        "stop 🙏",
        "Please stop",
        "Stop, please",
        "STOP ALL",
        "Unsubscribe",
        "cancel",
        "END",
        "quit",
        "REVOKE",
        "opt out",
        "OPTOUT",
        "parar",
        "Stop now thanks",
    ],
)
def test_a_bare_word_stops_and_says_all(text: str) -> None:
    assert optout.wish_of(text) == optout.Wish("stop", "exact", alone=True)


@pytest.mark.parametrize(
    "text", ["STOP. I can't feel my legs", "Stop!\nMy mother is ill.", "unsubscribe. thanks for all"]
)
def test_a_bare_word_before_more_words_stops_and_the_rest_is_read(text: str) -> None:
    wish = optout.wish_of(text)
    assert wish is not None
    assert (wish.ask, wish.surety, wish.alone) == ("stop", "exact", False)


@pytest.mark.parametrize(
    "text",
    [
        "please stop texting me",
        "I want to opt out",
        "Stop texting!",
        "I no longer want these",
        "No more messages",
        "unsubscribe me",
        "Wrong number",
        "no más",
        "Don\u2019t text me anymore",
        "stop sending me these messages",
        "take me off your list",
        "no quiero más mensajes",
        "Please stop sending the lessons",
        "I don't want any more texts",
        "can you please stop emailing me?",
        "stop it",
    ],
)
def test_a_clear_phrase_stops(text: str) -> None:
    wish = optout.wish_of(text)
    assert wish is not None
    assert (wish.ask, wish.surety) == ("stop", "clear")


@pytest.mark.parametrize("text", ["I want to stop", "I quit", "Can I quit?"])
def test_an_unclear_one_goes_to_a_person(text: str) -> None:
    wish = optout.wish_of(text)
    assert wish is not None
    assert wish.surety == "unclear"


@pytest.mark.parametrize(
    "text",
    [
        "the cramp eases when I stop walking",
        "Should I stop my tablets?",
        "The pain will not stop",
        "stop, rest, then walk?",
        "I had to stop at the bus stop",
        "When does it end?",
        "How do I quit smoking",
        "My toes hurt at the end of the day",
        "no más dolor gracias a Dios",
        "I can't stop the cramps",
        "yes",
        "NO",
        "A",
        "help me please my leg hurts",
        "I don't want to opt out",
        "STOP TAKING THE TABLETS MADE ME DIZZY",
        "Stop. Rest. Then walk on.",
        "my sister wants to stop her tablets",
        "stop the massages",
        "",
    ],
)
def test_an_everyday_sentence_asks_for_nothing(text: str) -> None:
    assert optout.wish_of(text) is None


@pytest.mark.parametrize(
    ("text", "ask"), [("START", "start"), ("unstop", "start"), ("Help", "help"), ("ayuda", "help")]
)
def test_start_and_help_are_bare_words(text: str, ask: str) -> None:
    assert optout.exact(text) == ask


def test_words_that_may_be_a_quotation_stop_nothing_by_a_phrase() -> None:
    assert optout.wish_of("Our lessons\nStop these lessons\nHelp", sure=False) is None


@pytest.mark.parametrize(
    ("text", "about"),
    [
        ("Wrong number, sorry", "wrong_number"),
        ("who is this?", "unknown"),
        ("he died", "died"),
        ("Ha fallecido", "died"),
    ],
)
def test_who_cannot_be_the_person_we_mean_stops_clearly_and_somebody_reads_it(text: str, about: str) -> None:
    wish = optout.wish_of(text)
    assert wish is not None
    assert (wish.surety, wish.alone, wish.about, wish.wrong_number) == ("clear", False, about, about == "wrong_number")


@pytest.mark.parametrize(
    "text", ["QUIT TEXING ME", "stpo", "unsubcribe me pls", "dont text me", "\U0001f6d1 stop messages \U0001f6d1"]
)
def test_capitals_slips_emoji_and_missing_apostrophes_change_nothing(text: str) -> None:
    wish = optout.wish_of(text)
    assert wish is not None
    assert (wish.ask, wish.surety, wish.alone) == ("stop", "clear", True)


@given(st.text(max_size=200))
def test_no_text_makes_it_fail(text: str) -> None:
    optout.wish_of(text)


@pytest.mark.parametrize(
    "text",
    [
        "I want my leg to stop bothering me",
        "END of lesson 3 says see lesson 5",
        "Terminé la lección 4",
        "Aquí no hay nadie que me ayude con los ejercicios",
        "How many times do I have to say no?",
        "I will complain to the surgery if I get one more call about my tablets",
    ],
)
def test_words_near_a_request_that_speak_of_daily_life_stop_nothing(text: str) -> None:
    assert optout.wish_of(text) is None


def test_a_request_at_the_end_of_a_very_long_message_is_held_for_a_person() -> None:
    wish = optout.wish_of("I walked to the shop. " * 2_000 + "Please stop texting me.")
    assert wish is not None
    assert wish.surety == "unclear"
