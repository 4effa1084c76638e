"""`course release`: let what was held be sent again."""

import click

from course import clock
from course.cli.bootstrap import django_setup
from course.cli.hold import WHAT, scopes
from course.delivery import holds
from course.people.words import Channel


@click.command("release")
@click.argument("channels", nargs=-1, type=click.Choice([str(name) for name in Channel]))
@click.option("--all", "everything", is_flag=True, help="Release what `course hold --all` or the console held.")
def command(channels: tuple[str, ...], everything: bool) -> None:
    """Let what was held be sent again. A channel that is held by itself stays held unless it is named, too."""
    chosen = scopes(channels, everything=everything)
    django_setup()
    for scope in chosen:
        released = holds.release(scope, "system", clock.machine_now())
        click.echo(f"Goes out again: {WHAT[scope]}." if released else f"Was not held: {WHAT[scope]}.")
    left = ", ".join(hold.scope for hold in holds.standing())
    if left:
        click.echo(f"Still held: {left}.")
