# SPDX-License-Identifier: Apache-2.0
"""For toot's tests: their random names must contain a letter, because upper case does not change digits."""

import uuid

_draw = uuid.uuid4


def _with_a_letter():
    while True:
        drawn = _draw()
        if any(letter in "abcdef" for letter in str(drawn)[-10:]):
            return drawn


uuid.uuid4 = _with_a_letter
