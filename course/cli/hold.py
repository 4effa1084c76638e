"""`course hold`: nothing of class course goes out, or nothing but safety by one channel; and what is held now."""

from collections.abc import Sequence

import click

from course import clock
from course.cli import tables
from course.cli.bootstrap import django_setup, emit
from course.delivery import by_hand, holds
from course.delivery.words import HoldScope
from course.people.words import Channel

WHAT = {
    HoldScope.ALL: "lessons, digests and answers, by every channel",
    HoldScope.EMAIL: "everything by email but safety messages",
    HoldScope.SMS: "everything by text but safety messages",
}


@click.command("hold")
@click.argument("channels", nargs=-1, type=click.Choice([str(name) for name in Channel]))
@click.option("--all", "everything", is_flag=True, help="Hold every lesson, digest and answer.")
@click.option("--reason", default="", help="What colleagues read as the reason.")
@click.option("--list", "only_list", is_flag=True, help="Say what is held now, and change nothing.")
@click.option("--json", "as_json", is_flag=True, help="With --list, print one JSON object.")
def command(channels: tuple[str, ...], everything: bool, reason: str, only_list: bool, as_json: bool) -> None:
    """Hold sending, or list what is held. Safety messages always go.

    --all holds lessons, digests and answers; help and the answer to a stop still go. The name of a channel
    (email, sms) holds all but safety there: for when our own set-up at its provider is at fault.
    """
    if only_list:
        django_setup()
        _list(as_json)
        return
    chosen = scopes(channels, everything=everything)
    django_setup()
    for scope in chosen:
        new = holds.hold(scope, reason or "held from the command line", "system", clock.machine_now())
        click.echo(f"Held: {WHAT[scope]}." if new else f"Held before: {WHAT[scope]}. The first reason stays.")


def scopes(channels: Sequence[str], *, everything: bool) -> list[HoldScope]:
    """Return what a command line names. Raises click.UsageError when it names nothing."""
    chosen = [HoldScope.ALL] * everything + [HoldScope(name) for name in channels]
    if not chosen:
        raise click.UsageError("Name what: --all, email or sms.")
    return chosen


def _list(as_json: bool) -> None:
    rows = [
        {"scope": hold.scope, "reason": hold.reason, "since": hold.since.isoformat(), "by": hold.held_by}
        for hold in holds.standing()
    ]
    unsure = by_hand.unsure().count()
    if as_json:
        emit({"holds": rows, "nobody_can_say": unsure})
        return
    if rows:
        shown = [(row["scope"], WHAT[HoldScope(row["scope"])], *list(row.values())[1:]) for row in rows]
        tables.show("Held", ["Scope", "What", "Why", "Since", "By"], shown)
    else:
        click.echo("Nothing is held.")
    click.echo(f"Messages of which nobody can say whether they went: {unsure}. They are not sent again.")
    if unsure:
        click.echo("`course message list --unknown` lists them.")
