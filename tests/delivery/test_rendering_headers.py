"""Each header a careful sender sets, right on each class of message (RFC 2369, 2919, 3834, 5322, 6532, 8058)."""

import email
import re
from datetime import UTC, datetime
from email import policy
from email.message import EmailMessage
from typing import Any

import pytest

from course.delivery import rendering
from course.delivery.channels.base import Mail
from course.delivery.models import Message
from course.discussion.models import PostState
from course.people.words import MessageClass, NoticeKind
from tests import factories
from tests.delivery.messages import NOTICES, TO_STAFF, mail_of, notice, part

pytestmark = pytest.mark.django_db

CLASSES = {
    NoticeKind.SAFETY: MessageClass.SAFETY,
    NoticeKind.URGENT: MessageClass.SAFETY,
    NoticeKind.ANSWER: MessageClass.COURSE,
    NoticeKind.APOLOGY: MessageClass.COURSE,
    NoticeKind.PUBLISH_REQUEST: MessageClass.COURSE,
}
STEPS = ("what-it-is", "two-kinds", "medicines", "staying-active", "digest-1")
ALWAYS = [
    "From", "To", "Reply-To", "Subject", "Date", "Message-ID", "Auto-Submitted", "Feedback-ID",
    "MIME-Version", "Content-Type",
]  # fmt: skip
LISTED = ["List-Id", "List-Help", "List-Unsubscribe", "List-Unsubscribe-Post"]
CONDITION = re.compile("stenosis|claudication|spin|cramp|lumbar|nerve|leg|back|pain", re.IGNORECASE)


def of_step(step: str, **who: Any) -> Message:
    post = factories.make_post(
        state=PostState.PUBLISHED, agreed_wording="Is walking good?", agreed_answer="Yes.",
        agreed_at=factories.NOW, published_at=factories.NOW,
    )  # fmt: skip
    enrolment = factories.make_enrolment(**who)
    return factories.make_message(enrolment=enrolment, step_id=step, words={"posts": [post.pk]})


def of_notice(kind: NoticeKind, now: datetime) -> Message:
    staff = kind in TO_STAFF
    recipient = factories.make_staff() if staff else factories.make_subscriber()
    message = notice(kind, recipient, recipient.contacts.get(), now)
    message.message_class = CLASSES.get(kind, MessageClass.DIRECT)
    return message


def stop_token(message: Message) -> str:
    assert message.contact
    return message.contact.subscriber.stop_token if message.contact.subscriber else ""


def look_at_what_every_mail_has(message: Message, mail: EmailMessage, kind: str) -> None:
    assert message.contact
    assert mail["From"] == "Ashfield Clinic <course@example.org>"
    assert mail["To"] == message.contact.address
    assert mail["Reply-To"] == f"reply+{message.reply_token}@course.example.org"
    assert mail["Message-ID"] == f"<{message.message_id}>"
    assert mail["Date"].datetime == message.planned_at
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["Feedback-ID"] == f"{message.message_class}:{kind}:course:course.example.org"  # nothing personal
    assert 0 < len(mail["Subject"]) <= 50
    assert not CONDITION.search(f"{mail['Subject']} {mail['From']}")
    leaves = [each for each in mail.walk() if not each.is_multipart()]
    assert [each["Content-Language"] for each in leaves] == ["en", "en"]
    assert [each["Content-Transfer-Encoding"] for each in leaves] == ["quoted-printable"] * 2


def look_at_how_a_course_is_left(message: Message, mail: EmailMessage) -> None:
    token = stop_token(message)
    assert mail.keys() == ALWAYS[:8] + LISTED + ALWAYS[8:]
    assert mail["List-Unsubscribe"] == (
        f"<http://localhost:8000/stop/{token}/>, <mailto:stop+{token}@course.example.org>"
    )
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert mail["List-Id"] == "<course.course.example.org>"
    assert mail["List-Help"] == "<http://localhost:8000/help/>"


@pytest.mark.parametrize("step", STEPS)
def test_a_step_has_every_header_and_can_be_left_by_one_click(step: str, now: datetime) -> None:
    message = of_step(step)
    mail = mail_of(message, now)
    look_at_what_every_mail_has(message, mail, "digest" if step == "digest-1" else "lesson")
    look_at_how_a_course_is_left(message, mail)


@pytest.mark.parametrize("kind", NOTICES)
def test_a_notice_has_every_header_of_its_class(kind: NoticeKind, now: datetime) -> None:
    message = of_notice(kind, now)
    mail = mail_of(message, now)
    look_at_what_every_mail_has(message, mail, kind)
    if message.message_class == MessageClass.COURSE:
        look_at_how_a_course_is_left(message, mail)
    else:
        assert mail.keys() == ALWAYS


def test_the_envelope_is_the_bounce_address_of_this_message_alone(now: datetime) -> None:
    for message in (of_step("two-kinds"), of_notice(NoticeKind.SAFETY, now), of_notice(NoticeKind.URGENT, now)):
        out = rendering.render(message, now)
        assert isinstance(out, Mail)
        assert out.envelope_from == f"bounce+{message.bounce_token}@course.example.org"
        assert message.bounce_token.encode() not in out.content


def test_a_long_domain_leaves_every_link_as_it_is(settings: Any, now: datetime) -> None:
    domain = "lessons.course.patient-education.north-west-hospital.example.org"
    settings.MAIL_DOMAIN, settings.PUBLIC_URL = domain, f"https://{domain}"
    message = of_notice(NoticeKind.ANSWER, now)  # a notice, so that nothing was compiled for the usual domain
    out = rendering.render(message, now)
    assert isinstance(out, Mail)
    token = stop_token(message)
    raw = out.content.decode("ascii")
    assert f"List-Unsubscribe: <https://{domain}/stop/{token}/>,\r\n <mailto:stop+{token}@{domain}>\r\n" in raw
    assert f"Feedback-ID: course:answer:course:{domain}\r\n" in raw
    assert f"Message-ID: <{message.message_id}>\r\n" in raw
    assert "=?" not in raw.partition("\r\n\r\n")[0]


@pytest.mark.parametrize("what", ["step", "notice"])
def test_only_an_address_that_needs_it_has_raw_utf_8_in_its_headers(what: str, now: datetime) -> None:
    message = of_step("two-kinds") if what == "step" else of_notice(NoticeKind.ANSWER, now)
    usual = rendering.render(message, now)
    message.contact.address = "josé@exämple.org"
    out = rendering.render(message, now)
    assert isinstance(usual, Mail)
    assert isinstance(out, Mail)
    assert usual.content.isascii()
    assert out.recipient == "josé@exämple.org"
    assert "\r\nTo: josé@exämple.org\r\n".encode() in out.content
    assert out.content.partition(b"\r\n\r\n")[2].isascii()
    mail = email.message_from_bytes(out.content, policy=policy.SMTPUTF8)
    assert isinstance(mail, EmailMessage)
    known = email.message_from_bytes(usual.content, policy=policy.default)
    assert [pair for pair in mail.items() if pair[0] != "To"] == [pair for pair in known.items() if pair[0] != "To"]
    assert part(mail, "plain") == part(known, "plain")


def test_a_persons_zone_or_the_hour_of_a_try_does_not_move_the_date(now: datetime) -> None:
    message = of_step("two-kinds")
    message.planned_at = datetime(2026, 1, 2, 3, 4, 5, 999_999, tzinfo=UTC)
    assert mail_of(message, now)["Date"] == "Fri, 02 Jan 2026 03:04:05 +0000"
    message.planned_at = datetime.fromisoformat("2026-01-01T21:04:05-06:00")
    assert mail_of(message, now)["Date"] == "Fri, 02 Jan 2026 03:04:05 +0000"


def test_messages_rendered_in_turn_each_hold_their_own_persons_values(now: datetime) -> None:
    """From the row of the outbox to the wire, through one cache: steps, notices, mails and texts, in turn."""
    rows = [of_step(step, channel=channel) for step in STEPS for channel in ("email", "sms") for _ in range(2)]
    rows += [of_notice(kind, now) for kind in NOTICES]
    everybodys = {value for row in rows for value in own_values(row)}
    for row in [*rows, *reversed(rows)]:
        shown = repr(rendering.render(row, now)).replace("=\\r\\n", "")
        assert {value for value in everybodys if value in shown} == own_values(row) & everybodys_shown(row)


def own_values(row: Message) -> set[str]:
    assert row.contact
    return {row.contact.address, row.reply_token, row.bounce_token, row.message_id, stop_token(row)} - {""}


def everybodys_shown(row: Message) -> set[str]:
    """Return which of its own values a message shows: a text has no reply address and no link to stop."""
    assert row.contact
    if row.channel == "email":
        return own_values(row)
    return {row.contact.address, row.bounce_token}
