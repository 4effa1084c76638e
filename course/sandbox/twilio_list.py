"""Twilio's list of messages: what was asked in the query in, one page of JSON out."""

from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

from django.http import QueryDict

from course.sandbox.config import Sandbox
from course.sandbox.records import TextFilter
from course.sandbox.twilio_shapes import ApiError, message_json, messages_uri

MAX_PAGE = 1000
DEFAULT_PAGE = 50


def page(sandbox: Sandbox, asked: QueryDict) -> dict[str, Any]:
    """Return one page of texts, newest first, as Twilio's library pages through them. Raises ApiError."""
    uri = messages_uri(sandbox.config.account_sid)
    size = min(_number(asked.get("PageSize", ""), DEFAULT_PAGE), MAX_PAGE) or DEFAULT_PAGE
    sent_from, sent_until = _span(asked)
    token = asked.get("PageToken", "").removeprefix("PA")
    wanted = TextFilter(
        to_number=asked.get("To", ""),
        from_number=asked.get("From", ""),
        sent_from=sent_from,
        sent_until=sent_until,
        before_id=_number(token, 0) or None,
        limit=size + 1,
    )
    found = sandbox.store.search_texts(wanted)
    number = _number(asked.get("Page", ""), 0)
    following = None
    if len(found) > size:
        onward = asked.dict() | {
            "PageSize": str(size),
            "Page": str(number + 1),
            "PageToken": f"PA{found[size - 1].id}",
        }
        following = f"{uri}?{urlencode(onward)}"
    shown = found[:size]
    return {
        "messages": [message_json(text, sandbox.config.account_sid) for text in shown],
        "page": number,
        "page_size": size,
        "start": number * size,
        "end": number * size + max(len(shown) - 1, 0),
        "uri": f"{uri}?{urlencode(asked.dict())}",
        "first_page_uri": f"{uri}?{urlencode({'PageSize': size, 'Page': 0})}",
        "next_page_uri": following,
        "previous_page_uri": None,
    }


def _number(words: str, default: int) -> int:
    return int(words) if words.isascii() and words.isdigit() else default


def _span(asked: QueryDict) -> tuple[float | None, float | None]:
    """Return the first and last unix second that is asked for; a bare date in DateSent is a whole day."""
    after, before, on = (asked.get(name, "") for name in ("DateSent>", "DateSent<", "DateSent"))
    if not on:
        return _instant(after), _instant(before)
    start = _instant(on)
    length = 86_399 if len(on) == len("2026-01-01") else 0
    return start, None if start is None else start + length


def _instant(words: str) -> float | None:
    if not words:
        return None
    try:
        moment = datetime.fromisoformat(words)
    except ValueError:
        raise ApiError(400, 20001, "DateSent must be a date or a date and time in ISO 8601") from None
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
