# SPDX-License-Identifier: BSD-3-Clause
"""N1-N4: a phone's packets leave with their port unchanged, and (public address, port) finds it."""

import pytest
from scapy.layers.inet import ICMP, IP, TCP, UDP
from scapy.layers.l2 import Ether
from scapy.packet import Raw

from lib.clients import traffic
from lib.config import PROVIDER, PROVIDER_SECOND
from lib.phones import (assert_seen_as, exchange_tcp, exchange_udp, leased, reached_by_tcp, static,
                        static_entry)
from lib.waiting import eventually


@pytest.fixture
def gateway(lab, workers):
    config = lab.config(workers)
    config["phones"]["static"] = [static_entry(9, 30016, 16)]
    return lab.start(config)


def test_n1_n3_udp_goes_both_ways_with_its_port_unchanged(lab, gateway):
    phone = leased(lab, 1)
    for nth in (0, -1):
        exchange_udp(phone, lab.provider, nth)
    [binding] = gateway.bindings(private=phone.address)
    assert (binding["usage"]["packets_out"], binding["usage"]["packets_in"]) == (2, 2)


def test_n1_the_port_is_the_same_whoever_is_spoken_to(lab, gateway):
    phone = leased(lab, 1)
    with lab.provider.udp(PROVIDER, 4000) as one, lab.provider.udp(PROVIDER_SECOND, 4001) as two, \
            phone.udp() as near:
        near.sendto(b"1", (PROVIDER, 4000))
        near.sendto(b"2", (PROVIDER_SECOND, 4001))
        assert one.recvfrom(9)[1] == two.recvfrom(9)[1] == (phone.public_address, phone.ports[0])


def test_n1_n3_tcp_is_opened_from_either_side(lab, gateway):
    phone = leased(lab, 1)
    exchange_tcp(phone, lab.provider)
    reached_by_tcp(phone, lab.provider)


def test_n1_ping_passes_by_its_identifier(lab, gateway):
    phone = leased(lab, 1)
    seen = lab.provider.capture(expression="icmp")
    assert traffic.ping(phone.host, PROVIDER, phone.ports[3], count=2) == 2
    [request, *_] = seen.wait_for(lambda p: p[ICMP].type == 8)
    assert (request[IP].src, request[ICMP].id) == (phone.public_address, phone.ports[3])


def test_n2_n3_the_provider_reaches_each_phone_by_address_and_port(lab, gateway):
    phones = [leased(lab, number) for number in (1, 2, 3)]
    identities = {(p.public_address, port) for p in phones for port in p.ports}
    assert len(identities) == sum(len(p.ports) for p in phones)
    with lab.provider.udp(PROVIDER, 4000) as far:
        for phone in phones:
            with phone.udp(5) as near:
                far.sendto(phone.address.encode(), (phone.public_address, phone.ports[5]))
                assert near.recvfrom(99) == (phone.address.encode(), (PROVIDER, 4000))


def test_t0_a_device_without_dhcp_is_translated_alike(lab, gateway):
    device = static(lab, 9, gateway.config["phones"]["static"][0])
    outside = lab.provider.capture(expression="udp or tcp")
    exchange_udp(device, lab.provider)
    exchange_tcp(device, lab.provider)
    assert_seen_as(device, outside)

    def counted():
        [binding] = gateway.bindings(private=device.address)
        return binding["usage"]["packets_out"]

    # TCP's last acknowledgement may still be on its way.
    eventually(lambda: counted() == len(outside.packets(
        lambda p: p[IP].src == device.public_address)), "as many packets counted as captured")


def test_u9_phones_reach_each_other_by_their_public_addresses(lab, gateway):
    one, two = leased(lab, 1), leased(lab, 2)
    outside = lab.provider.capture(expression="udp or tcp")
    with one.udp() as near, two.udp() as far:
        near.sendto(b"out", (two.public_address, two.ports[0]))
        assert far.recvfrom(99) == (b"out", (one.public_address, one.ports[0]))
        far.sendto(b"back", (one.public_address, one.ports[0]))
        assert near.recvfrom(99) == (b"back", (two.public_address, two.ports[0]))
    with two.host.listener(two.address, two.ports[1]) as listener, \
            one.host.connect(two.public_address, two.ports[1], (one.address, one.ports[1])):
        assert listener.accept()[1] == (one.public_address, one.ports[1])
    assert outside.stop() == []


def _frame(lab, phone, l4, **ip):
    return (Ether(src=phone.host.mac(), dst=lab.gw.mac("lan0")) /
            IP(src=phone.address, dst=PROVIDER, **ip) / l4)


def test_f4_checksums_are_changed_never_repaired(lab, gateway):
    phone = leased(lab, 1)
    first = phone.ports[0]
    outside = lab.provider.capture(expression=f"ip src {phone.public_address}")
    phone.host.send_frame(_frame(lab, phone, UDP(sport=first, dport=7, chksum=0) / b"none"))
    phone.host.send_frame(_frame(lab, phone, UDP(sport=first, dport=7) / b"good"))
    phone.host.send_frame(_frame(lab, phone, TCP(sport=first, dport=7) / b"good tcp"))
    bad = _frame(lab, phone, UDP(sport=first, dport=7) / b"bad!")
    bad[UDP].chksum = Ether(bytes(bad))[UDP].chksum ^ 0x0100
    phone.host.send_frame(bad)
    outside.wait_for(count=4)
    by_payload = {bytes(p[Raw].load)[:8].rstrip(b"\0"): p for p in outside.packets()}
    assert by_payload[b"none"][UDP].chksum == 0
    for name in (b"good", b"good tcp"):
        assert _checksums(by_payload[name]) == _checksums(_recomputed(by_payload[name]))
    sent = _checksums(by_payload[b"bad!"])[1]
    assert (sent - _checksums(_recomputed(by_payload[b"bad!"]))[1]) % 0xffff in (0x0100, 0xfeff)


def test_f2_the_ttl_is_one_less_on_each_way(lab, gateway):
    phone = leased(lab, 1)
    outside = lab.provider.capture(expression="udp")
    phone.host.send_frame(_frame(lab, phone, UDP(sport=phone.ports[0], dport=7), ttl=9))
    assert outside.wait_for(lambda p: p[UDP].dport == 7)[0][IP].ttl == 8
    inside = phone.host.capture(expression="udp")
    with lab.provider.udp() as far:
        far.sendto(b"x", (phone.public_address, phone.ports[0]))
    assert inside.wait_for()[0][IP].ttl == 63


@pytest.mark.parametrize("size", [1, 160, 1472])
def test_packets_of_every_size_arrive_whole(lab, gateway, size):
    phone = leased(lab, 1)
    with lab.provider.udp(PROVIDER, 4000) as far, phone.udp() as near:
        near.sendto(b"x" * size, (PROVIDER, 4000))
        assert far.recvfrom(2000)[0] == b"x" * size


def _checksums(packet):
    return packet[IP].chksum, packet[UDP if UDP in packet else TCP].chksum


def _recomputed(packet):
    copy = Ether(bytes(packet))
    del copy[IP].chksum
    del copy[UDP if UDP in copy else TCP].chksum
    return Ether(bytes(copy))


def test_iperf3_tcp_both_ways(lab, gateway):
    phone = leased(lab, 1)
    outside = lab.provider.capture(expression="tcp")
    traffic.iperf3_server(lab.provider, PROVIDER)
    for direction in ((), ("-R",)):
        report = traffic.iperf3(phone.host, PROVIDER, *direction)
        assert report["sum_received"]["bytes"] > 100_000
    assert_seen_as(phone, outside)
    assert gateway.drops() == {}


def test_iperf3_udp(lab, gateway):
    phone = leased(lab, 1)
    traffic.iperf3_server(lab.provider, PROVIDER)
    outside = lab.provider.capture(expression="udp")
    report = traffic.iperf3(phone.host, PROVIDER, "-u", "-b", "2M", "-l", "200")
    assert report["sum"]["lost_packets"] <= report["sum"]["packets"] // 100
    assert_seen_as(phone, outside)
    [binding] = gateway.bindings(private=phone.address)
    assert binding["usage"]["packets_out"] >= report["sum"]["packets"]
