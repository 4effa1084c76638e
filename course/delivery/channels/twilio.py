"""Texts in, Twilio's answer out, by its REST API. It has no idempotency key: nothing is tried twice here."""

from collections.abc import Iterable, Iterator
from datetime import timedelta
from typing import Any

import requests
from twilio.base.exceptions import TwilioException, TwilioRestException
from twilio.http.http_client import TwilioHttpClient
from twilio.rest import Client
from urllib3.exceptions import NewConnectionError

from course.delivery.channels.base import AboutTo, Finding, Outgoing, Result, Sent, Text, hash_of
from course.delivery.channels.twilio_codes import classify
from course.delivery.words import Outcome

TIME_OUT_SECONDS = 10
_NOT_SENT = ("failed", "undelivered", "canceled")


class TwilioChannel:
    """Sends from a number, or from a Messaging Service when ``sender`` begins with MG."""

    can_look_up = True

    def __init__(
        self, account_sid: str, auth_token: str, sender: str, base_url: str = "", answer_seconds: float = 10
    ) -> None:
        http = TwilioHttpClient(timeout=min(TIME_OUT_SECONDS, answer_seconds), max_retries=0)
        make: Any = Client  # the library brings no types for its constructor
        self._client = make(account_sid, auth_token, http_client=http)
        if base_url:
            self._client.api.base_url = base_url
        self._sender = sender

    def send(self, batch: Iterable[Outgoing], about_to: AboutTo) -> Iterator[Result]:
        """Post each text. An answer that did not come leaves it unknown, to be looked up."""
        for text in batch:
            if not isinstance(text, Text):
                raise TypeError("The twilio channel carries text messages only.")
            if about_to(text):
                yield self._post(text)

    def look_up(self, sent: Sent) -> Finding:
        """Search Twilio's list for a text with these words to this number since it was handed over."""
        try:
            found = self._client.messages.list(
                to=sent.recipient, date_sent_after=sent.handed_at - timedelta(minutes=1), limit=100
            )
        except (TwilioException, requests.RequestException) as error:
            raise OSError(f"Twilio's list did not answer: {type(error).__name__}") from None
        for message in found:
            if message.sid not in sent.known_ids and hash_of(message.body or "") == sent.words_hash:
                return Finding(went=True, provider_id=str(message.sid))
        return Finding(went=False, certain=False)

    def _post(self, text: Text) -> Result:
        try:
            made = self._client.messages.create(
                to=text.recipient,
                body=text.body,
                status_callback=text.status_callback,
                validity_period=text.valid_for,
                **self._from(),
            )
        except TwilioRestException as error:
            code = str(error.code or error.status)
            return Result(text.key, classify(error.status, error.code), code, raw=f"{error.status} {error.msg}")
        except requests.RequestException as error:
            outcome = Outcome.RETRY if _never_left(error) else Outcome.UNKNOWN
            return Result(text.key, outcome, type(error).__name__, raw=type(error).__name__)
        refused = str(made.status) in _NOT_SENT
        outcome = classify(400, made.error_code) if refused else Outcome.ACCEPTED
        return Result(text.key, outcome, str(made.error_code or ""), str(made.sid), raw=f"status {made.status}")

    def _from(self) -> dict[str, Any]:
        key = "messaging_service_sid" if self._sender.startswith("MG") else "from_"
        return {key: self._sender}


def _never_left(error: requests.RequestException) -> bool:
    """Return whether the connection was never made, so that Twilio cannot have stored the text."""
    reason = getattr(error.args[0], "reason", None) if error.args else None
    return isinstance(error, requests.ConnectTimeout) or isinstance(reason, NewConnectionError)
