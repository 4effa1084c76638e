"""No message ever holds another person's slot, token or address, whoever renders it and whoever is killed.

5,000 messages here; ``make audit-render`` sends 100,000. A failure prints its seed: RENDER_SEED=… runs it again.
"""

import os
import random
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path
from typing import IO

from course.delivery import steps
from course.delivery.slots import Slots
from tests.delivery.occasions import everything, person
from tests.delivery.rendering_worker import choices

ROOT = Path(__file__).parents[2]
MESSAGES = int(os.environ.get("RENDER_MESSAGES", "5000"))
WORKERS = 2
KILLS = 1 + MESSAGES // 20_000  # of each worker
BEGIN = """import tests.environment, os, django
os.environ["DJANGO_SETTINGS_MODULE"] = "course.settings"
django.setup()
from tests.delivery.rendering_worker import main
main({}, {}, {})"""
TOKEN = re.compile(rb"[a-z2-7]{26}")
ADDRESS = re.compile(rb"person\d+@example\.org")


def records(pipe: IO[bytes]) -> Iterator[tuple[int, bytes]]:
    """Yield the whole messages of one process; what a kill cut short was never handed to anybody."""
    while header := pipe.readline():
        message, _, length = header.partition(b" ")
        content = pipe.read(int(length)) if length.endswith(b"\n") else b""
        if not content or len(content) < int(length):
            return
        yield int(message), content


def nameless(content: bytes, slots: Slots) -> bytes:
    """Return a message with this person's own values replaced by their names, whatever line they are broken over."""
    whole = content.replace(b"=\r\n", b"")
    for name, value in slots._asdict().items():
        whole = whole.replace(value.encode(), f"[{name}]".encode())
    return whole


@cache
def expected(kind: int) -> bytes:
    """Return what the ordinary way writes of this kind, with nobody's values in it."""
    occasion = everything()[kind]
    stranger = person(10**6, 10**6, occasion.channel)
    words = nameless(steps.write(occasion, stranger), stranger)
    assert not TOKEN.search(words)
    assert not ADDRESS.search(words)
    if occasion.channel == "email":
        places = [words.count(f"[{name}]".encode()) for name in Slots._fields]
        body = 1 if occasion.reader.form == "plain" else 2
        assert places == [1, 1, 1, 0, 2 + body, 1]  # two in List-Unsubscribe, and the link in each part
    return words


def verify(number: int, who: int, kind: int, content: bytes) -> None:
    """Compare all that one message holds with what is this person's own."""
    slots = person(who, number, everything()[kind].channel)
    flat = content.replace(b"=\r\n", b"")
    own = {slots.reply_token, slots.stop_token, slots.message_id[:26]} if content.startswith(b"From: ") else set()
    assert {token.decode() for token in TOKEN.findall(flat)} == own, number
    assert {each.decode() for each in ADDRESS.findall(flat)} == ({slots.address} if own else set()), number
    assert nameless(content, slots) == expected(kind), number


def run(seed: int, first: int, last: int) -> int:
    """Have messages ``first`` up to ``last`` rendered, killing the process now and then; return how often.

    Each time another process takes up after the last whole message of the one before.
    """
    kills, kill_after = 0, random.Random(seed + first).sample(range(first, last - 100), KILLS)
    while first < last:
        argv = [sys.executable, "-c", BEGIN.format(seed, first, last)]
        with subprocess.Popen(argv, cwd=ROOT, stdout=subprocess.PIPE) as process:
            assert process.stdout
            order = choices(seed, first, last)
            for (message, content), (number, who, kind) in zip(records(process.stdout), order, strict=False):
                assert message == number
                verify(number, who, kind, content)
                first = number + 1
                if number in kill_after:
                    process.kill()
        kills += process.returncode == -signal.SIGKILL
        assert process.returncode in (0, -signal.SIGKILL)
    return kills


def test_no_message_ever_holds_what_is_another_persons() -> None:
    seed = int(os.environ.get("RENDER_SEED", random.SystemRandom().randrange(10**6)))
    print(f"RENDER_SEED={seed}")  # noqa: T201  shown with a failure
    share = MESSAGES // WORKERS
    with ThreadPoolExecutor(WORKERS) as pool:
        kills = list(pool.map(lambda n: run(seed, n * share, (n + 1) * share), range(WORKERS)))
    assert min(kills) >= 1
