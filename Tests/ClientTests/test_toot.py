# SPDX-License-Identifier: Apache-2.0
"""toot's own integration tests, against this node. A list contains the expected failures. It may only get shorter."""

import os
import subprocess
import sys
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from node import ROOT
from verdict import nothing_is_wrong

SOURCE = Path(os.environ.get("TOOT_SOURCE", ROOT / ".build/toot-0.52.1"))
EXPECTED = Path(__file__).with_name("toot-expected-failures.txt")
SECONDS = 240
# These compare minutes of their own clock, so they fail when a minute ends between their request and their comparison.
CLOCK_TESTS = ["test_post.py::test_post_scheduled_in"]


def expected_failures() -> dict[str, str]:
    """Returns the tests that are expected to fail, with the reasons."""
    lines = (line.split("#", 1) for line in EXPECTED.read_text().splitlines() if line and not line.startswith("#"))
    return {test.strip(): reason.strip() for test, reason in lines}


def run_toot(node, folder: Path, tests: str = "tests/integration") -> dict[str, str]:
    """Runs tests and returns the failure of each; an empty string for a test that passed."""
    report = folder / "toot.xml"
    environment = os.environ | {
        "TOOT_TEST_BASE_URL": node.origin, "XDG_CACHE_HOME": str(folder), "XDG_CONFIG_HOME": str(folder),
        "PYTHONPATH": str(Path(__file__).parent)}
    done = subprocess.run(
        [sys.executable, "-m", "pytest", tests, "-p", "no:recording", "-p", "no:cacheprovider",
         "-p", "toot_names", "-q", f"--junitxml={report}", "-o", "junit_family=xunit1"],
        cwd=SOURCE, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=SECONDS)
    assert report.exists(), done.stdout + done.stderr
    results = {}
    for case in ET.parse(report).iter("testcase"):
        problem = case.find("failure") if case.find("failure") is not None else case.find("error")
        name = f"{Path(case.get('file')).name}::{case.get('name')}"
        results[name] = "" if problem is None else (problem.get("message") or "failed")[:600]
    return results


@pytest.mark.skipif(not SOURCE.exists(), reason="toot's source is not there: deploy/test fetches it")
def test_toot_finds_what_it_expects(node, tmp_path):
    expected, results = expected_failures(), run_toot(node, tmp_path)
    for name in CLOCK_TESTS:
        if results[name]:
            results |= run_toot(node, tmp_path, f"tests/integration/{name}")
    failed = {name for name, problem in results.items() if problem}
    print(f"{len(results)} tests of toot, {len(failed)} failed, {len(expected)} of those expected")
    assert len(results) >= 114
    surprises = [f"failed: {name}: {results[name]}" for name in sorted(failed - set(expected))]
    surprises += [f"passes now, strike it from the list: {name}" for name in sorted(set(expected) - failed)]
    nothing_is_wrong(surprises)
    assert all(expected.values()), "a test that may fail needs its reason"
