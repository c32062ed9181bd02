# SPDX-License-Identifier: BSD-3-Clause
"""A gateway under attack: a call goes on through it that loses nothing, and what it holds of memory
is what it held before."""

import contextlib
import dataclasses
import os
import pathlib

from .call import Call
from .config import GATEWAY_LAN, mac
from .phones import exchange_udp, leased
from .waiting import eventually

# The gateway has a core to itself where it is deployed. Here others use them all: it goes before
# them, on whichever is free, and what arrives meanwhile finds room. (net_af_packet does not count
# what found none.)
_FIRST = -20
_FRAMES = "framesz=2048,blocksz=4096,framecnt=16384"

# What a flood may add to what is resident: pages of buffers and tables of fixed size that nothing
# had touched before. A leak of 100 octets a packet is 10 MB already in the short floods.
RESIDENT_MIB = 8


@dataclasses.dataclass
class Footprint:
    resident_kib: int
    descriptors: int
    buffers: int

    @classmethod
    def of(cls, gateway):
        process = pathlib.Path("/proc", str(gateway.process.pid))
        # Before we hold one of them to ask. SQLite opens its file again when it first needs to.
        opened = [_opened(descriptor) for descriptor in (process / "fd").iterdir()]
        leases = gateway.config["leases"]["file"]
        descriptors = sum(not name.startswith(leases) for name in opened)
        [resident] = [line.split()[1] for line in (process / "status").read_text().splitlines()
                      if line.startswith("VmRSS:")]
        buffers = sum(pool["in_use"] for pool in gateway.stats()["packet_pools"])
        return cls(int(resident), descriptors, buffers)

    def __str__(self):
        return (f"RSS {self.resident_kib / 1024:.1f} MiB, {self.descriptors} descriptors, "
                f"{self.buffers} packet buffers")


def _opened(descriptor):
    try:
        return os.readlink(descriptor)
    except FileNotFoundError:
        return ""  # closed meanwhile


def config(lab, workers=0):
    made = lab.config(workers)
    for port in made["ports"]:
        port["device"] += f",{_FRAMES}"
    return made


def start(lab, made=None):
    """Starts a gateway that is ready for it, with config() or what a test made of it."""
    gateway = lab.start(made or config(lab))
    for task in pathlib.Path("/proc", str(gateway.process.pid), "task").iterdir():
        os.setpriority(os.PRIO_PROCESS, int(task.name), _FIRST)
        os.sched_setaffinity(int(task.name), os.sched_getaffinity(0))
    return gateway


def attacker(lab):
    """A host on the LAN whose MAC is one that the gateway admits."""
    return lab.phone(9, mac(0x900))


class Counts:
    """What the gateway counted since this was made, by "group.counter"."""

    def __init__(self, gateway):
        self._gateway = gateway
        self._before = gateway.stats()

    def of(self, *names):
        """These, as of one moment."""
        stats = self._gateway.stats()
        return [stats[group][counter] - self._before[group][counter]
                for group, counter in (name.split(".") for name in names)]

    def __getitem__(self, name):
        return self.of(name)[0]

    def wait_for(self, count, *names, besides=0):
        """Until these counters together have counted so many; more than `besides` of others is a
        failure."""
        def total():
            return sum(self.of(*names))
        eventually(lambda: total() >= count, lambda: f"{count} {names}, {total()} so far: "
                   f"{self._gateway.drops()}")
        assert count <= total() <= count + besides, names


@contextlib.contextmanager
def call_goes_on(lab, gateway, what, strangers=(), own=None):
    """While the body attacks, a phone calls: no packet is lost, and no memory afterwards. `own`:
    the gateway's MAC on the LAN. Gives the call's phone."""
    phone = leased(lab, 1)
    # A host's own table is not the gateway's to guard.
    phone.host.ip(f"neigh replace {GATEWAY_LAN} lladdr {own or lab.gw.mac('lan0')} nud permanent "
                  "dev eth0")
    exchange_udp(phone, lab.provider)  # all have met by ARP
    with Call(phone, lab.provider) as call:
        before = Footprint.of(gateway)
        yield phone
        call.assert_whole(strangers)
    after = _settled(gateway, before)
    print(f"{what}: call {call.outbound.sent} + {call.inbound.sent} packets, lost 0; "
          f"before: {before}; after: {after}")
    assert after.resident_kib - before.resident_kib < RESIDENT_MIB * 1024


def _settled(gateway, before):
    """The footprint, once descriptors and packet buffers are as they were."""
    def as_before():
        now = Footprint.of(gateway)
        same = (now.descriptors, now.buffers) == (before.descriptors, before.buffers)
        return now if same else None
    return eventually(as_before, lambda: f"all given back: {before} before, "
                                         f"{Footprint.of(gateway)} now", interval_s=0.5)
