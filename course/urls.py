"""Every address of this installation."""

from django.urls import URLPattern, URLResolver, path

from course.web.console import (
    holding,
    on_call,
    on_call_form,
    replies,
    results,
    signing_in,
    stop_doubts,
    unreached,
    unsure,
)
from course.web.console import pages as console
from course.web.hooks import inbound_mail, mail, twilio
from course.web.public import agree, pages, stop

urlpatterns: list[URLPattern | URLResolver] = [
    path("", pages.course_page, name="public-course"),
    path("lessons/<int:number>/", pages.numbered_lesson, name="public-lesson-number"),
    path("lessons/<slug:slug>/", pages.lesson_page, name="public-lesson"),
    path("help/", pages.help_page, name="public-help"),
    path("accessibility/", pages.accessibility_page, name="public-accessibility"),
    path("privacy/", pages.privacy_page, name="public-privacy"),
    path("stop/<str:token>/", stop.stop_page, name="public-stop"),
    path("agree/<str:token>/", agree.agree_page, name="public-agree"),
    path("hooks/twilio/inbound", twilio.inbound, name="hook-twilio-inbound"),
    path("hooks/twilio/status/<str:token>", twilio.status, name="hook-twilio-status"),
    path("hooks/mail/<str:provider>/tracking/", mail.tracking_hook, name="hook-mail-tracking"),
    path("hooks/mail/<str:provider>/inbound/", inbound_mail.inbound_hook, name="hook-mail-inbound"),
    path("console/", console.today_page, name="console-today"),
    path("console/sign-in/", signing_in.explain_page, name="console-sign-in"),
    path("console/sign-in/<str:token>/", signing_in.link_page, name="console-sign-in-link"),
    path("console/sign-out/", signing_in.sign_out_page, name="console-sign-out"),
    path("console/replies/", replies.replies_page, name="console-replies"),
    path("console/replies/<int:post_id>/", replies.reply_page, name="console-reply"),
    path("console/results/", results.results_page, name="console-results"),
    path("console/replies/<int:post_id>/stop/", stop_doubts.decide_page, name="console-reply-stop"),
    path("console/hold/", holding.hold_page, name="console-hold"),
    path("console/on-call/", on_call.on_call_page, name="console-on-call"),
    path("console/on-call/<int:staff_id>/", on_call_form.member_page, name="console-on-call-member"),
    path("console/unsure/", unsure.unsure_page, name="console-unsure"),
    path("console/unreached/", unreached.unreached_page, name="console-unreached"),
    path("console/cohorts/", console.cohorts_page, name="console-cohorts"),
]
handler400 = "course.web.errors.bad_request"
handler403 = "course.web.errors.forbidden"
handler404 = "course.web.errors.not_found"
handler500 = "course.web.errors.server_error"
