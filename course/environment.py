"""Environment variables in, checked settings out. Every setting of an installation is in the table below."""

import base64
import difflib
import json
import math
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Setting:
    """One environment variable: its name, default, what it is for, and whether production must set it."""

    name: str
    default: str
    purpose: str
    needed: bool = False


SETTINGS = (
    Setting("COURSE_MODE", "production", "production, or sandbox for invented people on this machine"),
    Setting("COURSE_DIR", "", "folder of your own course; empty runs the sample course"),
    Setting("COURSE_DATA_DIR", "var", "folder for the database, keys, logs and sockets"),
    Setting("COURSE_LEDGER", "", "file of stops and erasures, best on another disk; empty is in the data folder"),
    Setting("COURSE_SECRET_KEY", "", "signs sessions and forms; any long random text", needed=True),
    Setting("COURSE_KEYS", "", "encryption keys, newest first: id:base64 of 32 bytes, …", needed=True),
    Setting("COURSE_INDEX_KEY", "", "base64 of 32 bytes; finds an encrypted address; never changes", needed=True),
    Setting("COURSE_PUBLIC_URL", "http://localhost:8000", "where people reach this installation", needed=True),
    Setting("COURSE_WEB_BIND", "127.0.0.1:8000", "address and port the web server listens on"),
    Setting("COURSE_MAIL_FROM", "course@example.org", "address lessons come from", needed=True),
    Setting("COURSE_MAIL_DOMAIN", "example.org", "domain of reply and bounce addresses", needed=True),
    Setting(
        "COURSE_SMTP_URL",
        "smtp://127.0.0.1:25",
        "relay: smtp, smtp+starttls or smtps://user:password@host:port",
    ),
    Setting("COURSE_RELAY_LOG", "", "the relay's own log (Postfix), for asking what went out before a crash"),
    Setting("COURSE_SMTP_CA_FILE", "", "PEM file of the authority behind the relay's certificate; empty: the system's"),
    Setting("COURSE_DKIM_SELECTOR", "", "selector of the course's own DKIM key; empty leaves signing to the relay"),
    Setting("COURSE_DKIM_KEY_FILE", "", "PEM file of that key: RSA, without a password"),
    Setting("COURSE_EMAIL_BACKEND", "", "Django or django-anymail backend that carries mail; empty is COURSE_SMTP_URL"),
    Setting("COURSE_ANYMAIL", "{}", "options of that backend, one JSON object"),
    Setting("COURSE_LMTP_BIND", "127.0.0.1:8024", "address and port that takes replies by LMTP"),
    Setting("COURSE_IMAP_URL", "", "mailbox to poll: imaps://user:password@host:993/INBOX; empty polls none"),
    Setting(
        "COURSE_IMAP_CA_FILE", "", "PEM file of the authority behind that server's certificate; empty: the system's"
    ),
    Setting("COURSE_TWILIO_ACCOUNT_SID", "", "Twilio account; empty sends no texts"),
    Setting("COURSE_TWILIO_AUTH_TOKEN", "", "Twilio auth token; signs webhooks too"),
    Setting("COURSE_TWILIO_FROM", "", "number, or Messaging Service SID, that texts come from"),
    Setting("COURSE_TEXT_RATE", "1", "segments a second our number may send; 1 for a long code of the United States"),
    Setting("COURSE_DOMAIN_RATE", "20", "mails a second to one domain"),
    Setting("COURSE_TWILIO_URL", "", "another host that speaks Twilio's API; empty is Twilio"),
    Setting("COURSE_TWILIO_CONCURRENCY", "8", "how many texts may be on their way to Twilio at a time"),
    Setting("COURSE_WEBHOOK_SECRET", "", "name:password in the address of a mail provider's webhook; empty takes none"),
    Setting("COURSE_WEBHOOK_SIGNING_KEY", "", "key with which Mailgun, MailerSend or Mailtrap sign their webhooks"),
    Setting("COURSE_INBOUND_SIGNING_KEY", "", "key of MailerSend's inbound route, which signs with one of its own"),
    Setting("COURSE_SANDBOX_SMTP_PORT", "8025", "the sandbox mailbox's SMTP port"),
    Setting("COURSE_SANDBOX_HTTP_PORT", "8080", "the sandbox's page and phone"),
    Setting("COURSE_DOORBELL", "workers.app.ring", "function that wakes a worker; empty leaves it to the tick"),
    Setting("COURSE_TICK_SECONDS", "1", "how often workers look for something due"),
    Setting("COURSE_LEASE_SECONDS", "30", "how long a worker may hold a message before another takes over"),
    Setting("COURSE_ANSWER_SECONDS", "60", "how long a relay or provider may take to answer"),
    Setting("DATABASE_URL", "", "postgres://user:password@host/name; empty is SQLite in the data folder"),
    Setting("REDIS_URL", "", "redis://… or unix:///…; empty starts one on this machine"),
)
_PUBLIC_URL = re.compile(r"https?://[a-z0-9.-]+(:[0-9]{1,5})?", re.IGNORECASE)
_KNOWN = {setting.name: setting for setting in SETTINGS}


class SettingsError(Exception):
    """A setting is unknown, missing or wrong. The message is one line that says what would be right."""


@dataclass(frozen=True)
class Environment:
    """The checked settings; ``env["COURSE_MODE"]`` is always a string."""

    values: Mapping[str, str]

    def __getitem__(self, name: str) -> str:
        return self.values[name]

    @property
    def sandbox(self) -> bool:
        return self["COURSE_MODE"] == "sandbox"

    @property
    def data_dir(self) -> Path:
        return Path(self["COURSE_DATA_DIR"]).resolve()

    def number(self, name: str) -> float:
        """Return a setting as a positive number. Raises SettingsError when it is not one."""
        try:
            value = float(self[name])
        except ValueError:
            value = 0.0
        if not 0 < value < math.inf:
            raise SettingsError(f"{name} is {self[name]!r}; write a number above 0, such as {_KNOWN[name].default}.")
        return value

    def json_object(self, name: str) -> dict[str, Any]:
        """Return a setting that is one JSON object. Raises SettingsError when it is not, without saying its words."""
        try:
            value = json.loads(self[name])
        except ValueError:
            value = None
        if not isinstance(value, dict):
            raise SettingsError(f'{name} is not one JSON object, such as {{"POSTMARK_SERVER_TOKEN": "…"}}.')
        return value

    def host_and_port(self, name: str) -> tuple[str, int]:
        """Return a ``host:port`` setting. Raises SettingsError when it is not one."""
        host, _, port = self[name].rpartition(":")
        if not host or not port.isdecimal() or not 1 <= int(port) <= 65535:
            example = _KNOWN[name].default
            raise SettingsError(f"{name} is {self[name]!r}; write host:port, the port 1 to 65535, such as {example}.")
        return host, int(port)

    def secret_pair(self, name: str) -> str:
        """Return a ``name:password`` setting, or "". Raises SettingsError when it is neither; it is not repeated."""
        user, colon, password = self[name].partition(":")
        if self[name] and not (user and colon and password):
            raise SettingsError(f"{name} is not a pair; write name:password, both long and random.")
        return self[name]

    def missing(self) -> list[Setting]:
        """Return what production needs and does not have; the sandbox makes its own."""
        return [s for s in SETTINGS if s.needed and not self.sandbox and self[s.name] in ("", s.default)]


def read(environ: Mapping[str, str]) -> Environment:
    """Check the environment's names and mode. Raises SettingsError at the first that is not understood."""
    for name in environ:
        if name.startswith("COURSE_") and name not in _KNOWN:
            near = difflib.get_close_matches(name, _KNOWN, 1)
            hint = f"Did you mean {near[0]}?" if near else "`course settings` lists what there is."
            raise SettingsError(f"Unknown setting {name}. {hint}")
    values = {s.name: environ.get(s.name, "") or s.default for s in SETTINGS}
    if values["COURSE_MODE"] not in ("production", "sandbox"):
        raise SettingsError(f"COURSE_MODE is {values['COURSE_MODE']!r}; write production or sandbox.")
    values["COURSE_PUBLIC_URL"] = values["COURSE_PUBLIC_URL"].rstrip("/")
    if not _PUBLIC_URL.fullmatch(values["COURSE_PUBLIC_URL"]):
        raise SettingsError(f"COURSE_PUBLIC_URL is {values['COURSE_PUBLIC_URL']!r}; write https://host and no path.")
    return Environment(values)


def new_secret() -> str:
    """Return 32 random bytes in base64, fit for COURSE_INDEX_KEY and for a key of COURSE_KEYS."""
    return base64.b64encode(secrets.token_bytes(32)).decode()
