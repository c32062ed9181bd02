# SPDX-License-Identifier: BSD-3-Clause
"""Hosted VoIP: a phone's packets reach the provider through the tunnel, under the provider's
address, their port unchanged (T0-T6, T8)."""

import pytest
from scapy.layers.inet import IP, UDP

from lib.config import GATEWAY_WAN
from lib.namespaces import splice
from lib.phones import exchange_udp, leased, static, static_entry
from lib.tunnel_lab import (CONCENTRATOR_WAN, PRIVATE_BLOCK, PUBLIC_BLOCK, SIP, VOIP, addresses,
                            exchange_sip)

MODES = [pytest.param({"block": PRIVATE_BLOCK}, id="mode-p"),
         pytest.param({"block": PUBLIC_BLOCK}, id="mode-q")]
ENCAPSULATIONS = [pytest.param({"udp": True}, id="udp"),
                  pytest.param({"encapsulation": "ipip"}, id="ipip")]
PLAIN_AND_UDP = [pytest.param({}, id="plain"), ENCAPSULATIONS[0]]
ALGORITHMS = [pytest.param({"algorithm": name}, id=name) for name in (
    "aes-gcm-256", "chacha20-poly1305", "aes-cbc-128-hmac-sha2-256-128",
    "aes-cbc-256-hmac-sha2-256-128")]


def assert_goes_through_the_tunnel(lab, phone):
    internet = lab.provider.capture("eth0", "not arp")
    at_voip = lab.voip.capture("eth0", f"udp port {SIP}")
    exchange_sip(lab, phone)
    # At the provider's server it is the provider's address, and the phone's own port.
    identity = phone.tunnel_address, phone.ports[0]
    out, back = at_voip.wait_for(count=2)
    assert (out[IP].src, out[UDP].sport) == identity
    assert (back[IP].dst, back[UDP].dport) == identity
    # Between the two only the tunnel is seen, from end to end.
    seen = internet.wait_for(count=2)
    assert {(p[IP].src, p[IP].dst) for p in seen} == {(GATEWAY_WAN, CONCENTRATOR_WAN),
                                                      (CONCENTRATOR_WAN, GATEWAY_WAN)}


@pytest.mark.parametrize("tunnel_lab", MODES + ENCAPSULATIONS, indirect=True)
def test_t1_t2_t3_t4_t5_t6_t8_everything_goes_through_the_tunnel(tunnel_lab, workers):
    tunnel_lab.start_concentrator(workers)
    tunnel_lab.start(tunnel_lab.config(workers))
    assert_goes_through_the_tunnel(tunnel_lab, leased(tunnel_lab, 1))


def exchange_in_pieces(lab):
    """A message and its answer that are too large for the path, each in two pieces of ESP."""
    phone = leased(lab, 1)
    for host in (phone.host, lab.voip):
        host.sysctl("net.ipv4.ip_no_pmtu_disc", 1)  # DF is not set, as by many phones
    internet = lab.provider.capture("eth0", "not arp")
    exchange_sip(lab, phone, octets=1472)
    seen = internet.wait_for(count=4)
    assert [p[IP].flags == "MF" for p in seen] == [True, False, True, False], list(seen)
    assert all(len(p[IP]) <= 1500 for p in seen)
    assert {(p[IP].src, p[IP].dst) for p in seen} == {(GATEWAY_WAN, CONCENTRATOR_WAN),
                                                      (CONCENTRATOR_WAN, GATEWAY_WAN)}


@pytest.mark.parametrize("tunnel_lab", PLAIN_AND_UDP, indirect=True)
def test_e8_a_message_too_large_for_the_path_goes_through_in_pieces_of_esp(tunnel_lab, workers):
    ends = [tunnel_lab.start_concentrator(workers), tunnel_lab.start(tunnel_lab.config(workers))]
    exchange_in_pieces(tunnel_lab)
    # For net_af_packet the kernel makes whole packets first, so that none is left to be joined.
    assert [end.stats()["fragments"] for end in ends] == 2 * [{"made": 1, "joined": 0}]


@pytest.mark.parametrize("tunnel_lab", PLAIN_AND_UDP, indirect=True)
def test_e8_pieces_of_esp_are_put_together_before_they_are_opened(tunnel_lab, workers):
    ends = []
    for namespace, config in ((tunnel_lab.conc, tunnel_lab.concentrator_config(workers)),
                              (tunnel_lab.gw, tunnel_lab.config(workers))):
        config["ports"][1]["device"] = "net_tap1,iface=tap1"
        ends.append(tunnel_lab.gateway_in(namespace, config).start())
        splice(namespace, "tap1", "wan0")
    exchange_in_pieces(tunnel_lab)
    assert [end.stats()["fragments"] for end in ends] == 2 * [{"made": 1, "joined": 1}]


@pytest.mark.parametrize("tunnel_lab", ALGORITHMS, indirect=True)
def test_t3_e1_by_every_algorithm(tunnel_lab):
    tunnel_lab.start_concentrator()
    tunnel_lab.start(tunnel_lab.config())
    assert_goes_through_the_tunnel(tunnel_lab, leased(tunnel_lab, 1))


@pytest.mark.parametrize("tunnel_lab", MODES, indirect=True)
def test_t0_a_device_without_dhcp_is_tunnelled_alike(tunnel_lab):
    first, second = addresses(tunnel_lab.block)[:2]
    tunnelled = static_entry(8, 30016, 16, public_address=None, tunnel_address=first)
    both = static_entry(9, 30032, 16, tunnel_address=second)
    config = tunnel_lab.config(uses="signalling")
    config["phones"]["static"] = [tunnelled, both]
    tunnel_lab.start_concentrator()
    tunnel_lab.start(config)

    assert_goes_through_the_tunnel(tunnel_lab, static(tunnel_lab, 8, tunnelled))
    device = static(tunnel_lab, 9, both)
    assert_goes_through_the_tunnel(tunnel_lab, device)
    exchange_udp(device, tunnel_lab.voip, address=VOIP)  # no signalling: directly
