"""`course demo`: a folder (and, on PostgreSQL, a database) of its own, and the sample course running in it."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

import click

from course.cli import sandbox_environment
from course.cli.demo_database import DatabaseRefusedError, forget_database, kept_database, throwaway_database
from course.cli.locks import RUN_LOCK, TakenError, take_folder
from course.cli.processes import die_with_parent


@click.command("demo")
@click.option("--until-complete", is_flag=True, help="Let the invented people play the whole course, then end.")
@click.option("--json", "as_json", is_flag=True, help="With --until-complete, print the figures as one JSON object.")
@click.option("--clean", is_flag=True, help="Start clean: forget the last run.")
@click.option("--dir", "folder", type=click.Path(path_type=Path, file_okay=False), help="Keep the data here.")
def command(until_complete: bool, as_json: bool, clean: bool, folder: Path | None) -> None:
    """Run the sample course on this machine: nothing leaves it, and nobody in it is real.

    Without options it stays up until Ctrl-C and, run again, goes on where it was.
    """
    if as_json and not until_complete:
        raise click.UsageError("--json goes with --until-complete.")
    stage = ["--until-complete"] * until_complete + ["--json"] * as_json
    try:
        with _folder(folder, throwaway=until_complete, clean=clean) as data_dir:
            environ = sandbox_environment.make(data_dir.resolve(), os.environ)
            with _database(data_dir, throwaway=until_complete) as database:
                code = _run_stage(stage, environ | {"DATABASE_URL": database})
    except (DatabaseRefusedError, TakenError) as refusal:
        raise click.ClickException(str(refusal)) from refusal
    sys.exit(code)


@contextmanager
def _folder(folder: Path | None, *, throwaway: bool, clean: bool) -> Iterator[Path]:
    if folder is None and throwaway:
        made = Path(tempfile.mkdtemp(prefix="course-demo-"))
        try:
            yield made
        finally:
            shutil.rmtree(made, ignore_errors=True)
        return
    kept = folder or Path("var") / "demo"
    if not sandbox_environment.is_sandbox(kept) and _holds_something(kept):
        raise click.ClickException(f"{kept} holds something else; name an empty folder with --dir.")
    take_folder(kept.resolve())
    if clean and sandbox_environment.is_sandbox(kept):
        if os.environ.get("DATABASE_URL"):
            forget_database(os.environ["DATABASE_URL"], sandbox_environment.name_of(kept))
        _empty(kept)
    yield kept


def _holds_something(folder: Path) -> bool:
    return folder.is_dir() and any(each.name != RUN_LOCK for each in folder.iterdir())


def _empty(folder: Path) -> None:
    """Forget all but the lock, by which a second run notices this one."""
    for each in folder.iterdir():
        if each.is_dir() and not each.is_symlink():
            shutil.rmtree(each)
        elif each.name != RUN_LOCK:
            each.unlink()


@contextmanager
def _database(data_dir: Path, *, throwaway: bool) -> Iterator[str]:
    """Yield the address of a database that holds nobody real: SQLite, or one of our own beside the given."""
    given = os.environ.get("DATABASE_URL", "")
    if not given:
        yield ""
    elif throwaway:
        with throwaway_database(given) as address:
            yield address
    else:
        yield kept_database(given, sandbox_environment.name_of(data_dir))


def _run_stage(arguments: list[str], environ: dict[str, str]) -> int:
    """Run the stage and hand on what a user sends: Ctrl-C reaches it by itself, SIGTERM through us."""
    argv = [sys.executable, "-m", "course", "stage", *arguments]
    process = subprocess.Popen(argv, env=environ, preexec_fn=die_with_parent)  # noqa: PLW1509  no threads yet run

    def hand_on(number: int, _frame: FrameType | None) -> None:
        process.send_signal(number)

    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, hand_on)
    signal.signal(signal.SIGHUP, hand_on)
    return process.wait()
