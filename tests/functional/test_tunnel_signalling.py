# SPDX-License-Identifier: BSD-3-Clause
"""Signalling alone goes through the tunnel, everything else directly, from the same ports of one
range (T7)."""

import pytest
from scapy.layers.inet import IP, UDP
from scapy.layers.ipsec import ESP

from lib.config import GATEWAY_WAN, PROVIDER, PROVIDER_SECOND, PUBLIC_POOL
from lib.lab import in_pool
from lib.phones import exchange_tcp, exchange_udp, leased, reached_by_tcp
from lib.tunnel_lab import CONCENTRATOR_WAN, PUBLIC_BLOCK, SIP, VOIP, exchange_sip
from lib.waiting import eventually

MEDIA = 20000
MODES = [{}, {"block": PUBLIC_BLOCK}]


def ends(packets, of):
    """(address, port) of each packet's other end than `of`."""
    return {(p[IP].dst, p[UDP].dport) if p[IP].src == of else (p[IP].src, p[UDP].sport)
            for p in packets}


@pytest.mark.parametrize("tunnel_lab", MODES, ids=["mode-p", "mode-q"], indirect=True)
def test_t7_t8_one_server_sees_signalling_and_media_of_one_port_at_two_addresses(tunnel_lab,
                                                                                workers):
    lab = tunnel_lab
    lab.start_concentrator(workers)
    gateway = lab.start(lab.config(workers, uses="signalling"))
    phone = leased(lab, 1)
    assert in_pool(phone.public_address, PUBLIC_POOL) and in_pool(phone.tunnel_address, lab.block)
    internet = lab.provider.capture("eth0", "not arp")
    tunnelled = lab.voip.capture("eth0", "udp")
    direct = lab.voip.capture("eth1", "udp")
    at_phone = phone.host.capture("eth0", "udp and not port 67")

    exchange_sip(lab, phone)
    exchange_udp(phone, lab.voip, address=VOIP, port=MEDIA, seen_as=phone.public_address)
    for other in PROVIDER, PROVIDER_SECOND:  # no server of the tunnel's, on any port
        exchange_udp(phone, lab.provider, address=other, port=SIP)

    port = phone.ports[0]
    assert ends(tunnelled.wait_for(count=2), VOIP) == {(phone.tunnel_address, port)}
    assert ends(direct.wait_for(count=2), VOIP) == {(phone.public_address, port)}
    # The phone knows nothing of it: its own address and the server's, on every way.
    seen = at_phone.wait_for(count=8)
    assert {(p[IP].src, p[UDP].sport) for p in seen if p[IP].src != phone.address} == {
        (VOIP, SIP), (VOIP, MEDIA), (PROVIDER, SIP), (PROVIDER_SECOND, SIP)}
    assert all((phone.address, port) in ((p[IP].src, p[UDP].sport), (p[IP].dst, p[UDP].dport))
               for p in seen)
    # On the Internet signalling is ESP between the tunnel's ends, the rest the gateway's own.
    seen = internet.wait_for(count=8)
    esp = [p for p in seen if ESP in p]
    assert [(p[IP].src, p[IP].dst) for p in esp] == [(GATEWAY_WAN, CONCENTRATOR_WAN),
                                                     (CONCENTRATOR_WAN, GATEWAY_WAN)]
    plain = [p for p in seen if ESP not in p]
    assert len(plain) == 6
    assert all((phone.public_address, port) in ((p[IP].src, p[UDP].sport),
                                                (p[IP].dst, p[UDP].dport)) for p in plain)
    assert gateway.drops() == {}


def test_t7_tcp_and_what_comes_unasked_go_by_both_ways(tunnel_lab):
    lab = tunnel_lab
    lab.start_concentrator()
    gateway = lab.start(lab.config(uses="signalling"))
    phone = leased(lab, 1)
    exchange_tcp(phone, lab.voip, 1, VOIP, SIP, seen_as=phone.tunnel_address)
    exchange_tcp(phone, lab.voip, 2, VOIP, MEDIA)
    reached_by_tcp(phone, lab.voip, address=VOIP)
    with phone.udp(3) as near, lab.voip.udp(VOIP, SIP) as server:
        for outside in phone.tunnel_address, phone.public_address:  # unasked
            server.sendto(outside.encode(), (outside, phone.ports[3]))
            assert near.recvfrom(99) == (outside.encode(), (VOIP, SIP))
        # An answer goes by the rule, whichever way the question came.
        near.sendto(b"answer", (VOIP, SIP))
        assert server.recvfrom(99) == (b"answer", (phone.tunnel_address, phone.ports[3]))
    assert gateway.drops() == {}


def test_t7_n2_a_range_is_one_phones_at_both_addresses(tunnel_lab):
    lab = tunnel_lab
    lab.start_concentrator()
    gateway = lab.start(lab.config(uses="signalling"))
    phones = [leased(lab, number) for number in (1, 2, 3)]
    for address in "public_address", "tunnel_address":
        held = [(getattr(phone, address), port) for phone in phones for port in phone.ports]
        assert len(set(held)) == len(held)
    gateway.ctl("revoke", phones[0].host.mac())
    eventually(lambda: len(gateway.bindings()) == 2, "the first one's binding gone")
    with lab.voip.udp(VOIP, SIP) as server:
        for outside in phones[0].tunnel_address, phones[0].public_address:
            server.sendto(b"late", (outside, phones[0].ports[0]))
    eventually(lambda: gateway.drops() == {"port_unheld": 2}, lambda: f"{gateway.drops()}")
    for phone in phones[1:]:
        exchange_sip(lab, phone)
        exchange_udp(phone, lab.voip, address=VOIP, port=MEDIA)
