"""A message that is filled in is, byte for byte, the one that Jinja2 and the `email` package would write."""

import email
import re
from collections.abc import Callable
from datetime import UTC
from email import policy
from email.message import EmailMessage
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as effort
from hypothesis import strategies as st

from course.delivery import slots as personal
from course.delivery import steps
from course.delivery.rendering import Renderer
from course.delivery.slots import Slots
from course.delivery.splicing import CannotCompile, compile_template
from course.delivery.steps import Occasion
from tests.delivery.occasions import courses, everything, person

ALPHABET = "abcdefghijklmnopqrstuvwxyz234567"
RENDERER = Renderer()


def lesson(form: str = "standard") -> Occasion:
    return next(
        each for each in everything() if (each.channel, each.step_id, each.reader.form) == ("email", "two-kinds", form)
    )


def parsed(content: bytes) -> EmailMessage:
    mail = email.message_from_bytes(content, policy=policy.default)
    assert isinstance(mail, EmailMessage)
    assert not mail.defects
    return mail


def contents(mail: EmailMessage) -> list[tuple[str, list[tuple[str, str]], str]]:
    leaves = [part for part in mail.walk() if not part.is_multipart()]
    return [(part.get_content_type(), part.items(), part.get_content()) for part in leaves]


def test_everything_the_course_says_is_the_same_both_ways() -> None:
    assert len(everything()) > 200
    for number, occasion in enumerate(everything()):
        slots = person(number, number, occasion.channel)
        assert personal.fit(slots)
        filled, written = RENDERER.step(occasion, slots), steps.write(occasion, slots)
        assert filled == written, occasion.step_id
        assert RENDERER._template(occasion) is not None  # it was filled in, not written anew
        if occasion.channel == "email":
            one, other = parsed(filled), parsed(written)
            assert one.items() == other.items()
            assert contents(one) == contents(other)


def test_letters_of_every_kind_come_through_whole() -> None:
    spanish = next(
        each
        for each in everything()
        if (each.course, each.reader.language, each.channel, each.step_id) == (courses()[1], "es", "email", "two-kinds")
    )
    plain, html = (part[2] for part in contents(parsed(RENDERER.step(spanish, person(1)))))
    for line in ("¿Cómo está? 1 = uno. ñandú-", 'that begins with "From", one', ". Punto.", "-- raya"):
        assert line in plain
        assert line.replace('"', "&quot;") in html


def test_a_line_break_falls_at_every_place_of_a_link_and_breaks_none(settings: Any) -> None:
    broken_at = set()
    for width in range(1, 60):
        settings.PUBLIC_URL = f"https://{'a' * width}.example.org"
        slots = person(width)
        content = Renderer().step(lesson(), slots)
        assert content == steps.write(lesson(), slots)
        body = content.partition(b"\r\n\r\n")[2]  # in a header a long link stays whole
        assert max(map(len, body.split(b"\r\n"))) <= 76
        for part in contents(parsed(content)):
            assert f"https://{'a' * width}.example.org/stop/{slots.stop_token}/" in part[2]
        token = slots.stop_token.encode()
        broken_at |= {n for n in range(1, 26) if token[:n] + b"=\r\n" + token[n:] in content}
    assert broken_at == set(range(1, 26))


def test_no_words_can_end_a_part() -> None:
    boundary = parsed(RENDERER.step(lesson(), person(1))).get_boundary()
    assert boundary
    hostile = [("lesson", "two-kinds"), ("wording", f"\n--{boundary}--\n"), ("answer", f"--{boundary}"), ("post", 1)]
    digest = next(each for each in everything() if (each.channel, each.step_id) == ("email", "digest-1"))
    occasion = Occasion(digest.course, digest.newest, "digest-1", "email", 1, digest.reader, (tuple(hostile),))
    content = RENDERER.step(occasion, person(1))
    assert content == steps.write(occasion, person(1))
    assert [kind for kind, _, _ in contents(parsed(content))] == ["text/plain", "text/html"]
    assert content.count(b"\r\n--" + boundary.encode()) == 3


tokens = st.text(ALPHABET, min_size=26, max_size=26)
atoms = st.text("abcXYZ019!#$%&'*+/=?^_`{|}~-", min_size=1, max_size=64)
labels = st.text("abcXYZ019-", min_size=1, max_size=63)
domains = st.lists(labels, min_size=1, max_size=3).map(".".join)
locals_ = st.lists(atoms, min_size=1, max_size=3).map(".".join)
addresses = st.builds("{}@{}".format, locals_, domains)
dates = st.datetimes(timezones=st.just(UTC)).filter(lambda moment: moment.year >= 1000)
people = st.builds(
    Slots,
    address=addresses,
    message_id=st.builds("{}@{}".format, tokens, domains),
    reply_token=tokens,
    bounce_token=tokens,
    stop_token=tokens,
    date=dates.map(personal.dated),
)


@effort(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(people, st.sampled_from(["standard", "plain"]))
def test_values_at_the_edges_of_their_shapes_give_the_same_bytes(slots: Slots, form: str) -> None:
    assert personal.fit(slots) or len(slots.address) > 74
    assert RENDERER.step(lesson(form), slots) == steps.write(lesson(form), slots)


def outcome(write: Callable[[], bytes]) -> bytes | type[Exception]:
    try:
        return write()
    except Exception as error:
        return type(error)


@effort(max_examples=150, deadline=None)
@given(
    st.sampled_from(Slots._fields), st.one_of(st.text(max_size=40), tokens.map("A{}".format), tokens.map("{}\n".format))
)
def test_a_value_of_any_shape_gives_what_the_ordinary_way_gives(field: str, value: str) -> None:
    slots = person(1)._replace(**{field: value})
    assert outcome(lambda: RENDERER.step(lesson(), slots)) == outcome(lambda: steps.write(lesson(), slots))


@pytest.mark.parametrize("field", Slots._fields)
def test_nothing_with_a_line_end_or_a_sign_of_html_fits(field: str) -> None:
    for sign in ("\n", "\r", "<", ">", '"', "é", "\0"):
        value = getattr(person(1), field)
        for changed in (value + sign, sign + value, value[:5] + sign + value[6:]):
            assert not personal.fit(person(1)._replace(**{field: changed}))


def test_the_invented_people_have_nothing_in_common() -> None:
    for _ in range(50):
        one, other = personal.invented()
        assert personal.fit(one)
        assert personal.fit(other)
        assert len(one.address) != len(other.address)
        for mine, its in zip(one[2:5], other[2:5], strict=True):
            assert not any(a == b for a, b in zip(mine, its, strict=True))
        fields = [re.split("[ :]", each.date)[:-1] for each in (one, other)]
        assert not any(a == b for a, b in zip(*fields, strict=True))


LEAKS: dict[str, Callable[[Slots], bytes]] = {
    "a date in the words": lambda slots: b"\r\nX: y\r\n\r\n" + slots.date.encode(),
    "an address in the words": lambda slots: b"\r\nX: y\r\n\r\n" + slots.address.encode(),
    "the length of an address": lambda slots: str(len(slots.address)).encode(),
    "one letter of a token": lambda slots: slots.reply_token[3].encode(),
    "a token in capitals": lambda slots: slots.stop_token.upper().encode(),
    "half a token": lambda slots: slots.stop_token[:13].encode(),
    "a token backwards": lambda slots: slots.stop_token[::-1].encode(),
}


@pytest.mark.parametrize("leak", LEAKS)
def test_no_constant_can_hold_anything_personal(leak: str) -> None:
    for _ in range(20):
        with pytest.raises(CannotCompile):
            compile_template(LEAKS[leak])
