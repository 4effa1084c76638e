"""`course message`: the messages of which nobody can say whether they went, and a person's word about one."""

import click

from course import clock
from course.cli import tables
from course.cli.bootstrap import django_setup, emit, fail
from course.delivery import by_hand
from course.delivery.by_hand import Word
from course.delivery.models import Message

_DONE = {
    Word.WENT: "It counts as sent.",
    Word.AGAIN: "It goes again in its hours, if the person may still be written to.",
    Word.LEAVE: "It is not sent again.",
}

_SHOWN = ("id", "about", "class", "channel", "part", "too_late_after")  # what fits on 80 columns


@click.group("message")
def command() -> None:
    """List and settle messages of which nobody can say whether they went."""


@command.command("list")
@click.option("--unknown", is_flag=True, help="Those of which nobody can say whether they went.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def list_(unknown: bool, as_json: bool) -> None:
    """List messages, the oldest first. No name and no address is shown: the console's page *Not sure* has them."""
    if not unknown:
        raise click.UsageError("Say which: --unknown.")
    django_setup()
    rows = [_row(message) for message in by_hand.unsure().select_related("request").defer("words").order_by("pk")]
    if as_json:
        emit({"messages": rows})
    elif rows:
        tables.show("Not sure whether they went", _SHOWN, [[row[column] for column in _SHOWN] for row in rows])
        click.echo("`course message settle ID went`, `again` or `leave` settles one.")
    else:
        click.echo("There is no message of which nobody can say whether it went.")


@command.command("settle")
@click.argument("message_id", metavar="ID", type=int)
@click.argument("word", type=click.Choice([str(word) for word in Word]))
def settle(message_id: int, word: str) -> None:
    """Settle message ID: it went, send it again, or leave it.

    Say `again` only when the person may get it twice: nobody knows that they did not get it.
    """
    django_setup()
    try:
        by_hand.settle(message_id, Word(word), "system", clock.course_now())
    except (by_hand.NotUnsure, by_hand.TooLate) as fault:
        fail(f"Nothing was changed. {fault}")
    click.echo(f"Settled message {message_id}. {_DONE[Word(word)]}")


def _row(message: Message) -> dict[str, object]:
    return {
        "id": message.pk,
        "about": message.step_id or (message.request.kind if message.request else ""),
        "class": message.message_class,
        "channel": message.channel,
        "part": f"{message.part}/{message.parts}",
        "too_late_after": message.expires_at.isoformat(timespec="minutes"),
        "last_tried": message.handed_at.isoformat(timespec="minutes") if message.handed_at else "",
        "possibly_twice": message.possibly_twice,
    }
