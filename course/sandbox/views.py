"""The page with a mailbox and a phone side by side, and the two forms on it. GET changes nothing."""

import re

from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.views.decorators.http import require_POST, require_safe
from markupsafe import Markup

from course.sandbox import inbound, pages
from course.sandbox.handler import running
from course.sandbox.pages import Chosen
from course.sandbox.reading import open_mail
from course.sandbox.records import Typed

MAX_TYPED_CHARACTERS = 20_000
MAX_TEXT_CHARACTERS = 1600

_PAGE_POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src data:; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
_MAIL_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'"
)
# The mail's own style sheet is in force here, so the link brings its own colours and size.
_BACK = Markup(
    '<p lang="en" dir="ltr" style="margin:0;padding:12px;background:#fff;'
    'font:18px/1.6 Verdana,Arial,sans-serif">'
    '<a href="{}" style="display:inline-block;padding:8px 0;color:#0b4a8f">Back to the sandbox</a></p>'
)
_BODY_TAG = re.compile(r"<body[^>]*>", re.IGNORECASE)


@require_safe
def inbox(request: HttpRequest) -> HttpResponse:
    """The page."""
    said = running(request).sandbox.store.typed(_number(request.GET, "said"))
    return _page(request, _chosen(request.GET), said=said)


@require_POST
def reply(request: HttpRequest) -> HttpResponse:
    """Send a typed reply to the open mail, then show the page again with what the course answered."""
    chosen, words = _chosen(request.POST), _words(request.POST)
    sandbox = running(request).sandbox
    if sandbox.store.mail(chosen.mail) is None:
        raise Http404
    fault = _fault(words, "reply", MAX_TYPED_CHARACTERS)
    if fault:
        return _page(request, chosen, faults={"reply": fault}, kept={"reply": words})
    outcome = inbound.send_email_reply(sandbox, chosen.mail, words)
    return _see_other(chosen.href(said=outcome.typed_id) + "#said")


@require_POST
def text(request: HttpRequest) -> HttpResponse:
    """Send a typed text from the chosen phone, then show the page again with what the course answered."""
    chosen, words = _chosen(request.POST), _words(request.POST)
    sandbox = running(request).sandbox
    picture = "picture" in request.POST
    number = pages.build(sandbox.store, chosen).number
    if not number:
        raise Http404
    fault = "" if picture and not words else _fault(words, "text", MAX_TEXT_CHARACTERS)
    if fault:
        return _page(request, chosen, faults={"text": fault}, kept={"text": words})
    outcome = inbound.send_text(sandbox, number, words, picture=picture)
    return _see_other(chosen.href(said=outcome.typed_id) + "#said")


@require_safe
def mail_html(request: HttpRequest, mail_id: int) -> HttpResponse:
    """One mail's HTML as it was sent, with a way back. Nothing in it may load or run."""
    mail = running(request).sandbox.store.mail(mail_id)
    opened = open_mail(mail.raw) if mail else None
    if opened is None or not opened.html:
        raise Http404
    back = _BACK.format(_chosen(request.GET).href(mail=mail_id))
    found = _BODY_TAG.search(opened.html)
    at = found.end() if found else 0
    body = opened.html[:at] + str(back) + opened.html[at:]
    return HttpResponse(body, headers={"Content-Security-Policy": _MAIL_POLICY})


def missing(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Nothing is at this address."""
    return _with_policy(render(request, "sandbox/missing.html", _frame(request), status=404))


def _page(
    request: HttpRequest,
    chosen: Chosen,
    *,
    said: Typed | None = None,
    faults: dict[str, str] | None = None,
    kept: dict[str, str] | None = None,
) -> HttpResponse:
    page = pages.build(running(request).sandbox.store, chosen)
    context = _frame(request) | {"page": page, "said": said, "faults": faults or {}, "kept": kept or {}}
    return _with_policy(render(request, "sandbox/inbox.html", context, status=400 if faults else 200))


def _frame(request: HttpRequest) -> dict[str, object]:
    sandbox = running(request).sandbox
    return {
        "course_time": pages.in_words(sandbox.store.course_now()),
        "public_url": sandbox.config.public_url,
        "change_count": sandbox.store.change_count(),
    }


def _with_policy(response: HttpResponse) -> HttpResponse:
    response["Content-Security-Policy"] = _PAGE_POLICY
    response["Cache-Control"] = "no-store"
    return response


def _see_other(href: str) -> HttpResponse:
    return HttpResponse(status=303, headers={"Location": href})


def _chosen(form: QueryDict) -> Chosen:
    return Chosen(_number(form, "box"), _number(form, "mail"), _number(form, "phone"))


def _number(form: QueryDict, name: str) -> int:
    words = form.get(name, "")
    # Nine digits fit any row of SQLite and every list.
    return int(words) if re.fullmatch(r"[0-9]{1,9}", words) else 0


def _words(form: QueryDict) -> str:
    return form.get("words", "").replace("\r\n", "\n").strip()


def _fault(words: str, noun: str, limit: int) -> str:
    if not words:
        return f"Write your {noun} first."
    if len(words) > limit:
        return f"Your {noun} has {len(words):,} characters. Make it {limit:,} or fewer."
    return ""
