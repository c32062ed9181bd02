# SPDX-License-Identifier: BSD-3-Clause
"""A burst of exchanges by perfdhcp, of a server on an empty lease file."""

import contextlib
import os
import pathlib
import re
import signal
import subprocess
import tempfile
import time

from dhcp_servers import RELAY, VENDOR_CLASS
from lib.clients.dhcp import perfdhcp, perfdhcp_report
from lib.config import GATEWAY_LAN

GENERATOR_CPU = 0
BURST_S = 4
PHONES = 100_000
INCOMPLETE = 0.01


class Burst:
    """So many exchanges a second, each of a phone that is new to the server."""

    FOLDER = "/var/tmp"  # on a disk, unlike perhaps the other

    def __init__(self, make, rate):
        self.rate = rate
        self.sent = self.acks = 0
        self.overflown = 0  # answers that reached the generator and found its socket full
        self.server_cpu = self.generator_cpu = 0.0  # of one CPU
        with started(make) as server:
            while not self._measure(server):
                pass  # perfdhcp ends without a report now and then

    def is_complete(self):
        return self._is_enough(self.acks) and not self._is_slow()

    def generator_is_limit(self):
        """It had no CPU left, or lost what the server had answered."""
        return self.generator_cpu > 0.95 or self._is_enough(self.acks + self.overflown)

    def _is_enough(self, completed):
        return completed > (1 - INCOMPLETE) * self.sent

    def _is_slow(self):
        """perfdhcp did not send what it was to send."""
        return self.sent < 0.98 * self.rate * BURST_S

    def _measure(self, server):
        process = start_generator(server, self.rate)
        began, server_before = time.monotonic(), server.process.cpu_s()
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(BURST_S)
            return False
        took = time.monotonic() - began
        self.server_cpu = (server.process.cpu_s() - server_before) / took
        self.generator_cpu = process.cpu_s() / took
        process.wait(30)
        self.overflown = udp_overflows(server.load)
        report = perfdhcp_report(process)
        if report:
            self.sent, self.acks = report[0].sent, report[1].received
        return bool(report)


def count_syncs(make, rate):
    """fsync and fdatasync of a burst, below strace; no other system call is delayed by it."""
    with tempfile.NamedTemporaryFile("r", dir=Burst.FOLDER) as summary:
        strace = ("strace", "-f", "--seccomp-bpf", "-c", "-o", summary.name,
                  "-e", "trace=fsync,fdatasync")
        with started(make, strace) as server:
            start_generator(server, rate).wait(BURST_S + 30)
            [traced] = children(server.process.pid)
            os.kill(traced, signal.SIGTERM)
            server.process.wait(30)
        return sum(int(calls) for calls in
                   re.findall(r"^(?:\s*[\d.]+){3}\s+(\d+).*\bf(?:data)?sync$", summary.read(),
                              re.MULTILINE))


@contextlib.contextmanager
def started(make, wrapper=()):
    with tempfile.TemporaryDirectory(prefix="portico-peers-", dir=Burst.FOLDER) as directory:
        server = make(pathlib.Path(directory))
        try:
            server.start(wrapper)
            yield server
            server.process.stop()
        finally:
            server.close()


def start_generator(server, rate):
    return perfdhcp(server.load, GATEWAY_LAN, RELAY, PHONES, rate, BURST_S, VENDOR_CLASS,
                    arguments=("-g", "single"), wrapper=("taskset", "-c", GENERATOR_CPU))


def udp_overflows(namespace):
    with namespace.entered(), open("/proc/thread-self/net/snmp", encoding="ascii") as counters:
        names, values = (line.split() for line in counters if line.startswith("Udp:"))
    return int(dict(zip(names, values))["RcvbufErrors"])


def children(pid):
    return [int(child) for child in
            pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
