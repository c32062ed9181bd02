# SPDX-License-Identifier: BSD-3-Clause
"""Paced UDP streams of many phones through a gateway, both ways: tests/load/streams sends, receives
and judges every packet."""

import dataclasses
import json

from .gateway import BUILD

_PROGRAM = BUILD / "tests" / "load" / "streams"


@dataclasses.dataclass
class Flow:
    """A phone's stream, from and to one port of its range."""

    mac: str
    private: str
    public: str
    port: int


@dataclasses.dataclass
class Way:
    """What became of one direction's packets."""

    sent: int
    sent_per_s: float
    received: int
    wrong: int  # not as the phone's binding says
    lost_by_receiver: int  # by the test's own socket
    latency_us: dict

    @property
    def lost(self):
        return self.sent - self.received


@dataclasses.dataclass
class Outcome:
    outbound: Way
    inbound: Way

    @property
    def ways(self):
        return self.outbound, self.inbound

    @property
    def lost(self):
        return sum(way.lost for way in self.ways)

    @property
    def wrong(self):
        return sum(way.wrong for way in self.ways)

    def kept_up_with(self, rate):
        """Whether the generator itself sent as fast as it was asked to."""
        return sum(way.sent_per_s for way in self.ways if way.sent) >= 0.97 * rate


class Streams:
    """Between `near`, where the phones are, and `far`, each a namespace with eth0."""

    def __init__(self, near, far, router_macs, server, flows, payload=18):
        """`router_macs`: the gateway's towards each; `server`: (address, port) at the far side;
        `payload`: octets of UDP payload, 18 make frames of 64 octets."""
        near_mac, far_mac = router_macs
        self._near = near
        self._listener = far.udp(*server)  # never read: the kernel answers with no ICMP error
        self._specification = {
            "near": {"netns": near.name, "interface": "eth0"},
            "far": {"netns": far.name, "interface": "eth0"},
            "router": {"near_mac": near_mac, "far_mac": far_mac},
            "server": {"address": server[0], "port": server[1], "mac": far.mac()},
            "flows": [dataclasses.asdict(flow) for flow in flows],
            "payload": payload,
        }

    def start(self, rate, seconds, outbound=0.5, under=()):
        """Starts `rate` packets a second, the share `outbound` of them from the phones; `under`:
        a command that becomes the program, taskset for one."""
        file = self._near.directory / "streams.json"
        file.write_text(json.dumps(self._specification | {
            "outbound_per_s": rate * outbound, "inbound_per_s": rate * (1 - outbound),
            "seconds": seconds}))
        log = self._near.directory / f"{self._near.label}-streams.log"
        log.unlink(missing_ok=True)
        return Running(self._near.start(*under, _PROGRAM, file, log="streams"), seconds)

    def run(self, rate, seconds, **options):
        return self.start(rate, seconds, **options).outcome()


class Running:
    def __init__(self, process, seconds):
        self._process = process
        self._seconds = seconds

    def goes_on(self):
        return self._process.running()

    def outcome(self):
        code = self._process.wait(self._seconds + 60)
        assert code == 0, f"streams: exit {code}:\n{self._process.output()}"
        said = json.loads(self._process.output())
        return Outcome(Way(**said["outbound"]), Way(**said["inbound"]))


def highest_loss_free(run, first=20_000, seconds=2, precision=0.05):
    """The highest rate at which `run(rate, seconds)` loses nothing, to that precision; 0: none.

    Doubles until packets are lost, or the generator cannot, then halves the interval."""
    def holds(rate):
        outcome = run(rate, seconds)
        return outcome.lost == 0 and outcome.kept_up_with(rate)
    good, bad = 0, first
    while holds(bad):
        good, bad = bad, 2 * bad
    while bad - good > precision * bad:
        middle = (good + bad) / 2
        good, bad = (middle, bad) if holds(middle) else (good, middle)
    return good
