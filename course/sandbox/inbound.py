"""What a person types here in; real LMTP or a signed webhook out, and what the course answered."""

import secrets
import smtplib
import time
from contextlib import suppress
from dataclasses import dataclass
from email.message import EmailMessage
from email.policy import SMTP

from course.sandbox import composing, webhook
from course.sandbox.config import HOST, Sandbox
from course.sandbox.reading import open_mail
from course.sandbox.records import INBOUND, NewText
from course.sandbox.twilio_shapes import API_VERSION, media_url, segments

LMTP_TIMEOUT_SECONDS = 60.0  # a real relay waits ten minutes (RFC 5321, 4.5.3.2)
TEXT_TRIES = 2  # Twilio asks once more when a webhook fails
_BETWEEN_TRIES_SECONDS = 1.0


@dataclass(frozen=True)
class Outcome:
    """What the course answered: ``answer`` as it came ("250 2.0.0 …", "200 OK" or empty).

    ``sentence`` says it in words. ``typed_id`` is the row that keeps it. ``sid`` names a text; mail has none.
    """

    accepted: bool
    answer: str
    sentence: str
    typed_id: int
    sid: str = ""


def send_email_reply(sandbox: Sandbox, mail_id: int, words: str) -> Outcome:
    """Answer mail ``mail_id`` as its recipient would. Raises LookupError when there is no such mail."""
    mail = sandbox.store.mail(mail_id)
    if mail is None:
        raise LookupError(f"There is no mail {mail_id} in the sandbox.")
    message = composing.reply(open_mail(mail.raw), mail.rcpt_to, words, sandbox.store.course_now())
    return _send_mail(sandbox, message, words, mail_id)


def send_new_email(sandbox: Sandbox, from_address: str, to_address: str, subject: str, words: str) -> Outcome:
    """Send the course a message that answers nothing."""
    message = composing.fresh(from_address, to_address, subject, words, sandbox.store.course_now())
    return _send_mail(sandbox, message, words, None)


def send_text(sandbox: Sandbox, from_number: str, body: str, *, picture: bool = False) -> Outcome:
    """Text the course from ``from_number`` (E.164). Twilio's list has it even when the webhook fails."""
    config = sandbox.config
    # Twilio names a text with a picture MM…, and a plain one SM….
    sid = ("MM" if picture else "SM") + secrets.token_hex(16)
    new = NewText(sid, config.own_number, from_number, body, INBOUND, "received", num_media=int(picture))
    sandbox.store.add_text(new)
    try:
        status, reason = _post(sandbox, _parameters(sandbox, new))
    except webhook.Unreachable as error:
        accepted, answer = False, ""
        sentence = f"The course did not answer at {error}. The text is kept here for when it looks for missed texts."
    else:
        accepted, answer = status < 300, f"{status} {reason}"
        sentence = f"The course {'took your text' if accepted else 'refused your text'}. It answered: {answer}"
    typed_id = sandbox.store.add_typed(
        "phone", from_number, config.own_number, body, accepted=accepted, outcome=sentence
    )
    return Outcome(accepted, answer, sentence, typed_id, sid)


def _post(sandbox: Sandbox, params: dict[str, str]) -> tuple[int, str]:
    """Return what the course answered to the last try. Raises webhook.Unreachable when that had no answer."""
    config = sandbox.config
    for _try in range(TEXT_TRIES - 1):
        with suppress(webhook.Unreachable):
            status, reason = webhook.post(config.inbound_url, params, config.auth_token)
            if status < 500:
                return status, reason
        time.sleep(_BETWEEN_TRIES_SECONDS)
    return webhook.post(config.inbound_url, params, config.auth_token)


def _parameters(sandbox: Sandbox, new: NewText) -> dict[str, str]:
    """Return Twilio's inbound parameters, the empty ones that it sends too."""
    params = {
        "MessageSid": new.sid,
        "SmsSid": new.sid,
        "SmsMessageSid": new.sid,
        "SmsStatus": new.status,
        "AccountSid": sandbox.config.account_sid,
        "ApiVersion": API_VERSION,
        "From": new.from_number,
        "To": new.to_number,
        "Body": new.body,
        "NumMedia": str(new.num_media),
        "NumSegments": str(segments(new.body)),
    }
    params |= {end + place: "" for end in ("From", "To") for place in ("City", "State", "Zip", "Country")}
    if new.num_media:
        base = f"http://{HOST}:{sandbox.config.http_port}"
        params["MediaUrl0"] = base + media_url(sandbox.config.account_sid, new.sid)
        params["MediaContentType0"] = "image/png"
    return params


def _send_mail(sandbox: Sandbox, message: EmailMessage, words: str, mail_id: int | None) -> Outcome:
    accepted, answer, sentence = _deliver(sandbox, message)
    typed_id = sandbox.store.add_typed(
        *("email", str(message["From"]), str(message["To"]), words),
        accepted=accepted,
        outcome=sentence,
        mail_id=mail_id,
    )
    return Outcome(accepted, answer, sentence, typed_id)


def _deliver(sandbox: Sandbox, message: EmailMessage) -> tuple[bool, str, str]:
    """Return (accepted, the course's answer, a sentence about it)."""
    config = sandbox.config
    try:
        # A name of our own: smtplib would ask the name service for this machine's.
        with smtplib.LMTP(config.lmtp_host, config.lmtp_port, "sandbox.invalid", timeout=LMTP_TIMEOUT_SECONDS) as lmtp:
            code, answer = _converse(lmtp, message)
    except (OSError, smtplib.SMTPException):
        where = f"{config.lmtp_host} port {config.lmtp_port}"
        return (
            False,
            "",
            f"The course did not answer at {where}, so your email was not sent. Is the course running?",
        )
    accepted = 200 <= code < 300
    said = f"{code} {' '.join(answer.decode('utf-8', 'replace').split())}"
    return (
        accepted,
        said,
        f"The course {'took your email' if accepted else 'refused your email'}. It answered: {said}",
    )


def _converse(lmtp: smtplib.LMTP, message: EmailMessage) -> tuple[int, bytes]:
    """Say MAIL, RCPT and DATA; return what decided: the first refusal, or the answer after the dot."""
    lmtp.ehlo_or_helo_if_needed()
    for code, answer in (lmtp.mail(str(message["From"])), lmtp.rcpt(str(message["To"]))):
        if code >= 300:
            return code, answer
    try:
        return lmtp.data(message.as_bytes(policy=SMTP))
    except smtplib.SMTPDataError as error:
        refusal = error.smtp_error
        return error.smtp_code, refusal if isinstance(refusal, bytes) else refusal.encode()
