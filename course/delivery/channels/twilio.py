"""Texts in, Twilio's answers out, by its REST API. It has no idempotency key: nothing is tried twice here."""

import math
import time
from collections.abc import Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, as_completed, wait
from datetime import datetime, timedelta
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from twilio.base.exceptions import TwilioException
from twilio.http.http_client import TwilioHttpClient
from twilio.rest import Client

from course.delivery.channels import http_wire, twilio_codes, twilio_received
from course.delivery.channels.base import AboutTo, Finding, Outgoing, Result, Sent, Standing, Text, hash_of
from course.delivery.channels.twilio_received import Received
from course.delivery.words import Outcome

TIME_OUT_SECONDS = 10
LONGEST_VALIDITY = 36_000  # seconds; Twilio's own limit
_NOT_SENT = ("failed", "undelivered", "canceled")
_NO_ANSWER = (TwilioException, requests.RequestException, ValueError, TypeError, AttributeError)


class TwilioChannel:
    """Sends from a number, or from a Messaging Service when ``sender`` begins with MG.

    Up to ``concurrency`` texts are on their way at a time, each in a thread and on a connection of its own.
    """

    can_look_up = True

    def __init__(
        self,
        account_sid: str,
        auth_token: str,
        sender: str,
        base_url: str = "",
        *,
        answer_seconds: float = TIME_OUT_SECONDS,
        concurrency: int = 8,
    ) -> None:
        if account_sid and not sender:
            raise ValueError("COURSE_TWILIO_FROM is not set; write the number or Messaging Service texts come from.")
        http = TwilioHttpClient(
            timeout=min(TIME_OUT_SECONDS, answer_seconds), request_hooks={"response": _raise_when_too_fast}
        )
        http.session = requests.Session()
        for scheme in ("https://", "http://"):
            http.session.mount(scheme, HTTPAdapter(pool_maxsize=concurrency, max_retries=0))
        make: Any = Client  # the library brings no types for its constructor
        self._client = make(account_sid, auth_token, http_client=http)
        if base_url:
            self._client.api.base_url = base_url
        self._sender = sender
        self._concurrency = concurrency

    def send(self, batch: Iterable[Outgoing], about_to: AboutTo) -> Iterator[Result]:
        """Post the texts side by side and yield each result as it comes.

        An answer that did not come leaves a text unknown, to be looked up. How long a text may still wait at Twilio
        (law 6) was counted when it was fetched: the time since then is taken off.
        """
        posting: set[Future[Result]] = set()
        fetched = time.monotonic()
        with ThreadPoolExecutor(self._concurrency, "twilio") as pool:
            for text in batch:
                if not isinstance(text, Text):
                    raise TypeError("The twilio channel carries text messages only.")
                if about_to(text):
                    posting.add(pool.submit(self._post, text, fetched))
                if len(posting) == self._concurrency:
                    done, posting = wait(posting, return_when=FIRST_COMPLETED)
                    yield from (each.result() for each in done)
                fetched = time.monotonic()
            yield from (each.result() for each in as_completed(posting))

    def look_up(self, sent: Sent) -> Finding:
        """Search Twilio's list for a text with these words to this number since it was handed over.

        One that Twilio took and that did not arrive has not gone: it would hide that another try is owed.
        """
        try:
            found = self._client.messages.list(
                to=sent.recipient, date_sent_after=sent.handed_at - timedelta(minutes=1), limit=100
            )
        except _NO_ANSWER as error:
            raise OSError(f"Twilio's list did not answer: {type(error).__name__}") from None
        for message in found:
            fits = message.sid not in sent.known_ids and hash_of(message.body or "") == sent.words_hash
            if fits and str(message.status) not in _NOT_SENT:
                return Finding(went=True, provider_id=str(message.sid))
        return Finding(went=False, certain=False)

    def status_of(self, provider_id: str) -> Standing | None:
        """Fetch one text by its SID (https://www.twilio.com/docs/messaging/api/message-resource)."""
        try:
            found = self._client.messages(provider_id).fetch()
        except _NO_ANSWER as error:
            if getattr(error, "code", None) == twilio_codes.NO_SUCH_RESOURCE:
                return None
            raise OSError(f"Twilio did not say what became of a text: {type(error).__name__}") from None
        if not found.status:
            raise OSError("Twilio did not say what became of a text: no status")
        return Standing(str(found.status), str(found.error_code or ""))

    def received(self, since: datetime, until: datetime) -> list[Received]:
        """List the texts that came in to our number between two machine times. Raises OSError when it cannot."""
        to_us = {} if self._sender.startswith("MG") else {"to": self._sender}
        try:
            found = self._client.messages.list(
                date_sent_after=since, date_sent_before=until + timedelta(seconds=1), page_size=1000, **to_us
            )
            return [twilio_received.read(text) for text in found if twilio_received.is_to(text, self._sender)]
        except _NO_ANSWER as error:
            raise OSError(f"Twilio's list did not answer: {type(error).__name__}") from None

    def close(self) -> None:
        """Close the connections that are kept."""
        self._client.http_client.session.close()

    def _post(self, text: Text, fetched: float) -> Result:
        left = text.valid_for - math.ceil(time.monotonic() - fetched)
        if left < 1:
            return Result(text.key, Outcome.RETRY, "too late", raw="not posted: its time was over")
        try:
            made = self._client.messages.create(
                to=text.recipient,
                body=text.body,
                status_callback=text.status_callback,
                validity_period=min(LONGEST_VALIDITY, left),
                **self._from(),
            )
        except requests.HTTPError as error:
            return _too_fast(text.key, error)
        except requests.RequestException as error:
            outcome = Outcome.RETRY if http_wire.never_left(error) else Outcome.UNKNOWN
            return Result(text.key, outcome, type(error).__name__, raw=type(error).__name__)
        except TwilioException as error:
            status, code = getattr(error, "status", 500), getattr(error, "code", None)
            return _refused(text.key, status, code, f"{status} {getattr(error, 'msg', type(error).__name__)}")
        except (ValueError, TypeError, AttributeError) as error:  # a 2xx whose words are not Twilio's
            return Result(text.key, Outcome.UNKNOWN, type(error).__name__, raw="a success that is not Twilio's")
        if not made.sid:
            return Result(text.key, Outcome.UNKNOWN, "no sid", raw=f"status {made.status}, without a sid")
        if str(made.status) in _NOT_SENT:
            return _refused(text.key, 400, made.error_code, f"status {made.status}", str(made.sid))
        return Result(text.key, Outcome.ACCEPTED, provider_id=str(made.sid), raw=f"status {made.status}")

    def _from(self) -> dict[str, Any]:
        key = "messaging_service_sid" if self._sender.startswith("MG") else "from_"
        return {key: self._sender}


def _refused(key: int, status: int, code: int | None, raw: str, sid: str = "") -> Result:
    return Result(
        key,
        twilio_codes.classify(status, code),
        str(code or status),
        sid,
        raw=raw,
        slow_down=twilio_codes.asks_for_less(status, code),
        retry_after=twilio_codes.retry_after(code),
    )


def _raise_when_too_fast(response: requests.Response, **_options: Any) -> None:
    """Keep what a 429 says in its headers: the library's own exception drops them."""
    if response.status_code == 429:
        raise requests.HTTPError(response.text, response=response)


def _too_fast(key: int, error: requests.HTTPError) -> Result:
    wait_for = http_wire.retry_after(error.response)
    return Result(key, Outcome.RETRY, "20429", raw=f"429 {error}", slow_down=True, retry_after=wait_for)
