"""Who writes first to a SQLite file: on real files, each writer on a connection of its own."""

import fcntl
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, nullcontext
from pathlib import Path

import pytest
from django.db.backends.sqlite3.base import DatabaseWrapper
from django.db.utils import ConnectionHandler

from course import right_of_way

pytestmark = pytest.mark.django_db  # or nothing may open a connection


@pytest.fixture
def database(tmp_path: Path) -> Path:
    """Return a file with one table."""
    path = tmp_path / "x.sqlite3"
    with closing(connect(path)) as connection, connection.cursor() as cursor:
        cursor.execute("CREATE TABLE wrote (who text)")
    return path


def connect(path: Path) -> DatabaseWrapper:
    options = {"transaction_mode": "IMMEDIATE", "timeout": 20, "init_command": "PRAGMA journal_mode=WAL;"}
    settings = {"ENGINE": "django.db.backends.sqlite3", "NAME": str(path), "OPTIONS": options}
    connection = ConnectionHandler({"default": settings})["default"]
    assert isinstance(connection, DatabaseWrapper)
    return connection


@contextmanager
def writing(path: Path, who: str, *, gives_way: bool = False) -> Iterator[None]:
    """Let somebody write meanwhile, in a thread of their own, and wait for them at the end."""

    def write() -> None:
        way = right_of_way.giving_way() if gives_way else nullcontext()
        with closing(connect(path)) as connection, connection.cursor() as cursor, way:
            cursor.execute("INSERT INTO wrote VALUES (%s)", [who])

    thread = threading.Thread(target=write)
    thread.start()
    yield
    thread.join()


def wrote(path: Path) -> list[str]:
    with closing(connect(path)) as connection, connection.cursor() as cursor:
        cursor.execute("SELECT who FROM wrote ORDER BY rowid")
        return [who for (who,) in cursor.fetchall()]


def somebody_waits(path: Path) -> bool:
    with Path(f"{path}-waiting").open("w") as waiting:
        try:
            fcntl.flock(waiting, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False


def test_a_writer_that_must_wait_for_the_file_is_seen_to_wait(database: Path) -> None:
    with closing(connect(database)) as first, first.cursor() as cursor:
        cursor.execute("BEGIN IMMEDIATE")
        with writing(database, "second"):
            ends = time.monotonic() + 10
            while not somebody_waits(database) and time.monotonic() < ends:
                time.sleep(0.01)
            assert somebody_waits(database)
            cursor.execute("COMMIT")
    assert not somebody_waits(database)


def test_who_gives_way_begins_when_nobody_waits_any_more(database: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(right_of_way, "LONGEST_SECONDS", 60.0)
    with Path(f"{database}-waiting").open("w") as waiting:
        fcntl.flock(waiting, fcntl.LOCK_SH)
        with writing(database, "gives way", gives_way=True), writing(database, "goes first"):
            time.sleep(0.3)
            before = wrote(database)
            fcntl.flock(waiting, fcntl.LOCK_UN)
    assert (before, wrote(database)) == (["goes first"], ["goes first", "gives way"])


def test_who_gives_way_gets_on_in_the_end_though_others_always_wait(
    database: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(right_of_way, "LONGEST_SECONDS", 0.05)
    with Path(f"{database}-waiting").open("w") as waiting:
        fcntl.flock(waiting, fcntl.LOCK_SH)
        with writing(database, "gives way", gives_way=True):
            pass
    assert wrote(database) == ["gives way"]


def test_a_connection_that_is_opened_again_is_watched_once(database: Path) -> None:
    with closing(connect(database)) as connection:
        for _time in range(3):
            connection.close()
            connection.ensure_connection()
        assert len(connection.execute_wrappers) == 1
