"""`course sandbox`: run the mailbox and the phone on this machine."""

import click

from course.cli import bootstrap
from course.sandbox import server


@click.command("sandbox")
def command() -> None:
    """Run the mailbox and the phone, until Ctrl-C."""
    bootstrap.django_setup()
    try:
        server.run_sandbox(click.echo)
    except server.SandboxError as error:
        bootstrap.fail(str(error))
