"""Shapes of mail programs and languages in; mails out, each with the words that its person wrote."""

from collections.abc import Iterator
from dataclasses import dataclass
from email.message import EmailMessage
from email.policy import SMTP
from html import escape
from pathlib import Path
from string import Template
from textwrap import fill

from course.delivery.words import REPLY_MARKER
from tests.replies.clients.languages import LANGUAGES, Language

_SHAPES = Path(__file__).parent / "shapes"
LESSON = (
    "Ashfield Clinic. Lesson 1 of 4.",
    f"--- {REPLY_MARKER} ---",
    "Standing and walking",
    "Leaning forward a little can ease the legs.",
    "Call if you cannot pass water.",
)


@dataclass(frozen=True)
class Sample:
    """A mail, and the own words in it."""

    name: str
    raw: bytes
    own: str


def samples() -> Iterator[Sample]:
    """Yield every shape in every language, and some in older charsets and with a file."""
    for shape in sorted(_SHAPES.iterdir()):
        for number, language in enumerate(LANGUAGES):
            mail = _mail(shape, language, "utf-8" if number % 2 or not _is_western(language) else "iso-8859-1")
            if number % 3 == 0:
                mail.add_attachment(b"\xff\xd8\xff", maintype="image", subtype="jpeg", filename="foot.jpg")
            yield Sample(f"{shape.name} {language.code}", mail.as_bytes(), _own(shape, language))


def held_out() -> Iterator[Sample]:
    """Yield thirty mails of programs that none of the rules was written against."""
    for file in sorted((_SHAPES.parent / "held_out").glob("*.eml")):
        yield Sample(file.stem, file.read_bytes(), file.with_suffix(".own").read_text("utf-8"))


def _own(shape: Path, language: Language) -> str:
    first, second = language.own
    if shape.stem == "inline":
        return f"> When do the legs hurt?\n{first}\n> Does leaning forward help?\n{second}"
    return f"{first}\n\n{second}"


def _mail(shape: Path, language: Language, charset: str) -> EmailMessage:
    mail = EmailMessage(policy=SMTP)
    mail["From"], mail["To"], mail["Subject"] = "pat@example.org", "reply+x@course.example.org", "Re: Lesson 1"
    text = Template(shape.read_text("utf-8")).substitute(_slots(language))
    charset = charset if text.encode(charset, "ignore").decode(charset) == text else "utf-8"
    kind = "html" if shape.suffix == ".html" else "plain"
    mail.set_content(text, subtype=kind, charset=charset, cte="quoted-printable")
    return mail


def _slots(language: Language) -> dict[str, str]:
    first, second = language.own
    names = dict(zip(("label_from", "label_sent", "label_to", "label_subject"), language.labels, strict=True))
    lines = [line for each in LESSON for line in (each, "")]
    plain = {name: getattr(language, name) for name in ("gmail", "apple", "thunderbird", "outlook")}
    return names | plain | {f"{name}_html": escape(words) for name, words in plain.items()} | {
        "own": f"{first}\n\n{second}",
        "own_first": first,
        "own_second": second,
        "own_html": f"{first}<br><br>{second}",
        "own_mso": "".join(f'<p class="MsoNormal">{each}<o:p></o:p></p>' for each in (first, second)),
        "gmail_wrapped": fill(language.gmail, 60, break_long_words=False),
        "apple_wrapped": fill(language.apple, 60, break_long_words=False),
        "quoted": "\n".join(f"> {line}".rstrip() for line in lines),
        "lesson": "\n".join(lines),
        "lesson_line": LESSON[3],
        "lesson_html": "".join(f"<p>{line}</p>" for line in LESSON),
        "date": language.date,
        "original": language.original,
        "forwarded": language.forwarded,
        "sent_from": language.sent_from,
    }  # fmt: skip


def _is_western(language: Language) -> bool:
    return language.code in ("en", "es", "de", "fr", "pt", "it", "nl", "sv")
