"""Twilio's webhooks: signed and stored, or refused; never a 500."""

from typing import Any
from urllib.parse import urlencode

import pytest
from django.conf import settings
from django.db import OperationalError
from django.test import Client
from django.urls import reverse
from hypothesis import HealthCheck, given
from hypothesis import settings as effort
from hypothesis import strategies as some
from twilio.request_validator import RequestValidator

from course.delivery import receipts
from course.replies import intake
from course.replies.models import Reply

from .conftest import World

FORM = "application/x-www-form-urlencoded"
INBOUND = "/hooks/twilio/inbound"


def a_text(**changed: str) -> dict[str, str]:
    return {
        "MessageSid": "SM" + "1" * 32, "AccountSid": settings.TWILIO_ACCOUNT_SID, "From": "+12025550143",
        "To": "+12025550100", "Body": "Is walking good for me?", "NumMedia": "0", "ApiVersion": "2010-04-01",
    } | changed  # fmt: skip


def signature(path: str, params: dict[str, str]) -> str:
    validator = RequestValidator(settings.TWILIO_AUTH_TOKEN)
    return str(validator.compute_signature(settings.PUBLIC_URL + path, params))


def send(path: str, params: dict[str, str], **changed: Any) -> Any:
    body = changed.pop("body", urlencode(params))
    headers = {"X-Twilio-Signature": changed.pop("signature", signature(path, params))}
    return Client(enforce_csrf_checks=True).post(path, body, content_type=FORM, headers=headers)


def test_a_signed_text_is_stored_before_it_is_acknowledged(world: World) -> None:
    before = Reply.objects.count()
    response = send(INBOUND, a_text())
    assert (response.status_code, response["Content-Type"]) == (200, "text/xml")
    assert response.content.endswith(b"<Response/>")
    assert Reply.objects.count() == before + 1


def test_the_same_text_twice_is_one_reply(world: World) -> None:
    before = Reply.objects.count()
    assert [send(INBOUND, a_text()).status_code for _time in range(2)] == [200, 200]
    assert Reply.objects.count() == before + 1


def test_only_known_parameters_are_handed_on(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    given: list[dict[str, str]] = []
    monkeypatch.setattr(intake, "store_text", lambda params, *_times: given.append(params))
    assert send(INBOUND, a_text(Surprise="yes", MediaUrl0="https://api.twilio.com/1")).status_code == 200
    assert "Surprise" not in given[0]
    assert given[0]["MediaUrl0"] == "https://api.twilio.com/1"


def test_a_query_is_part_of_what_is_signed(world: World) -> None:
    assert send(f"{INBOUND}?from=poll", a_text()).status_code == 200
    forged = signature(INBOUND, a_text())
    assert send(f"{INBOUND}?from=poll", a_text(MessageSid="SM2"), signature=forged).status_code == 403


@pytest.mark.parametrize(
    "changed",
    [
        {"signature": ""},
        {"signature": "forged"},
        {"signature": "b\xe4d"},
        {"body": urlencode(a_text()) + "&Body=again"},
        {"body": "\xff\xfe"},
        {"body": b"%ff%fe=%ff"},
        {"body": "a=1&" * 500},
        {"body": "Body=" + "x" * 100_000},
    ],
)
def test_what_twilio_did_not_sign_is_refused(world: World, changed: dict[str, Any]) -> None:
    before = Reply.objects.count()
    assert send(INBOUND, a_text(), **changed).status_code == 403
    assert Reply.objects.count() == before


@pytest.mark.parametrize("changed", [{"AccountSid": "AC" + "9" * 32}, {"MessageSid": ""}, {"From": ""}])
def test_a_signed_request_that_is_not_ours_is_refused(world: World, changed: dict[str, str]) -> None:
    assert send(INBOUND, a_text(**changed)).status_code == 403


def test_another_kind_of_body_is_refused(world: World) -> None:
    response = Client().post(INBOUND, "{}", content_type="application/json")
    assert response.status_code == 403


@effort(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(body=some.binary(max_size=300), signed=some.text(max_size=40), query=some.text(max_size=40))
def test_junk_is_refused_and_never_a_fault(db: Any, body: bytes, signed: str, query: str) -> None:
    response = Client().post(
        INBOUND + "?" + urlencode({"bodySHA256": query}), body, content_type=FORM,
        headers={"X-Twilio-Signature": signed.encode("ascii", "ignore").decode()},
    )  # fmt: skip
    assert response.status_code == 403


@pytest.mark.parametrize("name", ["TWILIO_AUTH_TOKEN", "TWILIO_ACCOUNT_SID"])
def test_a_hook_with_no_secret_refuses_to_serve(world: World, settings: Any, name: str) -> None:
    params = a_text()
    signed = signature(INBOUND, params)
    setattr(settings, name, "")
    for path in (INBOUND, reverse("hook-twilio-status", args=["x"])):
        assert send(path, params, signature=signed).status_code == 503


def test_database_trouble_asks_for_the_text_again(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def locked(*_args: object) -> None:
        raise OperationalError("database is locked")

    monkeypatch.setattr(intake, "store_text", locked)
    monkeypatch.setattr(receipts, "twilio_status", locked)
    assert send(INBOUND, a_text()).status_code == 503
    path = reverse("hook-twilio-status", args=["x"])
    assert send(path, a_text(MessageStatus="sent")).status_code == 503


def test_a_status_callback_reaches_its_message(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    given: list[tuple[str, str]] = []
    monkeypatch.setattr(
        receipts, "twilio_status", lambda token, params, *_times: given.append((token, params["MessageStatus"]))
    )
    assert send("/hooks/twilio/status/abc", a_text(MessageStatus="delivered")).status_code == 204
    assert given == [("abc", "delivered")]


def test_a_status_for_no_message_of_ours_changes_nothing(world: World) -> None:
    assert send("/hooks/twilio/status/unknown", a_text(MessageStatus="delivered")).status_code == 204
