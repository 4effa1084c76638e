"""Mail over LMTP in; stored replies out. It answers 250 only when the mail is on disk (law 7).

Unknown recipients are refused at RCPT; trouble with the database or the disk is a 451, so that the sender keeps the
mail and tries again. RFC 2033: after DATA comes one answer for each recipient.
"""

import asyncio
import logging
import socket
from collections.abc import Coroutine
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.lmtp import LMTP
from aiosmtpd.smtp import SMTP, Envelope, Session
from django.db import connection

from course import clock
from course.replies import address, intake
from course.replies.letter import MOST_BYTES

MOST_LINE_BYTES = 1024 * 1024

log = logging.getLogger(__name__)

_UNKNOWN = "550 5.1.1 There is no such address here"
_LATER = "451 4.3.0 It cannot be stored now, try again later"
_TAKEN = "250 2.0.0 Stored"


class Receiver:
    """aiosmtpd's handler: knows our addresses and stores what comes to them."""

    async def handle_EHLO(  # noqa: N802  aiosmtpd finds its hooks by these names
        self, server: SMTP, session: Session, envelope: Envelope, hostname: str, responses: list[str]
    ) -> list[str]:
        """Offer PIPELINING (RFC 2920): aiosmtpd can do it and does not say so."""
        session.host_name = hostname
        return [*responses[:-1], "250-PIPELINING", "250-ENHANCEDSTATUSCODES", responses[-1]]

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, recipient: str, options: list[str]
    ) -> str:
        """Take an address whose token we know, and the address lessons come from."""
        try:
            is_known = await asyncio.to_thread(_in_thread, _is_known, recipient)
        except Exception as error:
            return _not_now(error)
        if not is_known:
            return _UNKNOWN
        envelope.rcpt_tos.append(recipient)
        envelope.rcpt_options.extend(options)
        return "250 2.1.5 Ok"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        """Store the mail for each recipient, then answer for each."""
        path = f"Return-Path: <{envelope.mail_from or ''}>\r\n".encode("utf-8", "replace")
        raw = path + (envelope.original_content or b"")
        answers = [await self._keep(recipient, raw) for recipient in envelope.rcpt_tos]
        return "\r\n".join(answers)

    async def handle_exception(self, error: Exception) -> str:
        """Whatever goes wrong is our fault, so the sender shall try again."""
        return _not_now(error)

    async def _keep(self, recipient: str, raw: bytes) -> str:
        try:
            kept = await asyncio.to_thread(_in_thread, _store, recipient, raw)
        except Exception as error:
            return _not_now(error)
        return _TAKEN if kept else _UNKNOWN


class ReplyServer(Controller):
    """The LMTP server, until ``stop()``. Making one raises OSError when the port is taken; port 0 takes a free one."""

    def __init__(self, host: str, port: int) -> None:
        # Bound here: a bind inside aiosmtpd's thread is reported late and leaves its loop open.
        self._socket = socket.create_server((host, port))
        super().__init__(
            Receiver(),
            hostname=host,
            port=self._socket.getsockname()[1],
            server_hostname="course",
            ident="LMTP",
            data_size_limit=MOST_BYTES - 4096,  # room for Return-Path
            enable_SMTPUTF8=True,
        )

    def _create_server(self) -> Coroutine[Any, Any, asyncio.Server]:
        return self.loop.create_server(self._factory_invoker, sock=self._socket)

    def factory(self) -> SMTP:
        """Make the protocol for one connection."""
        return _PatientLMTP(self.handler, **self.SMTP_kwargs)


class _PatientLMTP(LMTP):
    line_length_limit = MOST_LINE_BYTES


def _in_thread(work: Any, *arguments: Any) -> Any:
    """Run work that uses the database in a thread of its own, and leave no connection behind in it."""
    try:
        return work(*arguments)
    finally:
        connection.close()


def _is_known(recipient: str) -> bool:
    return address.known(recipient) is not None


def _store(recipient: str, raw: bytes) -> bool:
    destination = address.known(recipient)
    if destination is None:
        return False
    intake.store_mail(destination, raw, clock.course_now(), clock.machine_now())
    return True


def _not_now(error: Exception) -> str:
    log.error("mail was not taken: %s", type(error).__name__)
    return _LATER
