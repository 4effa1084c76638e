"""Django's settings in; the sandbox's own numbers, names and open store out."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.db import close_old_connections

from course import clock
from course.sandbox.store import FILE_NAME, SandboxStore

HOST = "127.0.0.1"
# For texts sent by a Messaging Service: a phone must have some number to answer to. 555-01xx is fiction.
FICTIONAL_NUMBER = "+12025550100"


@dataclass(frozen=True)
class SandboxConfig:
    """Where the sandbox listens (on 127.0.0.1), where the course listens, and the account both agree on."""

    data_dir: Path
    smtp_port: int
    http_port: int
    account_sid: str
    auth_token: str
    sender: str
    public_url: str
    lmtp_host: str
    lmtp_port: int
    relay_log: Path | None

    @property
    def own_number(self) -> str:
        """The number that people text to, E.164."""
        return self.sender if self.sender.startswith("+") else FICTIONAL_NUMBER

    @property
    def inbound_url(self) -> str:
        """The course's webhook for texts, as it is signed."""
        return f"{self.public_url}/hooks/twilio/inbound"


@dataclass(frozen=True)
class Sandbox:
    """The store and the numbers that go with it."""

    store: SandboxStore
    config: SandboxConfig


def from_settings() -> SandboxConfig:
    """Read Django's settings."""
    return SandboxConfig(
        data_dir=Path(settings.DATA_DIR),
        smtp_port=settings.SANDBOX_SMTP_PORT,
        http_port=settings.SANDBOX_HTTP_PORT,
        account_sid=settings.TWILIO_ACCOUNT_SID,
        auth_token=settings.TWILIO_AUTH_TOKEN,
        sender=settings.TWILIO_FROM,
        public_url=settings.PUBLIC_URL.rstrip("/"),
        lmtp_host=settings.LMTP_HOST,
        lmtp_port=settings.LMTP_PORT,
        relay_log=Path(settings.RELAY_LOG) if settings.RELAY_LOG else None,
    )


def _course_now() -> datetime:
    # Asked from long-lived threads, where no request ends: a connection that broke must not be kept.
    close_old_connections()
    return clock.course_now()


def open_sandbox() -> Sandbox:
    """Open the sandbox's store as the settings say; any process may, while the sandbox runs or not."""
    config = from_settings()
    return Sandbox(SandboxStore(config.data_dir / FILE_NAME, _course_now), config)
