"""The `course` command: one file a command, loaded only when it is called."""

from collections.abc import Sequence
from importlib import import_module

import click

COMMANDS = {
    "backup": "Write the database to one file, while everything runs.",
    "check": "Say what is wrong with the course's files and settings.",
    "cohort": "Add and list cohorts.",
    "demo": "Run the sample course on this machine, with invented people.",
    "health": "Say whether all is well: the exit code is for a supervisor.",
    "hold": "Hold sending, or list what is held.",
    "keys": "Make the secrets an installation needs.",
    "lmtp": "Take replies by LMTP.",
    "message": "List and settle messages that nobody can say of.",
    "optout-report": "Say how well stops are told from everyday sentences.",
    "release": "Let what was held be sent again.",
    "restore": "Put a backup in the database's place, with sending held.",
    "sandbox": "Run the mailbox and phone of the demo.",
    "settings": "List every setting, and what it is for.",
    "stage": "Run the demo's programs in the sandbox that `course demo` made.",
    "staff": "Add staff, and make a link to sign in.",
    "status": "Say what is due, sent and waiting.",
    "triage-report": "Count what the red flags catch in labelled messages.",
    "understand": "Say what the engine makes of a mail or a text.",
    "up": "Start everything a real installation needs.",
}
_WITHOUT_DJANGO = ("demo", "keys", "optout-report", "settings")
_HIDDEN = ("stage",)


class LazyGroup(click.Group):
    """Knows each command's name and one line; imports its file only when it is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names, in order."""
        return [name for name in sorted(COMMANDS) if name not in _HIDDEN]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import one command, with Django set up first where it is needed."""
        if cmd_name not in COMMANDS:
            return None
        if cmd_name not in _WITHOUT_DJANGO:
            import_module("course.cli.bootstrap").load()
        command: click.Command = import_module(f"course.cli.{cmd_name.replace('-', '_')}").command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the list of commands without importing any."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, COMMANDS[name]) for name in self.list_commands(ctx)])


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
def group() -> None:
    """An accessible course by email and text message.

    Exit codes: 0 fine, 1 a problem with the input, 2 wrong usage.
    """


def run(arguments: Sequence[str] | None = None) -> None:
    """Run the command line."""
    group(args=arguments, prog_name="course")
