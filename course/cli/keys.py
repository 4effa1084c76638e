"""`course keys`: the secrets of a new installation."""

import secrets

import click

from course.environment import new_secret


@click.group("keys")
def command() -> None:
    """Make the secrets an installation needs."""


@command.command("new")
def new() -> None:
    """Print new secrets, ready for an environment file. Keep them apart from backups of the database."""
    click.echo(f"COURSE_SECRET_KEY={secrets.token_urlsafe(48)}")
    click.echo(f"COURSE_KEYS=first:{new_secret()}")
    click.echo(f"COURSE_INDEX_KEY={new_secret()}")
