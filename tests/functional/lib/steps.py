# SPDX-License-Identifier: BSD-3-Clause
"""Steps of a run that is shown as it goes: each prints what it saw, begun by the id of what that
shows, and the first that does not hold is named."""

import collections
import traceback

Step = collections.namedtuple("Step", "rows what do")


class NotHeld(Exception):
    """Says which step."""


def held(row, what):
    """What was seen; a line each."""
    for line in what.splitlines():
        print(f"{row:3} {line}".rstrip(), flush=True)


def take(steps):
    for step in steps:
        try:
            step.do()
        except Exception as broken:  # whatever it was: a socket's patience, a program's end
            raise NotHeld(f"{step.rows} ({step.what}): {_said(broken)}") from broken


def _said(broken):
    """What it says of itself; of a bare assertion, its line."""
    return str(broken) or traceback.extract_tb(broken.__traceback__)[-1].line
