"""`course lmtp`: take replies by LMTP."""

import signal
import threading

import click

from course.cli import bootstrap


@click.command("lmtp")
def command() -> None:
    """Take replies by LMTP on COURSE_LMTP_BIND, until Ctrl-C."""
    bootstrap.django_setup()
    # Imported after Django is set up: what stores a reply needs the models.
    from django.conf import settings  # noqa: PLC0415

    from course.replies.lmtp import ReplyServer  # noqa: PLC0415

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
