# SPDX-License-Identifier: BSD-3-Clause
"""F-2, F-6, F-7, F-12: what the gateway says for itself: ARP, its own ICMP, its rate."""

import pytest
from scapy.layers.inet import ICMP, IP, UDP
from scapy.layers.l2 import ARP, Ether

from lib.config import GATEWAY_LAN, GATEWAY_WAN, PROVIDER
from lib.phones import exchange_udp, leased, static, static_entry
from lib.waiting import eventually

ENTRY = static_entry(1, 24000)


@pytest.fixture
def gateway(lab, workers):
    config = lab.config(workers)
    config["phones"]["static"] = [ENTRY]
    return lab.start(config)


def test_it_answers_ping_on_its_own_addresses(lab, gateway):
    phone = static(lab, 1, ENTRY)
    assert " 2 received" in phone.host.run("ping", "-n", "-c", 2, "-i", "0.2", GATEWAY_LAN).stdout
    assert " 2 received" in lab.provider.run("ping", "-n", "-c", 2, "-i", "0.2",
                                             GATEWAY_WAN).stdout


@pytest.mark.parametrize("address", [GATEWAY_WAN, "203.0.113.64", "203.0.113.79"])
def test_f12_it_answers_arp_for_its_own_and_every_public_address(lab, gateway, address):
    answers = lab.provider.capture(expression="arp")
    lab.provider.send_frame(Ether(src=lab.provider.mac(), dst="ff:ff:ff:ff:ff:ff") /
                            ARP(pdst=address, psrc=PROVIDER, hwsrc=lab.provider.mac()))
    [answer, *_] = answers.wait_for(lambda p: p[ARP].op == 2 and p[ARP].psrc == address)
    assert answer[ARP].hwsrc == lab.gw.mac("wan0")


def _expiring(lab, phone):
    return (Ether(src=phone.host.mac(), dst=lab.gw.mac("lan0")) /
            IP(src=phone.address, dst=PROVIDER, ttl=1, tos=0xb8) /
            UDP(sport=phone.ports[0], dport=7) / (b"x" * 100))


def test_f2_f6_time_exceeded_tells_the_phone_what_ran_out(lab, gateway):
    phone = static(lab, 1, ENTRY)
    heard = phone.host.capture(expression="icmp")
    phone.host.send_frame(_expiring(lab, phone))
    [error] = heard.wait_for(lambda p: p[ICMP].type == 11)
    assert (error[IP].src, error[IP].dst, error[ICMP].code) == (GATEWAY_LAN, phone.address, 0)
    assert error[IP].len <= 576
    quoted = error[ICMP].payload
    assert (quoted.src, quoted.sport) == (phone.address, phone.ports[0])


def test_f7_its_own_icmp_is_rate_limited(lab):
    config = lab.config()
    config["lan"]["icmp_per_s"] = 2
    config["phones"]["static"] = [ENTRY]
    gateway = lab.start(config)
    phone = static(lab, 1, ENTRY)
    heard = phone.host.capture(expression="icmp")
    for _ in range(40):
        phone.host.send_frame(_expiring(lab, phone))
    eventually(lambda: gateway.drops().get("ttl_exceeded") == 40, "40 drops")
    assert 1 <= len(heard.stop()) <= 10


def test_a_neighbour_that_changes_its_mac_is_found_again(lab, gateway):
    phone = static(lab, 1, ENTRY)
    exchange_udp(phone, lab.provider)
    lab.provider.ip("link set eth0 address 02:00:00:00:00:99")
    lab.provider.send_frame(Ether(src="02:00:00:00:00:99", dst="ff:ff:ff:ff:ff:ff") /
                            ARP(op=1, hwsrc="02:00:00:00:00:99", psrc=PROVIDER, pdst=PROVIDER))
    # Who holds the old MAC is asked twice before another is believed: four seconds at most, and
    # what a busy machine takes.
    eventually(lambda: gateway.stats()["neighbor"]["moved"] == 1, "the new MAC", 8)
    exchange_udp(phone, lab.provider)


def test_a_forged_announcement_does_not_move_a_neighbour(lab, gateway):
    phone = static(lab, 1, ENTRY)
    exchange_udp(phone, lab.provider)
    lab.provider.send_frame(Ether(src="02:00:00:00:00:99", dst="ff:ff:ff:ff:ff:ff") /
                            ARP(op=1, hwsrc="02:00:00:00:00:99", psrc=PROVIDER, pdst=PROVIDER))
    eventually(lambda: gateway.stats()["neighbor"]["claims_refused"], "a claim refused")
    exchange_udp(phone, lab.provider)
    assert gateway.stats()["neighbor"]["moved"] == 0


def test_sigterm_ends_it_in_good_order_with_leases_flushed(lab, workers):
    gateway = lab.start(lab.config(workers))
    phone = leased(lab, 1)
    gateway.stop()
    gateway.start()
    assert [lease["private"] for lease in gateway.leases()] == [phone.address]
