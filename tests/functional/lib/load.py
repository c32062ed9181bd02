# SPDX-License-Identifier: BSD-3-Clause
"""Many phones at once: perfdhcp behind a relay's address, and what was acknowledged to it."""

import re
import signal

from .clients.dhcp import perfdhcp
from .config import GATEWAY_LAN, mac
from .lease import acknowledged, identity
from .waiting import eventually


class _Exchange:
    """A section of perfdhcp's report: DISCOVER-OFFER or REQUEST-ACK."""

    def __init__(self, section):
        def said(what):
            return float(re.search(rf"^{what}: ([0-9.]+)", section, re.MULTILINE)[1])
        self.received = said("received packets")
        self.unanswered = said("sent packets") - self.received
        self.longest_s = said("max delay") / 1000


class DhcpLoad:
    """Needs a gateway that was started with config()."""

    ADDRESS = "10.20.0.3"
    MOST_PHONES = 0x4000

    @classmethod
    def config(cls, lab):
        config = lab.config()
        config["lan"]["relays"] = [cls.ADDRESS]
        return config

    def __init__(self, lab):
        self._host = lab.phone(3, mac(0x300), self.ADDRESS)
        self._capture = self._host.capture(expression="udp src port 67")
        self._runs = 0
        self._process = None

    def start(self, rate, seconds=20):
        """Phones that no earlier start had, `rate` a second, so long at most; being answered."""
        self._process = perfdhcp(self._host, GATEWAY_LAN, self.ADDRESS, phones=10_000, rate=rate,
                                 seconds=seconds,
                                 first_mac=0x100000 + self._runs * self.MOST_PHONES)
        self._runs += 1
        self.wait_for_answers(100)

    def wait_for_answers(self, count):
        already = len(self._capture.frames())
        eventually(lambda: len(self._capture.frames()) >= already + count, "perfdhcp is answered")

    def stop(self):
        self._process.kill()

    def finish(self):
        """Ends it in good order: how OFFERs and ACKs fared. What was under way stays unanswered."""
        self._process.signal(signal.SIGINT)
        self._process.wait()
        report = self._process.output().split("Statistics for: ")
        return [_Exchange(section) for section in report[1:]]

    def assert_nothing_lost(self, gateway):
        """Every acknowledged lease is the gateway's, with its identity, and none is held twice.
        Returns the acknowledged."""
        told = acknowledged(self._capture)
        held = {lease["mac"]: identity(lease) for lease in gateway.leases()}
        assert {client: lease for client, lease in told.items() if held.get(client) != lease} == {}
        assert len(set(held.values())) == len(held)
        assert {identity(binding) for binding in gateway.bindings()} == set(held.values())
        return told
