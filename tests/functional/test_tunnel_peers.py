# SPDX-License-Identifier: BSD-3-Clause
"""What a tunnel learns of its far end while it runs (N-2, E-10)."""

import pytest
from scapy.layers.inet import ICMP, IP, UDP
from scapy.layers.l2 import Ether

from lib.config import GATEWAY_LAN, GATEWAY_WAN
from lib.nat import NAT_OUTSIDE, Nat
from lib.phones import leased
from lib.tunnel_lab import CONCENTRATOR_WAN, SIP, VOIP, exchange_sip, tunnel_of
from lib.waiting import eventually

ENCAPSULATIONS = [pytest.param({}, id="esp"), pytest.param({"udp": True}, id="udp"),
                  pytest.param({"encapsulation": "ipip"}, id="ipip")]
NARROW = 1300


def sized(lab, phone, length):
    """From the phone to the server, so many octets in one piece or not at all."""
    return (Ether(src=phone.host.mac(), dst=lab.gw.mac("lan0")) /
            IP(src=phone.address, dst=VOIP, flags="DF") /
            UDP(sport=phone.ports[0], dport=SIP) / bytes(length - 28))


@pytest.mark.parametrize("tunnel_lab", ENCAPSULATIONS, indirect=True)
def test_n2_a_router_on_the_way_says_what_fits_and_phones_are_told(tunnel_lab, workers):
    tunnel_lab.start_concentrator(workers)
    gateway = tunnel_lab.start(tunnel_lab.config(workers))
    phone = leased(tunnel_lab, 1)
    tunnel_lab.provider.ip(f"link set eth1 mtu {NARROW}")  # towards the concentrator
    heard = phone.host.capture(expression="icmp")
    arrived = tunnel_lab.voip.capture("eth0", f"udp port {SIP}")

    before = tunnel_of(gateway)
    assert before["path_mtu"] == 1500
    lost = before["inner_mtu"]
    phone.host.send_frame(sized(tunnel_lab, phone, lost))
    eventually(lambda: tunnel_of(gateway)["path_mtu"] == NARROW, "what the router said")
    assert gateway.stats()["tunnel_peers"]["path_mtu_lowered"] == 1
    assert f" {NARROW} " in gateway.ctl("show", "tunnels", "branch")

    fits = tunnel_of(gateway)["inner_mtu"]
    assert NARROW - 64 < fits < NARROW < lost
    phone.host.send_frame(sized(tunnel_lab, phone, fits + 1))
    [error] = heard.wait_for(count=1)
    assert (error[IP].src, error[ICMP].type, error[ICMP].code) == (GATEWAY_LAN, 3, 4)
    assert error[ICMP].nexthopmtu == fits
    phone.host.send_frame(sized(tunnel_lab, phone, fits))
    [whole] = arrived.wait_for(count=1)
    assert whole[IP].len == fits


@pytest.mark.parametrize("tunnel_lab", [{"udp": True}], indirect=True)
def test_e10_a_silent_gateway_sends_keepalives_that_its_concentrator_swallows(tunnel_lab, workers):
    concentrator = tunnel_lab.start_concentrator(workers)
    internet = tunnel_lab.provider.capture("eth0", "udp port 4500")
    config = tunnel_lab.config(workers)
    config["tunnel"]["keepalive_s"] = 1
    gateway = tunnel_lab.start(config)
    for packet in internet.wait_for(count=3):
        assert (packet[IP].src, packet[IP].dst) == (GATEWAY_WAN, CONCENTRATOR_WAN)
        assert (packet[UDP].sport, packet[UDP].dport, packet[UDP].chksum) == (4500, 4500, 0)
        assert bytes(packet[UDP].payload) == b"\xff"
    eventually(lambda: concentrator.drops().get("tunnel_keepalive", 0) >= 3, "keepalives swallowed")
    assert gateway.stats()["keepalives"]["sent"] >= 3
    assert tunnel_of(concentrator)["counters"]["packets_in"] == 0


@pytest.mark.parametrize("tunnel_lab", [{"udp": True}], indirect=True)
def test_e10_a_concentrator_follows_its_gateway_when_a_nat_rebinds(tunnel_lab, workers):
    nat = Nat(tunnel_lab)
    nat.map_to(20000, 20099)
    concentrator = tunnel_lab.start_concentrator(workers)
    gateway = tunnel_lab.start(tunnel_lab.config(workers))
    phone = leased(tunnel_lab, 1)
    internet = tunnel_lab.provider.capture("eth1", "udp port 4500")

    def talks_through(ports):
        """Packets flow both ways; the concentrator sends to one of these ports of the NAT's."""
        def goes_through():
            try:
                exchange_sip(tunnel_lab, phone)
            except TimeoutError:
                return False
            return True
        eventually(goes_through, "a datagram out and one back")
        row = tunnel_of(concentrator)
        assert row["peer"] == NAT_OUTSIDE and row["peer_port"] in ports
        return row["peer_port"]

    assert (tunnel_of(concentrator)["peer"], tunnel_of(concentrator)["peer_port"]) == (
        GATEWAY_WAN, 4500)
    first = talks_through(range(20000, 20100))
    nat.map_to(30000, 30099)
    second = talks_through(range(30000, 30100))
    assert second != first
    assert f"{NAT_OUTSIDE}:{second}" in concentrator.ctl("show", "tunnels", "branch")
    moved = concentrator.stats()["tunnel_peers"]["far_end_moved"]

    # Someone elsewhere who saw packets sends them again, and some with another number.
    seen = [p for p in internet.wait_for(count=2)
            if p[IP].dst == CONCENTRATOR_WAN and len(p[UDP].payload) > 1]  # no keepalive
    for packet in seen:
        octets = bytearray(bytes(packet[UDP].payload))
        for number in (octets[4:8], b"\xff\x00\x00\x00"):
            octets[4:8] = number
            tunnel_lab.provider.send_frame(
                Ether(dst=tunnel_lab.conc.mac("wan0")) /
                IP(src=VOIP, dst=CONCENTRATOR_WAN) /
                UDP(sport=4500, dport=4500, chksum=0) / bytes(octets), "eth1")
    eventually(lambda: sum(concentrator.drops().get(why, 0) for why in
                           ("tunnel_replayed", "tunnel_integrity")) == 2 * len(seen),
               lambda: f"all of it refused: {concentrator.drops()}")
    assert talks_through([second]) == second
    assert concentrator.stats()["tunnel_peers"]["far_end_moved"] == moved
    assert tunnel_of(gateway)["peer"] == CONCENTRATOR_WAN
