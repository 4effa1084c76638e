"""`course up`: every program of a real installation, started together and kept running."""

import os
import signal
import sys
import time
from types import FrameType

import click
from django.conf import settings

from course import clock
from course.cli import installation
from course.cli.bootstrap import database_answers, django_setup, fail, migrate
from course.cli.processes import Supervisor
from course.cli.redis_server import NoRedisError
from course.people import course_files, versions


class _Stop(BaseException):
    """Somebody asked us to stop. Not an Exception: no handler of errors on the way may swallow it."""


def _stop(_number: int, _frame: FrameType | None) -> None:
    raise _Stop


@click.command("up")
def command() -> None:
    """Start the web server, workers, tick and reply listener, and keep them running until Ctrl-C.

    Redis is started too when REDIS_URL is not set.
    """
    django_setup(database=False)
    database_answers()
    migrate()
    try:
        course_files.register(clock.machine_now())
    except versions.CourseFaults as fault:
        fail(f"{fault}\nNothing was started. `course check` lists what to mend.")
    signal.signal(signal.SIGTERM, _stop)
    signal.signal(signal.SIGINT, _stop)
    supervisor = Supervisor(lambda line: click.echo(line, err=True))
    try:
        environ = installation.start_redis(supervisor, os.environ, settings.DATA_DIR)
        installation.start(supervisor, environ, settings.DATA_DIR, sandbox=False)
        click.echo(f"Running at {settings.PUBLIC_URL}. Logs are in {settings.DATA_DIR / 'logs'}. Ctrl-C stops it all.")
        while True:
            supervisor.look_after()
            time.sleep(1)
    except NoRedisError as fault:
        click.echo(str(fault), err=True)
        sys.exit(1)
    except _Stop:
        click.echo("Stopping.")
    finally:
        supervisor.stop()
