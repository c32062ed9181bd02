# SPDX-License-Identifier: BSD-3-Clause
"""N2, N3, F-7: scans of the whole port space from the WAN, and floods of pings from both sides."""

import time

import pytest
from scapy.layers.inet import ICMP, IP, TCP, UDP
from scapy.layers.l2 import Ether

from lib import flood
from lib.config import GATEWAY_LAN, GATEWAY_WAN, PROVIDER_SECOND
from lib.flood import MANY, Field
from lib.phones import leased
from lib.siege import Counts, attacker, call_goes_on, start

SCANNER = PROVIDER_SECOND, 7
ICMP_PER_S = 100  # of our own, the default
PORTS = 65536
TO_PORT = Field(at=(flood.UDP + 2,), octets=2)


def _from_network(lab, address, l4):
    return Ether(src=lab.provider.mac(), dst=lab.gw.mac("wan0")) / IP(src=SCANNER[0],
                                                                      dst=address) / l4


@pytest.mark.parametrize("l4", [UDP(sport=SCANNER[1], chksum=0), TCP(sport=SCANNER[1], flags="S")],
                         ids=["udp", "tcp-syn"])
def test_n2_n3_a_scan_of_every_port_reaches_each_phone_at_its_own_and_no_other(lab, l4):
    gateway = start(lab)
    counts = Counts(gateway)
    other = leased(lab, 2)
    protocol = l4.name.lower()
    ends_in_call = [SCANNER] if protocol == "udp" else []
    with call_goes_on(lab, gateway, f"{protocol} to every port of an address",
                      strangers=ends_in_call) as caller:
        seen = {phone: phone.host.capture(
            expression=f"{protocol} and src host {SCANNER[0]} and dst host {phone.address}")
            for phone in (caller, other)}
        flood.send(lab.provider, [_from_network(lab, caller.public_address, l4)], PORTS, [TO_PORT])
        held = [phone for phone in seen if phone.public_address == caller.public_address]
        counts.wait_for(PORTS - sum(len(phone.ports) for phone in held), "drops.port_unheld")
        for phone in held:
            reached = seen[phone].wait_for(count=len(phone.ports))
            assert sorted(packet[l4.name].dport for packet in reached) == list(phone.ports)
    for phone, capture in seen.items():
        assert len(capture.stop()) == (len(phone.ports) if phone in held else 0)


def test_f8_a_scan_of_the_gateways_own_address_finds_nothing(lab):
    gateway = start(lab)
    scans = [_from_network(lab, GATEWAY_WAN, l4) for l4 in (
        UDP(sport=SCANNER[1], chksum=0), TCP(sport=SCANNER[1], flags="S"))]
    counts = Counts(gateway)
    with call_goes_on(lab, gateway, "UDP and TCP to every port of the gateway"):
        for scan in scans:
            flood.send(lab.provider, [scan], PORTS, [TO_PORT])
        counts.wait_for(2, "drops.wan_service_refused")
        counts.wait_for(1, "drops.tunnel_malformed")  # what is no ESP, at the port of ESP in UDP
        counts.wait_for(2 * PORTS - 3, "drops.not_a_service")


@pytest.mark.parametrize("side", ["lan", "wan"])
def test_f7_a_flood_of_pings_is_answered_at_a_limited_rate(lab, side):
    gateway = start(lab)
    if side == "lan":
        host, source, address = attacker(lab), "10.20.200.1", GATEWAY_LAN
    else:
        host, source, address = lab.provider, PROVIDER_SECOND, GATEWAY_WAN
    ping = (Ether(src=host.mac(), dst=lab.gw.mac(f"{side}0")) / IP(src=source, dst=address) /
            ICMP(id=1) / (b"x" * 56))
    counts = Counts(gateway)
    with call_goes_on(lab, gateway, f"{MANY} pings from the {side.upper()}"):
        began = time.monotonic()
        sent = flood.send(host, [ping], MANY)
        counts.wait_for(sent, "icmp.echo_replies_sent", "drops.icmp_not_answered",
                        "drops.punt_full_icmp")
        # A second's worth at once, and then so many a second.
        most = ICMP_PER_S * (1 + time.monotonic() - began)
        assert ICMP_PER_S <= counts["icmp.echo_replies_sent"] <= most
    limited, dropped = counts.of("icmp.rate_limited", "drops.icmp_not_answered")
    assert limited == dropped
