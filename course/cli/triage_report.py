"""`course triage-report`: what triage does with labelled messages."""

import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from course.cli import tables
from course.cli.bootstrap import emit, fail
from course.people import course_files
from course.replies import corpus
from course.replies.triage_report import Measured, Share, below_goal, measure

_INVENTED = "The messages are invented. No clinician has looked at them, at the rules or at these figures."


@click.command("triage-report")
@click.argument("files", nargs=-1, type=click.Path(path_type=Path))
@click.option("--seed", default=corpus.SEED, show_default=True, help="Seed of the typos.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def command(files: tuple[Path, ...], seed: int, as_json: bool) -> None:
    """Count what your red flags catch, and what they catch without need.

    FILES hold one labelled message a line; without any, those that come with the course. Every miss is listed with
    its words: give it invented messages only. Ends with 1 when a goal is not met.
    """
    course = course_files.read()
    if course is None:
        fail("The course has faults, so that nothing can be counted: `course check` lists them.")
    try:
        by_file = {path.name: corpus.read(path) for path in files or corpus.shipped()}
    except corpus.BadCorpus as fault:
        fail(str(fault))
    found = {
        name: [measure(course, messages, way, typed) for way, typed in corpus.ways(seed).items()]
        for name, messages in by_file.items()
    }
    missed = [
        f"{name}, {each.way}: {line}" for name, all_of in found.items() for each in all_of for line in below_goal(each)
    ]
    if as_json:
        emit({"version": course.shorthand.version, "seed": seed, "files": _plain(found), "below_goal": missed})
    else:
        _show(course.shorthand.version, seed, found, missed)
    sys.exit(1 if missed else 0)


def _show(version: str, seed: int, found: dict[str, list[Measured]], missed: list[str]) -> None:
    click.echo(f"Red flags of version {version}. Typos with seed {seed}. Bounds: 95 %, Wilson.")
    for name, all_of in found.items():
        tables.show(
            name, ["Typed", "What", "Count", "Share", "Bounds"], [row for each in all_of for row in _rows(each)]
        )
        for miss in (miss for each in all_of for miss in each.misses):
            click.echo(f"{miss.way}: {miss.wanted} became {miss.got}: {miss.text}")
    for line in missed:
        click.echo(f"Goal not met: {line}.")
    click.echo(_INVENTED)


def _rows(each: Measured) -> list[list[str]]:
    shares = {f"{tier} caught": share for tier, share in each.recall.items()} | {
        "safety text unneeded": each.safety_text,
        "A or B unneeded": each.alarms,
        "check unneeded": each.checks,
    }
    return [
        [each.way, what, f"{share.hits}/{share.of}", f"{share.share:.1%}", _bounds(share)]
        for what, share in shares.items()
    ]


def _bounds(share: Share) -> str:
    low, high = share.bounds
    return f"{low:.1%} to {high:.1%}"


def _plain(found: dict[str, list[Measured]]) -> dict[str, list[dict[str, Any]]]:
    return {name: [asdict(each) for each in all_of] for name, all_of in found.items()}
