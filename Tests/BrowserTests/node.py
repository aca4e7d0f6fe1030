# SPDX-License-Identifier: Apache-2.0
"""A node for tests: the built program on a free loopback port, with its own folder and database."""

import email
import email.policy
import os
import re
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BINARY = Path(os.environ.get("TROQUET_BINARY", ROOT / ".build/debug/troquet"))
POSTGRES = os.environ.get("TROQUET_TEST_POSTGRES", "")
START_SECONDS = 300
STOP_SECONDS = 20


class Node:
    """A running node, with the demonstration community unless `demo` is false."""

    def __init__(self, engine: str, host: str = "localhost", demo: bool = True, **settings: str):
        self.folder = Path(tempfile.mkdtemp(prefix="troquet-test-"))
        self.process = None
        self.remote_database = None
        self.engine = engine
        self.demo = demo
        port = free_port()
        self.origin = f"http://{host}:{port}"
        self.environment = {k: v for k, v in os.environ.items() if not k.startswith("TROQUET_")}
        self.environment |= {
            "TROQUET_ORIGIN": self.origin,
            "TROQUET_LISTEN": f"127.0.0.1:{port}",
            "TROQUET_DATABASE": self._make_database(engine),
            "TROQUET_REGISTRATION": "open",
            "TROQUET_SMTP": f"file:{self.folder}/mail",
            "TROQUET_RATE_LIMITS": "off",
            "TROQUET_LANGUAGE": "fr",
            # The other nodes of these tests are on the loopback. All other private addresses stay forbidden.
            "TROQUET_FEDERATION_INSECURE_NETWORKS": "127.0.0.0/8",
        }
        self.environment |= {f"TROQUET_{name.upper()}": value for name, value in settings.items()}

    def _make_database(self, engine: str) -> str:
        if engine == "sqlite":
            return f"sqlite:{self.folder}/troquet.db"
        name = f"t_{os.getpid()}_{secrets.token_hex(4)}"
        administer(f"CREATE DATABASE {name}")
        self.remote_database = name
        return POSTGRES.rsplit("/", 1)[0] + "/" + name

    def start(self) -> None:
        """Starts the node, and returns when it responds."""
        with open(self.folder / "log", "ab") as log:
            self.process = subprocess.Popen(
                [BINARY, "serve"] + ["--demo"] * self.demo, cwd=self.folder, env=self.environment,
                stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                raise RuntimeError(f"the node ended with {self.process.returncode}:\n{self.log()}")
            if self.answers("/readyz"):
                return
            time.sleep(0.1)
        raise RuntimeError(f"the node did not answer within {START_SECONDS} s:\n{self.log()}")

    def stop(self) -> int:
        """Asks the node to stop, waits, and returns its exit status."""
        self.process.send_signal(signal.SIGTERM)
        try:
            return self.process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            raise RuntimeError(f"the node did not stop within {STOP_SECONDS} s:\n{self.log()}") from None

    def remove(self) -> None:
        """Removes the process, the database and the folder, in any state."""
        if self.process is not None and self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        if self.remote_database:
            administer(f"DROP DATABASE IF EXISTS {self.remote_database} WITH (FORCE)")
        shutil.rmtree(self.folder, ignore_errors=True)

    def answers(self, path: str) -> bool:
        try:
            with urllib.request.urlopen(self.origin + path, timeout=60) as answer:
                return answer.status == 200
        except (urllib.error.URLError, OSError):
            return False

    def log(self) -> str:
        return (self.folder / "log").read_text(errors="replace")

    def demo_people(self) -> tuple[list[str], str]:
        """Returns the names and the password that the first start prints for the operator."""
        line = next(line for line in self.log().splitlines() if line.startswith("Sign in as"))
        *names, password = re.findall(r"“([^”]+)”", line)
        return names, password

    def run(self, *arguments: str) -> str:
        """Runs another command of the program on the same node."""
        done = subprocess.run(
            [BINARY, *arguments], cwd=self.folder, env=self.environment, stdin=subprocess.DEVNULL,
            capture_output=True, text=True, timeout=60)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def wait_for_mail(self, address: str, seconds: float = 120) -> str:
        """Returns the text of the newest e-mail to an address."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            for path in sorted((self.folder / "mail").glob("*.eml"), reverse=True):
                message = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
                if message["to"] == address:
                    assert not message.defects
                    return message.get_body(("plain",)).get_content().replace("\r\n", "\n")
            time.sleep(0.05)
        raise AssertionError(f"no mail to {address} within {seconds} s")


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def administer(statement: str) -> None:
    subprocess.run(
        ["psql", "-q", "-v", "ON_ERROR_STOP=1", "-d", POSTGRES, "-c", statement], check=True,
        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
