"""Texts that were taken move on to sent and delivered here, and whoever asked to be told is told."""

import logging
import threading

from course.sandbox import webhook
from course.sandbox.config import Sandbox
from course.sandbox.records import Callback

# Seconds after creation; quick, and late enough that the answer to the create call goes first.
STEPS = ((0.1, "sent"), (0.3, "delivered"))
BACK_OFF_SECONDS = (0.5, 1.0, 2.0, 4.0, 8.0)
_LONGEST_NAP_SECONDS = 60.0

log = logging.getLogger(__name__)


def steps(sid: str, to_number: str, from_number: str, account_sid: str) -> list[tuple[float, dict[str, str]]]:
    """Return the callbacks of one text, with Twilio's parameter names: (seconds from now, parameters)."""
    fixed = {
        "MessageSid": sid,
        "SmsSid": sid,
        "AccountSid": account_sid,
        "To": to_number,
        "From": from_number,
        "ApiVersion": "2010-04-01",
    }
    return [(delay, {**fixed, "MessageStatus": status, "SmsStatus": status}) for delay, status in STEPS]


class CallbackSender:
    """One thread that works through the store's callbacks and sleeps until the next is due."""

    def __init__(self, sandbox: Sandbox, timeout: float = webhook.TIMEOUT_SECONDS) -> None:
        self._queue = sandbox.store.callbacks
        self._auth_token = sandbox.config.auth_token
        self._timeout = timeout
        self._awake = threading.Event()
        self._stopping = False
        self._thread = threading.Thread(target=self._run, name="sandbox-callbacks", daemon=True)

    def start(self) -> None:
        """Begin, with whatever a sandbox before this one left undone."""
        self._thread.start()

    def stop(self) -> None:
        """End after the callback in hand; the others wait in the store."""
        self._stopping = True
        self._awake.set()
        self._thread.join(self._timeout + 1)

    def wake(self) -> None:
        """Look again now: something new is in the store."""
        self._awake.set()

    def run_once(self) -> None:
        """Work through what is due now."""
        for callback in self._queue.due():
            if self._stopping:
                return
            self._advance(callback)

    def _run(self) -> None:
        while not self._stopping:
            self._awake.clear()
            try:
                self.run_once()
                wait = self._queue.seconds_to_next()
            except Exception:
                # Texts would stay "queued" for ever if this thread ended on one bad moment of the disk.
                log.exception("status callbacks pause for a second")
                wait = 1.0
            self._awake.wait(_LONGEST_NAP_SECONDS if wait is None else wait)

    def _advance(self, callback: Callback) -> None:
        if callback.tries == 0:
            self._queue.advance(callback.sid, callback.params["MessageStatus"])
        if not callback.url or self._was_told(callback):
            self._queue.told(callback.id)
        elif callback.tries < len(BACK_OFF_SECONDS):
            self._queue.retry(callback.id, BACK_OFF_SECONDS[callback.tries])
        else:
            self._queue.give_up(callback.id)
            log.warning("status callback %s was never taken", callback.id)

    def _was_told(self, callback: Callback) -> bool:
        try:
            status, _reason = webhook.post(callback.url, callback.params, self._auth_token, self._timeout)
        except webhook.Unreachable:
            return False
        return status < 400
