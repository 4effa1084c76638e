"""`course sandbox`: run the mailbox and the phone on this machine."""

import click

from course.cli import bootstrap


@click.command("sandbox")
def command() -> None:
    """Run the mailbox and the phone, until Ctrl-C."""
    bootstrap.django_setup()
    # Imported after Django is set up: the models of the course answer what time it is.
    from course.sandbox import server  # noqa: PLC0415

    try:
        server.run_sandbox(click.echo)
    except server.SandboxError as error:
        raise click.ClickException(str(error)) from error
