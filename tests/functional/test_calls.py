# SPDX-License-Identifier: BSD-3-Clause
"""Calls of stock SIP software, which is configured by nothing but its class's templates."""

import concurrent.futures
import contextlib

from lib import kernel_snat
from lib.both_sides import BothSides
from lib.clients import baresip, sipp, traffic
from lib.config import PROVIDER, PROVIDER_SECOND
from lib.phones import leased
from lib.sip_calls import STOCK, Caller, calls_of, stock_phones

CALLS = 10


def test_p6_n1_n3_n4_in_every_call_each_end_hears_the_other(lab):
    lab.start(stock_phones(lab.config(), 64, templates=baresip.templates(f"{PROVIDER}:3478")))
    traffic.stun_server(lab.provider, PROVIDER, PROVIDER_SECOND)
    with concurrent.futures.ThreadPoolExecutor() as pool:
        callers = list(pool.map(lambda number: Caller(lab, number), range(1, CALLS + 1)))

    both_sides = BothSides(lab, [caller.phone for caller in callers])
    assert calls_of(callers, lab.provider, PROVIDER, "portico") == (CALLS, CALLS)
    seen = both_sides.wait_until_equal()
    for caller in callers:
        caller.assert_used_its_ports(seen)

    # The same phones with the same settings. Where the provider's first packet comes before the
    # phone's, it claims the tuple that the phone's SDP promised: what it says ends at the NAT, and
    # what the phone says leaves by another port. How often is measured, not asserted.
    lab.assert_sound()
    kernel_snat.take_over(lab)
    calls_of(callers, lab.provider, PROVIDER, "kernel-snat")


def test_n1_n3_n4_200_calls_at_40_a_second_lose_no_packet(lab):
    gateway = lab.start(stock_phones(lab.config(), 1024))
    drops_before = gateway.drops()
    phone = leased(lab, 1, STOCK)
    sipp.answer(lab.provider, PROVIDER)
    both_sides = BothSides(lab, [phone])
    with contextlib.ExitStack() as sockets:
        ports = sipp.media_ports(phone.ports[2], 200)
        # Its speech leaves by a raw socket. Without these the answers would find no port open; the
        # first it holds itself.
        for port in ports[1:]:
            sockets.enter_context(phone.host.udp(phone.address, port))
        assert sipp.call(phone, PROVIDER, calls=200, rate=40) == 200
        seen = both_sides.wait_until_equal()
    out = [datagram for datagram in seen if datagram.source[0] == phone.address]
    print(f"200 calls of sipp: {len(out)} datagrams out, {len(seen) - len(out)} in, none lost")
    assert {datagram.source[1] for datagram in out} == {phone.ports[0], *ports}
    assert gateway.drops() == drops_before
