"""A letter in; the bytes of a mail out: two parts that say the same words, and every header a careful sender sets."""

from collections.abc import Callable
from dataclasses import dataclass
from email.headerregistry import Address, BaseHeader, HeaderRegistry, UnstructuredHeader
from email.message import EmailMessage
from email.policy import SMTP, Policy

from django.conf import settings
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from course.curriculum.markdown import to_html, to_plain
from course.curriculum.model import Course
from course.delivery.slots import Slots
from course.delivery.values import SAMPLE_LINE
from course.people.words import Form, MessageClass, NoticeKind

# "=_" never stands in quoted-printable content (RFC 2045, section 6.7), so this line ends no part but ours.
BOUNDARY = b"=_the-next-part"

_SIZES = {Form.LARGE_PRINT: 24}
_STANDARD_SIZE = 18
_LINK = "color: #0b4a8f; text-decoration: underline;"
_ALONE = f"{_LINK} display: inline-block; padding: 12px 0;"
_SPACE = "margin: 0 0 16px 0;"


@dataclass(frozen=True)
class Line:
    """One line at the foot: words, and where they lead if anywhere."""

    label: str
    url: str = ""


@dataclass(frozen=True)
class Letter:
    """What a mail says. ``words`` is Markdown, from which both parts are made, so that they cannot differ."""

    subject: str
    title: str
    opening: str
    marker: str
    words: str
    foot: tuple[Line, ...]
    language: str
    clinic: str
    kind: str  # lesson, digest, or the kind of notice
    form: str
    message_class: str


class _AsWritten(UnstructuredHeader, BaseHeader):
    """A header of ours whose links stay links: the `email` package would encode a long one, and no one could use it."""

    def fold(self, *, policy: Policy) -> str:
        return f"{self.name}: {self}".replace(">, <", ">,\r\n <") + policy.linesep


def _policy(*, utf8: bool) -> Policy:
    headers = HeaderRegistry()
    for name in ("Message-ID", "List-Id", "List-Help", "List-Unsubscribe", "List-Unsubscribe-Post", "Feedback-ID"):
        headers.map_to_type(name, _AsWritten)
    # Lines of quoted-printable have at most 76 characters (RFC 2045, section 6.7).
    return SMTP.clone(header_factory=headers, max_line_length=76, utf8=utf8)


_ASCII, _UTF8 = _policy(utf8=False), _policy(utf8=True)

NOTICE_TITLES: dict[str, Callable[[], str]] = {
    NoticeKind.WELCOME: lambda: _("Your lessons go on"),
    NoticeKind.HELP: lambda: _("How to get help"),
    NoticeKind.RECEIVED: lambda: _("We got your message"),
    NoticeKind.STOPPED: lambda: _("Your lessons have stopped"),
    NoticeKind.FEEDBACK: lambda: _("About your answer"),
    NoticeKind.SAFETY: lambda: _("Please read this now"),
    NoticeKind.ANSWER: lambda: _("Our answer to your question"),
    NoticeKind.PUBLISH_REQUEST: lambda: _("May we share your question?"),
    NoticeKind.APOLOGY: lambda: _("We are sorry for the wait"),
    NoticeKind.OVERDUE: lambda: _("A reply waits too long"),
    NoticeKind.URGENT: lambda: _("Please act now"),
    NoticeKind.CHANNEL_DOWN: lambda: _("Messages do not get through"),
}


def foot(course: Course, stop_token: str, said: dict[str, str]) -> tuple[Line, ...]:
    """Return the foot, the same lines in the same place each time."""
    sample = (Line(SAMPLE_LINE),) if settings.SANDBOX else ()
    who = Line(f"{course.clinic.name}, {course.clinic.postal}. {course.clinic.phone}.")
    if not stop_token:
        return (*sample, who)
    return (
        *sample,
        Line(_("You get this because you joined the course of %(clinic)s.") % said),
        Line(_("Stop these lessons"), f"{settings.PUBLIC_URL}/stop/{stop_token}/"),
        Line(_("Help, and who reads your replies"), f"{settings.PUBLIC_URL}/help/"),
        Line(_("All lessons on the web"), f"{settings.PUBLIC_URL}/"),
        who,
    )


def build(letter: Letter, slots: Slots) -> bytes:
    """Return the whole mail with CRLF line ends. All of it is seven-bit, unless the address itself is not ASCII:
    then its headers are UTF-8 (RFC 6532), and the mail can only go where SMTPUTF8 is offered."""
    mail = EmailMessage(policy=_ASCII if slots.address.isascii() else _UTF8)
    for name, value in _headers(letter, slots).items():
        mail[name] = value
    mail.set_content(_plain(letter), cte="quoted-printable", params={"format": "flowed"})
    if letter.form != Form.PLAIN:
        mail.add_alternative(_html(letter), subtype="html", cte="quoted-printable")
        mail.set_boundary(BOUNDARY.decode())
    for part in mail.walk():
        if part.get_content_maintype() == "text":
            part["Content-Language"] = letter.language
    return mail.as_bytes()


def _headers(letter: Letter, slots: Slots) -> dict[str, object]:
    domain = settings.MAIL_DOMAIN
    local, _at, host = settings.MAIL_FROM.partition("@")
    headers: dict[str, object] = {
        "From": Address(letter.clinic, local, host),
        "To": slots.address,
        "Reply-To": f"reply+{slots.reply_token}@{domain}",
        "Subject": letter.subject,
        "Date": slots.date,
        "Message-ID": f"<{slots.message_id}>",
        "Auto-Submitted": "auto-generated",  # RFC 3834
        "Feedback-ID": f"{letter.message_class}:{letter.kind}:course:{domain}",
    }
    if letter.message_class == MessageClass.COURSE and slots.stop_token:
        stop = f"{settings.PUBLIC_URL}/stop/{slots.stop_token}/"
        headers |= {
            "List-Id": f"<course.{domain}>",  # RFC 2919
            "List-Help": f"<{settings.PUBLIC_URL}/help/>",  # RFC 2369
            "List-Unsubscribe": f"<{stop}>, <mailto:stop+{slots.stop_token}@{domain}>",
            "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",  # RFC 8058
        }
    return headers


def _html(letter: Letter) -> str:
    size = _SIZES.get(Form(letter.form), _STANDARD_SIZE)
    styles = {
        "p": _SPACE,
        "h2": f"font-size: {size + 4}px; line-height: 1.3; margin: 24px 0 12px 0;",
        "li": "margin: 0 0 8px 0;",
        "ol": "margin: 0 0 16px 0; padding-inline-start: 32px;",
        "ul": "margin: 0 0 16px 0; padding-inline-start: 32px;",
        "blockquote": "margin: 0 0 16px 0; padding: 0 0 0 16px; border-inline-start: 4px solid #0b4a8f;",
        "a": _ALONE,
    }
    return render_to_string(
        "email/layout.html", _frame(letter) | {"content": to_html(letter.words, styles), "size": size}
    )


def _plain(letter: Letter) -> str:
    return render_to_string("email/layout.txt", _frame(letter) | {"content": to_plain(letter.words)})


def _frame(letter: Letter) -> dict[str, object]:
    return {
        "language": letter.language,
        "direction": "ltr",
        "subject": letter.subject,
        "opening": letter.opening,
        "marker": letter.marker,
        "title": letter.title,
        "foot": letter.foot,
    }
