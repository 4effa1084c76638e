"""``python -m tests.chaos [SCENARIO …] [--seed N …] [--database sqlite|postgresql]``: faults made, a table printed.

Exit code 1 when anything was found.
"""

import argparse
import json
import os
import random
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tests import postgresql
from tests.chaos import setting
from tests.chaos.house_plan import HOUSES, NAMES, POSTGRES_ONLY
from tests.chaos.table import Played, table

DATABASES = ("sqlite", "postgresql")


def main(arguments: Sequence[str]) -> int:
    """Play what was asked for, three seeds where none is named, and print the table."""
    asked = _asked(arguments)
    seeds = asked.seed or [random.randrange(1, 100_000) for _ in range(3)]
    print(f"Seeds: {' '.join(map(str, seeds))}. Repeat one with --seed.", flush=True)
    played: list[Played] = []
    for seed in seeds:
        for database in asked.database or DATABASES:
            for house in HOUSES:
                names = [name for name in house if name in (asked.scenario or NAMES)]
                if database == "sqlite":
                    names = [name for name in names if name not in POSTGRES_ONLY]
                if names:
                    print(f"Seed {seed}, {database}: {', '.join(names)}", flush=True)
                    played += _play(names, seed, database, asked)
    print("\n" + table(played))
    return int(any(each.faults for each in played))


def _asked(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.chaos", description="Break an installation on purpose.")
    parser.add_argument("scenario", nargs="*", help=f"one or more of: {', '.join(NAMES)}")
    parser.add_argument("--seed", type=int, action="append", help="may be given several times")
    parser.add_argument("--database", choices=DATABASES, action="append")
    parser.add_argument("--short", action="store_true", help="fewer faults and people")
    parser.add_argument("--keep", action="store_true", help="keep each installation's folder")
    asked = parser.parse_args(arguments)
    unknown = set(asked.scenario) - set(NAMES)
    if unknown:
        parser.error(f"There is no scenario {', '.join(sorted(unknown))}; there are: {', '.join(NAMES)}.")
    return asked


def _play(names: list[str], seed: int, database: str, asked: argparse.Namespace) -> list[Played]:
    """Play some scenarios in one house; one that broke down counts as found."""
    with ExitStack() as stack:
        folder = Path(tempfile.mkdtemp(prefix="chaos-"))
        environ = _environ(folder, database, stack)
        command = [sys.executable, "-m", "tests.chaos.run", str(seed), "short" if asked.short else "full", *names]
        done = subprocess.run(command, env=environ, stdout=subprocess.PIPE, text=True, check=False)
        said: dict[str, dict[str, Any]] = json.loads(done.stdout) if done.returncode == 0 else {}
        played = [Played.of(name, seed, database, said.get(name)) for name in names]
        for each in played:
            for line in each.lines():
                print(line, flush=True)
        if asked.keep:
            print(f"  Kept: {folder}", flush=True)
        else:
            stack.callback(subprocess.run, ["rm", "-rf", str(folder)], check=False)
    return played


def _environ(folder: Path, database: str, stack: ExitStack) -> dict[str, str]:
    """Return the environment of one house; its PostgreSQL ends with the stack."""
    now = datetime.now(UTC)  # noqa: TID251  a command begins with the time
    if database == "sqlite":
        return setting.make(folder, "", now)
    server = postgresql.make()
    stack.callback(postgresql.forget, server)
    server.start()
    extra = {"CHAOS_POSTGRES": str(server.folder), "CHAOS_POSTGRES_PORT": str(server.port)}
    return setting.make(folder, server.address, now) | extra


if __name__ == "__main__":
    os.chdir(Path(__file__).resolve().parents[2])
    sys.exit(main(sys.argv[1:]))
