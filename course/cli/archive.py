"""A database's copy in; one backup file out, and back: a tar of `manifest.json` and `database`, in this order."""

import hashlib
import json
import os
import shutil
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from io import BytesIO
from pathlib import Path
from typing import IO

FORMAT = 1
_MANIFEST, _DATA = "manifest.json", "database"
_LONGEST_MANIFEST = 64 * 1024
_CHUNK = 1024 * 1024


class ArchiveError(Exception):
    """The file is no backup, or not a whole one. The message is one line."""


@dataclass(frozen=True)
class Manifest:
    """What a backup says of itself. ``taken_at`` is machine time, ``ledger_position`` bytes of the ledger then."""

    format: int
    version: str
    vendor: str
    taken_at: str
    ledger_position: int
    migrations: list[str]
    sha256: str
    size: int


def digest(path: Path) -> str:
    """Return the SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def write(target: Path, data: Path, manifest: Manifest) -> None:
    """Write the backup beside its name, put it on disk, then give it its name. Raises OSError."""
    part = target.with_name(target.name + ".part")
    raw = json.dumps(asdict(manifest), indent=1).encode()
    try:
        with _private(part) as file:
            with tarfile.open(fileobj=file, mode="w") as tar:
                info = tarfile.TarInfo(_MANIFEST)
                info.size = len(raw)
                tar.addfile(info, BytesIO(raw))
                tar.add(data, _DATA, filter=_nobody)
            file.flush()
            os.fsync(file.fileno())
        part.rename(target)
    finally:
        part.unlink(missing_ok=True)


def read(source: Path) -> Manifest:
    """Return what a backup says of itself. Raises ArchiveError."""
    with _opened(source) as tar:
        first = tar.next()
        held = tar.extractfile(first) if first and first.name == _MANIFEST else None
        if held is None:
            raise ArchiveError(f"{source} is no backup of this program.")
        try:
            manifest = Manifest(**json.loads(held.read(_LONGEST_MANIFEST)))
        except (ValueError, TypeError):
            raise ArchiveError(f"{source} is a backup of another format than {FORMAT}.") from None
    if manifest.format != FORMAT:
        raise ArchiveError(f"{source} is a backup of format {manifest.format}; this program reads {FORMAT}.")
    return manifest


def extract(source: Path, manifest: Manifest, into: Path) -> None:
    """Write the database's copy to ``into``. Raises ArchiveError when it is not what was backed up."""
    with _opened(source) as tar:
        member = next((each for each in tar if each.name == _DATA), None)
        data = tar.extractfile(member) if member else None
        if data is None:
            raise ArchiveError(f"{source} holds no database.")
        with _private(into) as file:
            shutil.copyfileobj(data, file, _CHUNK)
            file.flush()
            os.fsync(file.fileno())
    if into.stat().st_size != manifest.size or digest(into) != manifest.sha256:
        raise ArchiveError(f"{source} is damaged: the database in it is not the one that was backed up.")


@contextmanager
def _opened(source: Path) -> Iterator[tarfile.TarFile]:
    try:
        with tarfile.open(source, "r:") as tar:
            yield tar
    except (tarfile.TarError, OSError, EOFError) as error:
        raise ArchiveError(f"{source} cannot be read as a backup: {error}.") from None


@contextmanager
def _private(path: Path) -> Iterator[IO[bytes]]:
    """Open a new file that only this user can read."""
    number = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(number, "wb") as file:
        yield file


def _nobody(info: tarfile.TarInfo) -> tarfile.TarInfo:
    info.uid = info.gid = 0
    info.uname = info.gname = ""
    info.mode = 0o600
    return info
