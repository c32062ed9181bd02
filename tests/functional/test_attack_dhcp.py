# SPDX-License-Identifier: BSD-3-Clause
"""D-20: whatever a host on the LAN does with DHCP, a call loses no packet, a phone no lease and the
gateway no memory. lib/flood.py says how long a flood is."""

import pytest
from scapy.layers.dhcp import BOOTP
from scapy.layers.inet import IP, UDP
from scapy.layers.l2 import Ether
from scapy.packet import Raw

from lib import flood
from lib.clients.dhcp import Udhcpc
from lib.config import GATEWAY_LAN, mac
from lib.flood import DHCP, MANY, Field
from lib.phones import leased
from lib.siege import Counts, attacker, call_goes_on, config, start
from lib.waiting import eventually
from lib.wire import DhcpWire

CHADDR = DHCP + 28
# The last three octets of chaddr, and of the frame's source, which must be the same.
MACS = Field(at=(9, CHADDR + 3), octets=3, scattered=True)
UNLIMITED = 1_000_000  # messages a second
# A client asks three times at most.
OF_ONE_CLIENT = 3


def _message(lab, host, kind, options=(), **fields):
    """A frame whose octets may be changed: without a UDP checksum. For the gateway's MAC: what a
    flood of broadcasts does to the clients on the LAN is not the gateway's to mend."""
    made = DhcpWire(host).message(kind, options, dst_mac=lab.gw.mac("lan0"), **fields)
    made[UDP].chksum = 0
    return made


def _octets(text):
    return bytes.fromhex(text.replace(":", ""))


# ---- starvation

def test_d20_a_flood_of_macs_that_are_not_admitted_costs_nobody_a_lease(lab, workers):
    gateway, host = start(lab, config(lab, workers)), attacker(lab)
    message = _message(lab, host, "discover")
    message[Ether].src = "00:1b:2d:00:00:00"
    message[BOOTP].chaddr = _octets(message[Ether].src)
    counts = Counts(gateway)
    with call_goes_on(lab, gateway, f"{MANY} MACs, none of them admitted"):
        attack = flood.start(host, [message], MANY, [MACS])
        leased(lab, 2)
        counts.wait_for(flood.finish(attack), "dhcp.mac_not_valid")
    assert len(gateway.leases()) == 2


def test_d20_starvation_by_admitted_macs_takes_no_lease_and_ends_with_its_offers(lab):
    made = config(lab)
    made["dhcp"]["offer_hold_s"] = 3
    made["pools"]["private"][0]["last"] = "10.20.1.63"
    gateway, host = start(lab, made), attacker(lab)
    known = leased(lab, 2)
    counts = Counts(gateway)
    with call_goes_on(lab, gateway, f"{MANY} MACs, all of them admitted") as caller:
        attack = flood.start(host, [_message(lab, host, "discover")], MANY, [MACS])
        eventually(lambda: counts["dhcp.pool_exhausted"], "no room")
        assert known.client.once().address == known.address
        sent = flood.finish(attack)
        counts.wait_for(sent, "dhcp.discovers", besides=3 * OF_ONE_CLIENT)
        discovers, *answers = counts.of("dhcp.discovers", "dhcp.offers", "dhcp.pool_exhausted")
        assert discovers == sum(answers)
        newcomer = Udhcpc(lab.phone(3, mac(3)))
        eventually(newcomer.once, "a lease for who comes afterwards")
    assert {lease["mac"] for lease in gateway.leases()} == {
        phone.host.mac() for phone in (caller, known, newcomer)}


@pytest.mark.parametrize("limit", [10, UNLIMITED], ids=["limited", "unlimited"])
def test_d20_one_mac_gets_no_second_lease_by_identifiers_that_it_invents(lab, limit):
    made = config(lab)
    made["dhcp"]["per_mac_per_s"] = limit
    gateway, host = start(lab, made), attacker(lab)
    message = _message(lab, host, "discover", [("client_id", b"\0made")])
    identifiers = Field(at=(bytes(message).index(b"\0made") + 1,), octets=4)
    counts = Counts(gateway)
    with call_goes_on(lab, gateway, f"one MAC, {MANY} identifiers, its limit {limit}/s"):
        attack = flood.start(host, [message], MANY, [identifiers])
        leased(lab, 2)
        counts.wait_for(flood.finish(attack), "dhcp.discovers", "dhcp.flood_mac",
                        besides=2 * OF_ONE_CLIENT)
    discovers, offers, shed = counts.of("dhcp.discovers", "dhcp.offers", "dhcp.flood_mac")
    assert discovers == offers and (shed > 0) == (limit < UNLIMITED)
    assert len(gateway.leases()) == 2


def test_d20_a_flood_beyond_the_ports_limit_sheds_discovers_and_no_renewal(lab):
    made = config(lab)
    made["dhcp"]["per_port_per_s"] = 200
    gateway, host = start(lab, made), attacker(lab)
    phone = leased(lab, 2)
    phone.client.start()
    counts = Counts(gateway)
    with call_goes_on(lab, gateway, f"{MANY} DISCOVERs, of which 200/s are heard"):
        attack = flood.start(host, [_message(lab, host, "discover")], MANY, [MACS])
        eventually(lambda: counts["dhcp.flood_port"], "DISCOVERs shed")
        renewals = 0
        while attack.running():
            assert phone.client.renew().address == phone.address
            renewals += 1
        sent = flood.finish(attack)
        counts.wait_for(sent, "dhcp.discovers", "dhcp.flood_port", besides=2 * OF_ONE_CLIENT)
    assert renewals and counts["dhcp.acks"] >= renewals
    phone.client.stop()


# ---- messages that are none

_ASK = b"\x35\x01\x01"  # option 53: DISCOVER
_PHONE = b"\x3c\x0cACME-SIP-T46"

# (what it is, its options, its file field, how it is counted).
BOMBS = [
    ("320 options without octets", _ASK + b"\xfa\0" * 320, b"", "no_vendor_class"),
    ("option 60 in 400 pieces", _ASK + b"\x3c\1A" * 400, b"", "bad_option"),
    ("option 61 in pieces of 255", _ASK + (b"\x3d\xff" + bytes(255)) * 4, b"", "bad_option"),
    ("an option beyond the end", _ASK + b"\x3c\xc8ACME", b"", "truncated_option"),
    ("a length beyond the end", _ASK + b"\x3c", b"", "truncated_option"),
    ("overload of what is no field", _ASK + b"\x34\1\7\xff", b"", "bad_overload"),
    ("overload twice", _ASK + b"\x34\1\1\x34\1\1\xff", b"", "bad_overload"),
    ("overload that overloads itself", _ASK + b"\x34\1\1\xff", b"\x34\1\1" * 40 + b"\xff",
     "no_vendor_class"),
    ("overload beyond its field", _ASK + b"\x34\1\3\xff", b"\x3c\xff", "truncated_option"),
    ("no type", _PHONE + b"\xff", b"", "no_message_type"),
    ("two types", _ASK * 2 + _PHONE + b"\xff", b"", "no_message_type"),
    ("nothing but padding", bytes(1000), b"", "no_message_type"),
    ("an empty list of parameters", _ASK + _PHONE + b"\x37\0\xff", b"", "bad_option"),
    ("a relay's option without a relay", _ASK + _PHONE + b"\x52\4\1\2\0\0\xff", b"",
     "relay_information_unrelayed"),
]


def test_d20_option_bombs_are_counted_and_never_answered(lab):
    made = config(lab)
    made["dhcp"]["per_mac_per_s"] = UNLIMITED
    gateway, host = start(lab, made), attacker(lab)
    frames = []
    for _, options, file, _ in BOMBS:
        message = _message(lab, host, "discover")
        message[BOOTP].remove_payload()
        message[BOOTP].options, message[BOOTP].file = b"", file
        frames.append(message / Raw(b"\x63\x82\x53\x63" + options))
    each = MANY // 10 // len(frames)
    counts = Counts(gateway)
    with call_goes_on(lab, gateway, f"{len(frames)} option bombs, {each} of each"):
        before = counts["dhcp.offers"]
        flood.send(host, frames, each * len(frames))
        for reason in {reason for *_, reason in BOMBS}:
            kinds = [what for what, *_, counted in BOMBS if counted == reason]
            counts.wait_for(each * len(kinds), f"dhcp.{reason}")
        assert counts["dhcp.offers"] == before


# ---- who speaks in another's name

def test_d20_what_a_rogue_server_says_is_ignored_and_counted(lab):
    gateway, host = start(lab), attacker(lab)
    phone = leased(lab, 2)
    said = []
    for kind in ("offer", "ack", "nak"):
        reply = _message(lab, host, kind, [("server_id", "10.20.0.66")], op=2, src="10.20.0.66",
                         yiaddr=phone.address)
        reply[BOOTP].chaddr = _octets(phone.host.mac())
        request = reply.copy()
        request[BOOTP].op = 1
        to_clients = reply.copy()
        to_clients[UDP].sport, to_clients[UDP].dport = 67, 68
        to_us = to_clients.copy()
        to_us[IP].dst = GATEWAY_LAN
        said += [reply, request, to_clients, to_us]
    each = MANY // 10 // 4
    counts = Counts(gateway)
    with call_goes_on(lab, gateway, f"a rogue server's replies, {each} of each kind"):
        flood.send(host, said, 4 * each)
        counts.wait_for(each, "dhcp.bad_op")
        counts.wait_for(each, "dhcp.not_for_a_server")
        counts.wait_for(each, "drops.multicast_or_broadcast")
        counts.wait_for(each, "drops.not_a_service")
    assert len(gateway.leases(private=phone.address)) == 1


def test_d20_nobody_ends_a_lease_in_another_phones_name(lab):
    made = config(lab)
    made["dhcp"]["per_mac_per_s"] = UNLIMITED
    gateway, host = start(lab, made), attacker(lab)
    phone = leased(lab, 2)
    us, another = ("server_id", GATEWAY_LAN), ("server_id", "10.20.0.66")
    address = "requested_addr", phone.address
    messages = [_message(lab, host, "release", [us], ciaddr=phone.address),
                _message(lab, host, "decline", [us, address]),
                _message(lab, host, "request", [another, address])]
    for message in messages:
        message[BOOTP].chaddr = _octets(phone.host.mac())
    each = MANY // 10 // len(messages)
    counts = Counts(gateway)
    with call_goes_on(lab, gateway, f"RELEASE, DECLINE and REQUEST forged, {each} of each"):
        flood.send(host, messages, each * len(messages))
        counts.wait_for(each, "dhcp.releases")
        counts.wait_for(each, "dhcp.declines")
        counts.wait_for(each, "dhcp.not_ours")
    assert len(gateway.leases(private=phone.address)) == 1


def test_d16_d20_nobodys_relay_is_refused_and_uses_up_no_phones_share(lab):
    gateway, host = start(lab), attacker(lab)
    phone = leased(lab, 2)
    phone.client.start()
    message = _message(lab, host, "discover", src="10.66.0.1", dst=GATEWAY_LAN, giaddr="10.66.0.1")
    message[BOOTP].chaddr = _octets(phone.host.mac())
    counts = Counts(gateway)
    with call_goes_on(lab, gateway, f"{MANY} DISCOVERs by nobody's relay"):
        attack = flood.start(host, [message], MANY)
        eventually(lambda: counts["dhcp.flood_mac"], "the attacker's share used up")
        assert phone.client.renew().address == phone.address
        assert attack.running()
        counts.wait_for(flood.finish(attack), "dhcp.relay_not_trusted", "dhcp.flood_mac")
    assert counts["dhcp.relay_not_trusted"] > 0
    phone.client.stop()
