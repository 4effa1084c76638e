"""`course settings`: what can be set."""

import json

import click

from course.environment import SETTINGS


@click.command("settings")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def command(as_json: bool) -> None:
    """List every environment variable, what it is for, and what it is when it is not set."""
    if as_json:
        rows = [{"name": s.name, "default": s.default, "purpose": s.purpose, "needed": s.needed} for s in SETTINGS]
        click.echo(json.dumps({"settings": rows}, indent=2))
        return
    for setting in SETTINGS:
        needed = " Production must set it." if setting.needed else ""
        default = f" Without it: {setting.default}." if setting.default and not setting.needed else ""
        click.echo(f"{setting.name}\n    {setting.purpose}.{needed}{default}")
