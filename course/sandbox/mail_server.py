"""Mail over SMTP in, rows in the store out. It answers 250 only when the message is on disk."""

import asyncio
import email.parser
import logging
import secrets
import socket
import sqlite3
from collections.abc import Coroutine
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from django.db import Error as CourseDatabaseError

from course.sandbox.config import HOST
from course.sandbox.relay_log import RelayLog
from course.sandbox.store import SandboxStore

MAX_BYTES = 25 * 1024 * 1024
MAX_LINE_BYTES = 1024 * 1024

log = logging.getLogger(__name__)


class Sink:
    """aiosmtpd's handler: takes every recipient and keeps every message."""

    def __init__(self, store: SandboxStore, relay_log: RelayLog) -> None:
        self._store = store
        self._relay_log = relay_log

    async def handle_EHLO(  # noqa: N802  aiosmtpd finds its hooks by these names
        self, server: SMTP, session: Session, envelope: Envelope, hostname: str, responses: list[str]
    ) -> list[str]:
        """Offer PIPELINING (RFC 2920): aiosmtpd can do it and does not say so."""
        session.host_name = hostname
        return [*responses[:-1], "250-PIPELINING", "250-ENHANCEDSTATUSCODES", responses[-1]]

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Take any recipient: whoever is written to has a mailbox here."""
        envelope.rcpt_tos.append(address)
        envelope.rcpt_options.extend(options)
        return "250 2.1.5 Ok"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        """Keep the message, then answer; trouble with the disk or the clock is a 451: the sender tries again."""
        try:
            queue_id = await asyncio.to_thread(self._keep, envelope)
        except (OSError, sqlite3.Error, CourseDatabaseError) as error:
            log.error("a message could not be kept: %s", type(error).__name__)  # noqa: TRY400  a trace may hold an address
            return "451 4.3.0 Error: could not write to disk, try again later"
        return f"250 2.0.0 Ok: queued as {queue_id}"

    def _keep(self, envelope: Envelope) -> str:
        raw = envelope.original_content or b""
        mail_from = envelope.mail_from or ""
        queue_id = secrets.token_hex(5).upper()
        message_id = message_id_of(raw)
        self._relay_log.in_hand(queue_id, message_id)
        self._store.add_mail(mail_from, envelope.rcpt_tos, message_id, raw, queue_id)
        try:
            self._relay_log.queued(queue_id, mail_from, len(raw), len(envelope.rcpt_tos))
        except OSError:
            # The message is safe: a 451 now would only bring it twice.
            log.warning("the relay log could not be written")
        return queue_id


def message_id_of(raw: bytes) -> str:
    """Return a message's Message-ID header without white space or control characters, or an empty string."""
    head = raw.partition(b"\r\n\r\n")[0] + b"\r\n\r\n"
    value = str(email.parser.BytesHeaderParser().parsebytes(head).get("Message-ID", ""))
    return "".join(value.split())


class _PatientSMTP(SMTP):
    line_length_limit = MAX_LINE_BYTES


class MailServer(Controller):
    """The SMTP server on 127.0.0.1, until ``stop()``. Making one raises OSError when the port is taken."""

    def __init__(self, store: SandboxStore, relay_log: RelayLog, port: int) -> None:
        # Bound here: a bind inside aiosmtpd's thread is reported five seconds late and leaves its loop open.
        self._socket = socket.create_server((HOST, port))
        super().__init__(
            Sink(store, relay_log),
            hostname=HOST,
            port=port,
            server_hostname="sandbox.invalid",
            ident="ESMTP sandbox",
            data_size_limit=MAX_BYTES,
            enable_SMTPUTF8=True,
        )

    def _create_server(self) -> Coroutine[Any, Any, asyncio.Server]:
        return self.loop.create_server(self._factory_invoker, sock=self._socket)

    def factory(self) -> SMTP:
        """Make the protocol for one connection."""
        return _PatientSMTP(self.handler, **self.SMTP_kwargs)
