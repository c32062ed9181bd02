# SPDX-License-Identifier: BSD-3-Clause
"""A program on a terminal of its own, as an operator sees it."""

import os
import select
import subprocess
import time

from .processes import command_in


class Terminal:
    """The program's output is read as it comes; type() is the operator's keyboard."""

    def __init__(self, namespace, *argv):
        self._own, its = os.openpty()
        self._popen = subprocess.Popen(command_in(namespace.name, argv), stdin=its, stdout=its,
                                       stderr=its, start_new_session=True)
        os.close(its)
        self._seen = ""

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._popen.kill()
        self._popen.wait(10)
        os.close(self._own)

    def type(self, line):
        os.write(self._own, line.encode() + b"\n")

    def read_until(self, text, deadline_s=20):
        """What was shown up to and with `text`; later output waits for the next call."""
        end = time.monotonic() + deadline_s
        while text not in self._seen:
            ready, _, _ = select.select([self._own], [], [], max(0, end - time.monotonic()))
            assert ready, f"no {text!r} on the terminal: {self._seen!r}"
            self._seen += self._read()
        shown, self._seen = self._seen.split(text, 1)
        return shown + text

    def _read(self):
        try:
            return os.read(self._own, 4096).decode(errors="replace")
        except OSError as gone:  # EIO: the program has left the terminal
            raise AssertionError(f"the program ended: {self._seen!r}") from gone

    def wait(self, timeout_s=20):
        """Its exit code, once it has ended by itself."""
        return self._popen.wait(timeout_s)
