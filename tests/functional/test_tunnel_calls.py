# SPDX-License-Identifier: BSD-3-Clause
"""Calls of stock SIP software through gateway and concentrator: all of them, or their signalling
alone while they talk directly (T1, T2, T7)."""

import contextlib

import pytest
from scapy.layers.inet import IP
from scapy.layers.ipsec import ESP

from lib.both_sides import Datagram
from lib.clients import baresip, sipp, traffic
from lib.config import GATEWAY_WAN, PROVIDER, PROVIDER_SECOND
from lib.phones import leased
from lib.sip_calls import STOCK, Caller, calls_of, roomy, sip_ports, stock_phones
from lib.tunnel_lab import CONCENTRATOR_WAN, PUBLIC_BLOCK, VOIP, VOIP_SECOND, AtTheServer
from lib.waiting import eventually

CALLS = 2
SIP = sip_ports(CALLS)
SIPP_CALLS, SIPP_RTP = 10, 20000

MODES = pytest.mark.parametrize("tunnel_lab, uses", [
    pytest.param({}, "tunnel", id="mode-p"),
    pytest.param({"block": PUBLIC_BLOCK}, "tunnel", id="mode-q"),
    pytest.param({}, "signalling", id="signalling")], indirect=["tunnel_lab"])


@MODES
def test_t1_t2_t7_each_end_of_a_call_hears_the_other(tunnel_lab, uses):
    lab = tunnel_lab
    stun = {"tunnel": (lab.voip, VOIP, VOIP_SECOND),
            "signalling": (lab.provider, PROVIDER, PROVIDER_SECOND)}[uses]
    traffic.stun_server(*stun)
    concentrator = lab.gateway_in(lab.conc, roomy(lab.concentrator_config())).start()
    config = stock_phones(lab.config(uses=uses), 64, templates=baresip.templates(
        f"{stun[1]}:3478", "tunnel_address"))
    if uses == "signalling":
        config["tunnel"]["signalling"]["ports"] = [*SIP]
    gateway = lab.start(config)
    callers = [Caller(lab, number) for number in range(1, CALLS + 1)]
    internet = lab.provider.capture("eth0", f"ip and not host {PROVIDER}", "-s", "200")
    server = AtTheServer(lab)

    assert calls_of(callers, lab.voip, VOIP, uses) == (CALLS, CALLS)

    tunnelled, direct = server.ports()
    assert tunnelled >= set(SIP)
    seen = internet.stop()
    ends = {(p[IP].src, p[IP].dst) for p in seen if ESP in p}
    assert ends == {(GATEWAY_WAN, CONCENTRATOR_WAN), (CONCENTRATOR_WAN, GATEWAY_WAN)}
    plain = [p for p in seen if ESP not in p and PROVIDER_SECOND not in (p[IP].src, p[IP].dst)]
    if uses == "tunnel":
        assert direct == set() and plain == []
    else:
        assert tunnelled == set(SIP) and direct.isdisjoint(SIP) and len(direct) >= CALLS
        assert all(VOIP in (p[IP].src, p[IP].dst) for p in plain)
    # Who hangs up first closes its ports while the other still talks.
    assert gateway.drops().keys() | concentrator.drops().keys() <= {"icmp_error"}


@MODES
def test_t1_t2_t7_n4_calls_of_sipp_lose_no_packet(tunnel_lab, uses):
    lab = tunnel_lab
    concentrator = lab.gateway_in(lab.conc, roomy(lab.concentrator_config())).start()
    gateway = lab.start(stock_phones(lab.config(uses=uses), 256))
    phone = leased(lab, 1, STOCK)
    sipp.answer(lab.voip, VOIP, SIP[0], SIPP_RTP)
    server = AtTheServer(lab)
    at_phone = phone.host.capture("eth0", f"udp and host {VOIP}", "-s", "200")
    ports = sipp.media_ports(phone.ports[2], SIPP_CALLS)
    with contextlib.ExitStack() as sockets:
        for port in ports[1:]:  # for the answers: sipp holds the first alone
            sockets.enter_context(phone.host.udp(phone.address, port))
        assert sipp.call(phone, VOIP, calls=SIPP_CALLS, rate=SIPP_CALLS) == SIPP_CALLS

        def rtp():
            """The ports of what was said, and of what was echoed."""
            seen = [Datagram.of(frame) for frame in at_phone.frames()]
            return (sorted(d.source[1] for d in seen if d.destination == (VOIP, SIPP_RTP)),
                    sorted(d.destination[1] for d in seen if d.source == (VOIP, SIPP_RTP)))
        eventually(lambda: rtp()[0] == rtp()[1], lambda: f"every packet echoed: {rtp()}")
    said = rtp()[0]
    print(f"{SIPP_CALLS} calls of sipp by {uses}: {len(said)} packets of speech, all echoed")
    assert set(said) == set(ports)
    if uses == "tunnel":
        assert server.ports() == [{SIP[0], SIPP_RTP}, set()]
    else:
        assert server.ports() == [{SIP[0]}, {SIPP_RTP}]
    assert gateway.drops() == concentrator.drops() == {}
