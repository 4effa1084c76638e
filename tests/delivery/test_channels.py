"""The contract of `channel_contract`, kept by each channel against a real server on loopback."""

import json
import quopri
from typing import Any
from urllib.parse import parse_qs

from course.delivery.channels.base import Channel, Outgoing
from course.delivery.channels.django_email import DjangoEmailChannel
from course.delivery.channels.smtp import SmtpChannel
from course.delivery.channels.smtp_relay import Relay
from course.delivery.channels.twilio import TwilioChannel
from tests.delivery.channel_contract import WORDS, ChannelContract, mail, text
from tests.delivery.smtp_sink import EXTENSIONS, SmtpSink
from tests.delivery.wires import Fate, HttpWire, Wire
from tests.sandbox.conftest import ACCOUNT, TOKEN, free_port

POSTMARK = "anymail.backends.postmark.EmailBackend"
DJANGO_SMTP = "django.core.mail.backends.smtp.EmailBackend"


class _ByMail(ChannelContract):
    def outgoing(self, key: int) -> Outgoing:
        return mail(key, body=quopri.encodestring(f"{WORDS} {key}".encode()) + b"\r\n")

    def wrong_kind(self) -> Outgoing:
        return text()


class TestSmtp(_ByMail):
    def wire(self) -> Wire:
        return SmtpSink()

    def channel(self, wire: Any, settings: Any, seconds: float = 5) -> Channel:
        return SmtpChannel(Relay(wire.url, answer_seconds=seconds))

    def down(self, settings: Any) -> Channel:
        return SmtpChannel(Relay(f"smtp://127.0.0.1:{free_port()}"))


class TestSmtpWithoutPipelining(TestSmtp):
    def wire(self) -> Wire:
        return SmtpSink(tuple(name for name in EXTENSIONS if name != "PIPELINING"))


class TestDjangosOwnSmtpBackend(_ByMail):
    def wire(self) -> Wire:
        return SmtpSink()

    def channel(self, wire: Any, settings: Any, seconds: float = 5) -> Channel:
        return DjangoEmailChannel(DJANGO_SMTP, {"host": "127.0.0.1", "port": wire.port, "timeout": seconds})

    def down(self, settings: Any) -> Channel:
        return DjangoEmailChannel(DJANGO_SMTP, {"HOST": "127.0.0.1", "PORT": free_port()})


class PostmarkWire(HttpWire):
    """Postmark's API: https://postmarkapp.com/developer/api/email-api."""

    def __init__(self) -> None:
        super().__init__()
        self.requests: list[dict[str, Any]] = []

    def read(self, body: str) -> tuple[str, str]:
        posted = json.loads(body)
        self.requests.append(posted)
        return posted["To"], posted["TextBody"].strip()

    def answer(self, recipient: str, fate: Fate | None) -> tuple[int, str]:
        if fate is None:
            accepted = {"To": recipient, "MessageID": f"pm-{len(self.arrived)}", "ErrorCode": 0, "Message": "OK"}
            return 200, json.dumps(accepted)
        inactive = (
            f"You tried to send to an inactive recipient. Found inactive addresses: {recipient}. Inactive recipients"
        )
        status, code, message = {
            Fate.ADDRESS: (422, 406, inactive),
            Fate.CONTENT: (422, 300, "Invalid email request"),
            Fate.SENDER: (401, 10, "Bad or missing API token"),
            Fate.LATER: (429, 429, "Rate limit exceeded"),
        }[fate]
        return status, json.dumps({"ErrorCode": code, "Message": message})


class TestAnymail(_ByMail):
    def wire(self) -> Wire:
        return PostmarkWire()

    def channel(self, wire: Any, settings: Any, seconds: float = 5) -> Channel:
        settings.ANYMAIL = {"POSTMARK_SERVER_TOKEN": "invented", "POSTMARK_API_URL": wire.url}
        return DjangoEmailChannel(POSTMARK, {}, seconds)

    def down(self, settings: Any) -> Channel:
        settings.ANYMAIL = {"POSTMARK_SERVER_TOKEN": "invented", "POSTMARK_API_URL": f"http://127.0.0.1:{free_port()}"}
        return DjangoEmailChannel(POSTMARK, {})


class TwilioWire(HttpWire):
    """Twilio's messages: https://www.twilio.com/docs/messaging/api/message-resource."""

    def __init__(self) -> None:
        super().__init__()
        self.requests: list[dict[str, str]] = []
        self.standings: dict[str, tuple[str, int | None]] = {}  # status and error code of a text, by SID
        self.fetched: list[str] = []

    def look(self, path: str) -> tuple[int, str]:
        sid = path.rpartition("/")[2].removesuffix(".json")
        if path != f"/2010-04-01/Accounts/{ACCOUNT}/Messages/{sid}.json" or sid not in self.standings:
            return 404, json.dumps({"code": 20404, "message": f"{path} was not found", "status": 404})
        self.fetched.append(sid)
        status, code = self.standings[sid]
        return 200, json.dumps({"sid": sid, "status": status, "error_code": code})

    def read(self, body: str) -> tuple[str, str]:
        posted = {name: values[0] for name, values in parse_qs(body).items()}
        self.requests.append(posted)
        return posted["To"], posted["Body"]

    def answer(self, recipient: str, fate: Fate | None) -> tuple[int, str]:
        if fate is None:
            return 201, json.dumps({"sid": f"SM{recipient[1:]}", "status": "queued", "error_code": None})
        status, code, message = {
            Fate.ADDRESS: (400, 21211, "Invalid 'To' Phone Number"),
            Fate.CONTENT: (400, 21602, "Message body is required."),
            Fate.SENDER: (401, 20003, "Authenticate"),
            Fate.LATER: (429, 20429, "Too Many Requests"),
        }[fate]
        return status, json.dumps({"code": code, "message": message, "status": status})


class TestTwilio(ChannelContract):
    def wire(self) -> Wire:
        return TwilioWire()

    def channel(self, wire: Any, settings: Any, seconds: float = 5) -> Channel:
        return TwilioChannel(ACCOUNT, TOKEN, "+12025550100", wire.url, answer_seconds=seconds)

    def down(self, settings: Any) -> Channel:
        return TwilioChannel(ACCOUNT, TOKEN, "+12025550100", f"http://127.0.0.1:{free_port()}")

    def outgoing(self, key: int) -> Outgoing:
        return text(key, WORDS)

    def wrong_kind(self) -> Outgoing:
        return mail()
