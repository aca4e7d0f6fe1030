# SPDX-License-Identifier: Apache-2.0
"""All requests and responses of the clients, recorded for the tests that check every response."""

import json
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import requests


@dataclass(frozen=True)
class Exchange:
    """One request and its JSON response."""

    method: str
    path: str
    status: int
    body: Any
    headers: Any

    def __str__(self) -> str:
        return f"{self.method} {self.path} → {self.status}"


class Traffic:
    """The requests of all sessions made here, and the entities that were streamed."""

    def __init__(self):
        self.exchanges: list[Exchange] = []
        self.streamed: list[tuple[str, Any]] = []

    def session(self) -> requests.Session:
        session = requests.Session()
        session.hooks["response"].append(self.record)
        return session

    def record(self, answer: requests.Response, **how) -> None:
        if how.get("stream") or "json" not in answer.headers.get("Content-Type", ""):
            return
        self.exchanges.append(Exchange(
            answer.request.method, urlsplit(answer.request.url).path, answer.status_code, json.loads(answer.content),
            answer.headers))

    def record_event(self, name: str, payload: Any) -> None:
        """Records the entity of a streaming event."""
        entity = {"update": "Status", "status.update": "Status", "notification": "Notification",
                  "conversation": "Conversation"}.get(name)
        if entity:
            self.streamed.append((entity, payload))
