"""What goes on the wire: the words, the headers, and the two parts that say the same."""

import re
from datetime import datetime, timedelta

import pytest

from course.curriculum.segments import segment
from course.delivery import rendering, values
from course.delivery.channels.base import Mail, Text
from course.delivery.words import REPLY_MARKER
from course.people.words import Channel, NoticeKind
from tests import factories
from tests.delivery.messages import HOSTILE, NOTICES, TO_STAFF, mail_of, notice, part

pytestmark = pytest.mark.django_db


def words_of(html: str) -> list[str]:
    shown = re.sub(r"<(style|title)>.*?</\1>", "", html, flags=re.DOTALL)
    shown = re.sub(r"<[^>]+>", " ", shown)
    return re.findall(r"\w+", shown.replace("&#39;", "'").replace("&quot;", '"').replace("&amp;", "&"))


def test_both_parts_of_every_lesson_say_the_same_words_in_the_same_order(now: datetime) -> None:
    enrolment = factories.make_enrolment()
    for step in ("what-it-is", "two-kinds", "medicines", "staying-active"):
        mail = mail_of(factories.make_message(enrolment=enrolment, step_id=step), now)
        plain = re.sub(r":?\n(https?://\S+)", "", part(mail, "plain"))
        plain = re.sub(r"^\d+\. ", "", plain, flags=re.MULTILINE)
        assert re.findall(r"\w+", plain) == words_of(part(mail, "html"))


def test_a_lesson_opens_with_who_which_and_how_long_and_can_be_replied_to(now: datetime) -> None:
    message = factories.make_message()
    mail = mail_of(message, now)
    lines = part(mail, "plain").splitlines()
    assert lines[0] == "Ashfield Clinic. Lesson 1 of 4. 3 minutes to read."
    assert REPLY_MARKER in lines[2]
    assert mail["Reply-To"] == f"reply+{message.reply_token}@course.example.org"


def test_every_header_of_a_careful_sender_is_on_a_lesson(now: datetime) -> None:
    message = factories.make_message()
    out, mail = rendering.render(message, now), mail_of(message, now)
    assert isinstance(out, Mail)
    person = message.enrolment.subscriber if message.enrolment else None
    assert person
    assert out.envelope_from == f"bounce+{message.bounce_token}@course.example.org"
    assert mail["Message-ID"] == f"<{message.message_id}>"
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert f"/stop/{person.stop_token}/>" in mail["List-Unsubscribe"]
    assert f"<mailto:stop+{person.stop_token}@course.example.org>" in mail["List-Unsubscribe"]
    assert (mail["Auto-Submitted"], mail["List-Id"]) == ("auto-generated", "<course.course.example.org>")
    assert [each["Content-Language"] for each in mail.iter_parts()] == ["en", "en"]


def test_a_message_is_the_same_bytes_each_time_it_is_tried(now: datetime) -> None:
    message = factories.make_message()
    first, second = (rendering.render(message, now + timedelta(hours=n)) for n in (0, 1))
    assert isinstance(first, Mail)
    assert isinstance(second, Mail)
    assert first.content == second.content


def test_subjects_the_start_of_texts_and_link_paths_name_no_condition(now: datetime) -> None:
    named = re.compile("stenosis|claudication|spin|cramp|lumbar|nerve|leg", re.IGNORECASE)
    mails, texts = factories.make_enrolment(), factories.make_enrolment("sms")
    for step in ("what-it-is", "two-kinds", "medicines", "staying-active"):
        mail = mail_of(factories.make_message(enrolment=mails, step_id=step), now)
        out = rendering.render(factories.make_message(enrolment=texts, step_id=step), now)
        assert isinstance(out, Text)
        assert not named.search(mail["Subject"])
        assert not named.search(out.body[:50])
        links = re.findall(r"https?://\S+", part(mail, "plain") + out.body)
        assert links
        assert not named.search(" ".join(links))


def test_the_sandbox_says_that_no_clinician_has_checked_it(now: datetime) -> None:
    mail = mail_of(factories.make_message(), now)
    out = rendering.render(factories.make_message(enrolment=factories.make_enrolment("sms")), now)
    assert isinstance(out, Text)
    assert values.SAMPLE_LINE in part(mail, "plain")
    assert values.SAMPLE_LINE in part(mail, "html")
    assert values.SAMPLE_LINE in out.body


@pytest.mark.parametrize("kind", NOTICES)
def test_each_notice_says_who_writes_by_email_and_by_text(now: datetime, kind: NoticeKind) -> None:
    staff = kind in TO_STAFF
    for channel in ("email", "sms"):
        recipient = factories.make_staff() if staff else factories.make_subscriber(channel)
        contact = recipient.contacts.get()
        contact.channel = channel
        message = notice(kind, recipient, contact, now)
        if channel == "email":
            mail = mail_of(message, now)
            assert "Ashfield Clinic" in part(mail, "plain")
            assert len(mail["Subject"]) <= 50
        else:
            out = rendering.render(message, now)
            assert isinstance(out, Text)
            assert out.body.startswith("Ashfield Clinic")
            most = 99 if kind == NoticeKind.ANSWER else 2
            assert segment(out.body).encoding == "GSM-7"
            assert segment(out.body).count <= most, out.body


@pytest.mark.parametrize("tier", ["B", "C"])
def test_a_received_notice_says_more_when_the_words_need_it(now: datetime, tier: str) -> None:
    for channel in (Channel.EMAIL, Channel.SMS):
        person = factories.make_subscriber(channel)
        message = notice(
            NoticeKind.RECEIVED, person, person.contacts.get(), now, tier=tier, low_mood=tier == "C", attachments=1
        )
        out = rendering.render(message, now)
        words = out.body if isinstance(out, Text) else part(mail_of(message, now), "plain")
        assert ("doctor today" if tier == "B" else "988") in words
        if isinstance(out, Text):
            assert segment(out.body).count <= 2, out.body


def test_hostile_words_stay_words(now: datetime) -> None:
    person = factories.make_subscriber()
    mail = mail_of(notice(NoticeKind.ANSWER, person, person.contacts.get(), now), now)
    html = part(mail, "html")
    assert "<svg" not in html
    assert "evil.example" in html
    assert 'href="http://evil' not in html
    assert HOSTILE.splitlines()[0] in part(mail, "plain")


def test_large_print_is_larger_and_plain_is_only_plain(now: datetime) -> None:
    large = mail_of(factories.make_message(enrolment=factories.make_enrolment(form="large_print")), now)
    plain = mail_of(factories.make_message(enrolment=factories.make_enrolment(form="plain")), now)
    assert "font-size: 24px" in part(large, "html")
    assert plain.get_content_type() == "text/plain"


def test_emergency_numbers_are_those_of_the_persons_country(now: datetime) -> None:
    message = factories.make_message(enrolment=factories.make_enrolment(country="GB"))
    plain = part(mail_of(message, now), "plain")
    assert "999" in plain
    assert "911" not in plain
