# SPDX-License-Identifier: Apache-2.0
"""Other servers on loopback addresses: their actors, their inboxes, and servers that are slow."""

import json
import threading
import time
from collections import defaultdict
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from signing import Key

PUBLIC = "https://www.w3.org/ns/activitystreams#Public"
CONTEXT = ["https://www.w3.org/ns/activitystreams", "https://w3id.org/security/v1"]
# The last numbers of the addresses: servers of people from FIRST, slow servers from SLOW.
FIRST, SLOW = 41, 141


class Actor:
    """A person on another server, with an inbox of its own."""

    def __init__(self, host: str, name: str, key: Key):
        self.iri = f"http://{host}/u/{name}"
        self.name = name
        self.key = key
        self.key_id = self.iri + "#main-key"

    def document(self) -> dict:
        return {
            "@context": CONTEXT, "id": self.iri, "type": "Person", "preferredUsername": self.name, "name": self.name,
            "inbox": self.iri + "/inbox", "outbox": self.iri + "/outbox", "followers": self.iri + "/followers",
            "publicKey": {"id": self.key_id, "owner": self.iri, "publicKeyPem": self.key.pem()},
        }


class Peers:
    """Servers on loopback addresses, all on one port. The slow ones wait before they serve a note.

    A node sends two requests at once to one server, so every person who needs a slow one has a server of her own.
    """

    def __init__(self, hosts: int, slow: int, delay: float):
        self.delay = delay
        self.documents: dict[str, dict] = {}
        self._lock = threading.Lock()
        # What came: (inbox, type, object) -> [(time, id of the activity)], in the order of arrival.
        self.arrivals: dict[tuple, list[tuple[float, str]]] = defaultdict(list)
        self._servers = []
        self.port = 0
        for number in [*range(FIRST, FIRST + hosts), *range(SLOW, SLOW + slow)]:
            server = _Server((f"127.0.0.{number}", self.port), _Handler)
            self.port = server.server_address[1]
            server.peers = self
            threading.Thread(target=server.serve_forever, daemon=True).start()
            self._servers.append(server)
        self._slow_key = Key()

    def actor(self, number: int, name: str, key: Key) -> Actor:
        actor = Actor(f"127.0.0.{number}:{self.port}", name, key)
        self.documents[actor.iri] = actor.document()
        return actor

    def slow_note(self, server: int, name: str) -> str:
        """The id of a note that is served after the delay."""
        author = self.actor(SLOW + server, "lente", self._slow_key).iri
        iri = f"http://127.0.0.{SLOW + server}:{self.port}/notes/{name}"
        self.documents[iri] = {
            "@context": CONTEXT, "id": iri, "type": "Note", "attributedTo": author, "to": [PUBLIC], "cc": [],
            "content": "<p>Un instant…</p>", "published": "2026-05-02T09:58:00Z"}
        return iri

    def received(self, inbox: str, body: bytes) -> None:
        activity = json.loads(body)
        about = activity.get("object")
        about = about.get("id") if isinstance(about, dict) else about
        with self._lock:
            self.arrivals[inbox, activity["type"], about].append((time.monotonic(), activity["id"]))

    def close(self) -> None:
        for server in self._servers:
            server.shutdown()
            server.server_close()


class _Server(ThreadingHTTPServer):
    request_queue_size = 512
    daemon_threads = True
    peers: Peers

    def handle_error(self, request, client_address):
        """A killed node leaves broken connections behind; they need no message."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = -1

    def iri(self) -> str:
        return "http://%s:%d%s" % (*self.server.server_address[:2], self.path)

    def do_GET(self):
        if self.path.startswith("/notes/"):
            time.sleep(self.server.peers.delay)
        document = self.server.peers.documents.get(self.iri())
        self.answer(200 if document else 404, json.dumps(document or {}).encode())

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.peers.received(self.iri().removesuffix("/inbox"), body)
        self.answer(202, b"")

    def answer(self, status: int, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "application/activity+json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format, *arguments):
        pass
