# SPDX-License-Identifier: BSD-3-Clause
"""Every packet that is not forwarded is counted under one reason. What no real packet can provoke,
the unit tests of lib/datapath reach; scripts/checks/reasons finds a reason that no test names."""

import pytest
from scapy.layers.inet import ICMP, IP, TCP, UDP
from scapy.layers.l2 import ARP, Dot1Q, Ether
from scapy.packet import Raw

from lib.config import GATEWAY_LAN, GATEWAY_WAN, PROVIDER
from lib.phones import static, static_entry
from lib.waiting import eventually

ENTRY = static_entry(1, 24000)
PHONE, FIRST, PUBLIC = ENTRY["private_address"], ENTRY["first_port"], ENTRY["public_address"]
UNHELD = 40000


def _out(l4=None, **ip):
    return IP(**{"src": PHONE, "dst": PROVIDER, **ip}) / (UDP(sport=FIRST, dport=7) if l4 is None
                                                         else l4)


def _in(l4=None, **ip):
    return IP(**{"src": PROVIDER, "dst": PUBLIC, **ip}) / (UDP(sport=7, dport=FIRST) if l4 is None
                                                          else l4)


def _cut(packet, octets):
    return Raw(bytes(packet)[:octets])


# What a phone sends that must not pass: (reason, IP packet).
FROM_THE_PHONE = [
    ("ip_truncated", Raw(b"\x45\0\0\x14" + bytes(8))),
    ("ip_version", _out(version=6)),
    ("ip_header_length", _out(ihl=4)),
    ("ip_total_length", _cut(_out(len=1000), 60)),
    ("ip_checksum", _out(chksum=0x1234)),
    ("ip_options", _out(options=[b"\x07\x03\x04\x00"])),
    ("martian_source", _out(src="127.0.0.1", dst=GATEWAY_LAN)),
    ("no_binding", _out(src="127.0.0.1")),
    ("martian_destination", _out(dst="127.0.0.1")),
    ("multicast_or_broadcast", _out(dst="224.0.0.5")),
    ("l4_truncated", _out(Raw(b"\x5d\xc0"), proto=17)),
    ("l4_truncated", _out(Raw(bytes(10)), proto=6)),
    ("unsupported_protocol", _out(Raw(bytes(40)), proto=47)),
    ("ttl_exceeded", _out(ttl=1)),
    ("icmp_error", _out(ICMP(type=3, code=3) / _in())),
    ("icmp_type", _out(ICMP(type=13))),
    ("no_binding", _out(src="10.20.0.250")),
    ("port_out_of_range", _out(UDP(sport=FIRST - 1, dport=7))),
    ("port_out_of_range", _out(UDP(sport=FIRST + 64, dport=7))),
    ("port_out_of_range", _out(TCP(sport=80, dport=7))),
    ("echo_id_out_of_range", _out(ICMP(type=8, id=FIRST + 64))),
    ("private_destination", _out(dst="10.20.0.200")),
    ("no_route", _out(dst="192.0.2.1")),
    ("not_a_service", _out(UDP(sport=FIRST, dport=9), dst=GATEWAY_LAN)),
    ("l4_checksum", _out(UDP(sport=FIRST, dport=69, chksum=0x1234), dst=GATEWAY_LAN)),
    ("icmp_not_answered", _out(ICMP(type=13), dst=GATEWAY_LAN)),
]

# What the network sends.
FROM_THE_PROVIDER = [
    ("foreign_destination", _in(dst="203.0.113.200")),
    ("port_unheld", _in(UDP(sport=7, dport=UNHELD))),
    ("port_unheld", _in(TCP(sport=7, dport=FIRST + 64))),
    ("port_unheld", _in(dst="203.0.113.65")),
    ("echo_id_unheld", _in(ICMP(type=8, id=UNHELD))),
    ("icmp_error", _in(ICMP(type=3, code=3) / _out(src=PUBLIC, dst=PROVIDER))),
    ("ttl_exceeded", _in(ttl=1)),
    ("martian_source", _in(src=PUBLIC)),
    ("wan_service_refused", IP(src=PROVIDER, dst=GATEWAY_WAN) / UDP(sport=68, dport=67)),
    ("wan_service_refused", IP(src=PROVIDER, dst=GATEWAY_WAN) / UDP(sport=4000, dport=69)),
]

# Whole frames, from the phone.
FRAMES = [
    ("not_for_us", lambda gateway: Ether(dst="02:00:00:00:00:01") / _out()),
    ("wrong_vlan", lambda gateway: Ether(dst=gateway) / Dot1Q(vlan=7) / _out()),
    ("unknown_ethertype", lambda gateway: Ether(dst=gateway, type=0x88cc) / Raw(bytes(46))),
    ("wrong_mac", lambda gateway: Ether(dst=gateway, src="00:1b:2c:00:00:77") / _out()),
    ("arp_malformed", lambda gateway: Ether(dst=gateway, type=0x0806) / Raw(bytes(28))),
    ("arp_not_ours", lambda gateway: Ether(dst="ff:ff:ff:ff:ff:ff") / ARP(
        pdst="10.20.0.250", psrc=PHONE)),
]


@pytest.fixture
def gateway(lab, workers):
    config = lab.config(workers)
    config["phones"]["static"] = [ENTRY]
    return lab.start(config)


def _assert_counts_one(gateway, reason, send):
    """Sending adds one drop, of this reason and no other."""
    before = gateway.drops()
    send()
    eventually(lambda: gateway.drops() != before, f"a drop; expected: {reason}")
    after = gateway.drops()
    assert {r: n - before.get(r, 0) for r, n in after.items() if n != before.get(r, 0)} == \
        {reason: 1}


def test_what_a_phone_sends_amiss_is_dropped_by_its_reason(lab, gateway):
    phone = static(lab, 1, ENTRY)
    outside = lab.provider.capture(expression="not arp")
    lan, own = lab.gw.mac("lan0"), phone.host.mac()
    for reason, packet in FROM_THE_PHONE:
        frame = Ether(src=own, dst=lan, type=0x0800) / packet
        _assert_counts_one(gateway, reason, lambda f=frame: phone.host.send_frame(f))
    for reason, make in FRAMES:
        frame = make(lan)
        if "src" not in frame.fields:
            frame.src = own
        _assert_counts_one(gateway, reason, lambda f=frame: phone.host.send_frame(f))
    assert outside.stop() == []


def test_what_the_network_sends_amiss_is_dropped_by_its_reason(lab, gateway):
    phone = static(lab, 1, ENTRY)
    inside = phone.host.capture(expression="not arp")
    wan, own = lab.gw.mac("wan0"), lab.provider.mac()
    for reason, packet in FROM_THE_PROVIDER:
        frame = Ether(src=own, dst=wan, type=0x0800) / packet
        _assert_counts_one(gateway, reason, lambda f=frame: lab.provider.send_frame(f))
    assert inside.stop() == []


def test_a_next_hop_that_does_not_answer_costs_its_packets_and_tells_their_sender(lab, gateway):
    phone = static(lab, 1, ENTRY)
    heard = phone.host.capture(expression="icmp")
    sent = _out(UDP(sport=FIRST, dport=7), dst="203.0.113.99") / Raw(b"hello")
    phone.host.send_frame(Ether(src=phone.host.mac(), dst=lab.gw.mac("lan0")) / sent)
    eventually(lambda: gateway.drops().get("neighbor_unresolved"), "neighbor_unresolved", 20)
    [error] = heard.wait_for()
    assert (error[IP].src, error[IP].dst) == (GATEWAY_LAN, PHONE)
    assert (error[ICMP].type, error[ICMP].code) == (3, 1)
    assert bytes(error[ICMP].payload) == bytes(sent)


def test_ping_says_that_a_silent_host_is_unreachable(lab, gateway):
    phone = static(lab, 1, ENTRY)
    said = phone.host.run("ping", "-n", "-c", 1, "-W", 10, "-e", FIRST, "203.0.113.99",
                          check=False).stdout
    assert f"From {GATEWAY_LAN} icmp_seq=1 Destination Host Unreachable" in said
    assert gateway.drops()["neighbor_unresolved"] == 1


def test_a_packet_too_big_for_the_wan_is_told_its_mtu_if_it_may_not_be_cut(lab):
    config = lab.config()
    config["phones"]["static"] = [ENTRY]
    config["ports"][1]["mtu"] = 1400
    gateway = lab.start(config)
    phone = static(lab, 1, ENTRY)
    heard = phone.host.capture(expression="icmp")
    lan, own = lab.gw.mac("lan0"), phone.host.mac()
    for flags in ("", "DF"):
        frame = Ether(src=own, dst=lan) / _out(flags=flags) / Raw(bytes(1380))
        _assert_counts_one(gateway, "too_big", lambda f=frame: phone.host.send_frame(f))
    [error] = heard.wait_for()
    assert (error[ICMP].type, error[ICMP].code, error[ICMP].nexthopmtu) == (3, 4, 1400)


def test_a_fragment_is_dropped_on_either_side(lab):
    """On net_tap: of fragments for net_af_packet the kernel makes whole packets first."""
    config = lab.config()
    config["phones"]["static"] = [ENTRY]
    for number, (port, name) in enumerate(zip(config["ports"], ("lan1", "wan1"))):
        port["device"] = f"net_tap{number},iface={name}"
    gateway = lab.start(config)
    last = Raw(b"rest of it")
    for interface, source, packets in (
            ("lan1", ENTRY["mac"], (_out(flags="MF"), _out(last, frag=10, proto=17))),
            ("wan1", lab.provider.mac(), (_in(flags="MF"), _in(last, frag=10, proto=17)))):
        for packet in packets:
            frame = Ether(src=source, dst=lab.gw.mac(interface)) / packet
            _assert_counts_one(gateway, "ip_fragment",
                               lambda f=frame, i=interface: lab.gw.send_frame(f, i))


def test_what_passes_other_interfaces_at_start_is_not_taken_in(lab, workers):
    lab.gw.start("ping", "-q", "-i", "0.002", "127.0.0.1")
    gateway = lab.start(lab.config(workers))
    assert gateway.drops() == {}
