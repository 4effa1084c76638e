"""Mail that a provider took for us, by its webhook: each mail stored for each of its recipients, then acknowledged.

django-anymail checks the secret or signature. Whose a mail is says the token in its envelope recipient, never From
(law 8). What is addressed to nobody here is acknowledged and dropped: a provider would bring it again for days.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from anymail.webhooks.base import AnymailCoreWebhookView
from anymail.webhooks.brevo import BrevoInboundWebhookView
from anymail.webhooks.mailersend import MailerSendInboundWebhookView
from anymail.webhooks.mailgun import MailgunInboundWebhookView
from anymail.webhooks.mailjet import MailjetInboundWebhookView
from anymail.webhooks.postmark import PostmarkInboundWebhookView
from anymail.webhooks.sparkpost import SparkPostInboundWebhookView
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from course import clock
from course.replies import address, intake
from course.replies.words import Source
from course.web.hooks import inbound_shapes, mail_door
from course.web.hooks.inbound_shapes import Incoming
from course.web.hooks.names_only import NamesOnly

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class _Provider:
    """How its requests are checked and read; ``options`` are the view's, ``key_name`` as in `mail_door.answer`."""

    view: type[AnymailCoreWebhookView]
    read: Callable[[HttpRequest], list[Incoming]]
    key_name: str = ""
    options: tuple[tuple[str, Any], ...] = ()


PROVIDERS = {  # Mailtrap's webhook brings no mail, only where one could be fetched: poll a mailbox or use LMTP there
    "brevo": _Provider(
        BrevoInboundWebhookView,
        inbound_shapes.brevo,
        options=(("api_key", "none: files are not fetched"),),
    ),
    "mailersend": _Provider(MailerSendInboundWebhookView, inbound_shapes.mailersend, "MAILERSEND_INBOUND_SECRET"),
    "mailgun": _Provider(MailgunInboundWebhookView, inbound_shapes.mailgun, "MAILGUN_WEBHOOK_SIGNING_KEY"),
    "mailjet": _Provider(MailjetInboundWebhookView, inbound_shapes.mailjet),
    "postmark": _Provider(PostmarkInboundWebhookView, inbound_shapes.postmark),
    "sparkpost": _Provider(SparkPostInboundWebhookView, inbound_shapes.sparkpost),
}


@csrf_exempt
@require_http_methods(["POST", "HEAD"])
def inbound_hook(request: HttpRequest, provider: str) -> HttpResponseBase:
    """Take one request of a provider's inbound webhook, which may hold many mails."""
    if provider not in PROVIDERS:
        raise Http404
    return mail_door.answer(PROVIDERS[provider].key_name, lambda: _take(request, PROVIDERS[provider]))


def _take(request: HttpRequest, provider: _Provider) -> HttpResponse:
    if request.method == "HEAD":
        return HttpResponse()
    request.upload_handlers = [NamesOnly(request)]
    request.encoding = (
        "latin-1"  # a raw mail in a form keeps its bytes so; other fields are decoded where they are read
    )
    view = provider.view(**dict(provider.options))
    view.setup(request)
    view.run_validators(request)
    mails = provider.read(request)
    try:
        dropped = sum(not _store(mail) for mail in mails)
    except Exception as error:  # our fault, not the mail's: it must come again
        raise mail_door.NotStored(type(error).__name__) from error
    if dropped:
        log.info("mails to nobody here, dropped: %s", dropped)
    return HttpResponse()


def _store(mail: Incoming) -> bool:
    """Keep a mail for each recipient that is an address of ours; return whether there was one."""
    found = [destination for recipient in set(mail.recipients) if (destination := address.known(recipient))]
    for destination in found:
        intake.store_mail(destination, mail.raw, clock.course_now(), clock.machine_now(), source=Source.WEBHOOK)
    return bool(found)
