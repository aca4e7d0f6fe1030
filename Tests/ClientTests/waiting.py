# SPDX-License-Identifier: Apache-2.0
"""Waiting for what happens in its own time."""

import time

SECONDS = 10
STEP = 0.05


def eventually(look, seconds: float = SECONDS):
    """What `look` gives, as soon as it is something; an assertion that fails is asked again until the time is over."""
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
