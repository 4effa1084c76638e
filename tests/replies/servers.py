"""Real mail servers on this machine, with folders, ports and users of their own: Dovecot (IMAP) and Postfix."""

import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from tests import certificate


def needed(program: str) -> str:
    """Return where a server's program is. Fails with what is needed when it cannot be started here."""
    found = shutil.which(program, path=f"{os.environ.get('PATH', '')}:/usr/sbin")
    assert found, f"{program} is not on this machine: run tests/prepare.sh."
    assert os.geteuid() == 0, f"{program} changes to users of its own: run this test as root, as CI does."
    return found


def until(true: Callable[[], object], what: str, seconds: float = 60) -> None:
    """Wait until something is true; fail with ``what`` when it never is."""
    ends = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < ends, f"after {seconds} seconds: {what}"
        time.sleep(0.1)


def listens(port: int) -> bool:
    """Return whether somebody takes connections on a port of this machine."""
    with closing(socket.socket()) as tried:
        tried.settimeout(1)
        return tried.connect_ex(("127.0.0.1", port)) == 0


class Dovecot:
    """A Dovecot with one user, ``course@clinic`` with the password ``pass/word``."""

    def __init__(self, folder: Path, port: int) -> None:
        self.ca_file, key = certificate.make(folder)
        self.port = port
        program = needed("dovecot")
        (folder / "users").write_text("course@clinic:{PLAIN}pass/word::::::\n")
        config = folder / "dovecot.conf"
        config.write_text(f"""
protocols = imap
base_dir = {folder}/run
state_dir = {folder}/state
log_path = {folder}/log
listen = 127.0.0.1
mail_location = maildir:{folder}/mail
first_valid_uid = 1
mail_uid = {_uid("mail")}
mail_gid = {_uid("mail")}
ssl = required
ssl_cert = <{self.ca_file}
ssl_key = <{key}
service imap-login {{
  inet_listener imap {{
    port = 0
  }}
  inet_listener imaps {{
    port = {port}
    ssl = yes
  }}
}}
passdb {{
  driver = passwd-file
  args = {folder}/users
}}
userdb {{
  driver = static
  args = uid={_uid("mail")} gid={_uid("mail")} home={folder}/mail
}}
""")
        for made in ("mail", "run", "state"):
            (folder / made).mkdir()
        shutil.chown(folder / "mail", "mail", "mail")
        _open_the_way(folder)
        self._process = subprocess.Popen([program, "-F", "-c", str(config)], stdin=subprocess.DEVNULL)
        until(lambda: listens(port), f"Dovecot does not listen: {(folder / 'log')}")

    @property
    def url(self) -> str:
        return f"imaps://course%40clinic:pass%2Fword@127.0.0.1:{self.port}/INBOX"

    def stop(self) -> None:
        self._process.terminate()
        self._process.wait(20)


class Postfix:
    """A Postfix that hands on as docs/operations.md says, and bounces into nothing."""

    def __init__(self, folder: Path, port: int, lmtp_port: int, recipe: str) -> None:
        self._program, self.port = needed("postfix"), port
        self._config, self.log = folder / "config", folder / "log"
        for made in (self._config, folder / "queue", folder / "data"):
            made.mkdir()
        shutil.chown(folder / "data", "postfix")
        _open_the_way(folder)
        (self._config / "course_addresses").write_text(_block(recipe, "course_addresses"))
        lines = _block(recipe, "main.cf").replace("/etc/postfix/", f"{self._config}/")
        (self._config / "main.cf").write_text(
            lines.replace("127.0.0.1:8024", f"127.0.0.1:{lmtp_port}")
            + f"""
compatibility_level = 3.6
queue_directory = {folder}/queue
data_directory = {folder}/data
maillog_file = {self.log}
maillog_file_prefixes = {folder}
myhostname = mail.example.org
mydestination =
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
default_transport = discard:
queue_run_delay = 1s
minimal_backoff_time = 1s
maximal_backoff_time = 1s
"""
        )
        programs = {
            "cleanup": "cleanup", "rewrite": "trivial-rewrite", "bounce": "bounce", "defer": "bounce",
            "trace": "bounce", "lmtp": "lmtp", "discard": "discard", "error": "error", "retry": "error",
            "anvil": "anvil", "flush": "flush", "proxymap": "proxymap", "qmgr": "qmgr", "pickup": "pickup",
        }  # fmt: skip
        services = [f"127.0.0.1:{port} inet n - n - - smtpd", "postlog unix-dgram n - n - 1 postlogd"]
        services += [
            f"{name} unix {'n' if name in _PUBLIC else '-'} - n {_WAKES.get(name, '- -')} {program}"
            for name, program in programs.items()
        ]
        (self._config / "master.cf").write_text("\n".join(services) + "\n")
        self._run("start")
        until(lambda: listens(port), f"Postfix does not listen: {self.log}")

    def said(self, words: str) -> bool:
        return words in self.log.read_text()

    def stop(self) -> None:
        self._run("stop")

    def _run(self, act: str) -> None:
        said = self._config / f"{act}.said"
        with said.open("wb") as out:  # a pipe would stay open as long as the server runs
            done = subprocess.run(
                [self._program, "-c", str(self._config), act],
                stdin=subprocess.DEVNULL, stdout=out, stderr=out, timeout=60, check=False,
            )  # fmt: skip
        assert done.returncode == 0, f"postfix {act}: {said.read_text()}"


_PUBLIC = ("cleanup", "qmgr", "pickup", "flush")
_WAKES = {"qmgr": "300 1", "pickup": "60 1", "cleanup": "- 0", "bounce": "- 0", "defer": "- 0", "trace": "- 0"}


def _block(page: str, name: str) -> str:
    """Return the indented lines of a page that follow the one that ends in "`name`:"."""
    lines = page.partition(f"{name}`:\n\n")[2].split("\n")
    taken = []
    for line in lines:
        if not line.startswith("    "):
            break
        taken.append(line[4:])
    assert taken, f"the page has no lines for {name}"
    return "\n".join(taken) + "\n"


def _open_the_way(folder: Path) -> None:
    """Let a server's own users reach a folder of the tests."""
    for above in (folder, *folder.parents):
        if Path(tempfile.gettempdir()) in above.parents:
            above.chmod(0o755)


def _uid(name: str) -> int:
    return int(subprocess.run(["id", "-u", name], capture_output=True, text=True, check=True).stdout)
