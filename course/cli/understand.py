"""`course understand`: what the engine makes of a mail or a text. It stores nothing and sends nothing."""

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
from django.conf import settings
from rich.console import Console
from rich.text import Text

from course.cli import one_mail
from course.cli.bootstrap import emit, fail
from course.cli.one_mail import Seen
from course.curriculum.folder import read_folder
from course.curriculum.model import Course
from course.curriculum.parse import parse_course
from course.people import course_files

_COLOURS = {"A": "bold red", "B": "bold yellow", "check": "bold magenta", "C": "bold cyan"}
_OPT_OUT = {
    "act": "yes, by an exact word; it acts at once",
    "confirm": "yes, by a clear phrase; it acts and confirms",
    "unclear": "perhaps; a person reads it while lessons wait",
}


@click.command("understand")
@click.argument("files", nargs=-1, metavar="FILE…", type=click.Path(path_type=Path))
@click.option("--text", help="A text message's words, in place of a mail.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.option("--jsonl", is_flag=True, help="Read JSON Lines from standard input, print one line for each.")
def command(files: tuple[Path, ...], text: str | None, as_json: bool, jsonl: bool) -> None:
    """Say what the engine makes of each mail FILE, or of a text: what kind it is, the person's own words, what was
    cut, red flags, and what would give them away.

    With --jsonl a line is {"id", "channel": "email", "path"} or {"id", "channel": "sms", "text"}. The exit code is
    1 when any could not be read.
    """
    if jsonl == bool(files or text is not None):
        raise click.UsageError("Name a mail, or give --text, or read lines with --jsonl.")
    course = _course()
    if jsonl:
        sys.exit(_lines(course))
    seen = [(str(file), one_mail.of_mail(_bytes(file), course)) for file in files]
    if text is not None:
        seen.append(("text", one_mail.of_text(text, course)))
    if as_json:
        emit({"understood": [_row(name, each) | {"unsure": each.unsure} for name, each in seen]})
        return
    for name, each in seen:
        _show(name, each)


def _course() -> Course:
    if course_files.missing_folder():
        fail(course_files.missing_folder())
    course = parse_course(read_folder(settings.SCHEDULE, settings.LESSONS)).course
    if course is None:
        fail("The course's files have faults; `course check` lists them.")
    return course


def _lines(course: Course) -> int:
    failed = 0
    for line in sys.stdin.buffer:
        if not line.strip():
            continue
        row = _of_line(line, course)
        failed += "error" in row
        sys.stdout.write(json.dumps(row, ensure_ascii=True) + "\n")
    sys.stdout.flush()
    return 1 if failed else 0


def _of_line(line: bytes, course: Course) -> dict[str, Any]:
    name: Any = None
    try:
        asked = json.loads(line)
        if not isinstance(asked, dict):
            return {"id": None, "error": 'A line is one JSON object with "id" and "channel".'}
        name = asked.get("id")
        return _row(name, _one(asked, course))
    except (ValueError, RecursionError) as fault:
        return {"id": name, "error": f"This line cannot be used: {fault}."}
    except OSError as fault:
        return {"id": name, "error": f"The file cannot be read: {fault.strerror}."}
    except Exception as fault:  # the lines after it are worth reading; no words of a person are in the name
        return {"id": name, "error": f"It could not be understood: {type(fault).__name__}."}


def _one(asked: dict[str, Any], course: Course) -> Seen:
    text, path = asked.get("text"), asked.get("path")
    if asked.get("channel") == "email" and isinstance(path, str):
        return one_mail.of_mail(Path(path).read_bytes(), course)
    if asked.get("channel") == "sms" and isinstance(text, str):
        return one_mail.of_text(text, course)
    raise ValueError('"channel" is "email" with a "path", or "sms" with a "text"')


def _bytes(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as fault:
        fail(f"{file} cannot be read: {fault.strerror}. Name a file that holds one mail.")


def _row(name: Any, seen: Seen) -> dict[str, Any]:
    return {
        "id": name,
        "kind": seen.kind,
        "own_words": seen.own_words,
        "cut": seen.cut,
        "opt_out": seen.opt_out,
        "red_flags": [{"rule": flag.rule, "tier": flag.tier.value} for flag in seen.red_flags],
        "identifiers": [{"type": kind, "text": text} for kind, text in seen.identifiers],
        "redacted": seen.redacted,
    }


def _show(name: str, seen: Seen) -> None:
    console = Console(highlight=False, soft_wrap=True)
    for line in _said(name, seen):
        console.print(line)
    console.print()


def _said(name: str, seen: Seen) -> Iterator[Text]:
    """Yield lines that read well by ear: each begins with what it is, and no colour carries meaning alone."""
    yield Text(f"Message: {name}", style="bold")
    yield Text(f"Kind: {seen.kind}")
    yield Text(f"Asks us to stop: {_OPT_OUT.get(seen.opt_out or '', 'no')}")
    for flag in seen.red_flags:
        yield Text(f"Red flag, tier {flag.tier.value}: {flag.rule}", style=_COLOURS[flag.tier.value])
    if not seen.red_flags:
        yield Text("Red flags: no rule matches. That does not say that all is well.")
    yield Text("Own words, not sure (nothing was left, so the whole text is kept):" if seen.unsure else "Own words:")
    yield from (Text(f"  {line}") for line in seen.own_words.split("\n"))
    if seen.cut:
        yield Text("Cut:")
        yield from (Text(f"  {line}", style="dim") for line in seen.cut.split("\n"))
    for kind, text in seen.identifiers:
        yield Text(f"Gives them away, {kind}: {text}", style="yellow")
