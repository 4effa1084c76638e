"""The scenario of intake: a stage in; letters brought while web and listener are killed, counted at their senders."""

import re
import signal
import socket
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

from twilio.request_validator import RequestValidator

from tests.chaos import facts
from tests.chaos.letters import Addresses, letters
from tests.chaos.people import Kind
from tests.chaos.records import Intake
from tests.chaos.senders import Senders
from tests.chaos.size import Size
from tests.chaos.stage import Stage

WAYS = {"lmtp": "mail", "web": "text"}  # which letters fly when a program is killed
STILL_FOR = 300.0  # longer than a lease that a killed task leaves behind
_AT_MOST = 4 * 3600.0
_UP_IN = 120.0
_READERS = ("web", "lmtp", "worker", "safety", "look", "ask", "beat")
_STAMP = re.compile(r"\[?\d{4}-\d\d-\d\d ")
_TROUBLE = re.compile(r" (?:ERROR|CRITICAL) |: (?:ERROR|CRITICAL)/|Traceback|Internal Server Error|panicked")
_LATER = re.compile(r"mail was not taken: ")  # the sender was told 451
# A machine that is too slow ends a task by its time limit: the row is taken up again (law 1).
_TOO_SLOW = re.compile(
    r"TimeLimitExceeded|Hard time limit|exited with 'signal 9|nothing taken up for|waiting for UP message|Couldn't ack"
)


def intake(stage: Stage, size: Size) -> None:
    """Letters of every shape come in, by LMTP and webhook, while the web and the listener are killed in turn."""
    senders = Senders(_letters(stage, size), stage.house.environ, stage.rng.randrange(1_000_000))
    stage.act.people = []  # their lessons are not what is judged here
    senders.start()
    not_made = []
    each = size.letters * 3 // (size.intake_kills * 4)  # the others are for kills at which nothing was on its way yet
    for _round in range(size.intake_kills):
        at = senders.taken_up + stage.rng.randrange(each // 2)
        senders.let(each)
        stage.house.until(lambda at=at: senders.taken_up >= at, STILL_FOR)
        name = stage.rng.choice(list(WAYS))
        if _kill(stage, senders, name):
            stage.note("kills")
        else:
            not_made.append(f"no letter was on its way to {name}")
    while senders.let(500):
        stage.house.until_none(senders.left, STILL_FOR, _AT_MOST)
    stage.house.until_none(senders.left, STILL_FOR, _AT_MOST)
    senders.end()
    stage.house.until_none(facts.not_understood, STILL_FOR, _AT_MOST)
    _close(stage, senders, not_made)


def _kill(stage: Stage, senders: Senders, name: str) -> bool:
    """SIGKILL a program while a letter is on its way to it, and wait until it answers again."""
    for look in range(1, 3000):
        if senders.flying[WAYS[name]]:
            break
        stage.house.wait(0.01)
        if look % 200 == 0 and not senders.let(20):
            return False
    else:
        return False
    stage.house.signal(name, signal.SIGKILL)
    address = stage.house.environ["COURSE_LMTP_BIND"]
    if name == "web":
        address = urlsplit(stage.house.environ["COURSE_PUBLIC_URL"]).netloc.replace("localhost", "127.0.0.1")
    stage.house.wait(0.1)
    stage.house.until(lambda: _answers(address), _UP_IN, f"{name} is up again")
    return True


def _answers(address: str) -> bool:
    host, _, port = address.rpartition(":")
    try:
        with socket.create_connection((host, int(port)), 0.5):
            return True
    except OSError:
        return False


def _letters(stage: Stage, size: Size) -> Iterator:
    people = stage.people(size.people, Kind(("email", "sms")))
    stage.house.until(lambda: len(facts.mail_tokens()) >= len(people), 120, "everybody has a lesson to answer")
    environ = stage.house.environ
    domain = environ["COURSE_MAIL_DOMAIN"]
    tokens = facts.mail_tokens()
    validator = RequestValidator(environ["COURSE_TWILIO_AUTH_TOKEN"])
    url = f"{environ['COURSE_PUBLIC_URL']}/hooks/twilio/inbound"
    addresses = sorted(address for person in people for address in person.addresses)
    to = Addresses(
        replies=[f"reply+{reply}@{domain}" for reply, _bounce, _stop in tokens],
        bounces=[f"bounce+{bounce}@{domain}" for _reply, bounce, _stop in tokens],
        stops=[f"stop+{stop}@{domain}" for _reply, _bounce, stop in tokens],
        course=environ["COURSE_MAIL_FROM"],
        domain=domain,
        people=[address for address in addresses if "@" in address],
        numbers=[address for address in addresses if "@" not in address],
        account=environ["COURSE_TWILIO_ACCOUNT_SID"],
        sign=lambda params: validator.compute_signature(url, params),
    )
    return letters(stage.rng.randrange(1_000_000), size.letters, to)


def _close(stage: Stage, senders: Senders, not_made: list[str]) -> None:
    """Leave for the judge what senders, database and logs say."""
    sent = list(senders.sent.values())
    domain, course = stage.house.environ["COURSE_MAIL_DOMAIN"], stage.house.environ["COURSE_MAIL_FROM"]
    errors, too_slow = _errors(stage.folder / "logs")
    stage.act.intake = Intake(
        sent=sent, stored=facts.stored(domain, course), errors=errors, crashed=senders.crashed, not_made=not_made
    )
    stage.note("letters", len({each.number for each in sent}))
    stage.note("refused for good", sum(each.refused > 0 for each in sent))
    for what, count in senders.counts.items():
        stage.note(what, count)
    if too_slow:
        stage.note("tasks ended by their time limit", too_slow)


def _errors(logs: Path) -> tuple[list[str], int]:
    """Return what the programs' logs tell of a crash, and how many tasks were ended for being too slow."""
    crashes, too_slow = [], 0
    for name in _READERS:
        for entry in _entries((logs / f"{name}.log").read_text("utf-8", "replace")):
            too_slow += "Hard time limit" in entry
            if _TROUBLE.search(entry) and not _LATER.search(entry) and not _TOO_SLOW.search(entry):
                crashes.append(f"{name}: {' '.join(entry.split()[-30:])[-300:]}")
    return crashes, too_slow


def _entries(log: str) -> list[str]:
    """Return a log's entries, each with the traceback that belongs to it."""
    found = [""]
    for line in log.splitlines():
        alone = line.startswith("Traceback") and not (_STAMP.match(found[-1]) and "Traceback" not in found[-1])
        if _STAMP.match(line) or (alone and not found[-1].endswith('"""\n')):
            found.append("")
        found[-1] += f"{line}\n"
    return found
