# SPDX-License-Identifier: BSD-3-Clause
"""Waiting for a condition, never for a time."""

import time

DEADLINE_S = 10.0


class Overdue(AssertionError):
    """The condition did not hold before its deadline."""


def eventually(condition, what, deadline_s=DEADLINE_S, interval_s=0.01):
    """The first true value that `condition` returns; Overdue, saying `what`, if none came in time."""
    end = time.monotonic() + deadline_s
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > end:
            raise Overdue(f"not within {deadline_s:g} s: {what() if callable(what) else what}")
        time.sleep(interval_s)
