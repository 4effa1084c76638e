"""A data folder in; the environment of a sandbox with secrets of its own out. Run again, it is the same."""

import hashlib
import json
import random
import secrets
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from course.cli.locks import TakenError, take_port
from course.environment import new_secret

_FILE = "sandbox.json"
_PORTS = {"web": 8000, "phone": 8080, "smtp": 8025, "lmtp": 8024}
_OTHER_PORTS = range(20_000, 30_000)  # below those that systems give to outgoing connections


def is_sandbox(data_dir: Path) -> bool:
    """Return whether this folder was made by the sandbox."""
    return (data_dir / _FILE).exists()


def name_of(data_dir: Path) -> str:
    """Return a short name that no other sandbox has: its secrets tell it, so that a database fits its keys."""
    return hashlib.sha256((data_dir / _FILE).read_bytes()).hexdigest()[:12]


def make(data_dir: Path, environ: Mapping[str, str]) -> dict[str, str]:
    """Return the environment, making and keeping the secrets the first time."""
    data_dir.mkdir(parents=True, exist_ok=True)
    kept = data_dir / _FILE
    if not kept.exists():
        kept.touch(mode=0o600)
        kept.write_text(json.dumps(_new_secrets(), indent=1))
    ports = _free_ports()
    web = f"http://localhost:{ports['web']}"
    return {
        **{name: value for name, value in environ.items() if not name.startswith("COURSE_")},
        **{name: value for name, value in environ.items() if name == "COURSE_DIR"},
        **json.loads(kept.read_text()),
        "COURSE_MODE": "sandbox",
        "COURSE_DATA_DIR": str(data_dir),
        "COURSE_PUBLIC_URL": web,
        "COURSE_WEB_BIND": f"127.0.0.1:{ports['web']}",
        "COURSE_MAIL_FROM": "course@example.org",
        "COURSE_MAIL_DOMAIN": "course.example.org",
        "COURSE_SMTP_URL": f"smtp://127.0.0.1:{ports['smtp']}",
        "COURSE_RELAY_LOG": str(data_dir / "relay.log"),
        "COURSE_LMTP_BIND": f"127.0.0.1:{ports['lmtp']}",
        "COURSE_TWILIO_FROM": "+12025550100",
        "COURSE_TWILIO_URL": f"http://127.0.0.1:{ports['phone']}",
        "COURSE_SANDBOX_SMTP_PORT": str(ports["smtp"]),
        "COURSE_SANDBOX_HTTP_PORT": str(ports["phone"]),
        "COURSE_TEXT_RATE": "100",
        "COURSE_DOMAIN_RATE": "100",
        "COURSE_TICK_SECONDS": "0.5",
        "COURSE_LEASE_SECONDS": "10",
        "COURSE_ANSWER_SECONDS": "5",
    }


def _new_secrets() -> dict[str, str]:
    return {
        "COURSE_SECRET_KEY": secrets.token_urlsafe(48),
        "COURSE_KEYS": f"sandbox:{new_secret()}",
        "COURSE_INDEX_KEY": new_secret(),
        "COURSE_TWILIO_ACCOUNT_SID": f"AC{secrets.token_hex(16)}",
        "COURSE_TWILIO_AUTH_TOKEN": secrets.token_hex(16),
    }


def _free_ports() -> dict[str, int]:
    """Return the usual ports, and another for each that is taken, kept from others until this process ends."""
    return {name: _keep(port) for name, port in _PORTS.items()}


def _keep(usual: int) -> int:
    for port in (usual, *random.sample(_OTHER_PORTS, 100)):
        with suppress(TakenError):
            take_port("127.0.0.1", port)
            return port
    raise TakenError("No port is free on this machine.")
