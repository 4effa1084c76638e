"""What people do: stop by a signed text, by mail or by the link in a mail, and write what cannot wait."""

import secrets
import smtplib
from collections.abc import Mapping
from dataclasses import dataclass
from email.message import EmailMessage
from email.policy import SMTP
from urllib.error import URLError
from urllib.request import Request, urlopen

from course import clock
from course.people.models import Subscriber
from course.sandbox import webhook
from tests.chaos.records import Person

WAYS = ("text", "mail", "link")
EMERGENCY = "I have gone numb between my legs"


@dataclass(frozen=True)
class Door:
    """Where the course takes what people send, as its environment says."""

    environ: Mapping[str, str]

    def stop(self, person: Person, way: str) -> float | None:
        """Stop the course; return the moment of the course's yes, or None when it did not take it."""
        token = Subscriber.objects.values_list("stop_token", flat=True).get(pk=person.pk)
        if way == "text":
            return self.text(_of(person, "sms"), "STOP")
        return self._mail(_of(person, "email"), token) if way == "mail" else self._link(token)

    def text(self, number: str, body: str) -> float | None:
        """Bring a text by the signed webhook; return when it was answered with 2xx."""
        sid = f"SM{secrets.token_hex(16)}"
        params = {
            "MessageSid": sid, "SmsSid": sid, "SmsMessageSid": sid, "SmsStatus": "received", "ApiVersion": "2010-04-01",
            "AccountSid": self.environ["COURSE_TWILIO_ACCOUNT_SID"], "From": number, "Body": body, "NumMedia": "0",
            "To": self.environ["COURSE_TWILIO_FROM"], "NumSegments": "1",
        }  # fmt: skip
        url = f"{self.environ['COURSE_PUBLIC_URL']}/hooks/twilio/inbound"
        try:
            status, _ = webhook.post(url, params, self.environ["COURSE_TWILIO_AUTH_TOKEN"])
        except webhook.Unreachable:
            return None
        return _now() if status < 300 else None

    def _mail(self, address: str, token: str) -> float | None:
        letter = EmailMessage(policy=SMTP)
        letter["From"], letter["To"] = address, f"stop+{token}@{self.environ['COURSE_MAIL_DOMAIN']}"
        letter["Subject"], letter["Message-ID"] = "unsubscribe", f"<{secrets.token_hex(8)}@example.org>"
        letter.set_content("STOP\n")
        host, _, port = self.environ["COURSE_LMTP_BIND"].rpartition(":")
        try:
            with smtplib.LMTP(host, int(port), "sandbox.invalid", timeout=30) as lmtp:
                lmtp.sendmail(address, [str(letter["To"])], letter.as_bytes())
                return _now()
        except (OSError, smtplib.SMTPException):
            return None

    def _link(self, token: str) -> float | None:
        url = f"{self.environ['COURSE_PUBLIC_URL']}/stop/{token}/"
        try:
            with urlopen(Request(url, b"List-Unsubscribe=One-Click"), timeout=30) as answer:  # noqa: S310  our own
                return _now() if answer.status < 300 else None
        except (URLError, OSError):
            return None


def ways_of(person: Person) -> list[str]:
    """Return the ways this person can stop."""
    by_mail = any("@" in address for address in person.addresses)
    by_text = any("@" not in address for address in person.addresses)
    return ["text"] * by_text + ["mail", "link"] * by_mail


def _of(person: Person, channel: str) -> str:
    return next(address for address in person.addresses if ("@" in address) == (channel == "email"))


def _now() -> float:
    return clock.machine_now().timestamp()
