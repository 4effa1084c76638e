"""`course up`: every program of a real installation, started together and kept running."""

import os
import queue
import sys
import time

import click
from django.conf import settings

from course import clock
from course.cli import installation, watch
from course.cli.bootstrap import database_answers, django_setup, fail, migrate
from course.cli.locks import TakenError, take_folder, take_port
from course.cli.processes import KeepsEndingError, Supervisor
from course.cli.redis_server import NoRedisError
from course.people import course_files, versions
from course.stop_signal import StopSignal


@click.command("up")
def command() -> None:
    """Start the web server, workers, tick and reply listener, and keep them running until Ctrl-C.

    Redis is started too when REDIS_URL is not set.
    """
    django_setup(database=False)
    _take_folder()
    database_answers()
    migrate()
    try:
        course_files.register(clock.machine_now())
    except versions.CourseFaults as fault:
        fail(f"{fault}\nNothing was started. `course check` lists what to mend.")
    _take_ports()
    stop = StopSignal()
    supervisor = Supervisor(lambda line: click.echo(line, err=True))
    try:
        environ = installation.start_redis(supervisor, os.environ, settings.DATA_DIR)
        installation.start(supervisor, environ, settings.DATA_DIR, sandbox=False)
        click.echo(f"Running at {settings.PUBLIC_URL}. Logs are in {settings.DATA_DIR / 'logs'}. Ctrl-C stops it all.")
        silent: queue.SimpleQueue[str] = queue.SimpleQueue()
        watch.start(silent.put)
        while not stop.asked:
            while not silent.empty():
                supervisor.kill(silent.get())
            supervisor.look_after()
            time.sleep(0.5)
        click.echo("Stopping.")
    except (NoRedisError, KeepsEndingError) as fault:
        click.echo(str(fault), err=True)
        sys.exit(1)
    finally:
        supervisor.stop()


def _take_folder() -> None:
    try:
        take_folder(settings.DATA_DIR)
    except TakenError as fault:
        fail(f"COURSE_DATA_DIR: {fault}")


def _take_ports() -> None:
    wrong = []
    for name in ("COURSE_WEB_BIND", "COURSE_LMTP_BIND"):
        try:
            take_port(*settings.ENVIRONMENT.host_and_port(name))
        except TakenError as fault:
            wrong.append(f"{name}: {fault}")
    if wrong:
        fail("\n".join(wrong))
