"""The sandbox's own addresses: its page, and Twilio's."""

from django.urls import path

from course.sandbox import files, twilio_api, views

_ACCOUNT = "2010-04-01/Accounts/<str:account_sid>"

urlpatterns = [
    path("", views.inbox, name="sandbox-inbox"),
    path("reply", views.reply, name="sandbox-reply"),
    path("text", views.text, name="sandbox-text"),
    path("mail/<int:mail_id>/html", views.mail_html, name="sandbox-mail-html"),
    path("changes", files.changes),
    path("sandbox.css", files.style),
    path("sandbox.js", files.script),
    path(f"{_ACCOUNT}/Messages.json", twilio_api.messages),
    path(f"{_ACCOUNT}/Messages/<str:sid>.json", twilio_api.message),
    path(f"{_ACCOUNT}/Messages/<str:sid>/Media/<str:media_sid>", twilio_api.media),
]
handler404 = "course.sandbox.views.missing"
