"""`course lmtp`: take replies by LMTP."""

import signal
import threading

import click
from django.conf import settings

from course.cli import bootstrap
from course.replies.lmtp import ReplyServer


@click.command("lmtp")
def command() -> None:
    """Take replies by LMTP on COURSE_LMTP_BIND, until Ctrl-C."""
    bootstrap.django_setup()
    try:
        server = ReplyServer(settings.LMTP_HOST, settings.LMTP_PORT)
    except OSError as error:
        bootstrap.fail(f"{settings.LMTP_HOST} port {settings.LMTP_PORT} cannot be used: {error.strerror}.")
    ended = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: ended.set())
    server.start()
    click.echo(f"Taking replies by LMTP on {settings.LMTP_HOST} port {server.port}.")
    ended.wait()
    server.stop()
