"""The evidence of a run in; what was wrong, verdict by verdict, out. Pure: no database, no clock, no socket."""

import math
import re
from collections import Counter, defaultdict
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from tests.chaos.records import Evidence, Row, Stop, Taken

STOP_GRACE = 2.0  # law 5
SAFETY_P99 = 5.0
ON_THE_WIRE = timedelta(seconds=1)  # between the last look at the clock and the sink's own stamp
WENT = ("accepted", "delivered", "bounced")
ENDED = (*WENT, "failed", "suppressed", "expired", "cancelled")
_TOKEN = re.compile(r"(?<![a-z0-9])[a-z2-7]{26}(?![a-z0-9])")
_ADDRESS = re.compile(r"(?<![\w.+-])[\w.]+@example\.org|\+1\d{10}")

Faults = list[str]


def judge(evidence: Evidence) -> dict[str, Faults]:
    """Return each verdict's faults, a short sentence each; a good run has none anywhere."""
    return {name: verdict(evidence) for name, verdict in VERDICTS.items()}


def lost(evidence: Evidence) -> Faults:
    """Somebody got no lesson that was due, and neither a stop nor the other side's own refusal is the reason."""
    took = {each.key for each in evidence.taken}
    stopped = {each.person for each in evidence.stops}
    rows = defaultdict(list)
    for row in evidence.rows:
        if row.step:
            rows[row.person].append(row)
    found = []
    for person in evidence.people:
        if person.pk in stopped or person.poison:
            continue
        for channel, parts in person.parts:
            mine = {row.part: row for row in rows[person.pk] if row.channel == channel}
            for part in range(1, parts + 1):
                gap = _gap(mine.get(part), took, evidence)
                found += [f"person {person.pk}, {channel} part {part}: {gap}"] if gap else []
    return found


def _gap(row: Row | None, took: set[str], evidence: Evidence) -> str:
    if row is None:
        return "never planned"
    if row.key in took or row.key in evidence.refused or row.reason == "earlier_part":
        return ""
    return f"row {row.pk} is {row.state} {row.reason}".rstrip()


def sent_twice(evidence: Evidence) -> Faults:
    """A sink took one message twice, and the database does not know that this may be so."""
    return [f"row {row.pk}: {count} times" for row, count in _repeats(evidence) if not row.possibly_twice]


def possibly_twice(evidence: Evidence) -> Faults:
    """Law 3: a message taken twice because nobody could be asked. Where a look-up exists there are none."""
    counted = [f"row {row.pk}: {count} times" for row, count in _repeats(evidence) if row.possibly_twice]
    return counted if evidence.look_up else []


def _repeats(evidence: Evidence) -> list[tuple[Row, int]]:
    """Return what came more than once: a message by its own key, and a step's part by person and channel."""
    rows = {row.key: row for row in evidence.rows}
    known = [rows[each.key] for each in evidence.taken if each.key in rows]
    counts = Counter((row.person, row.step, row.channel, row.part) if row.step else row.key for row in known)
    last = {((row.person, row.step, row.channel, row.part) if row.step else row.key): row for row in known}
    return [(last[name], count) for name, count in counts.items() if count > 1]


def outside_window(evidence: Evidence) -> Faults:
    """A course message came, or could still come from the provider's queue, outside the person's hours (law 6)."""
    zones = {person.pk: person.zone for person in evidence.people}
    found = []
    for row, taken in _course(evidence):
        zone = ZoneInfo(zones[row.person]) if row.person in zones else None
        if zone is None:
            continue
        local = datetime.fromtimestamp(taken.at, UTC).astimezone(zone)
        opens = evidence.hours.sunday if local.weekday() == 6 else evidence.hours.start
        if not (opens <= local.time() and (local - ON_THE_WIRE).time() < evidence.hours.end):
            found.append(f"row {row.pk} at {local:%H:%M:%S}")
        elif taken.valid_for is not None and _outlives(local, taken.valid_for, evidence):
            found.append(f"row {row.pk} may wait at the provider until after {evidence.hours.end:%H:%M}")
    return found


def _outlives(local: datetime, valid_for: int, evidence: Evidence) -> bool:
    shut = local.replace(hour=evidence.hours.end.hour, minute=evidence.hours.end.minute, second=0, microsecond=0)
    return local + timedelta(seconds=valid_for - 2) > shut


def after_stop(evidence: Evidence) -> Faults:
    """A course message came more than two seconds after a stop was acknowledged (law 5)."""
    first: dict[int, Stop] = {}
    for stop in evidence.stops:
        if stop.person not in first or stop.acknowledged_at < first[stop.person].acknowledged_at:
            first[stop.person] = stop
    found = []
    for row, taken in _course(evidence):
        stop_of = first.get(row.person or 0)
        late = taken.at - stop_of.acknowledged_at if stop_of else 0.0
        if late > STOP_GRACE:
            found.append(f"row {row.pk}: {late:.1f} s after the stop")
    return found


def wrong_person(evidence: Evidence) -> Faults:
    """A message went to another address, or holds another's address or token, or is no row's at all (law 8)."""
    rows = {row.key: row for row in evidence.rows}
    everybody = {address for person in evidence.people for address in person.addresses}
    found = []
    for taken in evidence.taken:
        row = rows.get(taken.key)
        if row is None:
            found.append(f"a {taken.channel} message that no row knows")
            continue
        strange = set(_TOKEN.findall(taken.words)) & evidence.tokens - row.own
        others = set(_ADDRESS.findall(taken.words)) & everybody - {row.address}
        if taken.address != row.address or strange or others:
            found.append(f"row {row.pk}")
    return found


def last_word(evidence: Evidence) -> Faults:
    """The database's last word on a message is not the sink's."""
    took = defaultdict(set)
    for taken in evidence.taken:
        took[taken.key].add(taken.provider_id)
    owed = {person.pk for person in evidence.people if person.parts}
    found = []
    for row in evidence.rows:
        if row.state in ("planned", "retry") and row.person and row.person not in owed and not took[row.key]:
            continue  # it waits for its window
        fault = _differs(row, took[row.key], evidence)
        found += [f"row {row.pk}: {fault}"] if fault else []
    return found


def _differs(row: Row, ids: set[str], evidence: Evidence) -> str:
    if row.state not in ENDED:
        return "" if row.state == "unknown" and not evidence.look_up else f"is still {row.state}"
    if ids and row.state not in WENT:
        return f"went, and is {row.state}"
    if not ids and row.state in WENT:
        return f"never came, and is {row.state}"
    if ids and row.provider_id not in ids:
        return "is known by another provider id"
    if row.channel == "sms" and row.state == "accepted" and row.key not in evidence.callbacks_lost:
        return "was delivered, and is accepted"
    return ""


def no_reason(evidence: Evidence) -> Faults:
    """Something was not sent and nobody wrote down why (law 13)."""
    ended = ("failed", "suppressed", "expired", "cancelled")
    found = [f"row {row.pk} is {row.state}" for row in evidence.rows if row.state in ended and not row.reason]
    return found + ["a notice planned as nothing"] * evidence.unreasoned_notices


def poison(evidence: Evidence) -> Faults:
    """A message that cannot be handled has no written end."""
    told = {row.person for row in evidence.rows if row.state in ENDED and row.reason}
    spoilt = [person for person in evidence.people if person.poison]
    return [f"person {person.pk}" for person in spoilt if person.pk not in told and not person.set_aside]


def safety_late(evidence: Evidence) -> Faults:
    """A safety text never came; or, while no more than a batch is in the way, p99 is over five seconds."""
    missing = evidence.safety_asked - len(evidence.safety_seconds)
    found = [f"{missing} safety texts never came"] if missing > 0 else []
    slow = p99(evidence.safety_seconds)
    return found + ([f"p99 is {slow:.1f} s"] if evidence.safety_timed and slow > SAFETY_P99 else [])


def not_reached(evidence: Evidence) -> Faults:
    """A fault that was to be made was never made: the run proves nothing about it."""
    return list(evidence.not_reached)


def p99(seconds: list[float]) -> float:
    """Return the value that 99 in 100 do not exceed (nearest rank); 0 for none."""
    ordered = sorted(seconds)
    return ordered[math.ceil(len(ordered) * 0.99) - 1] if ordered else 0.0


def _course(evidence: Evidence) -> list[tuple[Row, Taken]]:
    rows = {row.key: row for row in evidence.rows if row.message_class == "course"}
    return [(rows[each.key], each) for each in evidence.taken if each.key in rows]


VERDICTS: dict[str, Callable[[Evidence], Faults]] = {
    "lost": lost,
    "sent twice": sent_twice,
    "possibly twice": possibly_twice,
    "outside window": outside_window,
    "after stop": after_stop,
    "wrong person": wrong_person,
    "last word differs": last_word,
    "no reason": no_reason,
    "poison": poison,
    "safety late": safety_late,
    "fault not made": not_reached,
}
