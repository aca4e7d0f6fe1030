# SPDX-License-Identifier: Apache-2.0
"""Reports errors, one on each line."""

import pytest

LINES = 80


def nothing_is_wrong(wrong) -> None:
    """Fails with all errors. Each error is one sentence."""
    lines = sorted(wrong)
    if lines:
        more = [f"… and {len(lines) - LINES} more"] * (len(lines) > LINES)
        pytest.fail(f"{len(lines)} faults:\n" + "\n".join(lines[:LINES] + more), pytrace=False)
