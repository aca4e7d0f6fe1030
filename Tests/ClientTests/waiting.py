# SPDX-License-Identifier: Apache-2.0
"""Waiting for asynchronous results."""

import time

SECONDS = 120
STEP = 0.05


def eventually(look, seconds: float = SECONDS):
    """Calls `look` until it returns a true value, and returns it. Assertion errors are retried until the time is up."""
    deadline = time.monotonic() + seconds
    while True:
        failure = None
        try:
            if found := look():
                return found
        except AssertionError as caught:
            failure = caught
        if time.monotonic() > deadline:
            raise failure or AssertionError(f"nothing within {seconds} s")
        time.sleep(STEP)
