# SPDX-License-Identifier: Apache-2.0
"""What is wrong, said line by line."""

import pytest

LINES = 80


def nothing_is_wrong(wrong) -> None:
    """Fails with everything that is wrong, which is a sentence each."""
    lines = sorted(wrong)
    if lines:
        more = [f"… and {len(lines) - LINES} more"] * (len(lines) > LINES)
        pytest.fail(f"{len(lines)} faults:\n" + "\n".join(lines[:LINES] + more), pytrace=False)
