# SPDX-License-Identifier: BSD-3-Clause
"""Calls of stock SIP software, which is configured by nothing but its class's templates."""

import concurrent.futures
import contextlib

from lib import kernel_snat
from lib.both_sides import BothSides
from lib.clients import baresip, sipp, tftp, traffic
from lib.clients.baresip import Baresip
from lib.config import GATEWAY_LAN, PROVIDER, PROVIDER_SECOND, mac, phone_class
from lib.phones import leased
from lib.waiting import eventually

STOCK = "STOCK-PHONE-1"
CALLS = 10
PHONE_HZ, PROVIDER_HZ = 440, 880
TALK_S = 3
CLEAR, FAINT = 0.5, 0.05  # parts of a tone


class Caller:
    """A phone, and the settings that it fetched: they survive the gateway."""

    def __init__(self, lab, number):
        self.number = number
        self.phone = leased(lab, number, STOCK)
        # What takes any port of the range leaves those alone that baresip listens at for SIP.
        self.phone.host.sysctl("net.ipv4.ip_local_reserved_ports",
                               f"{self.phone.ports[0]}-{self.phone.ports[1]}")
        self.settings = baresip.caller(
            lambda name: tftp.tftp_hpa(self.phone.host, GATEWAY_LAN, name), mac(number))

    def assert_used_its_ports(self, seen):
        """SIP came from the first of its range, RTP from one even port of the rest, as the settings
        say; nothing from elsewhere."""
        sip_port, *rtp_ports = self.phone.ports
        sent = [datagram for datagram in seen if datagram.source[0] == self.phone.address]
        assert {datagram.source[1] for datagram in sent} <= set(self.phone.ports)
        assert any(b" SIP/2.0\r\n" in d.payload for d in sent if d.source[1] == sip_port)
        [rtp_port] = {d.source[1] for d in sent if len(d.payload) == baresip.RTP_OCTETS}
        assert rtp_port in rtp_ports and rtp_port % 2 == 0


class Call:
    """From a phone to an end of its own at the provider."""

    def __init__(self, lab, caller, case):
        number, sip_port = caller.number, 6000 + 10 * caller.number
        self.phone = Baresip(caller.phone.host, f"{case}-phone{number}", caller.settings, PHONE_HZ)
        self.provider = Baresip(lab.provider, f"{case}-provider{number}", baresip.answerer(
            user="echo", private_address=PROVIDER, sip_port=sip_port,
            rtp_first=20000 + 64 * number, rtp_last=20063 + 64 * number), PROVIDER_HZ)
        self.provider.listen()
        self.phone.dial(f"sip:echo@{PROVIDER}:{sip_port}")

    def talk(self):
        """Until both ends have been talking for a while, heard or not."""
        eventually(lambda: min(self.phone.seconds_sent(), self.provider.seconds_sent()) > TALK_S,
                   lambda: f"{self.phone.process.output()}\n{self.provider.process.output()}", 20)

    def hang_up(self):
        self.phone.stop()
        self.provider.stop()

    def heard_by_phone(self):
        return self._clear(self.phone, PROVIDER_HZ, PHONE_HZ)

    def heard_by_provider(self):
        return self._clear(self.provider, PHONE_HZ, PROVIDER_HZ)

    @staticmethod
    def _clear(end, others_hz, own_hz):
        return end.part_heard(others_hz) > CLEAR and end.part_heard(own_hz) < FAINT


def calls_of(lab, callers, case):
    """All of them at once. In how many the phone, and in how many the provider heard the other."""
    calls = [Call(lab, caller, case) for caller in callers]
    for call in calls:
        call.talk()
    for call in calls:
        call.hang_up()
    heard = (sum(call.heard_by_phone() for call in calls),
             sum(call.heard_by_provider() for call in calls))
    print(f"{len(calls)} calls through {case}: the phone heard the provider in {heard[0]}, "
          f"the provider the phone in {heard[1]}")
    return heard


def stock_phones(lab, ports, **more):
    """A configuration with one class of phones, and room for seconds of their calls where a gateway
    that has to wait for its CPU finds them: the default is 512 packets."""
    config = lab.config()
    config["phones"]["classes"] = [phone_class("stock", STOCK, ports, **more)]
    for port in config["ports"]:
        port["device"] += ",framecnt=16384"
    return config


def test_p6_n1_n3_n4_in_every_call_each_end_hears_the_other(lab):
    lab.start(stock_phones(lab, 64, templates=baresip.templates(f"{PROVIDER}:3478")))
    traffic.stun_server(lab.provider, PROVIDER, PROVIDER_SECOND)
    with concurrent.futures.ThreadPoolExecutor() as pool:
        callers = list(pool.map(lambda number: Caller(lab, number), range(1, CALLS + 1)))

    both_sides = BothSides(lab, [caller.phone for caller in callers])
    assert calls_of(lab, callers, "portico") == (CALLS, CALLS)
    seen = both_sides.wait_until_equal()
    for caller in callers:
        caller.assert_used_its_ports(seen)

    # The same phones with the same settings. Where the provider's first packet comes before the
    # phone's, it claims the tuple that the phone's SDP promised: what it says ends at the NAT, and
    # what the phone says leaves by another port. How often is measured, not asserted.
    lab.assert_sound()
    kernel_snat.take_over(lab)
    calls_of(lab, callers, "kernel-snat")


def test_n1_n3_n4_200_calls_at_40_a_second_lose_no_packet(lab):
    gateway = lab.start(stock_phones(lab, 1024))
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
