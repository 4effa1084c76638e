"""A person's own words, out of what mail programs make of them."""

from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP

import pytest
from hypothesis import given
from hypothesis import strategies as st

from course.delivery.words import REPLY_MARKER
from course.replies import letter
from course.replies.extraction import extract
from course.replies.sent import normal

LESSON = f"Ashfield Clinic. Lesson 1 of 4.\n\n--- {REPLY_MARKER} ---\n\nStanding and walking\n\nCall if you cannot pee."
QUOTED = "\n".join(f"> {line}" for line in LESSON.split("\n"))
GMAIL = f"On Mon, Nov 23, 2026 at 10:00 AM Ashfield Clinic <course@example.org> wrote:\n\n{QUOTED}"
WRAPPED = f"On Mon, Nov 23, 2026 at 10:00 AM Ashfield Clinic of the Long Name\n<course@example.org>\nwrote:\n\n{QUOTED}"
OUTLOOK = (
    "________________________________\nFrom: Ashfield <course@example.org>\nSent: Monday, November 23, 2026 10:00\n"
    f"To: Anna <anna@example.org>\nSubject: Lesson 1\n\n{LESSON}"
)
SPANISH = f"El lun, 23 nov 2026 a las 10:00, Ashfield Clinic (<course@example.org>) escribió:\n\n{QUOTED}"
PHONE = (
    f"Sent from my iPhone\n\n> On Nov 23, 2026, at 10:00 AM, Ashfield Clinic <course@example.org> wrote:\n>\n{QUOTED}"
)
BARE = LESSON


@pytest.mark.parametrize("original", [GMAIL, WRAPPED, OUTLOOK, SPANISH, PHONE, QUOTED, BARE])
def test_the_original_below_is_cut(original: str) -> None:
    found = extract(f"Can I walk?\n\nIt hurts on Mondays.\n\n{original}", normal(LESSON))
    assert found.own_words == "Can I walk?\n\nIt hurts on Mondays."
    assert "cannot pee" in found.cut
    assert not found.unsure


def test_words_below_a_quotation_are_kept() -> None:
    assert extract(f"{GMAIL}\n\nMy question is here.").own_words == "My question is here."


def test_answers_between_quoted_lines_keep_their_quotes() -> None:
    text = "On Mon, 23 Nov 2026, Clinic wrote:\n> Do you walk?\nYes, daily.\n> Do you sleep?\nBadly.\n> Footer"
    found = extract(text)
    assert found.own_words == "> Do you walk?\nYes, daily.\n> Do you sleep?\nBadly."
    assert "Footer" in found.cut


@pytest.mark.parametrize("signature", ["-- \nAnna Berg\n12 Hill Road", "Sent from my Galaxy", "Get Outlook for iOS"])
def test_a_signature_at_the_end_is_cut(signature: str) -> None:
    assert extract(f"Can I swim?\n\n{signature}\n\n{GMAIL}").own_words == "Can I swim?"


def test_a_sentence_that_looks_like_a_header_is_kept() -> None:
    words = "From: what I read, walking helps.\nOn Monday my doctor wrote: rest.\nSent from the hospital I felt lost."
    assert extract(words).own_words == words


def test_when_nothing_is_left_the_whole_text_is_kept_and_flagged() -> None:
    found = extract(GMAIL)
    assert found.unsure
    assert found.own_words == GMAIL.strip()


def test_html_alone_gives_the_own_words_without_the_quotation() -> None:
    html = (
        '<div dir="ltr">Can I walk?<br>It hurts &amp; burns.</div><div class="gmail_quote"><div class="gmail_attr">'
        "On Mon, Nov 23, 2026 at 10:00 AM Clinic &lt;course@example.org&gt; wrote:<br></div>"
        '<blockquote class="gmail_quote"><p>Call if you cannot pee.</p></blockquote></div>'
    )
    mail = message_from_bytes(b"Content-Type: text/html; charset=utf-8\r\n\r\n" + html.encode())
    found = extract(letter.words(mail))
    assert found.own_words == "Can I walk?\nIt hurts & burns."
    assert "cannot pee" in found.cut


def test_a_wrong_charset_loses_no_letter() -> None:
    mail = message_from_bytes("Content-Type: text/plain; charset=us-ascii\r\n\r\n¿Puedo andar?".encode())
    assert letter.words(mail) == "¿Puedo andar?"
    mail = message_from_bytes(b"Content-Type: text/plain; charset=utf-8\r\n\r\n\xbfPuedo \x93andar\x94?")
    assert letter.words(mail) == "¿Puedo “andar”?"
    mail = message_from_bytes(b"Content-Type: text/plain; charset=rot13\r\n\r\nWhere?")
    assert letter.words(mail) == "Where?"


@pytest.mark.parametrize("charset", [b"idna", b"undefined", b'"\0"', b"punycode", b"a*0*=utf-8''%ZZ", b"x" * 300])
def test_a_charset_that_cannot_be_used_loses_no_letter(charset: bytes) -> None:
    for kind in (b"text/plain", b"multipart/mixed", b"text/html"):
        head = b"Content-Type: " + kind + b"; charset=" + charset
        assert "nadar" in letter.words(letter.open_letter(head + "\r\n\r\n¿Puedo nadar?".encode())) or b"multi" in kind


def test_softly_broken_lines_are_joined() -> None:
    mail = message_from_bytes(
        b"Content-Type: text/plain; format=flowed\r\n\r\nI walk \r\nevery day.\r\nThen I rest.\r\n"
    )
    assert letter.words(mail).strip() == "I walk every day.\nThen I rest."


def test_pictures_are_counted_and_not_read() -> None:
    mail = EmailMessage(policy=SMTP)
    mail.set_content("See my foot.")
    mail.add_attachment(b"x", maintype="image", subtype="jpeg", filename="foot.jpg")
    parsed = letter.open_letter(mail.as_bytes())
    assert letter.attachments(parsed) == 1
    assert letter.words(parsed).strip() == "See my foot."


@pytest.mark.parametrize(
    "raw",
    [b"X: " + b"a" * 70_000 + b"\r\n\r\nhi", b"Content-Type: multipart/mixed\r\n" * 30 + b"\r\n", b"\n--x" * 3000],
)
def test_a_mail_over_the_limits_is_not_parsed(raw: bytes) -> None:
    with pytest.raises(letter.Unreadable):
        letter.open_letter(raw)


@given(st.binary(max_size=2000))
def test_random_bytes_are_read_or_refused(raw: bytes) -> None:
    mail = letter.open_letter(
        b"Subject: =?utf-8?B?x?=\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n" + raw
    )
    extract(letter.words(mail)).own_words.encode()


@given(
    st.binary(max_size=500), st.sampled_from([b"text/html", b"text/plain", b"message/rfc822", b"multipart/alternative"])
)
def test_random_bytes_of_any_type_are_read(raw: bytes, kind: bytes) -> None:
    mail = letter.open_letter(b"Content-Type: " + kind + b'; charset="?"; boundary="x"\r\n\r\n' + raw)
    extract(letter.words(mail)).own_words.encode()
    letter.attachments(mail)


@given(st.text(max_size=300))
def test_no_own_word_is_lost_when_nothing_is_quoted(text: str) -> None:
    found = extract(text)
    assert normal(found.own_words + " " + found.cut) == normal(text) or found.cut
