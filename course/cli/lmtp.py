"""`course lmtp`: take replies by LMTP."""

import click
from django.conf import settings

from course.cli import bootstrap
from course.replies.lmtp import ReplyServer
from course.stop_signal import StopSignal


@click.command("lmtp")
def command() -> None:
    """Take replies by LMTP on COURSE_LMTP_BIND, until Ctrl-C."""
    bootstrap.django_setup()
    try:
        server = ReplyServer(settings.LMTP_HOST, settings.LMTP_PORT)
    except OSError as error:
        bootstrap.fail(f"{settings.LMTP_HOST} port {settings.LMTP_PORT} cannot be used: {error.strerror}.")
    stop = StopSignal()
    server.start()
    click.echo(f"Taking replies by LMTP on {settings.LMTP_HOST} port {server.port}.")
    stop.wait()
    server.stop()
