# SPDX-License-Identifier: BSD-3-Clause
"""Programs in namespaces. Each is ended by its pid, and dies with the process that started it."""

import os
import signal
import subprocess

from .waiting import eventually


def command_in(namespace, argv):
    """`argv` in `namespace`; exec all the way, so the pid is the program's own."""
    return ["setpriv", "--pdeathsig", "KILL", "ip", "netns", "exec", namespace,
            *[str(a) for a in argv]]


def run(namespace, argv, timeout_s=30, check=True, env=None, cwd=None):
    """Runs a program to its end; its output is text in .stdout and .stderr."""
    done = subprocess.run(command_in(namespace, argv), stdin=subprocess.DEVNULL,
                          capture_output=True, timeout=timeout_s, env=_environment(env), cwd=cwd,
                          encoding="utf-8", errors="replace", start_new_session=True)
    if check and done.returncode != 0:
        raise AssertionError(f"{' '.join(map(str, argv))}: exit {done.returncode}\n"
                             f"{done.stdout}{done.stderr}")
    return done


class Process:
    """A program that keeps running; what it prints goes to `log`."""

    def __init__(self, namespace, argv, log, env=None, cwd=None):
        self.argv = [str(a) for a in argv]
        self.log = log
        with open(log, "ab") as out:
            self._popen = subprocess.Popen(command_in(namespace, argv), stdin=subprocess.DEVNULL,
                                           stdout=out, stderr=out, env=_environment(env), cwd=cwd,
                                           start_new_session=True)

    @property
    def pid(self):
        return self._popen.pid

    def running(self):
        return self._popen.poll() is None

    def cpu_s(self):
        """Seconds of CPU that all its threads have used."""
        with open(f"/proc/{self.pid}/stat", encoding="ascii") as stat:
            user, system = stat.read().rpartition(")")[2].split()[11:13]
        return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")

    def output(self):
        return self.log.read_text(errors="replace")

    def wait(self, timeout_s=10):
        """Its exit code, once it has ended by itself."""
        return self._popen.wait(timeout_s)

    def wait_for_output(self, text, deadline_s=10):
        """Waits until it has printed `text`; fails at once if it ends before."""
        def printed():
            alive = self.running()
            if text in self.output():
                return True
            assert alive, f"{self.argv[0]} ended ({self._popen.returncode}):\n{self.output()}"
            return False
        eventually(printed, lambda: f"{self.argv[0]} printing {text!r}:\n{self.output()}",
                   deadline_s)

    def signal(self, number):
        if self.running():
            os.kill(self.pid, number)

    def stop(self, timeout_s=10):
        """SIGTERM, and its exit code."""
        self.signal(signal.SIGTERM)
        return self._popen.wait(timeout_s)

    def kill(self):
        """SIGKILL: also the way out for a test that failed."""
        self.signal(signal.SIGKILL)
        return self._popen.wait(10)


def _environment(extra):
    return None if extra is None else {**os.environ, **{k: str(v) for k, v in extra.items()}}
