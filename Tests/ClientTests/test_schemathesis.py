# SPDX-License-Identifier: Apache-2.0
"""Requests generated from the description of the API: the node never fails, and every response matches its schema."""

import json
import re
import subprocess
import sys

import pytest

import description
import routes
from belongings import belongings

DESCRIPTION = description.read()
pytestmark = pytest.mark.skipif(DESCRIPTION is None, reason="no description beside the project")
SEED = 20260101
EXAMPLES = 10
SECONDS = 150
# These end the caller's session, never end themselves, or are pages for people.
LEFT_OUT = re.compile(r"^/oauth/revoke$|^/oauth/authorize$|^/api/v1/streaming|^/api/v[12]/admin")


def offered(node):
    """Returns the described operations that the node has, and those that it does not have."""
    have = {(route.method, route.shape) for route in routes.read(node)}
    described = {op for op in DESCRIPTION.operations if not LEFT_OUT.match(op[1])}
    there = {op for op in described if (op[0], description.shape(op[1])) in have}
    return there, described - there


def test_the_operations_that_are_not_offered_are_few(sqlite_node):
    there, missing = offered(sqlite_node)
    print(f"{len(there)} operations are offered; these are not:", *sorted(f"{m} {p}" for m, p in missing), sep="\n  ")
    assert len(there) > 150


def test_whatever_is_asked(sqlite_node, newcomer, tmp_path):
    there, _ = offered(sqlite_node)
    asker, other = newcomer(sqlite_node, "asker"), newcomer(sqlite_node)
    described = DESCRIPTION.only(there, belongings(asker, other))
    (tmp_path / "described.json").write_text(json.dumps(described))
    token = asker.api.access_token
    done = subprocess.run(
        [sys.executable, "-m", "schemathesis.cli", "run", tmp_path / "described.json", "--url", sqlite_node.origin,
         "--header", f"Authorization:Bearer {token}", "--checks", "not_a_server_error,response_schema_conformance",
         "--phases", "examples,fuzzing", "--max-examples", str(EXAMPLES), "--seed", str(SEED),
         "--generation-deterministic", "--no-shrink", "--continue-on-failure",
         "--request-timeout", "20", "--suppress-health-check", "all", "--warnings", "off", "--no-color",
         "--report", "ndjson", "--report-ndjson-path", tmp_path / "report.ndjson"],
        cwd=tmp_path, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=SECONDS)
    print(done.stdout[-1500:])
    assert done.returncode == 0, done.stdout[-30_000:] + done.stderr[-5_000:]
