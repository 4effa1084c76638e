"""One letter in; each recipient's answer out: by LMTP as a mail server speaks it, by a signed POST as Twilio does."""

import http.client
import smtplib
from collections.abc import Mapping
from urllib.parse import urlsplit

from tests.chaos.letters import TEXT, Letter

TIMEOUT_SECONDS = 60.0
_ONE_ANSWER_FOR_ALL = (500, 552)


class Dropped(Exception):
    """The connection was refused, or ended before the answer. ``answers`` are those that had come."""

    def __init__(self, answers: dict[str, int], begun: bool) -> None:
        super().__init__("dropped")
        self.answers = answers
        self.begun = begun


def bring(letter: Letter, recipients: list[str], environ: Mapping[str, str]) -> dict[str, int]:
    """Return the answer for each recipient. Raises Dropped."""
    answers: dict[str, int] = {}
    begun = False
    try:
        if letter.is_text:
            with_web = _connected(environ["COURSE_PUBLIC_URL"])
            begun = True
            answers[TEXT] = _post(with_web, letter)
        else:
            host, _, port = environ["COURSE_LMTP_BIND"].rpartition(":")
            with smtplib.LMTP(host, int(port), "mx.example.org", timeout=TIMEOUT_SECONDS) as lmtp:
                begun = True
                _deliver(lmtp, letter, recipients, answers)
    except (OSError, http.client.HTTPException, smtplib.SMTPException) as error:
        if len(answers) < len(recipients):
            raise Dropped(answers, begun) from error
    return answers


def _connected(url: str) -> http.client.HTTPConnection:
    parts = urlsplit(url)
    web = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=TIMEOUT_SECONDS)
    web.connect()
    return web


def _post(web: http.client.HTTPConnection, letter: Letter) -> int:
    headers = {
        "Content-Type": "application/x-www-form-urlencoded; charset=utf-8",
        "X-Twilio-Signature": letter.signature,
    }
    try:
        web.request("POST", "/hooks/twilio/inbound", letter.raw, headers)
        answer = web.getresponse()
        answer.read()
        return answer.status
    finally:
        web.close()


def _deliver(lmtp: smtplib.LMTP, letter: Letter, recipients: list[str], answers: dict[str, int]) -> None:
    lmtp.ehlo()
    options = ["BODY=8BITMIME"] if letter.mail_from.isascii() else ["BODY=8BITMIME", "SMTPUTF8"]
    code, _ = lmtp.mail(letter.mail_from, options)
    if code != 250:
        answers.update(dict.fromkeys(recipients, code))
        return
    accepted = []
    for recipient in recipients:
        code, _ = lmtp.rcpt(recipient)
        if code == 250:
            accepted.append(recipient)
        else:
            answers[recipient] = code
    if not accepted:
        return
    code, _ = lmtp.data(letter.raw)
    answers[accepted[0]] = code
    if code in _ONE_ANSWER_FOR_ALL:
        answers.update(dict.fromkeys(accepted, code))
        return
    for recipient in accepted[1:]:
        answers[recipient] = lmtp.getreply()[0]
