# SPDX-License-Identifier: Apache-2.0
"""The node's own table of routes."""

import json
import re
from dataclasses import dataclass

from node import Node


@dataclass(frozen=True)
class Route:
    """One route of the client API, as the node declares it."""

    method: str
    path: str
    access: str
    scopes: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.method} {self.path}"

    @property
    def shape(self) -> str:
        return re.sub(r"\{[^}]*\}|:[A-Za-z_]+", "{}", self.path).rstrip("/")

    def filled(self, values: list[str]) -> str:
        rest = iter(values)
        return re.sub(r"\{[^}]*\}|:[A-Za-z_]+", lambda _: next(rest, "0"), self.path)


def read(node: Node) -> list[Route]:
    return [
        Route(entry["method"], entry["path"], entry["access"], tuple((entry.get("scope") or "").split()))
        for entry in json.loads(node.run("api", "routes", "--json"))]
