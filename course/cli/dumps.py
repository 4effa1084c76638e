"""A database in, a file out, and back: SQLite by its online backup, PostgreSQL by its own programs."""

import os
import re
import shutil
import sqlite3
import subprocess
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

from course.cli.archive import ArchiveError

Tell = Callable[[str], None]
Database = dict[str, Any]
_PAGES = 2048  # at a time: the progress is told between
_MOST_LINES = 3


class DumpError(Exception):
    """The database's own program refused. The message is one line."""


def dump_sqlite(database: Database, into: Path, tell: Tell) -> None:
    """Copy the database as it is at one instant, while others write on (sqlite3 online backup)."""
    told = 0

    def progress(_status: int, left: int, total: int) -> None:
        nonlocal told
        percent = 100 * (total - left) // max(total, 1)
        if percent >= told + 10:
            told = percent
            tell(f"Copied {percent} %.")

    with closing(sqlite3.connect(database["NAME"])) as source, closing(sqlite3.connect(into)) as copy:
        source.execute("BEGIN")
        source.execute("SELECT count(*) FROM sqlite_master")  # from here on the source shows one instant
        source.backup(copy, pages=_PAGES, progress=progress)
        copy.execute("PRAGMA journal_mode=DELETE")
    check_sqlite(into)


def check_sqlite(path: Path) -> None:
    """Raises ArchiveError when the file is no whole SQLite database."""
    try:
        with closing(sqlite3.connect(path)) as database:
            said = database.execute("PRAGMA integrity_check").fetchone()[0]
    except sqlite3.DatabaseError as error:
        said = str(error)
    if said != "ok":
        raise ArchiveError(f"The database in the backup is damaged: {said}.")


def load_sqlite(database: Database, part: Path, first: Sequence[str]) -> None:
    """Do the statements of ``first`` in the copy, then put it in the database's place in one step."""
    place = Path(database["NAME"])
    with closing(sqlite3.connect(part)) as copy, copy:
        for statement in first:
            copy.execute(statement)
    with part.open("rb") as file:
        os.fsync(file.fileno())
    for ending in ("-wal", "-shm"):
        place.with_name(place.name + ending).unlink(missing_ok=True)
    part.rename(place)


def dump_postgresql(database: Database, into: Path, tell: Tell) -> None:
    """Dump in PostgreSQL's custom format. Raises DumpError."""
    argv = [_program("pg_dump"), "--format=custom", "--verbose", "--no-password", f"--file={into}"]
    with subprocess.Popen(argv, env=_environment(database), stderr=subprocess.PIPE, text=True) as dump:
        last: list[str] = []
        for line in dump.stderr or ():
            last = [*last, line.strip()][-_MOST_LINES:]
            table = re.search(r"dumping contents of table \"(\S+)\"", line)
            if table:
                tell(f"Copying {table[1]}.")
    if dump.returncode:
        raise DumpError(f"pg_dump failed: {' '.join(last)}")
    into.chmod(0o600)


def check_postgresql(path: Path) -> None:
    """Raises ArchiveError when the file is no dump."""
    done = subprocess.run([_program("pg_restore"), "--list", path], capture_output=True, text=True, check=False)
    if done.returncode:
        raise ArchiveError(f"The database in the backup is damaged: {done.stderr.strip()}.")


def load_postgresql(database: Database, part: Path, first: Sequence[str]) -> None:
    """Load the dump and do the statements of ``first`` in one transaction. Raises DumpError: then nothing changed."""
    script = part.with_name(part.name + ".sql")
    script.touch(0o600)
    try:
        _run(
            database, "pg_restore", "--clean", "--if-exists", "--no-owner", "--no-privileges", f"--file={script}", part
        )
        with script.open("a") as file:
            file.write("\nRESET search_path;\n" + "".join(f"{statement};\n" for statement in first))
        _run(
            database, "psql", "--no-psqlrc", "--quiet", "--no-password", "--set=ON_ERROR_STOP=1", "--output=/dev/null",
            "--single-transaction", f"--file={script}",
        )  # fmt: skip
    finally:
        script.unlink(missing_ok=True)
        part.unlink(missing_ok=True)


def _run(database: Database, program: str, *arguments: "str | Path") -> None:
    done = subprocess.run(
        [_program(program), *arguments], env=_environment(database), capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise DumpError(f"{program} failed: {' '.join(done.stderr.strip().splitlines()[-_MOST_LINES:])}")


def _program(name: str) -> str:
    """Return one of PostgreSQL's programs, from PATH or where Debian keeps them."""
    places = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"))
    found = shutil.which(name) or (str(places[-1]) if places else "")
    if not found:
        raise DumpError(f"{name} is missing. On Debian and Ubuntu: apt-get install postgresql-client.")
    return found


def _environment(database: Database) -> dict[str, str]:
    """Return how PostgreSQL's programs reach the database: never on a command line, where others see it."""
    names = {"NAME": "PGDATABASE", "USER": "PGUSER", "PASSWORD": "PGPASSWORD", "HOST": "PGHOST", "PORT": "PGPORT"}
    own = {names[key]: str(database[key]) for key in names if database.get(key)}
    return {name: value for name, value in os.environ.items() if not name.startswith("COURSE_")} | own
