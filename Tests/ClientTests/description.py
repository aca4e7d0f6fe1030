# SPDX-License-Identifier: Apache-2.0
"""The OpenAPI description of the API: finds the operation of a request and the schema of its response."""

import copy
import json
import re
from collections.abc import Iterator
from functools import cache
from typing import Any

from jsonschema import Draft202012Validator

import references

METHODS = {"get", "post", "put", "patch", "delete"}


class Description:
    """The description, with a few corrections."""

    def __init__(self, document: dict):
        self.document = document
        self.schemas = document["components"]["schemas"]
        self.operations = {
            (method.upper(), path): operation
            for path, operations in document["paths"].items()
            for method, operation in operations.items() if method in METHODS}
        self._patterns = sorted(
            ((path, re.compile(re.sub(r"\\{[^}]+\\}", "[^/]+", re.escape(path)) + "/?$")) for path in document["paths"]),
            key=lambda entry: entry[0].count("{"))

    def operation(self, method: str, path: str) -> tuple[str, str] | None:
        """Returns the operation of a request. A literal path takes precedence over a pattern."""
        for template, pattern in self._patterns:
            if (method, template) in self.operations and pattern.match(path):
                return method, template
        return None

    def answer_schema(self, operation: tuple[str, str], status: int) -> dict | None:
        answers = self.operations[operation].get("responses", {})
        content = answers.get(str(status), {}).get("content", {})
        return content.get("application/json", {}).get("schema")

    def violations(self, schema: dict, body: Any) -> list[str]:
        """Returns the errors of a response, each with its place."""
        found = []
        for error in self._validator(json.dumps(schema)).iter_errors(body):
            while error.context:
                error = min(error.context, key=lambda e: (len(e.relative_schema_path) < 2, -len(e.absolute_path)))
            place = re.sub(r"\[\d+\]", "[]", error.json_path)
            found.append(f"{place}: {error.message[:160]}")
        return found

    @cache
    def _validator(self, schema: str) -> Draft202012Validator:
        return Draft202012Validator(json.loads(schema) | {"components": self.document["components"]})

    def resolve(self, schema: dict) -> tuple[str | None, dict]:
        """Returns the name and the schema to which a schema refers."""
        name = None
        while "$ref" in schema:
            name = schema["$ref"].rsplit("/", 1)[1]
            schema = self.schemas[name]
        return name, schema

    def entities(self, schema: dict, value: Any, place: str = "$") -> Iterator[tuple[str, dict, str]]:
        """Yields every named entity inside a response, with its place."""
        name, schema = self.resolve(schema)
        branches = schema.get("oneOf") or schema.get("anyOf")
        if branches:
            fitting = self._fitting(branches, value)
            if fitting is not None:
                yield from self.entities(fitting, value, place)
        elif isinstance(value, dict):
            if name:
                yield name, value, place
            for key, inner in value.items():
                below = schema.get("properties", {}).get(key) or schema.get("additionalProperties")
                if isinstance(below, dict):
                    yield from self.entities(below, inner, f"{place}.{key}")
        elif isinstance(value, list) and isinstance(schema.get("items"), dict):
            for inner in value:
                yield from self.entities(schema["items"], inner, f"{place}[]")

    def _fitting(self, branches: list[dict], value: Any) -> dict | None:
        """Returns the branch that is most similar to a value."""
        if not isinstance(value, dict):
            return next((b for b in branches if "array" in str(self.resolve(b)[1].get("type"))), None)

        def likeness(branch: dict) -> float:
            known = set(self.resolve(branch)[1].get("properties", {}))
            return len(known & set(value)) / (len(known | set(value)) or 1)

        return max((b for b in branches if "object" in str(self.resolve(b)[1].get("type"))), key=likeness, default=None)

    def only(self, wanted: set[tuple[str, str]], ids: dict[str, str]) -> dict:
        """Returns the description of some operations only, without links between them. Path parameters are limited to
        the known ids and to one that does not exist."""
        document = copy.deepcopy(self.document)
        for path, operations in list(document["paths"].items()):
            for method in [m for m in operations if m in METHODS]:
                if (method.upper(), path) not in wanted:
                    del operations[method]
                    continue
                for answer in operations[method].get("responses", {}).values():
                    answer.pop("links", None)
                for parameter in operations[method].get("parameters", []):
                    if parameter.get("in") == "path":
                        parameter["schema"] = {"enum": [ids.get(path.split("{")[0], "1"), "0"]}
            if not METHODS & set(operations):
                del document["paths"][path]
        return document


def read() -> Description | None:
    """Reads the description beside the project, if it exists."""
    if not references.DESCRIPTION.exists():
        return None
    document = json.loads(references.DESCRIPTION.read_text())
    put_right(document["components"]["schemas"])
    return Description(document)


def put_right(schemas: dict) -> None:
    """Corrects the description where it differs from what clients read."""
    # Clients read an integer; a string makes them fail.
    schemas["WebPushSubscription"]["properties"]["id"]["type"] = "integer"
    # Only the sign-up response contains the error of each field.
    schemas["ValidationError"]["required"] = ["error"]


def shape(path: str) -> str:
    """Returns a path without the names of its parameters, `{id}` or `:id`."""
    return re.sub(r"\{[^}]*\}|:[A-Za-z_]+", "{}", path).rstrip("/")
