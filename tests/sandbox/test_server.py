import http.client
import os
import signal
import socket
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from pytest_django import Settings

from course.sandbox.config import Sandbox
from course.sandbox.server import SandboxError, SandboxServer
from tests.sandbox.conftest import ACCOUNT, CLINIC, TOKEN, free_port

_RUN = """
import django
django.setup()
from course.sandbox.server import run_sandbox
run_sandbox(lambda line: print(line, flush=True))
"""


@pytest.mark.parametrize("which", ["smtp_port", "http_port"])
def test_a_port_in_use_is_one_sentence(sandbox: Sandbox, settings: Settings, tmp_path: Path, which: str) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        config = replace(sandbox.config, **{which: port})
        with pytest.raises(SandboxError, match=f"Port {port} on 127.0.0.1 is in use"):
            SandboxServer(Sandbox(sandbox.store, config))


@pytest.mark.parametrize("ending", [signal.SIGTERM, signal.SIGINT])
def test_the_process_says_when_it_is_ready_and_ends_cleanly(tmp_path: Path, ending: signal.Signals) -> None:
    smtp, web = free_port(), free_port()
    (tmp_path / "static").mkdir()
    environment = {name: value for name, value in os.environ.items() if not name.startswith("COURSE_")} | {
        "DJANGO_SETTINGS_MODULE": "course.settings",
        "COURSE_DATA_DIR": str(tmp_path),
        "COURSE_SANDBOX_SMTP_PORT": str(smtp),
        "COURSE_SANDBOX_HTTP_PORT": str(web),
        "COURSE_TWILIO_ACCOUNT_SID": ACCOUNT,
        "COURSE_TWILIO_AUTH_TOKEN": TOKEN,
        "COURSE_TWILIO_FROM": CLINIC,
    }
    process = subprocess.Popen(
        [sys.executable, "-W", "error", "-c", _RUN],
        cwd=Path(__file__).parents[2],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == f"Sandbox ready: http://127.0.0.1:{web}/ (mail on port {smtp})\n"
    connection = http.client.HTTPConnection("127.0.0.1", web, timeout=5)
    connection.request("GET", "/changes")
    assert connection.getresponse().read() == b"0"
    connection.close()
    process.send_signal(ending)
    assert process.communicate(timeout=10) == ("", "")
    assert process.returncode == 0
