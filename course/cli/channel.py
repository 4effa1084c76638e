"""`course channel`: which channels are held, and how they send again."""

import click

from course import clock
from course.cli import tables
from course.cli.bootstrap import django_setup, emit
from course.delivery.models import ChannelState
from course.people import audit
from course.people.words import Channel


@click.group("channel")
def command() -> None:
    """List channels, and release one that is held."""


@command.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def list_(as_json: bool) -> None:
    """Say of each channel whether it sends."""
    django_setup()
    held = {state.channel: state for state in ChannelState.objects.filter(held=True)}
    rows = [
        {"channel": str(name), "held": name in held, "reason": held[name].reason if name in held else ""}
        for name in Channel
    ]
    if as_json:
        emit({"channels": rows})
    else:
        tables.show("Channels", ["Channel", "Sends", "Why not"], [_words(row) for row in rows])


@command.command("release")
@click.argument("name", type=click.Choice([str(name) for name in Channel]))
def release(name: str) -> None:
    """Let the channel NAME send again."""
    django_setup()
    changed = ChannelState.objects.filter(channel=name, held=True).update(
        held=False, reason="", since=clock.machine_now()
    )
    if changed:
        audit.record("system", "channel_released", f"channel:{name}")
    click.echo(f"{name} sends again." if changed else f"{name} was not held.")


def _words(row: dict[str, object]) -> tuple[object, ...]:
    return row["channel"], "held" if row["held"] else "yes", row["reason"]
