# SPDX-License-Identifier: BSD-3-Clause
"""X-10, P9: floods of read requests, transfers left half open and names that lead elsewhere."""

import random

import pytest
from scapy.layers.inet import IP, UDP
from scapy.layers.l2 import Ether
from scapy.packet import Raw

from lib import flood
from lib.clients import tftp
from lib.config import GATEWAY_LAN
from lib.flood import IP as IP_AT
from lib.flood import MANY, UDP as UDP_AT, Field
from lib.phones import leased
from lib.siege import Counts, attacker, call_goes_on, config, start
from lib.waiting import eventually

IMAGE = random.Random(1).randbytes(200_000)
PORTS = Field(at=(UDP_AT,), octets=2, first=1024)  # and round: port 0 is no sender's, malformed
LIMIT = 4  # transfers of one phone, the default


@pytest.fixture
def gateway(lab):
    made = config(lab)
    made["tftp"] |= {"timeout_s": 1, "retries": 1}
    (lab.directory / "firmware" / "acme.bin").write_bytes(IMAGE)
    (lab.directory / "secret").write_text("no")
    return start(lab, made)


def _request(lab, mac, address, name, opcode=1, mode=b"octet"):
    return (Ether(src=mac, dst=lab.gw.mac("lan0")) / IP(src=address, dst=GATEWAY_LAN) /
            UDP(sport=1024, dport=69, chksum=0) /
            Raw(opcode.to_bytes(2, "big") + name + b"\0" + mode + b"\0"))


def _fetches(phone):
    assert tftp.curl(phone.host, GATEWAY_LAN, "acme.bin") == IMAGE


def test_p9_requests_from_addresses_without_a_lease_are_refused_each(lab, gateway):
    host, phone = attacker(lab), leased(lab, 2)
    request = _request(lab, host.mac(), "10.20.200.0", b"acme.bin")
    counts = Counts(gateway)
    with call_goes_on(lab, gateway, f"{MANY} read requests of 256 addresses without a lease"):
        attack = flood.start(host, [request], MANY, [PORTS, Field(at=(IP_AT + 15,), octets=1)])
        _fetches(phone)
        counts.wait_for(flood.finish(attack), "tftp.refused_no_lease", "tftp.malformed")
        # Who is refused is looked for by ARP before it is told.
        eventually(lambda: not [row for row in gateway.get("/v1/neighbors")["items"]
                                if row["waiting"]], "no refusal waits")


def test_p9_half_open_transfers_are_as_many_as_a_phone_may_have(lab, gateway):
    greedy, phone = leased(lab, 9), leased(lab, 2)
    request = _request(lab, greedy.host.mac(), greedy.address, b"acme.bin")
    counts = Counts(gateway)
    with call_goes_on(lab, gateway, f"{MANY} read requests of one phone, never acknowledged"):
        attack = flood.start(greedy.host, [request], MANY, [PORTS])
        eventually(lambda: counts["tftp.refused_phone_limit"], "the phone's limit")
        _fetches(phone)
        sent = flood.finish(attack)
        # curl asks once more where it is not answered at once.
        counts.wait_for(sent + 1, "tftp.requests", "tftp.malformed", besides=3)

        def all_answered():
            requests, *answered = counts.of("tftp.requests", "tftp.started",
                                            "tftp.refused_phone_limit", "tftp.duplicate_requests")
            return requests == sum(answered)

        def all_ended():
            started, *ended = counts.of("tftp.started", "tftp.completed", "tftp.failed_timed_out",
                                        "tftp.failed_by_client", "tftp.failed_restarted")
            return started == sum(ended)
        eventually(all_answered, "each request answered")
        eventually(all_ended, "each transfer ended")
    assert counts["tftp.completed"] == 1
    assert counts["tftp.started"] >= LIMIT + 1


# What leads nowhere: (name, opcode and mode, how it is counted).
_READ = (1, b"octet")
NAMES = [
    (b"../secret", _READ, "refused_access"),
    (b"firmware/../../secret", _READ, "refused_access"),
    (b"./../secret", _READ, "refused_access"),
    (b"/etc/passwd", _READ, "refused_access"),
    (b"//etc/passwd", _READ, "refused_access"),
    (b"..\\secret", _READ, "refused_access"),
    (b"C:\\boot.ini", _READ, "refused_access"),
    (b"acme.bin/", _READ, "refused_access"),
    (b"acme.bin\n", _READ, "refused_access"),
    (b".", _READ, "refused_access"),
    (b"%2e%2e/secret", _READ, "refused_not_found"),
    (b"\xff\xfe\xc0\xae\xc0\xae/secret", _READ, "refused_not_found"),
    (b"a" * 450, _READ, "refused_not_found"),
    (b"acme.bin\0../secret", _READ, "malformed"),
    (b"acme.bin", (1, b"mail"), "refused_mode"),
    (b"acme.bin", (2, b"octet"), "refused_write"),
    (b"", _READ, "malformed"),
    (b"a" * 600, _READ, "malformed"),
    (b"acme.bin", (9, b"octet"), "malformed"),
]


def test_x10_names_that_lead_elsewhere_are_refused_each(lab, gateway):
    greedy, phone = leased(lab, 9), leased(lab, 2)
    requests = [_request(lab, greedy.host.mac(), greedy.address, name, *how)
                for name, how, _ in NAMES]
    each = MANY // 10 // len(NAMES)
    counts = Counts(gateway)
    with call_goes_on(lab, gateway, f"{len(NAMES)} names that lead elsewhere, {each} of each"):
        flood.send(greedy.host, requests, each * len(requests))
        for reason in {reason for *_, reason in NAMES}:
            counts.wait_for(each * [counted for *_, counted in NAMES].count(reason),
                            f"tftp.{reason}")
        assert counts["tftp.started"] == 0
        _fetches(phone)
