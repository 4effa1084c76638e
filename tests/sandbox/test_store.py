import sqlite3
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from course.sandbox.config import SandboxConfig
from course.sandbox.records import INBOUND, OUTBOUND, NewText
from course.sandbox.store import SandboxStore
from tests.sandbox.conftest import CLINIC, COURSE_TIME

_WRITER = """
import sys
from datetime import UTC, datetime
from dataclasses import replace
from pathlib import Path
from typing import Any
from course.sandbox.store import SandboxStore
with SandboxStore(Path(sys.argv[1]), lambda: datetime(2026, 11, 23, tzinfo=UTC)) as store:
    for n in range(50):
        store.add_mail("a@example.org", ["ana@example.net"], f"<{sys.argv[2]}-{n}@example.org>", b"x", "Q")
"""


def test_threads_and_processes_may_write_at_once_and_nothing_is_lost(
    store: SandboxStore, config: SandboxConfig
) -> None:
    path = config.data_dir / "sandbox.sqlite3"
    root = Path(__file__).parents[2]
    others = [subprocess.Popen([sys.executable, "-c", _WRITER, str(path), str(n)], cwd=root) for n in range(2)]
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda n: store.add_mail("a", ["tom@example.com"], f"<{n}>", b"x", "Q"), range(50)))
    assert [one.wait(30) for one in others] == [0, 0]
    assert len({mail.message_id for mail in store.mails()}) == 150


def test_the_file_writes_ahead_and_waits_for_the_disk(store: SandboxStore) -> None:
    database = store._database
    (mode,) = database.rows("PRAGMA journal_mode")
    (synchronous,) = database.rows("PRAGMA synchronous")
    assert (mode[0], synchronous[0]) == ("wal", 2)


def test_a_failed_write_leaves_nothing_half_done(store: SandboxStore) -> None:
    first = NewText("SM1", "+12025550143", CLINIC, "one", OUTBOUND, "queued")
    store.add_text(first)
    with pytest.raises(sqlite3.IntegrityError):
        store.add_text(first, [(0.0, {"MessageStatus": "sent"})])
    unwritable: Any = {"MessageStatus": object()}
    with pytest.raises(TypeError):
        store.add_text(replace(first, sid="SM2"), [(0.0, unwritable)])
    assert [text.sid for text in store.texts()] == ["SM1"]
    assert store.callbacks.seconds_to_next() is None


def test_mailboxes_and_phones_stand_in_the_order_in_which_they_first_appeared(store: SandboxStore) -> None:
    for address in ("ana@example.net", "tom@example.com", "Ana@Example.net"):
        store.add_mail("a@example.org", [address], "", b"", "Q")
    store.add_text(NewText("SM1", "+12025550187", CLINIC, "one", OUTBOUND, "queued"))
    store.add_text(NewText("SM2", CLINIC, "+12025550143", "two", INBOUND, "received"))
    store.add_text(NewText("SM3", CLINIC, "+12025550187", "three", INBOUND, "received"))
    found = [(one.kind, one.address.lower(), one.count, one.last) for one in store.addresses()]
    assert found == [
        ("email", "ana@example.net", 2, COURSE_TIME),
        ("email", "tom@example.com", 1, COURSE_TIME),
        ("phone", "+12025550187", 2, COURSE_TIME),
        ("phone", "+12025550143", 1, COURSE_TIME),
    ]


def test_one_address_has_its_own_messages_in_the_order_in_which_they_came(store: SandboxStore) -> None:
    for n in range(4):
        store.add_mail("a@example.org", ["ana@example.net"], f"<{n}>", b"", "Q")
    store.add_mail("a@example.org", ["tom@example.com"], "<other>", b"", "Q")
    assert [mail.message_id for mail in store.mails("ANA@example.net")] == ["<0>", "<1>", "<2>", "<3>"]
    assert [mail.message_id for mail in store.mails("ana@example.net", newest=2)] == ["<2>", "<3>"]


def test_what_a_person_sent_is_not_news_for_that_person(store: SandboxStore) -> None:
    store.add_mail("a@example.org", ["ana@example.net"], "", b"", "Q")
    store.add_text(NewText("SM1", "+12025550187", CLINIC, "one", OUTBOUND, "queued"))
    store.add_text(NewText("SM2", CLINIC, "+12025550187", "two", INBOUND, "received"))
    assert store.change_count() == 2
