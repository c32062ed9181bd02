# SPDX-License-Identifier: BSD-3-Clause
"""F-12: floods of ARP, and ARP that lies, from the LAN and from the WAN."""

import time

import pytest
from scapy.layers.inet import IP, UDP
from scapy.layers.l2 import ARP, Ether

from lib import flood
from lib.config import GATEWAY_LAN, GATEWAY_WAN, PROVIDER
from lib.flood import MANY, Field
from lib.phones import leased
from lib.siege import Counts, attacker, call_goes_on, start
from lib.wire import BROADCAST

ROGUE = "02:00:00:00:00:66"
# In an ARP message: the sender's MAC and address, the address that is asked for.
SENDER_MAC, SENDER, TARGET = flood.IP + 8, flood.IP + 14, flood.IP + 24
DEFENCE_S = 10  # RFC 5227 section 1.1
OWN_REQUESTS = 20  # the lab's hosts ask and answer too


def _arp(hwsrc, to=BROADCAST, **fields):
    return Ether(src=hwsrc, dst=to) / ARP(hwsrc=hwsrc, **fields)


def test_f12_a_flood_of_requests_is_answered_where_it_is_for_us_and_learned_nowhere(lab):
    gateway, host = start(lab), attacker(lab)
    others = Field(at=(TARGET + 2,), octets=2, scattered=True)
    senders = Field(at=(9, SENDER_MAC + 3), octets=3, scattered=True)
    ours = _arp(host.mac(), psrc="10.20.200.1", pdst=GATEWAY_LAN)
    counts = Counts(gateway)
    with call_goes_on(lab, gateway, f"ARP requests, {MANY} for others, {MANY // 2} for us"):
        sent = flood.send(host, [_arp(host.mac(), psrc="10.20.200.1", pdst="10.20.0.0")], MANY,
                          [others])
        for_us = -(-sent // 65536)  # at most: of 65536 addresses one is ours
        counts.wait_for(sent - for_us, "drops.arp_not_ours", besides=for_us + OWN_REQUESTS)
        before = counts["neighbor.replies_sent"]
        sent = flood.send(host, [ours], MANY // 2, [senders])
        counts.wait_for(before + sent, "neighbor.replies_sent", besides=OWN_REQUESTS)
    assert [row for row in gateway.get("/v1/neighbors")["items"] if row["side"] == "lan"] == []


def test_f12_answers_that_nobody_asked_for_are_not_learned(lab):
    gateway, host = start(lab), attacker(lab)
    answer = _arp(host.mac(), op=2, psrc="10.20.0.0", pdst=GATEWAY_LAN, hwdst=lab.gw.mac("lan0"))
    senders = Field(at=(SENDER + 3,), octets=1)
    counts = Counts(gateway)
    with call_goes_on(lab, gateway, f"{MANY} ARP answers unasked"):
        sent = flood.send(host, [answer], MANY, [senders])
        of_us = sent // 256 + (sent % 256 > 1)  # .1 is the gateway's own
        counts.wait_for(sent - of_us, "neighbor.unasked", besides=OWN_REQUESTS)
        counts.wait_for(of_us, "neighbor.conflicts")
    assert [row for row in gateway.get("/v1/neighbors")["items"] if row["side"] == "lan"] == []


@pytest.mark.parametrize("side", ["lan", "wan"])
def test_f12_whoever_claims_the_gateways_address_does_not_make_it_stop(lab, side):
    gateway = start(lab)
    host, address = (attacker(lab), GATEWAY_LAN) if side == "lan" else (lab.provider, GATEWAY_WAN)
    if side == "wan":  # a host's own table is not the gateway's to guard
        pool = [f"203.0.113.{number}" for number in range(64, 80)]
        lab.provider.ip(*(f"neigh replace {a} lladdr {lab.gw.mac('wan0')} nud permanent dev eth0"
                          for a in [GATEWAY_WAN, *pool]))
    counts, began = Counts(gateway), time.monotonic()
    with call_goes_on(lab, gateway, f"the gateway's {side} address claimed {MANY} times"):
        sent = flood.send(host, [_arp(ROGUE, op=op, psrc=address, pdst=address) for op in (1, 2)],
                          MANY)
        counts.wait_for(sent, "neighbor.conflicts")
        took = time.monotonic() - began
        # Our own address is defended, but never by a storm.
        assert 1 <= counts["neighbor.announcements_sent"] <= 1 + took / DEFENCE_S + 17


def test_f12_whoever_claims_a_phones_address_gets_none_of_its_packets(lab):
    gateway, host = start(lab), attacker(lab)
    counts = Counts(gateway)
    with call_goes_on(lab, gateway, f"a phone's address claimed {MANY} times") as phone:
        stolen = host.capture(expression="udp")
        claims = [_arp(host.mac(), op=op, psrc=phone.address, pdst=phone.address) for op in (1, 2)]
        counts.wait_for(flood.send(host, claims, MANY), "neighbor.unasked", besides=OWN_REQUESTS)
        assert stolen.stop() == []


def test_f12_whoever_claims_the_providers_address_gets_none_of_its_packets(lab):
    gateway = start(lab)
    counts = Counts(gateway)
    with call_goes_on(lab, gateway, f"the provider's address claimed {MANY} times"):
        claims = [_arp(ROGUE, op=op, psrc=PROVIDER, pdst=GATEWAY_WAN) for op in (1, 2)]
        stolen = lab.provider.capture(expression=f"ether dst {ROGUE} and not arp")
        counts.wait_for(flood.send(lab.provider, claims, MANY), "neighbor.claims_refused")
        assert stolen.stop() == []
    assert counts["neighbor.moved"] == 0


def test_f12_packets_for_hosts_that_are_not_there_cost_nobody_a_neighbour(lab):
    gateway, host = start(lab), leased(lab, 2)
    there = Ether(src=host.host.mac(), dst=lab.gw.mac("lan0"))
    frames = [there / IP(src=host.address, dst=f"203.0.113.{number}") /
              UDP(sport=host.ports[0], dport=7) for number in range(100, 200)]
    counts = Counts(gateway)
    with call_goes_on(lab, gateway, f"{MANY} packets for 100 hosts that are not there"):
        sent = flood.send(host.host, frames, MANY)
        counts.wait_for(sent, "drops.neighbor_unresolved", "drops.punt_full_neighbor")
