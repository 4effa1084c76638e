"""Mail in, a relay's answer out, by SMTP (RFC 5321)."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import replace
from itertools import chain

from course.delivery.channels.base import AboutTo, Finding, Mail, Outgoing, Result, Sent, Standing
from course.delivery.channels.deadline import Deadline
from course.delivery.channels.relay_log import RelayLog
from course.delivery.channels.smtp_link import Link, Lost
from course.delivery.channels.smtp_relay import NoRelay, Relay
from course.delivery.words import Outcome

OPEN_SECONDS = 24  # RFC 5321, 4.5.3.2 would wait minutes: nothing is in doubt yet, so the mail comes back instead


class SmtpChannel:
    """Hands mail to one relay over kept connections.

    With ``relay_log`` (a Postfix log this machine can read) it can say what went before a crash. ``sign`` is given
    each whole mail and returns it signed; it raises ValueError for one it cannot sign. A mail whose envelope is not
    open within ``open_seconds``, connecting included, comes back: that must be less than the lease on it.
    """

    def __init__(
        self,
        relay: Relay,
        relay_log: str = "",
        sign: Callable[[bytes], bytes] | None = None,
        *,
        open_seconds: float = OPEN_SECONDS,
    ) -> None:
        self._relay = relay
        self._open_seconds = open_seconds
        self._sign = sign
        self._log = RelayLog(relay_log) if relay_log else None
        self.can_look_up = self._log is not None

    def send(self, batch: Iterable[Outgoing], about_to: AboutTo) -> Iterator[Result]:
        """Send the mails in order. One mail's envelope is open at the relay while the next one is fetched."""
        link: Link | None = None
        opened: Mail | None = None
        try:
            for item in chain(batch, (None,)):
                ready = self._ready(item)
                following = ready if isinstance(ready, Mail) else None
                if link and opened:
                    if about_to(opened):
                        yield _finish(link, opened, following)
                    else:
                        link.close()
                    opened = None
                if isinstance(ready, Result):
                    yield ready
                elif following:
                    link, refused = self._begin(link, following)
                    if refused:
                        yield refused
                    else:
                        opened = following
        finally:
            if link:
                self._relay.keep(link)

    def look_up(self, sent: Sent) -> Finding:
        """Look the Message-ID up in the relay's own log."""
        if self._log is None:
            raise OSError("This relay has no log to look in.")
        return self._log.find(sent.message_id)

    def status_of(self, provider_id: str) -> Standing | None:
        """Return None: a relay tells it by delivery reports only."""
        return None

    def close(self) -> None:
        """Close the connections that are kept."""
        self._relay.close()

    def _ready(self, item: Outgoing | None) -> Mail | Result | None:
        if item is None:
            return None
        if not isinstance(item, Mail):
            raise TypeError("The smtp channel carries mail only.")
        if self._sign is None:
            return item
        try:
            return replace(item, content=self._sign(item.content))
        except ValueError as error:
            return Result(item.key, Outcome.REFUSED_CONTENT, "DKIM", raw=f"not sent: {error}")

    def _begin(self, link: Link | None, mail: Mail) -> tuple[Link | None, Result | None]:
        """Open a mail's envelope; return the connection, and a result when the mail will not go.

        A connection that was used before may end for what it carried, or for having waited. Nothing of this mail was
        accepted then, so it gets one new connection, and half of the time is kept for that.
        """
        deadline, first = Deadline(self._open_seconds), Deadline(self._open_seconds / 2)
        used = link if link and link.alive else self._relay.kept()
        if used:
            with suppress(Lost):
                refused = _open(used, mail, first)
                if used.alive:
                    return used, refused
        try:
            fresh = self._relay.connect(deadline)
            return fresh, _open(fresh, mail, deadline)
        except NoRelay as trouble:
            return None, trouble.result(mail.key)
        except Lost as lost:
            return None, Result(mail.key, Outcome.RETRY, lost.code, raw=f"{lost.code} before the dot")


def _open(link: Link, mail: Mail, deadline: Deadline) -> Result | None:
    fault = link.fault_of(mail)
    if fault:
        return fault
    refusal = link.begin(mail, deadline)
    return refusal.result(mail.key) if refusal else None


def _finish(link: Link, mail: Mail, following: Mail | None) -> Result:
    """A connection lost before the dot left did not accept the mail; one lost after it may have (RFC 1047)."""
    try:
        return link.finish(mail, following).result(mail.key)
    except Lost as lost:
        outcome, place = (Outcome.UNKNOWN, "after") if lost.dot_left else (Outcome.RETRY, "before")
        return Result(mail.key, outcome, lost.code, raw=f"{lost.code} {place} the dot")
