# SPDX-License-Identifier: BSD-3-Clause
"""Many phones at once: perfdhcp behind a relay's address, and what was acknowledged to it."""

import signal

from scapy.layers.inet import IP, UDP
from scapy.layers.l2 import Ether

from .clients.dhcp import perfdhcp, perfdhcp_report
from .config import GATEWAY_LAN, mac
from .lease import ACK, OFFER, acknowledged, identity, messages
from .waiting import eventually

# Behind all that perfdhcp said: to the discard service of nobody.
_LAST = bytes(Ether(dst="ff:ff:ff:ff:ff:ff") / IP(dst="255.255.255.255") / UDP(sport=67, dport=9))


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
        self.captures = []  # one of each start
        self._process = None

    def start(self, rate, seconds=60, renewals=0, releases=0):
        """Phones that no earlier start had, `rate` a second, so long at most; being answered. With
        so many renewals and releases a second beside them."""
        self.captures.append(self._host.capture(expression="udp port 67"))
        more = [*(("-f", renewals) if renewals else ()), *(("-F", releases) if releases else ())]
        self._process = perfdhcp(self._host, GATEWAY_LAN, self.ADDRESS, phones=10_000, rate=rate,
                                 seconds=seconds, arguments=more,
                                 first_mac=0x100000 + len(self.captures) * self.MOST_PHONES)
        self.wait_for_answers(100)

    def wait_for_answers(self, count):
        already = self._answers()
        eventually(lambda: self._answers() >= already + count, "perfdhcp is answered")

    def _answers(self):
        return sum(message.type in (OFFER, ACK) for _, message in messages(self.captures[-1]))

    def stop(self):
        """Ends it; what it sent and heard is in the capture."""
        self._process.kill()
        self._host.send_frame(_LAST)
        self.captures[-1].wait_for_frame(_LAST)
        self.captures[-1].process.stop()

    def finish(self):
        """Ends it in good order: how OFFERs and ACKs fared. What was under way stays unanswered."""
        self._process.signal(signal.SIGINT)
        self._process.wait()
        return perfdhcp_report(self._process)

    def assert_nothing_lost(self, gateway):
        """Every acknowledged lease is the gateway's, with its identity, and none is held twice.
        Returns the acknowledged."""
        told = self._told()
        held = self.assert_known_are_right(gateway)
        assert {client for client in told if client not in held} == set()
        return told

    def assert_known_are_right(self, gateway):
        """Of the leases that the gateway knows each is as it was acknowledged last, and none is held
        twice. Returns them."""
        told = self._told()
        held = {lease["mac"]: identity(lease) for lease in gateway.leases()}
        assert {client: lease for client, lease in told.items()
                if held.get(client, lease) != lease} == {}
        assert len(set(held.values())) == len(held)
        assert {identity(binding) for binding in gateway.bindings()} == set(held.values())
        return held

    def _told(self):
        told = {}
        for capture in self.captures:
            told.update(acknowledged(capture))
        return told
