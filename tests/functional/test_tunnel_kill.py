# SPDX-License-Identifier: BSD-3-Clause
"""E-2, E-4, E-5: kill -9 of either end of a tunnel at any moment. No number is ever sent twice under
a key, and of what was captured before nothing is taken again but what came after the window was
stored last."""

import os
import random
import socket
import time

from lib.config import GATEWAY_WAN
from lib.phones import static_entry
from lib.streams import Flow, Streams
from lib.tunnel_lab import CONCENTRATOR_WAN, SIP, VOIP, addresses
from lib.waiting import eventually

# scripts/checks/kills raises it.
KILLS = int(os.environ.get("PORTICO_KILLS", "4"))
RATE = 2000  # packets a second, both ways together
STREAM_S = 2
WINDOW_AGE_S = 1  # for so long may a window not be on the disk
SLACK_S = 0.5  # of a crowded machine
OUR_SPIS = {GATEWAY_WAN: 4096, CONCENTRATOR_WAN: 8192}  # by sender
NOT_TAKEN = "tunnel_replayed", "tunnel_integrity"


class Captured:
    """One packet of ESP, as it stood in its frame."""

    def __init__(self, when, frame):
        self.when, self.frame = when, frame
        self.sender = socket.inet_ntoa(frame[26:30])
        self.spi = int.from_bytes(frame[34:38], "big")
        self.number = int.from_bytes(frame[38:42], "big")


class Site:
    """A gateway and a concentrator, and a device of the gateway's that speaks to the provider."""

    def __init__(self, lab):
        self.lab = lab
        device = static_entry(8, 30016, 16, public_address=None,
                              tunnel_address=addresses(lab.block)[0])
        host = lab.phone(8, device["mac"], device["private_address"])
        config = lab.config()
        config["phones"]["static"] = [device]
        self.gateway, self.concentrator = lab.gateway(config), lab.concentrator()
        for end in self.ends:
            end.start()
        self.streams = Streams(
            host, lab.voip, (lab.gw.mac("lan0"), lab.conc.mac("lan0")), (VOIP, SIP),
            [Flow(device["mac"], device["private_address"], device["tunnel_address"],
                  device["first_port"])])
        self.streams.run(100, 1)  # until the neighbours know each other

    @property
    def ends(self):
        return self.gateway, self.concentrator

    def side_of(self, end):
        """(the provider's interface towards it, its outer address)"""
        return ("eth0", GATEWAY_WAN) if end is self.gateway else ("eth1", CONCENTRATOR_WAN)

    def killed_under_load(self, end, moment):
        """What was seen of the tunnel meanwhile, and when it was that the end was killed."""
        interface, _ = self.side_of(end)
        capture = self.lab.provider.capture(interface, "esp", "-B", "65536")
        running = self.streams.start(RATE, STREAM_S)
        time.sleep(moment)  # the moment is what is tried, nothing is waited for
        end.process.kill()
        when = time.time()
        end.start()
        running.outcome()
        self.streams.run(100, 0.2)
        capture.process.stop()
        assert capture.missed() == 0
        return [Captured(*seen) for seen in capture.timed_frames()], when

    def taken_again(self, end, packets):
        """How many of them the end takes when they come once more."""
        interface, _ = self.side_of(end)
        before = self._counts(end)
        with self.lab.provider.socket(socket.AF_PACKET, socket.SOCK_RAW, 0, 0) as s:
            s.bind((interface, 0))
            for packet in packets:
                s.send(packet.frame)
        now = eventually(lambda: self._all_judged(end, before, len(packets)), "all of them judged")
        return now[0] - before[0]

    def _all_judged(self, end, before, count):
        now = self._counts(end)
        return now if sum(now) == sum(before) + count else None

    @staticmethod
    def _counts(end):
        """(taken, not taken), of packets of the tunnel."""
        stats = end.stats()
        return stats["tunnel"]["packets_in"], sum(stats["drops"][why] for why in NOT_TAKEN)


def test_e2_e4_e5_kill_9_of_either_end_under_load_repeats_no_number(tunnel_lab):
    site = Site(tunnel_lab)
    pause = random.Random(os.environ.get("PORTICO_SEED", "portico"))
    sent = {sender: set() for sender in OUR_SPIS}
    replayed = again = most = 0
    for kill in range(KILLS):
        end = site.ends[kill % 2]
        packets, when = site.killed_under_load(end, pause.uniform(0.1, STREAM_S))
        for packet in packets:
            assert packet.spi == OUR_SPIS[packet.sender]
            assert packet.number not in sent[packet.sender], f"{packet.number} was sent twice"
            sent[packet.sender].add(packet.number)
        _, own = site.side_of(end)
        before = [p for p in packets if p.sender != own and p.when <= when]
        late = [p for p in before if p.when >= when - WINDOW_AGE_S - SLACK_S]
        taken = site.taken_again(end, before)
        assert taken <= len(late)
        replayed, again, most = replayed + len(before), again + taken, max(most, taken)
    assert all(sent.values())
    print(f"{KILLS} kills; {sum(map(len, sent.values()))} packets captured, no number twice; "
          f"{replayed} of before the kills sent again, {again} of them taken, at most {most} after "
          f"one kill, at {RATE // 2} a second")
