"""``python -m tests.chaos [SCENARIO …] [--seed N …] [--database sqlite|postgresql]``: faults made, a table printed.

Exit code 1 when anything was found.
"""

import argparse
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tests import postgresql
from tests.chaos import setting
from tests.chaos.house_plan import ALONE, HOUSES, NAMES, POSTGRES_ONLY, SQLITE_ONLY, TIMED
from tests.chaos.table import Played, table

SMALL_DISK = "48m"
DATABASES = ("sqlite", "postgresql")


def main(arguments: Sequence[str]) -> int:
    """Play what was asked for, three seeds where none is named, and print the table."""
    asked = _asked(arguments)
    seeds = asked.seed or [random.randrange(1, 100_000) for _ in range(3)]
    _say(f"Seeds: {' '.join(map(str, seeds))}. Repeat one with --seed.")
    played = [each for seed in seeds for house in _houses(asked) for each in _both(house, seed, asked)]
    _say("\n" + table(played))
    return int(any(each.faults for each in played))


def _houses(asked: argparse.Namespace) -> list[list[str]]:
    together = tuple(name for name in NAMES if name not in ALONE)
    rows = (together, ALONE) if asked.short else HOUSES
    chosen = [[name for name in row if name in (asked.scenario or NAMES)] for row in rows]
    return [names for names in chosen if names]


def _both(names: list[str], seed: int, asked: argparse.Namespace) -> list[Played]:
    """Play a house on each database: side by side, unless it is timed."""
    databases = asked.database or DATABASES
    elsewhere = {"sqlite": POSTGRES_ONLY, "postgresql": SQLITE_ONLY}
    houses = [(database, [name for name in names if name not in elsewhere[database]]) for database in databases]
    side_by_side = 1 if set(names) & set(TIMED) else len(houses)
    with ThreadPoolExecutor(side_by_side) as pool:
        runs = [pool.submit(_play, mine, seed, database, asked) for database, mine in houses if mine]
        return [each for run in runs for each in run.result()]


def _asked(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.chaos", description="Break an installation on purpose.")
    parser.add_argument("scenario", nargs="*", help=f"one or more of: {', '.join(NAMES)}")
    parser.add_argument("--seed", type=int, action="append", help="may be given several times")
    parser.add_argument("--database", choices=DATABASES, action="append")
    parser.add_argument("--short", action="store_true", help="fewer faults and people, in one or two houses")
    parser.add_argument("--keep", action="store_true", help="keep each installation's folder")
    asked = parser.parse_args(arguments)
    unknown = set(asked.scenario) - set(NAMES)
    if unknown:
        parser.error(f"There is no scenario {', '.join(sorted(unknown))}; there are: {', '.join(NAMES)}.")
    return asked


def _play(names: list[str], seed: int, database: str, asked: argparse.Namespace) -> list[Played]:
    """Play some scenarios in one house; one that broke down counts as found."""
    _say(f"Seed {seed}, {database}: {', '.join(names)}")
    with ExitStack() as stack:
        folder = Path(tempfile.mkdtemp(prefix="chaos-"))
        stack.callback(shutil.rmtree, folder, ignore_errors=True)
        if "disk" in names:
            _small_disk(folder / "data", stack)
        environ = _environ(folder, database, stack, 1 if asked.short else setting.TEXTS)
        command = [sys.executable, "-m", "tests.chaos.run", str(seed), "short" if asked.short else "full", *names]
        done = subprocess.run(command, env=environ, stdout=subprocess.PIPE, text=True, check=False)
        said: dict[str, dict[str, Any]] = json.loads(done.stdout) if done.returncode == 0 else {}
        played = [Played.of(name, seed, database, said.get(name)) for name in names]
        for each in played:
            for line in each.lines():
                _say(line)
        if asked.keep:
            kept = shutil.copytree(folder, f"{folder}-kept", ignore=shutil.ignore_patterns("*.sock"))
            _say(f"  Kept: {kept}")
    return played


def _say(line: str) -> None:
    print(line, flush=True)  # noqa: T201  this is a command


def _small_disk(folder: Path, stack: ExitStack) -> None:
    """Mount a disk of a few megabytes. Raises SystemExit with one line where that is not allowed."""
    folder.mkdir(parents=True)
    mount = ["mount", "-t", "tmpfs", "-o", f"size={SMALL_DISK}", "tmpfs", str(folder)]
    if subprocess.run(mount, check=False, capture_output=True).returncode:
        sys.exit("The scenario disk mounts a small disk and may not here. Run it as root, or name the others.")
    stack.callback(subprocess.run, ["umount", "-l", str(folder)], check=False)


def _environ(folder: Path, database: str, stack: ExitStack, texts: int) -> dict[str, str]:
    """Return the environment of one house; its PostgreSQL ends with the stack."""
    now = datetime.now(UTC)  # noqa: TID251  a command begins with the time
    if database == "sqlite":
        return setting.make(folder, "", now, texts)
    server = postgresql.make()
    stack.callback(postgresql.forget, server)
    server.start()
    extra = {"CHAOS_POSTGRES": str(server.folder), "CHAOS_POSTGRES_PORT": str(server.port)}
    return setting.make(folder, server.address, now, texts) | extra


if __name__ == "__main__":
    os.chdir(Path(__file__).resolve().parents[2])
    sys.exit(main(sys.argv[1:]))
