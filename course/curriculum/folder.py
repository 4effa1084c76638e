"""In: the places of schedule.yaml and the lessons. Out: their text by canonical name, and one hash over it
all.
"""

import hashlib
from collections.abc import Mapping
from pathlib import Path

SCHEDULE = "schedule.yaml"
RED_FLAGS = "lessons/redflags.yaml"
SAFETY = "lessons/safety.yaml"


def read_folder(schedule: Path, lessons: Path) -> dict[str, str]:
    """Return every course file as text, by canonical name ("schedule.yaml", "lessons/en/<slug>.md", ...).

    A file that is missing or cannot be opened has no entry. Bytes that are not UTF-8 come back as lone
    surrogates, which the parser reports with their line; nothing here raises for what a file holds.
    """
    places = {SCHEDULE: schedule}
    for pattern in ("*.yaml", "*/*.md"):
        places |= {f"lessons/{p.relative_to(lessons).as_posix()}": p for p in sorted(lessons.glob(pattern))}
    texts = {name: _text(place) for name, place in places.items()}
    return {name: text for name, text in texts.items() if text is not None}


def content_hash(files: Mapping[str, str]) -> str:
    """Return the SHA-256 (hex) of all names and texts, whatever their order in ``files``."""
    whole = hashlib.sha256()
    for name in sorted(files):
        for part in (name, files[name]):
            data = part.encode("utf-8", "surrogateescape")
            whole.update(len(data).to_bytes(8, "big") + data)
    return whole.hexdigest()


def _text(place: Path) -> str | None:
    try:
        data = place.read_bytes()
    except OSError:
        return None
    # One newline on every system, so that a checkout on Windows is the same course version.
    text = data.removeprefix(b"\xef\xbb\xbf").decode("utf-8", "surrogateescape")
    return text.replace("\r\n", "\n").replace("\r", "\n")
