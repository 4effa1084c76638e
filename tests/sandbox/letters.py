"""A lesson as the course sends it, for tests that need a mail in the mailbox."""

import smtplib
from email.message import EmailMessage
from email.policy import SMTP

from course.sandbox.config import SandboxConfig

ANA = "ana@example.net"


def lesson(message_id: str = "<one@example.org>", subject: str = "Lesson 1 of 8") -> EmailMessage:
    message = EmailMessage(policy=SMTP)
    message["From"] = "Ashfield Clinic <course@example.org>"
    message["To"] = ANA
    message["Reply-To"] = "reply+token@example.org"
    message["Subject"] = subject
    message["Date"] = "Mon, 23 Nov 2026 10:00:00 +0000"
    message["Message-ID"] = message_id
    message.set_content("Walk a little & rest.\n\nhttp://localhost:8000/lesson?a=1&b=<2>\n")
    message.add_alternative('<html><body class="x"><h1>Walk a little</h1></body></html>', subtype="html")
    return message


def post(config: SandboxConfig, message: EmailMessage, *recipients: str) -> None:
    with smtplib.SMTP("127.0.0.1", config.smtp_port, "test.invalid", timeout=5) as smtp:
        smtp.sendmail("bounce+token@example.org", list(recipients) or [ANA], message.as_bytes())
