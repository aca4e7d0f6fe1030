# SPDX-License-Identifier: Apache-2.0
"""All that clients asked and were answered, kept for those tests that look at every answer."""

import json
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import requests


@dataclass(frozen=True)
class Exchange:
    """One request and its answer in JSON."""

    method: str
    path: str
    status: int
    body: Any
    headers: Any

    def __str__(self) -> str:
        return f"{self.method} {self.path} → {self.status}"


class Traffic:
    """The exchanges of all sessions made here, and what came by other ways."""

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
        """Keeps the entity that an event of a stream carried."""
        entity = {"update": "Status", "status.update": "Status", "notification": "Notification",
                  "conversation": "Conversation"}.get(name)
        if entity:
            self.streamed.append((entity, payload))
