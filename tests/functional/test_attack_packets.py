# SPDX-License-Identifier: BSD-3-Clause
"""F-1, F-2, F-8, N1, U-14: packets that lie about whose they are, and every value of fields of
the IP header."""

import collections
import itertools
import time

from scapy.layers.inet import ICMP, IP, TCP, UDP
from scapy.layers.l2 import Ether
from scapy.packet import Raw

from lib import flood
from lib.config import GATEWAY_LAN, GATEWAY_WAN, PROVIDER
from lib.flood import IP as IP_AT
from lib.flood import MANY, Field
from lib.phones import leased
from lib.siege import Counts, attacker, call_goes_on, config, start

ICMP_PER_S = 100  # of our own, the default


def _assert_each_counted(counts, sent, reasons):
    """What was sent of each frame, in turn, is counted under its reason."""
    of_each = collections.Counter(itertools.islice(itertools.cycle(reasons), sent))
    for reason, count in of_each.items():
        counts.wait_for(count, f"drops.{reason}")


def test_n1_f8_what_a_host_sends_in_anothers_name_is_dropped(lab, workers):
    gateway, host = start(lab, config(lab, workers)), attacker(lab)
    phone = leased(lab, 2)
    from_host = Ether(src=host.mac(), dst=lab.gw.mac("lan0"))
    udp = UDP(sport=phone.ports[0], dport=4000, chksum=0)
    lies = [
        ("wrong_mac", IP(src=phone.address, dst=PROVIDER) / udp),
        ("wrong_mac", IP(src=phone.address, dst=phone.public_address) / udp),
        ("no_binding", IP(src="10.20.63.255", dst=PROVIDER) / udp),
        ("no_binding", IP(src=phone.public_address, dst=PROVIDER) / udp),
        ("no_binding", IP(src=PROVIDER, dst=phone.public_address) / udp),
        ("no_binding", IP(src="127.0.0.1", dst=PROVIDER) / udp),
        ("no_binding", IP(src="0.0.0.0", dst=PROVIDER) / udp),
        ("no_binding", IP(src="255.255.255.255", dst=PROVIDER) / udp),
        ("no_binding", IP(src="224.0.0.1", dst=PROVIDER) / udp),
        ("martian_source", IP(src="127.0.0.1", dst=GATEWAY_LAN) / ICMP()),
        ("martian_source", IP(src=GATEWAY_WAN, dst=GATEWAY_LAN) / ICMP()),
        # Land: from where it goes to.
        ("martian_source", IP(src=GATEWAY_LAN, dst=GATEWAY_LAN) / ICMP()),
        ("martian_source", IP(src=GATEWAY_WAN, dst=GATEWAY_WAN) / TCP(sport=80, dport=80)),
        ("private_destination", IP(src=phone.address, dst=phone.address) / udp),
        ("no_binding", IP(src=phone.public_address, dst=phone.public_address) / udp),
    ]
    counts = Counts(gateway)
    # Another phone may have the same ports, of another address.
    outside = lab.provider.capture(expression=f"udp src port {phone.ports[0]} and "
                                   f"(src host {phone.public_address} or src net 10.20.0.0/16)")
    with call_goes_on(lab, gateway, f"{MANY} packets in others' names"):
        sent = flood.send(host, [from_host / packet for _, packet in lies], MANY)
        _assert_each_counted(counts, sent, [reason for reason, _ in lies])
    assert outside.stop() == []


def test_f8_what_the_network_sends_in_our_name_is_dropped(lab):
    gateway = start(lab)
    phone = leased(lab, 2)
    from_network = Ether(src=lab.provider.mac(), dst=lab.gw.mac("wan0"))
    udp = UDP(sport=4000, dport=phone.ports[0], chksum=0)
    lies = [("martian_source", IP(src=source, dst=phone.public_address) / udp)
            for source in (phone.public_address, phone.address, GATEWAY_LAN, GATEWAY_WAN,
                           "127.0.0.1", "0.0.0.0", "255.255.255.255", "224.0.0.1")]
    lies += [
        ("martian_source", IP(src=GATEWAY_WAN, dst=GATEWAY_WAN) / ICMP()),
        ("foreign_destination", IP(src=PROVIDER, dst=phone.address) / udp),
        ("foreign_destination", IP(src=PROVIDER, dst=GATEWAY_LAN) / udp),
        ("martian_destination", IP(src=PROVIDER, dst="127.0.0.1") / udp),
        ("multicast_or_broadcast", IP(src=PROVIDER, dst="224.0.0.1") / udp),
        ("wan_service_refused", IP(src=PROVIDER, dst=GATEWAY_WAN) / UDP(sport=68, dport=67)),
        ("wan_service_refused", IP(src=PROVIDER, dst=GATEWAY_WAN) / UDP(sport=4000, dport=69)),
    ]
    counts = Counts(gateway)
    inside = phone.host.capture(expression="udp src port 4000")
    with call_goes_on(lab, gateway, f"{MANY} packets of the network in our names"):
        sent = flood.send(lab.provider, [from_network / packet for _, packet in lies], MANY)
        _assert_each_counted(counts, sent, [reason for reason, _ in lies])
    assert inside.stop() == []


def test_f2_f7_time_to_live_that_ran_out_is_told_at_a_limited_rate(lab):
    gateway, phone = start(lab), leased(lab, 2)
    there = Ether(src=phone.host.mac(), dst=lab.gw.mac("lan0"))
    back = Ether(src=lab.provider.mac(), dst=lab.gw.mac("wan0"))
    out = [there / IP(src=phone.address, dst=PROVIDER, ttl=ttl) /
           UDP(sport=phone.ports[1], dport=7, chksum=0) for ttl in (0, 1)]
    home = [back / IP(src=PROVIDER, dst=phone.public_address, ttl=ttl) /
            UDP(sport=7, dport=phone.ports[1], chksum=0) for ttl in (0, 1)]
    counts = Counts(gateway)
    with call_goes_on(lab, gateway, f"{MANY} packets of TTL 0 and 1 from either side"):
        told_lan = phone.host.capture(expression="icmp[icmptype] == icmp-timxceed")
        began = time.monotonic()
        attack = flood.start(phone.host, out, MANY // 2, rate=flood.RATE // 2)
        sent = flood.send(lab.provider, home, MANY // 2, rate=flood.RATE // 2)
        sent += flood.finish(attack)
        counts.wait_for(sent, "drops.ttl_exceeded")
        # Of each side a second's worth at once, and then so many a second.
        most = 2 * ICMP_PER_S * (1 + time.monotonic() - began)
        assert ICMP_PER_S <= counts["icmp.time_exceeded_sent"] <= most
        assert len(told_lan.stop()) >= 1


# ---- every value of a field

HEADER, DATAGRAM = 20, 28  # octets of an IP header without options, and with UDP's behind it
LENGTHS = (19, 20, 21, 27, 28, 59, 60, 80)  # octets there are


def _fault_of(version, header, total, there):
    """What RFC 1812 section 5.2.2 says of such a packet, and what is not forwarded besides."""
    if there < HEADER:
        return "ip_truncated"
    if version != 4:
        return "ip_version"
    if header < HEADER or header > there:
        return "ip_header_length"
    if total < header or total > there:
        return "ip_total_length"
    if header > HEADER:
        return "ip_options"
    return "l4_truncated" if total < DATAGRAM else None


def _of_every_first_octet(there, phone):
    """(what is wrong, frame) for each first octet, the lengths around what is there, and around
    what it says of the header."""
    whole = (IP(src=phone.address, dst=PROVIDER) / UDP(sport=phone.ports[1], dport=7, len=8) /
             Raw(bytes(52)))
    for first in range(256):
        header = 4 * (first & 15)
        for octets in LENGTHS:
            for total in {0, 1, header - 1, header, octets - 1, octets, octets + 1, 65535} - {-1}:
                frame = bytearray(bytes(there) + bytes(whole))
                frame[IP_AT] = first
                frame[IP_AT + 2:IP_AT + 4] = total.to_bytes(2, "big")
                flood.make_right(frame)
                yield _fault_of(first >> 4, header, total, octets), frame[:IP_AT + octets]


def test_f1_every_version_and_length_is_dropped_by_its_reason_or_forwarded(lab):
    gateway, phone = start(lab), leased(lab, 2)
    there = Ether(src=phone.host.mac(), dst=lab.gw.mac("lan0"), type=0x0800)
    faults, frames = zip(*_of_every_first_octet(there, phone))
    counts = Counts(gateway)
    outside = lab.provider.capture(expression="udp dst port 7")
    with call_goes_on(lab, gateway, f"{len(frames)} versions and lengths of the IP header"):
        flood.send(phone.host, frames)
        for fault in set(faults) - {None}:
            counts.wait_for(faults.count(fault), f"drops.{fault}")
        outside.wait_for(count=faults.count(None))
    assert len(outside.stop()) == faults.count(None)


def test_u14_every_value_of_the_fragment_field_is_dropped_unless_it_is_none(lab):
    """On net_tap: of fragments for net_af_packet the kernel makes whole packets first."""
    made = config(lab)
    for number, (port, name) in enumerate(zip(made["ports"], ("lan1", "wan1"))):
        port["device"] = f"net_tap{number},iface={name}"
    gateway = start(lab, made)
    own = lab.gw.mac("lan1")
    for side in ("lan", "wan"):
        # A bridge keeps what is for its ports' own MACs. As many may wait as in the other tests.
        lab.gw.ip(f"link set {side}1 address 02:00:00:00:00:01 txqueuelen 8192",
                  f"link add br-{side} type bridge", f"link set {side}0 master br-{side}",
                  f"link set {side}1 master br-{side}", f"link set br-{side} up")
    phone = leased(lab, 2)
    whole = (Ether(src=phone.host.mac(), dst=own) /
             IP(src=phone.address, dst=PROVIDER) / UDP(sport=phone.ports[1], dport=7, chksum=0))
    field = Field(at=(IP_AT + 6,), octets=2)
    counts = Counts(gateway)
    outside = lab.provider.capture(expression="udp dst port 7")
    with call_goes_on(lab, gateway, "65536 values of the fragment field", own=own):
        sent = flood.send(phone.host, [whole], 65536, [field])
        # No fragment: neither an offset nor more of them, whatever the two other bits.
        counts.wait_for(sent - 4, "drops.ip_fragment")
        passed = outside.wait_for(count=4)
    assert sorted(int(packet[IP].flags) for packet in passed) == [0, 2, 4, 6]
