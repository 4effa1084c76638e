"""Verdicts in; lines a person reads, and the Markdown table of docs/reliability.md, out."""

from dataclasses import dataclass, field
from typing import Any

MOST_LINES = 12


@dataclass(frozen=True)
class Played:
    """One scenario, played once."""

    name: str
    seed: int
    database: str
    faults: dict[str, list[str]]
    notes: dict[str, int] = field(default_factory=dict)
    taken: int = 0
    p99: float = 0.0

    @classmethod
    def of(cls, name: str, seed: int, database: str, said: dict[str, Any] | None) -> "Played":
        """Return what a run said of one scenario; None is a run that broke down."""
        if said is None:
            return cls(name, seed, database, {"broke down": ["the run ended before its verdict"]})
        found = {verdict: lines for verdict, lines in said["faults"].items() if lines}
        return cls(name, seed, database, found, said["notes"], said["taken"], said["p99"])

    def lines(self) -> list[str]:
        """Return what was found, in words."""
        if not self.faults:
            return [f"  {self.name}, {self.database}: nothing found in {self.taken} messages"]
        return [
            f"  {self.name}, {self.database}: {verdict}: {len(found)}. {'; '.join(found[:MOST_LINES])}"
            for verdict, found in self.faults.items()
        ]


def table(played: list[Played]) -> str:
    """Return one line for each scenario and database, all seeds together."""
    head = "| scenario | database | seeds | faults made | messages taken | found |\n|---|---|---|---|---|---|"
    keys = list(dict.fromkeys((each.name, each.database) for each in played))
    return "\n".join([head, *(_line([p for p in played if (p.name, p.database) == key]) for key in keys)])


def _line(runs: list[Played]) -> str:
    seeds = " ".join(str(run.seed) for run in runs)
    made = _added([run.notes for run in runs])
    found = _added([{verdict: len(lines) for verdict, lines in run.faults.items()} for run in runs])
    slow = max(run.p99 for run in runs)
    words = ", ".join(f"{what} {count}" for what, count in found.items()) or "0"
    facts = ", ".join(f"{count} {what}" for what, count in made.items()) + (f", p99 {slow} s" if slow else "")
    taken = sum(run.taken for run in runs)
    return f"| {runs[0].name} | {runs[0].database} | {seeds} | {facts} | {taken} | {words} |"


def _added(counts: list[dict[str, int]]) -> dict[str, int]:
    names = dict.fromkeys(name for each in counts for name in each)
    return {name: sum(each.get(name, 0) for each in counts) for name in names}
