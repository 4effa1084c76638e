"""`course stage`: the demo's programs, people and clock, in the sandbox that `course demo` made."""

import os
import sys
import time
from collections.abc import Callable
from contextlib import nullcontext
from typing import Any
from urllib.request import urlopen

import click
from django.conf import settings
from django.urls import reverse

from course import clock
from course.cli import installation
from course.cli.bootstrap import data_folder, django_setup, emit, fail, migrate
from course.cli.live_table import LiveTable
from course.cli.processes import KeepsEndingError, Supervisor
from course.cli.redis_server import NoRedisError
from course.people import sign_in, versions
from course.people.models import Staff
from course.sandbox import report, sample
from course.sandbox.cast import Cast
from course.sandbox.config import Sandbox, open_sandbox
from course.sandbox.director import Director
from course.sandbox.moderator import Moderator
from course.sandbox.people import MODERATOR_EMAIL, SAMPLE_PEOPLE
from course.sandbox.server import SandboxError
from course.stop_signal import StopSignal

_READY_SECONDS = 60
_PAUSE_SECONDS = 3.0
_LONGEST_PLAY_SECONDS = 900


class _Stopped(Exception):
    """Somebody asked us to stop; raised by our own loops, between two steps."""


@click.command("stage")
@click.option("--until-complete", is_flag=True)
@click.option("--json", "as_json", is_flag=True)
def command(until_complete: bool, as_json: bool) -> None:
    """Run the demo's programs in the sandbox that `course demo` made."""
    began = clock.machine_now().timestamp()
    supervisor = Supervisor(lambda line: click.echo(line, err=True))
    look_after = _watch(supervisor, StopSignal())
    django_setup(database=False)
    data_folder()
    migrate()
    try:
        environ = installation.start_redis(supervisor, os.environ, settings.DATA_DIR)
        settings.REDIS_URL = environ["REDIS_URL"]
        resumed = _prepare()
        if not as_json:
            click.echo(_opening(resumed))
        sandbox = _start(supervisor, environ, look_after)
        if until_complete:
            _play(look_after, sandbox, began, as_json=as_json)
        else:
            _stay(look_after, sandbox)
    except (NoRedisError, SandboxError, KeepsEndingError) as fault:
        click.echo(str(fault), err=True)
        sys.exit(1)
    except _Stopped:
        click.echo("Stopping every program that was started.", err=True)
    finally:
        supervisor.stop()


def _prepare() -> bool:
    """Make the sample cohort where there is none; return whether there was one."""
    if sample.exists():
        return True
    try:
        sample.make()
    except versions.CourseFaults as fault:
        fail(f"{fault}\nNothing was started. `course check` lists what to mend.")
    return False


def _opening(resumed: bool) -> str:
    when = f"{clock.course_now():%A %Y-%m-%d %H:%M} UTC"
    if resumed:
        return f"Resuming the sample course where it stopped: {when}. Start clean with `make run CLEAN=1`."
    return f"Starting the sample course clean: {when}."


def _start(supervisor: Supervisor, environ: dict[str, str], look_after: Callable[[], None]) -> Sandbox:
    installation.start(supervisor, environ, settings.DATA_DIR, sandbox=True)
    installation.write_pids(supervisor, settings.DATA_DIR)
    for address in (settings.PUBLIC_URL + "/help/", f"http://127.0.0.1:{settings.SANDBOX_HTTP_PORT}/"):
        _wait_for(address, look_after)
    return open_sandbox()


def _wait_for(address: str, look_after: Callable[[], None]) -> None:
    deadline = time.monotonic() + _READY_SECONDS
    while time.monotonic() < deadline:
        try:
            with urlopen(address, timeout=2):  # noqa: S310  our own address on this machine
                return
        except OSError:
            look_after()
            time.sleep(0.1)
    fail(f"{address} did not answer within {_READY_SECONDS} s. The logs are in {settings.DATA_DIR / 'logs'}.")


def _sign_in_path() -> str:
    moderator = Staff.objects.get(email=MODERATOR_EMAIL)
    return reverse("console-sign-in-link", args=[sign_in.make(moderator, clock.machine_now()).token])


def _play(look_after: Callable[[], None], sandbox: Sandbox, began: float, *, as_json: bool) -> None:
    """Let the invented people and the moderator play the whole course, then print the figures."""
    start = clock.course_now()
    cast = Cast(sandbox, SAMPLE_PEOPLE)
    publish = next(person.words for person in SAMPLE_PEOPLE if person.agrees_to_publish)
    moderator = Moderator(settings.PUBLIC_URL, _sign_in_path(), publish.partition("?")[0])
    director = Director(sandbox.store, lambda: cast.act() or moderator.act())
    deadline = time.monotonic() + _LONGEST_PLAY_SECONDS
    with nullcontext() if as_json else LiveTable(sandbox.store) as table:
        while director.step():
            look_after()
            if table:
                table.refresh()
            if time.monotonic() > deadline:
                logs = settings.DATA_DIR / "logs"
                fail(f"The demo did not finish within {_LONGEST_PLAY_SECONDS} s. Its logs are in {logs}.")
    played = report.Played(versions.current(), SAMPLE_PEOPLE, start, began)
    for sentence in cast.refusals():
        click.echo(sentence, err=True)
    figures = report.make(sandbox, cast, played)
    emit(figures) if as_json else _say(figures)


def _say(figures: dict[str, Any]) -> None:
    for name, value in figures.items():
        click.echo(f"{name.replace('_', ' ')}: {value}")


def _stay(look_after: Callable[[], None], sandbox: Sandbox) -> None:
    """Print the links and show what goes out until somebody stops us."""
    click.echo(f"Sandbox, a mailbox and a phone: http://127.0.0.1:{settings.SANDBOX_HTTP_PORT}/")
    click.echo(f"Console, signs you in once:     {settings.PUBLIC_URL}{_sign_in_path()}")
    click.echo(f"Public page:                    {settings.PUBLIC_URL}/")
    click.echo("Ctrl-C stops everything.")
    director = Director(sandbox.store, busy=_every(_PAUSE_SECONDS))
    with LiveTable(sandbox.store) as table:
        while True:
            if not director.step():
                time.sleep(0.5)
            look_after()
            table.refresh()


def _watch(supervisor: Supervisor, stop: StopSignal) -> Callable[[], None]:
    """Return what each loop calls: it starts again what has died, and raises _Stopped once somebody asked."""

    def look_after() -> None:
        if stop.asked:
            raise _Stopped
        if supervisor.look_after():
            installation.write_pids(supervisor, settings.DATA_DIR)

    return look_after


def _every(seconds: float) -> Callable[[], bool]:
    """Return a function that holds the clock except once in ``seconds``, so that eyes and ears can follow."""
    last = time.monotonic()

    def busy() -> bool:
        nonlocal last
        if time.monotonic() - last < seconds:
            return True
        last = time.monotonic()
        return False

    return busy
