"""`course optout-report`: how well stops are told from everyday sentences."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from course.cli import tables
from course.cli.bootstrap import emit, fail
from course.replies import optout_report
from course.replies.optout_report import BadLine, Rate, Sentence

_LANGUAGES = {"all": "both", "en": "English", "es": "Spanish"}


@click.command("optout-report")
@click.argument("files", nargs=-1, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.option("--misses", is_flag=True, help="List the sentences that were not treated as their label says.")
def command(files: tuple[Path, ...], as_json: bool, misses: bool) -> None:
    """Say how many labelled sentences opted out, were held for a person, or did neither.

    FILE is one JSON object a line: text, lang (en or es), label (stop, clinical or other), half (who wrote it).
    Without any the files that come with the project are read.
    """
    read: list[tuple[Path, list[Sentence]]] = []
    for path in files or optout_report.shipped():
        try:
            read.append((path, optout_report.read(path)))
        except (BadLine, OSError, UnicodeDecodeError) as error:
            fail(str(error) if isinstance(error, BadLine) else f"{path} cannot be read as text in UTF-8.")
    if as_json:
        emit({"files": [_as_data(path, sentences, misses) for path, sentences in read]})
        return
    for path, sentences in read:
        _show(path, sentences, misses)


def _show(path: Path, sentences: list[Sentence], misses: bool) -> None:
    columns = ["Label", "Language", "All", "Opted out", "Held", "Left alone"]
    tables.show(f"{path.name}: {len(sentences)} sentences", columns, _rows(optout_report.rates(sentences)))
    if misses:
        for sentence, became in optout_report.wrong(sentences):
            click.echo(f"{sentence.label}, {became}: {sentence.text}")


def _rows(rates: Sequence[Rate]) -> list[list[str]]:
    return [
        [
            rate.label, _LANGUAGES[rate.lang], str(rate.count), _share(rate.acted, rate.count),
            _share(rate.held, rate.count), _share(rate.count - rate.acted - rate.held, rate.count),
        ]
        for rate in rates
    ]  # fmt: skip


def _share(part: int, whole: int) -> str:
    return f"{part} ({100 * part / whole:.1f} %)"


def _as_data(path: Path, sentences: list[Sentence], misses: bool) -> dict[str, Any]:
    rates = [
        {
            "label": rate.label, "language": rate.lang, "sentences": rate.count, "opted_out": rate.acted,
            "held": rate.held, "left_alone": rate.count - rate.acted - rate.held,
        }
        for rate in optout_report.rates(sentences)
    ]  # fmt: skip
    data: dict[str, Any] = {"file": path.name, "rates": rates}
    if misses:
        found = optout_report.wrong(sentences)
        data["misses"] = [{"text": each.text, "label": each.label, "became": became} for each, became in found]
    return data
