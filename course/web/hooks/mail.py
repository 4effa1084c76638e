"""What a mail provider says later of our mails, by its webhook: stored first, applied second, then acknowledged.

django-anymail checks the secret or signature and reads the provider's form; here its words become ours. With no
secret set a hook answers 503 and takes nothing, a wrong one gets 403, junk 400, and database trouble 503: then the
provider brings the event again.
"""

import json
import re
from typing import Any

from anymail.signals import AnymailTrackingEvent, EventType, RejectReason, tracking
from anymail.webhooks.base import AnymailCoreWebhookView
from anymail.webhooks.brevo import BrevoTrackingWebhookView
from anymail.webhooks.mailersend import MailerSendTrackingWebhookView
from anymail.webhooks.mailgun import MailgunTrackingWebhookView
from anymail.webhooks.mailjet import MailjetTrackingWebhookView
from anymail.webhooks.mailtrap import MailtrapTrackingWebhookView
from anymail.webhooks.postmark import PostmarkTrackingWebhookView
from anymail.webhooks.sparkpost import SparkPostTrackingWebhookView
from django.dispatch import receiver
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from course import clock
from course.delivery import mail_receipts
from course.delivery.mail_receipts import Word
from course.delivery.words import METADATA_KEY, Said
from course.web.hooks import mail_door

PROVIDERS: dict[str, tuple[type[AnymailCoreWebhookView], str]] = {  # and django-anymail's setting for its signing key
    "brevo": (BrevoTrackingWebhookView, ""),
    "mailersend": (MailerSendTrackingWebhookView, "MAILERSEND_SIGNING_SECRET"),
    "mailgun": (MailgunTrackingWebhookView, "MAILGUN_WEBHOOK_SIGNING_KEY"),
    "mailjet": (MailjetTrackingWebhookView, ""),
    "mailtrap": (MailtrapTrackingWebhookView, "MAILTRAP_TRACKING_SECRET"),
    "postmark": (PostmarkTrackingWebhookView, ""),
    "sparkpost": (SparkPostTrackingWebhookView, ""),
}
_SAID = {
    EventType.DEFERRED: Said.DELAYED,
    EventType.DELIVERED: Said.DELIVERED,
    EventType.FAILED: Said.REFUSED,
    EventType.COMPLAINED: Said.COMPLAINED,
    EventType.UNSUBSCRIBED: Said.UNSUBSCRIBED,
}
# "Bounced" alone may be a full mailbox, and "spam" a filter: only a complaint of its own stops a person's course.
_BY_REASON = {
    RejectReason.INVALID: Said.NO_ADDRESS,
    RejectReason.BOUNCED: Said.NOT_DELIVERED,
    RejectReason.TIMED_OUT: Said.REFUSED,
    RejectReason.BLOCKED: Said.REFUSED,
    RejectReason.SPAM: Said.REFUSED,
    RejectReason.OTHER: Said.REFUSED,
    RejectReason.UNSUBSCRIBED: Said.UNSUBSCRIBED,
}
_CODE = re.compile(r"(?<![\d.])(5\.\d{1,3}\.\d{1,3})(?![\d.])")


@csrf_exempt
@require_http_methods(["POST", "HEAD"])
def tracking_hook(request: HttpRequest, provider: str) -> HttpResponseBase:
    """Take one request of a provider's tracking webhook, which may hold many events."""
    if provider not in PROVIDERS:
        raise Http404
    view, key_name = PROVIDERS[provider]
    return mail_door.answer(key_name, lambda: view.as_view()(request))


@receiver(tracking, dispatch_uid="course-mail-tracking")
def on_event(event: AnymailTrackingEvent, esp_name: str, **_more: Any) -> None:
    """Keep one event, then apply it; one that is kept and cannot be applied is applied by upkeep."""
    word = _word(event, esp_name)
    if word is None:
        return
    machine_now = clock.machine_now()
    receipt = mail_receipts.keep(word, mail_receipts.by_provider_id(word.provider_id), machine_now)
    mail_receipts.apply_or_leave(receipt, clock.course_now(), machine_now)


def _word(event: AnymailTrackingEvent, esp_name: str) -> Word | None:
    """Return what an event says in our words; None for one that says nothing of delivery, such as an opened mail."""
    found = _CODE.search(f"{event.mta_response or ''} {event.description or ''}")
    code = found[1] if found else ""
    said, name = _said(event, code), (event.metadata or {}).get(METADATA_KEY) or event.message_id
    if said is None or not name:
        return None
    raw, named = json.dumps(event.esp_event, default=str), (event.recipient,) if event.recipient else ()
    return Word(said, esp_name.lower()[:20], str(name), code, raw, named)


def _said(event: AnymailTrackingEvent, code: str) -> Said | None:
    if event.event_type not in (EventType.BOUNCED, EventType.REJECTED):
        return _SAID.get(event.event_type)
    by_reason = _BY_REASON.get(event.reject_reason or "", Said.NOT_DELIVERED)
    return mail_receipts.failed_with(code) if code and by_reason != Said.UNSUBSCRIBED else by_reason
