# SPDX-License-Identifier: Apache-2.0
"""A node in one or two processes, which are killed and started again, and its database."""

import csv
import http.client
import io
import os
import random
import socket
import sqlite3
import subprocess
import time
from pathlib import Path


class NodeDied(Exception):
    """A process ended that nobody killed, or did not become ready."""


class Node:
    def __init__(self, binary: str, folder: Path, database: str, processes: int):
        self.binary, self.folder, self.database = binary, folder, database
        self.ports = _free_ports(processes)
        self.host = f"127.0.0.1:{self.ports[0]}"
        self.origin = "http://" + self.host
        self.environment = {name: value for name, value in os.environ.items() if not name.startswith("TROQUET_")}
        self.environment |= {
            "TROQUET_ORIGIN": self.origin, "TROQUET_DATABASE": database, "TROQUET_RATE_LIMITS": "off",
            "TROQUET_FEDERATION_INSECURE_NETWORKS": "127.0.0.0/8", "TROQUET_LOG_LEVEL": "warning",
            "TROQUET_SMTP": f"file:{folder}/mail", "TROQUET_MEDIA": f"{folder}/media",
        }
        self.children: list[subprocess.Popen | None] = [None] * processes

    def command(self, *arguments: str) -> str:
        """Runs a command of the program and returns what it prints."""
        done = subprocess.run(
            [self.binary, *arguments], env=self.environment, cwd=self.folder, stdin=subprocess.DEVNULL,
            capture_output=True, text=True, timeout=60)
        if done.returncode:
            raise NodeDied(f"troquet {' '.join(arguments)}: {done.stderr.strip()}")
        return done.stdout.strip()

    def start(self, number: int) -> None:
        environment = self.environment | {"TROQUET_LISTEN": f"127.0.0.1:{self.ports[number]}"}
        with open(self.folder / f"node{number}.log", "ab") as log:
            self.children[number] = subprocess.Popen(
                [self.binary, "serve"], env=environment, cwd=self.folder, stdin=subprocess.DEVNULL, stdout=log,
                stderr=log)

    def wait_until_ready(self, number: int, limit: float = 60) -> None:
        end = time.monotonic() + limit
        while time.monotonic() < end:
            self.check()
            try:
                if self.request("GET", "/readyz", port=self.ports[number], timeout=5)[0] == 200:
                    return
            except (OSError, http.client.HTTPException):
                pass
            time.sleep(0.02)
        raise NodeDied(f"process {number} was not ready after {limit:.0f} s")

    def check(self) -> None:
        """Raises when a process ended by itself."""
        for number, child in enumerate(self.children):
            if child is not None and child.poll() is not None:
                log = (self.folder / f"node{number}.log").read_text(errors="replace")[-2000:]
                raise NodeDied(f"process {number} ended by itself with {child.returncode}: {log}")

    def kill(self, number: int) -> None:
        child, self.children[number] = self.children[number], None
        if child is not None:
            child.kill()
            child.wait()

    def kill_all(self) -> None:
        for number in range(len(self.children)):
            self.kill(number)

    def request(
        self, method: str, path: str, body: bytes | None = None, headers: dict[str, str] | None = None,
        port: int | None = None, timeout: float = 30,
    ) -> tuple[int, bytes]:
        """One request over a new connection to one of the processes. Returns status and body."""
        port = port or random.choice(self.ports)
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=timeout)
        try:
            connection.request(method, path, body, {"Host": self.host} | (headers or {}))
            response = connection.getresponse()
            return response.status, response.read()
        finally:
            connection.close()

    def rows(self, query: str) -> list[list[str]]:
        """Reads the database past the node. All values are texts."""
        if self.database.startswith("sqlite:"):
            path = self.database.removeprefix("sqlite:")
            connection = sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=10)
            try:
                return [[str(value) for value in row] for row in connection.execute(query)]
            finally:
                connection.close()
        done = subprocess.run(
            ["psql", "-qXt", "--csv", "-c", query, self.database], stdin=subprocess.DEVNULL, capture_output=True,
            text=True, timeout=60)
        if done.returncode:
            raise OSError(done.stderr.strip())
        return list(csv.reader(io.StringIO(done.stdout)))


def _free_ports(count: int) -> list[int]:
    """Ports below those that the system gives to outgoing connections, which could take them while the node is dead."""
    ports: list[int] = []
    while len(ports) < count:
        port = random.randrange(20_000, 32_000)
        try:
            socket.create_server(("127.0.0.1", port)).close()
        except OSError:
            continue
        ports.append(port)
    return ports
