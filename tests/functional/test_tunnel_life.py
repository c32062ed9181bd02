# SPDX-License-Identifier: BSD-3-Clause
"""SAs end when their lifetime is over, which no restart prolongs; the operator is told before, and
what is for the tunnel is dropped, never sent beside it (E-9)."""

from scapy.layers.inet import IP
from scapy.layers.ipsec import ESP

from lib.config import GATEWAY_WAN
from lib.phones import leased
from lib.tunnel_lab import SIP, VOIP, exchange_sip, tunnel_of
from lib.waiting import eventually

LOST = 5


def start(lab, **lifetimes):
    """(gateway, concentrator) that run; the gateway's SAs live so long."""
    config = lab.config()
    config["tunnel"] |= lifetimes
    concentrator = lab.start_concentrator()
    return lab.start(config), concentrator


def await_state(gateway, state, limit):
    eventually(lambda: (tunnel_of(gateway)["state"], tunnel_of(gateway)["limit"]) == (state, limit),
               lambda: f"{state} by {limit}: {tunnel_of(gateway)}", deadline_s=60)
    assert state in gateway.ctl("show", "tunnels")


def say(near, count, size=0):
    """To the server, which need not hear."""
    for _ in range(count):
        near.sendto(bytes(size), (VOIP, SIP))


def test_e9_an_sa_whose_time_is_over_neither_sends_nor_receives_and_kill_9_adds_none(tunnel_lab):
    gateway, concentrator = start(tunnel_lab, hard={"seconds": 25}, soft={"seconds": 3})
    phone = leased(tunnel_lab, 1)
    exchange_sip(tunnel_lab, phone)
    [sa] = tunnel_of(gateway)["sending"]
    await_state(gateway, "expiring", "time")
    status, health = gateway.health()
    assert status == 200 and any("are used up soon, by time" in text for text in health["warnings"])
    gateway.process.kill()
    gateway.start()
    assert tunnel_of(gateway)["sending"][0]["since"] == sa["since"]

    await_state(gateway, "exhausted", "time")
    internet = tunnel_lab.provider.capture("eth0", f"ip and src host {GATEWAY_WAN}")
    beside = tunnel_lab.voip.capture("eth1", "udp")
    for _ in "as it ended", "as it starts again":
        status, health = gateway.health()
        assert status == 503 and any("are used up by time" in text for text in health["reasons"])
        row = tunnel_of(gateway)
        assert (row["state"], row["sends_by"], row["takes"]) == ("exhausted", None, [])
        with phone.udp() as near, tunnel_lab.voip.udp(VOIP, SIP) as server:
            say(near, LOST)
            server.sendto(b"nobody opens this", (phone.tunnel_address, phone.ports[0]))
        eventually(lambda: gateway.drops() == {"tunnel_down": LOST, "tunnel_unknown": 1},
                   lambda: f"dropped both ways: {gateway.drops()}")
        gateway.process.kill()
        gateway.launch().wait_for_health((503,))
    assert [p for p in internet.packets() if ESP in p or VOIP in (p[IP].src, p[IP].dst)] == []
    assert beside.packets() == []

    tunnel_lab.change_keys(gateway, concentrator)
    exchange_sip(tunnel_lab, phone)


def test_e9_octets_sent_before_kill_9_count_and_the_last_ones_stop_the_sa(tunnel_lab):
    payload = 1000
    packet = payload + 28
    gateway, _ = start(tunnel_lab, hard={"octets": 6 * packet - 1}, soft={"octets": 2 * packet})
    phone = leased(tunnel_lab, 1)
    internet = tunnel_lab.provider.capture("eth0", f"esp and src host {GATEWAY_WAN}")
    with phone.udp() as near, tunnel_lab.voip.udp(VOIP, SIP) as server:  # neither ever answers
        say(near, 2, payload)
        await_state(gateway, "expiring", "octets")
        assert tunnel_of(gateway)["sending"][0]["octets"] == 2 * packet
        for _ in range(2):  # what is stored with the second word came behind all of the first
            before = gateway.stats()["sa_store"]["states"]
            server.sendto(b"moves the window", (phone.tunnel_address, phone.ports[0]))
            eventually(lambda: gateway.stats()["sa_store"]["states"] > before, "a window stored")
        gateway.process.kill()
        gateway.start()
        assert tunnel_of(gateway)["sending"][0]["octets"] == 2 * packet
        say(near, 3 + LOST, payload)
        await_state(gateway, "exhausted", "octets")
        eventually(lambda: gateway.drops() == {"tunnel_exhausted": LOST},
                   lambda: f"no octet more: {gateway.drops()}")
    assert len(internet.wait_for(count=5)) == 5
    assert gateway.health()[0] == 503


def test_e9_octets_taken_before_kill_9_count_and_the_last_ones_end_the_sa(tunnel_lab):
    payload = 1000
    packet = payload + 28
    gateway, _ = start(tunnel_lab, hard={"octets": 4 * packet}, soft={"octets": 2 * packet})
    phone = leased(tunnel_lab, 1)

    def taken():
        [sa] = tunnel_of(gateway)["receiving"]
        assert sa["most_octets"] == 4 * packet
        return sa["octets"]

    with phone.udp() as near, tunnel_lab.voip.udp(VOIP, SIP) as server:  # it never answers
        def hear():
            server.sendto(bytes(payload), (phone.tunnel_address, phone.ports[0]))
            assert len(near.recv(2048)) == payload

        for _ in range(2):
            before = gateway.stats()["sa_store"]["states"]
            hear()
            eventually(lambda: gateway.stats()["sa_store"]["states"] > before, "octets stored")
        await_state(gateway, "expiring", "octets")
        gateway.process.kill()
        gateway.start()
        assert taken() == 2 * packet
        hear()
        assert taken() == 3 * packet
        hear()
        await_state(gateway, "exhausted", "octets")
        row = tunnel_of(gateway)
        assert (row["sends_by"], row["takes"]) == (None, [])
        server.sendto(b"nobody opens this", (phone.tunnel_address, phone.ports[0]))
        say(near, LOST)
        eventually(lambda: gateway.drops() == {"tunnel_down": LOST, "tunnel_unknown": 1},
                   lambda: f"dropped both ways: {gateway.drops()}")
    assert gateway.health()[0] == 503
