import email
from dataclasses import replace
from email.message import EmailMessage
from email.policy import default

import pytest

from course.sandbox import inbound
from course.sandbox.config import Sandbox
from tests.sandbox.conftest import ACCOUNT, CLINIC, COURSE_TIME, Lmtp, Webhook, is_signed
from tests.sandbox.letters import ANA, lesson

PHONE = "+12025550143"


def keep(sandbox: Sandbox, message: EmailMessage) -> int:
    sandbox.store.add_mail("bounce@example.org", [ANA], str(message["Message-ID"]), message.as_bytes(), "Q1")
    return sandbox.store.mails()[-1].id


def test_a_reply_goes_over_lmtp_as_a_mail_program_writes_it(sandbox: Sandbox, lmtp: Lmtp) -> None:
    mail_id = keep(sandbox, lesson())
    outcome = inbound.send_email_reply(sandbox, mail_id, "When should I rest?\nI <3 walking")
    assert (outcome.accepted, outcome.answer) == (True, "250 2.0.0 stored")
    ((mail_from, recipients, raw),) = lmtp.got
    assert (mail_from, recipients) == (ANA, ["reply+token@example.org"])
    sent = email.message_from_bytes(raw, policy=default)
    assert (sent["From"], sent["To"]) == (ANA, "reply+token@example.org")
    assert sent["Subject"] == "Re: Lesson 1 of 8"
    assert sent["In-Reply-To"] == sent["References"] == "<one@example.org>"
    assert sent["Date"].datetime == COURSE_TIME
    plain, html = (part.get_content().replace("\r\n", "\n") for part in sent.iter_parts())
    assert plain.startswith("When should I rest?\nI <3 walking\n\nOn Mon, 23 Nov 2026 10:00:00 +0000, Ashfield")
    assert "\n> Walk a little & rest.\n>\n> http://localhost:8000/lesson?a=1&b=<2>\n" in plain
    assert html.startswith('<div dir="ltr">When should I rest?<br>\nI &lt;3 walking</div>')
    assert '<blockquote class="gmail_quote"' in html
    assert "<h1>Walk a little</h1>" in html
    assert "<body" not in html


def test_what_was_typed_and_what_the_course_answered_are_kept(sandbox: Sandbox, lmtp: Lmtp) -> None:
    mail_id = keep(sandbox, lesson())
    outcome = inbound.send_email_reply(sandbox, mail_id, "When should I rest?")
    (typed,) = sandbox.store.replies_to(mail_id)
    assert typed == sandbox.store.typed(outcome.typed_id)
    assert (typed.address, typed.peer, typed.body) == (ANA, "reply+token@example.org", "When should I rest?")
    assert typed.outcome == "The course took your email. It answered: 250 2.0.0 stored"


def test_a_subject_that_decodes_to_two_lines_makes_no_second_header(sandbox: Sandbox, lmtp: Lmtp) -> None:
    raw = b"From: a@example.org\r\nSubject: =?utf-8?q?one=0D=0ABcc=3A_x=40example=2Ecom?=\r\n\r\nhello\r\n"
    sandbox.store.add_mail("a@example.org", [ANA], "", raw, "Q1")
    assert inbound.send_email_reply(sandbox, sandbox.store.mails()[0].id, "hi").accepted
    sent = email.message_from_bytes(lmtp.got[0][2])
    assert sent["Bcc"] is None
    assert sent["To"] == "a@example.org"
    assert sent["In-Reply-To"] is None


def test_a_new_email_answers_nothing(sandbox: Sandbox, lmtp: Lmtp) -> None:
    assert inbound.send_new_email(sandbox, ANA, "course@example.org", "JOIN", "please").accepted
    sent = email.message_from_bytes(lmtp.got[0][2])
    assert (sent["Subject"], sent["In-Reply-To"]) == ("JOIN", None)


@pytest.mark.parametrize(
    ("to_address", "answer", "refusal"),
    [
        ("nobody@example.org", "", "550 5.1.1 no such address"),
        ("course@example.org", "451 4.3.0 no room", "451 4.3.0 no room"),
    ],
)
def test_a_refused_email_is_said_in_a_sentence(
    sandbox: Sandbox, lmtp: Lmtp, to_address: str, answer: str, refusal: str
) -> None:
    lmtp.answer = answer or lmtp.answer
    outcome = inbound.send_new_email(sandbox, ANA, to_address, "Hello", "Hello")
    assert (outcome.accepted, outcome.answer) == (False, refusal)
    assert outcome.sentence == f"The course refused your email. It answered: {refusal}"


def test_a_course_that_is_not_running_is_said_in_a_sentence(sandbox: Sandbox, webhook: Webhook) -> None:
    away = Sandbox(sandbox.store, replace(sandbox.config, public_url="http://127.0.0.1:1"))
    mailed = inbound.send_new_email(away, ANA, "course@example.org", "Hello", "Hello")
    texted = inbound.send_text(away, PHONE, "Hello")
    assert (mailed.accepted, mailed.answer, texted.accepted, texted.answer) == (False, "", False, "")
    assert mailed.sentence.endswith("so your email was not sent. Is the course running?")
    assert "did not answer at 127.0.0.1 port 1." in texted.sentence
    assert webhook.got == []


def test_a_text_is_a_signed_post_in_the_shape_of_twilio(sandbox: Sandbox, webhook: Webhook) -> None:
    outcome = inbound.send_text(sandbox, PHONE, "¿Cuándo descanso? & more")
    ((path, form, signature),) = webhook.got
    assert path == "/hooks/twilio/inbound"
    assert is_signed(f"{webhook.url}{path}", form, signature)
    expected = {
        "MessageSid": outcome.sid,
        "SmsMessageSid": outcome.sid,
        "AccountSid": ACCOUNT,
        "From": PHONE,
        "To": CLINIC,
        "Body": "¿Cuándo descanso? & more",
        "NumMedia": "0",
        "NumSegments": "1",
        "ApiVersion": "2010-04-01",
    }
    assert form.items() >= expected.items()
    assert outcome.sid.startswith("SM")
    assert outcome.answer == "200 OK"
    assert "MediaUrl0" not in form


def test_a_picture_comes_with_an_address_where_it_is_fetched(sandbox: Sandbox, webhook: Webhook) -> None:
    outcome = inbound.send_text(sandbox, PHONE, "", picture=True)
    form = webhook.got[0][1]
    assert (form["NumMedia"], form["MediaContentType0"]) == ("1", "image/png")
    address = (
        f"http://127.0.0.1:{sandbox.config.http_port}/2010-04-01/Accounts/{ACCOUNT}/Messages/{outcome.sid}/Media/ME"
    )
    assert form["MediaUrl0"].startswith(address)
    assert outcome.sid.startswith("MM")


def test_a_text_whose_webhook_fails_once_is_brought_once_more_as_twilio_does(
    sandbox: Sandbox, webhook: Webhook
) -> None:
    webhook.first = [503]
    outcome = inbound.send_text(sandbox, PHONE, "Hello")
    assert (outcome.accepted, outcome.answer) == (True, "200 OK")
    assert [form["MessageSid"] for _path, form, _signature in webhook.got] == [outcome.sid] * 2
