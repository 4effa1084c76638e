"""The django_email channel by itself: what survives on the way to a provider, and what each of its words means."""

import json
from collections.abc import Iterator
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any

import pytest
from anymail.exceptions import AnymailAPIError
from anymail.message import AnymailRecipientStatus
from django.core import checks
from django.core import mail as django_mail

from course import environment
from course.delivery import channels, planning, rendering
from course.delivery.channels.base import Mail
from course.delivery.channels.django_email import DjangoEmailChannel
from course.delivery.channels.smtp import SmtpChannel
from course.delivery.models import Message
from course.delivery.words import METADATA_KEY, Outcome
from course.people.words import Channel
from tests import factories
from tests.delivery.channel_contract import mail, yes
from tests.delivery.test_channels import POSTMARK, PostmarkWire
from tests.delivery.wires import Fate

LOCMEM = "django.core.mail.backends.locmem.EmailBackend"
FILES = "django.core.mail.backends.filebased.EmailBackend"
ANYMAIL_TEST = "anymail.backends.test.EmailBackend"


@pytest.fixture
def wire(settings: Any) -> Iterator[PostmarkWire]:
    opened = PostmarkWire()
    settings.ANYMAIL = {"POSTMARK_SERVER_TOKEN": "invented", "POSTMARK_API_URL": opened.url}
    yield opened
    opened.stop()


@pytest.fixture
def lesson(now: Any, db: Any) -> Mail:
    """A real lesson, as it is rendered for a relay."""
    factories.make_enrolment()
    planning.plan_due(now)
    rendered = rendering.render(Message.objects.get(), now)
    assert isinstance(rendered, Mail)
    return rendered


def parts(content: bytes) -> tuple[list[str], list[str]]:
    """Return the lines of the plain and of the HTML part."""
    whole = message_from_bytes(content, policy=policy.default)
    plain, html = whole.get_body(("plain",)), whole.get_body(("html",))
    assert plain is not None
    assert html is not None
    return str(plain.get_content()).strip().splitlines(), str(html.get_content()).strip().splitlines()


KEPT = (
    "Message-ID",
    "Date",
    "Auto-Submitted",
    "List-Id",
    "List-Help",
    "List-Unsubscribe",
    "List-Unsubscribe-Post",
    "Feedback-ID",
)


def test_a_provider_gets_both_parts_and_every_header(wire: PostmarkWire, lesson: Mail) -> None:
    (result,) = DjangoEmailChannel(POSTMARK, {}).send([lesson], yes)
    (posted,) = wire.requests
    rendered = message_from_bytes(lesson.content, policy=policy.default)
    assert (posted["TextBody"].strip().splitlines(), posted["HtmlBody"].strip().splitlines()) == parts(lesson.content)
    headers = {each["Name"]: each["Value"] for each in posted["Headers"]}
    assert {name: headers[name] for name in KEPT} == {name: str(rendered[name]) for name in KEPT}
    assert (posted["From"], posted["To"], posted["ReplyTo"], posted["Subject"]) == (
        str(rendered["From"]),
        lesson.recipient,
        str(rendered["Reply-To"]),
        str(rendered["Subject"]),
    )
    assert (result.outcome, result.provider_id) == (Outcome.ACCEPTED, "pm-1")


def test_a_provider_is_told_our_message_id_and_nothing_else_and_follows_nobody(wire: PostmarkWire) -> None:
    list(DjangoEmailChannel(POSTMARK, {}).send([mail(7)], yes))
    (posted,) = wire.requests
    assert posted["Metadata"] == {METADATA_KEY: "m7@example.org"}
    assert (posted["TrackOpens"], posted["TrackLinks"]) == (False, "None")


def test_a_provider_that_can_be_told_gets_our_bounce_address(mailoutbox: list[Any]) -> None:
    list(DjangoEmailChannel(ANYMAIL_TEST, {}).send([mail(sender="bounce+token@example.org")], yes))
    (kept,) = django_mail.outbox
    assert kept.anymail_test_params["envelope_sender"] == "bounce+token@example.org"
    assert kept.anymail_test_params["from"].addr_spec == "course@example.org"


def test_djangos_own_backend_gets_both_parts_every_header_and_our_bounce_address(lesson: Mail, tmp_path: Path) -> None:
    (result,) = DjangoEmailChannel(FILES, {"FILE_PATH": str(tmp_path)}).send([lesson], yes)
    (file,) = tmp_path.iterdir()
    written = message_from_bytes(file.read_bytes(), policy=policy.default)
    rendered = message_from_bytes(lesson.content, policy=policy.default)
    for name in (*KEPT, "From", "To", "Reply-To", "Subject"):
        assert str(written[name]) == str(rendered[name]), name
    assert parts(file.read_bytes()) == parts(lesson.content)
    assert result.outcome == Outcome.ACCEPTED


def test_the_envelope_of_djangos_own_backend_is_our_bounce_address(mailoutbox: list[Any]) -> None:
    list(DjangoEmailChannel(LOCMEM, {}).send([mail(sender="bounce+token@example.org")], yes))
    (kept,) = mailoutbox
    assert kept.from_email == "bounce+token@example.org"
    assert kept.message()["From"] == "Ashfield Clinic <course@example.org>"


@pytest.mark.parametrize(
    ("status", "outcome"),
    [
        ("sent", Outcome.ACCEPTED),
        ("queued", Outcome.ACCEPTED),
        ("invalid", Outcome.REFUSED_ADDRESS),
        ("rejected", Outcome.REFUSED_ADDRESS),
        ("failed", Outcome.REFUSED_CONTENT),
        ("unknown", Outcome.UNKNOWN),
    ],
)
def test_each_word_of_anymail_becomes_one_of_ours(
    mailoutbox: list[Any], monkeypatch: pytest.MonkeyPatch, status: str, outcome: Outcome
) -> None:
    answer = {"recipient_status": {"avery1@example.org": AnymailRecipientStatus("id-1", status)}}
    monkeypatch.setattr("django.core.mail.EmailMultiAlternatives.anymail_test_response", answer, raising=False)
    (result,) = DjangoEmailChannel(ANYMAIL_TEST, {}).send([mail()], yes)
    assert (result.outcome, result.provider_id) == (outcome, "id-1")


@pytest.mark.parametrize(
    ("status", "outcome"),
    [
        (400, Outcome.REFUSED_CONTENT),
        (401, Outcome.REFUSED_SENDER),
        (402, Outcome.REFUSED_SENDER),
        (403, Outcome.REFUSED_SENDER),
        (404, Outcome.REFUSED_SENDER),
        (301, Outcome.REFUSED_SENDER),
        (408, Outcome.UNKNOWN),
        (413, Outcome.REFUSED_CONTENT),
        (429, Outcome.RETRY),
        (500, Outcome.UNKNOWN),
        (503, Outcome.UNKNOWN),
        (200, Outcome.UNKNOWN),
    ],
)
def test_each_http_status_of_a_provider_becomes_one_of_our_words(
    wire: PostmarkWire, status: int, outcome: Outcome
) -> None:
    wire.scripted = (status, "<html>trouble</html>")
    (result,) = DjangoEmailChannel(POSTMARK, {}).send([mail()], yes)
    assert (result.outcome, result.slow_down) == (outcome, status == 429)


def test_a_429_says_how_long_to_wait(wire: PostmarkWire) -> None:
    wire.fates["avery1@example.org"] = Fate.LATER
    wire.headers = {"Retry-After": "42"}
    (result,) = DjangoEmailChannel(POSTMARK, {}).send([mail()], yes)
    assert result.retry_after == 42


def test_an_error_without_a_status_is_unknown(mailoutbox: list[Any], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        "django.core.mail.EmailMultiAlternatives.anymail_test_response", AnymailAPIError("no answer"), raising=False
    )
    (result,) = DjangoEmailChannel(ANYMAIL_TEST, {}).send([mail()], yes)
    assert result.outcome == Outcome.UNKNOWN


def test_a_mail_that_cannot_be_made_is_refused_by_itself(mailoutbox: list[Any]) -> None:
    content = mail(2).content.replace(
        b"Content-Type: text/plain; charset=utf-8", b"Content-Type: text/plain; charset=no"
    )
    broken = Mail(2, "avery2@example.org", "bounce+x@example.org", "m2@example.org", content)
    results = list(DjangoEmailChannel(LOCMEM, {}).send([mail(1), broken, mail(3)], yes))
    assert [each.outcome for each in results] == [Outcome.ACCEPTED, Outcome.REFUSED_CONTENT, Outcome.ACCEPTED]
    assert len(mailoutbox) == 2


def test_nothing_can_be_looked_up() -> None:
    assert not DjangoEmailChannel(LOCMEM, {}).can_look_up


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"EMAIL_CHANNEL_BACKEND": "no.such.Backend"}, "COURSE_EMAIL_BACKEND is no.such.Backend"),
        ({"EMAIL_CHANNEL_BACKEND": "course.clock.machine_now"}, "which is no email backend"),
        ({"EMAIL_CHANNEL_BACKEND": POSTMARK, "ANYMAIL": {}}, "POSTMARK_SERVER_TOKEN"),
        ({"EMAIL_CHANNEL_BACKEND": LOCMEM, "ANYMAIL": {"NO_SUCH": 1}}, None),
        (
            {"EMAIL_CHANNEL_BACKEND": ANYMAIL_TEST, "ANYMAIL": {"DEBUG_API_REQUESTS": True}},
            "COURSE_ANYMAIL has DEBUG_API_REQUESTS",
        ),
        ({"SMTP_URL": "smtp:/nowhere"}, "COURSE_SMTP_URL must look like"),
        ({"DKIM_SELECTOR": "course"}, "COURSE_DKIM_SELECTOR and COURSE_DKIM_KEY_FILE go together"),
        (
            {"DKIM_SELECTOR": "course", "DKIM_KEY_FILE": "/no/such/key.pem"},
            "COURSE_DKIM_KEY_FILE /no/such/key.pem cannot be read: No such file or directory.",
        ),
        ({"DKIM_SELECTOR": "course", "DKIM_KEY_FILE": __file__}, "must hold an RSA private key"),
    ],
)
def test_a_channel_that_cannot_be_set_up_is_one_line_at_start(
    settings: Any, values: dict[str, Any], said: str | None
) -> None:
    for name, value in values.items():
        setattr(settings, name, value)
    found = [str(fault.msg) for fault in checks.run_checks() if fault.id == "course.E010"]
    assert [said in each and "\n" not in each for each in found] == ([True] if said else []), found


def test_the_settings_choose_the_backend_or_the_relay(settings: Any) -> None:
    for backend, kind in (("", SmtpChannel), (LOCMEM, DjangoEmailChannel)):
        settings.EMAIL_CHANNEL_BACKEND = backend
        channels.get.cache_clear()
        assert isinstance(channels.get(Channel.EMAIL), kind)
    channels.get.cache_clear()


def test_options_that_are_no_json_object_are_one_line_without_their_words() -> None:
    for wrong in ("token-of-mine", json.dumps(["token-of-mine"])):
        env = environment.read({"COURSE_ANYMAIL": wrong})
        with pytest.raises(environment.SettingsError, match="COURSE_ANYMAIL is not one JSON object") as said:
            env.json_object("COURSE_ANYMAIL")
        assert "token-of-mine" not in str(said.value)
