# SPDX-License-Identifier: BSD-3-Clause
"""P7, D-8 to D-11: what becomes of a lease."""

import pytest
from scapy.layers.dhcp import BOOTP

from lib.config import ACME_DESK, GATEWAY_LAN, mac
from lib.lab import give_address
from lib.phones import exchange_udp, leased
from lib.waiting import eventually
from lib.wire import DhcpWire, kind, option


def identity(gateway):
    [lease] = gateway.leases()
    return lease["private"], lease["public"], lease["ports"]


def test_d11_a_released_range_is_quarantined_but_not_for_its_phone(lab):
    config = lab.config()
    config["pools"]["public"][0] |= {"addresses": "203.0.113.64/32",
                                     "reserved": [{"first": 1024, "last": 65471}]}
    gateway = lab.start(config)
    phone = leased(lab, 1)
    before = phone.lease
    phone.client.start()
    phone.client.stop()
    eventually(lambda: not gateway.bindings(), "the binding is gone")
    other = DhcpWire(lab.phone(2, mac(2)))
    assert other.ask(other.message("discover"), 1) is None
    assert phone.client.once().portico == before.portico


def test_an_expired_lease_has_no_binding(lab):
    config = lab.config()
    config["phones"]["classes"][0]["lease_s"] = 2
    gateway = lab.start(config)
    phone = leased(lab, 1)
    exchange_udp(phone, lab.provider)
    eventually(lambda: not gateway.bindings(), "expiry", 10)
    with lab.provider.udp() as far:
        far.sendto(b"late", (phone.public_address, phone.ports[0]))
        eventually(lambda: gateway.drops().get("port_unheld"), "the drop")


def test_d8_init_reboot_gets_its_lease_and_a_stranger_silence(lab):
    gateway = lab.start()
    known = DhcpWire(lab.phone(1, mac(1)))
    address = known.lease()[BOOTP].yiaddr
    again = known.ask(known.message("request", [("requested_addr", address)]))
    assert (kind(again), again[BOOTP].yiaddr) == ("ack", address)
    wrong = known.ask(known.message("request", [("requested_addr", "192.168.1.7")]))
    assert kind(wrong) == "nak"
    stranger = DhcpWire(lab.phone(2, mac(2)))
    silence = stranger.ask(stranger.message("request", [("requested_addr", "10.20.9.9")]), 1)
    assert silence is None
    assert gateway.stats()["dhcp"]["unknown_client"] == 1


def test_d8_renewing_and_rebinding_keep_the_identity(lab):
    gateway = lab.start()
    host = lab.phone(1, mac(1))
    wire = DhcpWire(host)
    address = wire.lease()[BOOTP].yiaddr
    before = identity(gateway)
    give_address(host, address, 16, GATEWAY_LAN)
    unicast = wire.ask(wire.message("request", ciaddr=address, src=address, dst=GATEWAY_LAN,
                                    dst_mac=lab.gw.mac("lan0")))
    broadcast = wire.ask(wire.message("request", ciaddr=address, src=address))
    assert kind(unicast) == kind(broadcast) == "ack"
    assert identity(gateway) == before


def test_a_phone_that_names_another_class_at_renewal_is_refused(lab):
    lab.start()
    host = lab.phone(1, mac(1))
    address = DhcpWire(host).lease()[BOOTP].yiaddr
    other = DhcpWire(host, ACME_DESK)
    assert kind(other.ask(other.message("request", ciaddr=address, src=address))) == "nak"


def test_d11_a_declined_address_is_nobodys(lab):
    gateway = lab.start()
    wire = DhcpWire(lab.phone(1, mac(1)))
    ack = wire.lease()
    address = ack[BOOTP].yiaddr
    assert wire.ask(wire.message("decline", [("requested_addr", address),
                                             ("server_id", option(ack, "server_id"))]), 0.2) is None
    [warning] = eventually(lambda: gateway.health()[1]["warnings"], "the alarm")
    assert address in warning and mac(1) in warning
    assert gateway.stats()["dhcp"]["declines"] == 1
    assert wire.lease()[BOOTP].yiaddr != address


def test_d7_an_address_that_a_squatter_answers_for_is_not_offered(lab):
    config = lab.config()
    config["dhcp"]["probe_ms"] = 500
    taken, next_one = "10.20.1.0", "10.20.1.1"
    squatter = lab.phone(9, "02:00:00:00:0b:ad", taken)
    gateway = lab.start(config)
    phone = leased(lab, 1)
    assert phone.address == next_one
    exchange_udp(phone, lab.provider)
    [withheld] = gateway.leases("declined")
    assert (withheld["private"], withheld["mac"]) == (taken, squatter.mac())
    _, health = gateway.health()
    [warning] = health["warnings"]
    assert taken in warning and squatter.mac() in warning
    assert gateway.stats()["probes"] == {"begun": 2, "answered": 1, "silent": 1, "shed": 0}
    phone.client.once()  # its own address back: nobody is asked
    assert gateway.stats()["probes"]["begun"] == 2


def test_d11_inform_is_answered_without_a_lease(lab):
    gateway = lab.start()
    host = lab.phone(1, mac(1), "10.20.0.40")
    wire = DhcpWire(host)
    ack = wire.ask(wire.message("inform", ciaddr="10.20.0.40", src="10.20.0.40"))
    assert kind(ack) == "ack" and ack[BOOTP].yiaddr == "0.0.0.0"
    assert option(ack, "lease_time") is None and gateway.leases() == []


def test_d14_a_client_identifier_is_echoed_never_invented(lab):
    lab.start()
    wire = DhcpWire(lab.phone(1, mac(1)))
    assert option(wire.ask(wire.message("discover")), "client_id") is None
    named = wire.ask(wire.message("discover", [("client_id", b"\xffphone")]))
    assert option(named, "client_id") == b"\xffphone"


@pytest.mark.parametrize("restarts", [1, 3])
def test_p7_a_restart_brings_every_lease_back(lab, restarts):
    gateway = lab.start()
    phones = [leased(lab, number) for number in (1, 2, 3)]
    before = sorted(gateway.leases(), key=lambda lease: lease["private"])
    for _ in range(restarts):
        gateway.stop()
        gateway.start()
    after = sorted(gateway.leases(), key=lambda lease: lease["private"])
    assert after == before
    for phone in phones:
        exchange_udp(phone, lab.provider)
