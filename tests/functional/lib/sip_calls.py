# SPDX-License-Identifier: BSD-3-Clause
"""Calls of stock SIP phones, which are configured by nothing but their class's templates: each end
plays a tone, and what the other one decoded is listened to."""

from .clients import baresip, tftp
from .clients.baresip import Baresip
from .config import GATEWAY_LAN, mac
from .phones import leased
from .waiting import eventually

STOCK = "STOCK-PHONE-1"
PHONE_HZ, PROVIDER_HZ = 440, 880
TALK_S = 3
CLEAR, FAINT = 0.5, 0.05  # parts of a tone


def stock_phones(config, ports, **more):
    """The configuration with one class of phones, like its first."""
    first = config["phones"]["classes"][0]
    config["phones"]["classes"] = [first | {"name": "stock", "vendor_class": [STOCK],
                                            "ports": ports, **more}]
    return roomy(config)


def roomy(config):
    """Room for seconds of calls, where a gateway that has to wait for its CPU finds them; the
    default is 512 packets."""
    for port in config["ports"]:
        port["device"] += ",framecnt=16384"
    return config


class Caller:
    """A phone, and the settings that it fetched: they survive the gateway."""

    def __init__(self, lab, number, vendor_class=STOCK):
        self.number = number
        self.phone = leased(lab, number, vendor_class)
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


def sip_ports(calls):
    """Of so many callers' other ends: baresip takes the port behind for TLS."""
    return range(5060, 5060 + 2 * calls, 2)


def far_rtp_ports(number):
    """Of a caller's other end."""
    return range(20000 + 64 * number, 20064 + 64 * number)


class Call:
    """From a phone to an end of its own at `address` of `host`."""

    def __init__(self, host, address, caller, case, settings=dict):
        """`settings`: what becomes of each end's."""
        number, sip_port = caller.number, sip_ports(caller.number)[-1]
        answering = baresip.answerer(user="echo", private_address=address, sip_port=sip_port,
                                     rtp_first=far_rtp_ports(number)[0],
                                     rtp_last=far_rtp_ports(number)[-1])
        self.phone = Baresip(caller.phone.host, f"{case}-phone{number}",
                             settings(caller.settings), PHONE_HZ)
        self.provider = Baresip(host, f"{case}-provider{number}", settings(answering),
                                PROVIDER_HZ)
        self.provider.listen()
        self.phone.dial(f"sip:echo@{address}:{sip_port}")

    def wait_established(self):
        self.phone.process.wait_for_output("Call established")

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


def heard_in(callers, host, address, case):
    """All of them at once. In how many the phone, and in how many the provider heard the other."""
    calls = [Call(host, address, caller, case) for caller in callers]
    for call in calls:
        call.talk()
    for call in calls:
        call.hang_up()
    return (sum(call.heard_by_phone() for call in calls),
            sum(call.heard_by_provider() for call in calls))


def calls_of(callers, host, address, case):
    """The same, and printed."""
    heard = heard_in(callers, host, address, case)
    print(f"{len(callers)} calls through {case}: the phone heard the provider in {heard[0]}, "
          f"the provider the phone in {heard[1]}")
    return heard
