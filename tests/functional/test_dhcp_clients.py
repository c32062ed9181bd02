# SPDX-License-Identifier: BSD-3-Clause
"""P4-P7 with every DHCP client that Debian has, behind a relay too, and many at once."""

import re

from scapy.layers.dhcp import BOOTP, DHCP

from lib.clients.dhcp import Dhclient, Dhcpcd, Udhcpc, perfdhcp, relay
from lib.config import GATEWAY_LAN, PUBLIC_POOL, mac
from lib.lab import give_address, in_pool
from lib.namespaces import Switch
from lib.phones import assert_holds, leased, phone_of


def assert_client_holds(lab, gateway, host, lease):
    """assert_holds() of what the client was told, which is what the lab leases."""
    assert in_pool(lease.portico.public_address, PUBLIC_POOL) and lease.server == GATEWAY_LAN
    assert_holds(phone_of(host, lease), gateway, lab.provider)


def test_udhcpc(lab):
    gateway = lab.start()
    host = lab.phone(1, mac(1))
    client = Udhcpc(host)
    lease = client.start()
    assert_client_holds(lab, gateway, host, lease)
    assert client.renew().portico == lease.portico
    client.stop()


def test_dhclient(lab):
    gateway = lab.start()
    host = lab.phone(1, mac(1))
    client = Dhclient(host)
    assert_client_holds(lab, gateway, host, client.start())
    client.release()


def test_dhcpcd(lab):
    gateway = lab.start()
    host = lab.phone(1, mac(1))
    assert_client_holds(lab, gateway, host, Dhcpcd(host).start())


def test_p6_options_are_chosen_by_the_class(lab):
    config = lab.config()
    config["phones"]["classes"][0] |= {
        "dns": ["203.0.113.10"], "ntp": ["203.0.113.11"], "sip_servers": ["203.0.113.10"],
        "time_zone": "CET-1CEST,M3.5.0,M10.5.0/3", "lease_s": 1200, "option_43": True,
        "options": [{"code": 225, "text": "17"}, {"code": 224, "hex": "0a0b0c"}]}
    gateway = lab.start(config)
    host = lab.phone(1, mac(1))
    lease = Udhcpc(host, ask=(42, 43, 66, 100, 120, 125, 150, 159, 224, 225)).once()
    assert lease.seconds == 1200
    assert lease.options[42] == b"203.0.113.11" and lease.options[120] == b"203.0.113.10"
    assert lease.options[225] == b"17" and lease.options[224] == b"\x0a\x0b\x0c"
    assert lease.options[100] == b"CET-1CEST,M3.5.0,M10.5.0/3"
    # 43 carries what 125 does; P-6: offset 0, the PSID left-aligned in its 16 bits.
    assert lease.options[43] == lease.options[125][5:]
    first = lease.portico.first_port
    assert lease.options[159] == bytes([0, 10]) + first.to_bytes(2, "big")
    assert_client_holds(lab, gateway, host, lease)


def test_p7_option_159_is_told_to_who_asks_for_it(lab):
    gateway = lab.start()
    host = lab.phone(1, mac(1))
    lease = Udhcpc(host, ask=(125,)).once()
    assert 159 not in lease.options and 125 in lease.options
    assert_client_holds(lab, gateway, host, lease)


def test_d16_phones_behind_a_relay_are_reached_through_it(lab):
    config = lab.config()
    config["lan"]["relays"] = ["10.30.0.1"]
    config["lan"]["routes"] = [{"prefix": "10.30.0.0/16", "via": "10.20.0.2"}]
    config["pools"]["private"].append({"name": "far", "network": "10.30.0.0/16",
                                       "first": "10.30.1.0", "via": "10.20.0.2",
                                       "router": "10.30.0.1"})
    config["phones"]["classes"][0]["private_pool"] = "far"
    gateway = lab.start(config)

    router = lab.namespace("router")
    lab.lan.plug(router)
    branch = Switch("branch", lab.directory)
    lab.namespaces.append(branch)
    branch.plug(router, "eth1")
    give_address(router, "10.20.0.2", 16, GATEWAY_LAN)
    router.ip("addr add 10.30.0.1/16 dev eth1")
    router.sysctl("net.ipv4.ip_forward", 1)
    relay(router, "eth1", "eth0", GATEWAY_LAN)

    host = lab.namespace("far1")
    branch.plug(host)
    host.ip(f"link set eth0 address {mac(1)}")
    seen = router.capture(expression="udp port 67")
    lease = Udhcpc(host).once()
    assert in_pool(lease.address, "10.30.0.0/16")
    assert_client_holds(lab, gateway, host, lease)
    replies = [p for p in seen.packets() if BOOTP in p and p[BOOTP].op == 2]
    assert all("relay_agent_information" in dict(o for o in p[DHCP].options
                                                 if isinstance(o, tuple)) for p in replies)
    assert replies


def test_perfdhcp_as_a_relay_with_a_thousand_phones(lab):
    config = lab.config()
    config["lan"]["relays"] = ["10.20.0.3"]
    gateway = lab.start(config)
    load = lab.phone(3, mac(0x300), "10.20.0.3")
    outside = lab.provider.capture(expression="udp")
    process = perfdhcp(load, GATEWAY_LAN, "10.20.0.3", phones=1000, rate=200, seconds=3)
    process.wait(30)
    sent, received = (int(re.findall(rf"{what} packets: (\d+)", process.output())[1])
                      for what in ("sent", "received"))
    assert received >= 0.99 * sent > 100, process.output()
    assert len(gateway.leases()) >= received
    assert outside.stop() == []


def test_twenty_phones_at_once(lab):
    gateway = lab.start()
    hosts = [lab.phone(number, mac(number)) for number in range(1, 21)]
    running = [(host, Udhcpc(host)) for host in hosts]
    for _, client in running:
        client.launch()
    leases = [client.wait_bound(1) for _, client in running]
    identities = {(lease.portico.public_address, port)
                  for lease in leases for port in lease.portico.ports}
    assert len(identities) == 20 * 64 and len({lease.address for lease in leases}) == 20
    for (host, _), lease in zip(running, leases):
        assert_client_holds(lab, gateway, host, lease)
    assert len(gateway.bindings()) == 20


def test_a_range_of_one_port(lab):
    config = lab.config()
    config["phones"]["classes"][0]["ports"] = 1
    gateway = lab.start(config)
    phones = leased(lab, 1), leased(lab, 2)
    assert [len(phone.ports) for phone in phones] == [1, 1]
    for phone in phones:
        assert_holds(phone, gateway, lab.provider)
