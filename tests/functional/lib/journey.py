# SPDX-License-Identifier: BSD-3-Clause
"""A device's question to the VoIP provider's server and the answer, followed from hop to hop."""

import socket

from scapy.layers.inet import IP, UDP
from scapy.layers.ipsec import ESP

from .config import GATEWAY_WAN, PROVIDER
from .steps import Step, held
from .tunnel_lab import CONCENTRATOR_WAN, SIP, VOIP

_ASKS = b"OPTIONS sip:echo@%s SIP/2.0\r\n\r\n" % VOIP.encode()
_ANSWERS = b"SIP/2.0 200 OK\r\n\r\n"


class Journey:
    """`row`: what it shows that the server sees the device by its address of the provider's."""

    def __init__(self, lab, name, phone, row):
        self._lab, self._name, self._phone, self._row = lab, name, phone, row
        self._private = phone.address, phone.ports[0]
        self._outside = phone.tunnel_address, phone.ports[0]
        self._near = self._far = None
        self._captures = {}

    def steps(self):
        its = f"{self._name}'s "
        return [Step("T3", its + "packet leaves encapsulated", self._leaves),
                Step(f"T4 {self._row}", its + "packet reaches the server", self._arrives),
                Step("T5", its + "answer is encapsulated", self._is_answered),
                Step("T6", its + "answer comes home", self._comes_home),
                Step("T8", its + "port stays at each hop", self._keeps_its_port),
                Step("T3", its + "packets are not in clear", self._is_hidden)]

    def _leaves(self):
        lab, internet = self._lab, f"ip and not host {PROVIDER}"
        self._captures = {
            "phone": self._phone.host.capture("eth0", f"udp and host {VOIP}"),
            "gateway": lab.provider.capture("eth0", internet),
            "concentrator": lab.provider.capture("eth1", internet),
            "server": lab.voip.capture("eth0", f"udp and port {SIP}"),
            "around": lab.voip.capture("eth1", f"ip host {VOIP}")}
        self._near, self._far = self._phone.udp(), lab.voip.udp(VOIP, SIP)
        self._near.sendto(_ASKS, (VOIP, SIP))
        outer = self._tunnelled("gateway", GATEWAY_WAN, CONCENTRATOR_WAN)
        held("T3", f"{self._name}: leaves the gateway as ESP {GATEWAY_WAN} > {CONCENTRATOR_WAN}, "
                   f"SPI {outer[ESP].spi}")

    def _arrives(self):
        assert self._heard(self._far, "the server") == (_ASKS, self._outside)
        held("T4", f"{self._name}: the concentrator conveys it to {VOIP}, its source the "
                   f"provider's {self._outside[0]}")
        held(self._row, f"{self._name}: {text(self._private)} is {text(self._outside)} at the "
                        "VoIP provider")

    def _is_answered(self):
        self._far.sendto(_ANSWERS, self._outside)
        outer = self._tunnelled("concentrator", CONCENTRATOR_WAN, GATEWAY_WAN)
        held("T5", f"{self._name}: the answer to {self._outside[0]} leaves the concentrator as "
                   f"ESP {CONCENTRATOR_WAN} > {GATEWAY_WAN}, SPI {outer[ESP].spi}")

    def _comes_home(self):
        assert self._heard(self._near, self._name) == (_ANSWERS, (VOIP, SIP))
        [home] = self._captures["phone"].wait_for(lambda packet: packet[IP].src == VOIP)
        assert (home[IP].dst, home[UDP].dport) == self._private
        held("T6", f"{self._name}: has the answer at {text(self._private)}")

    def _keeps_its_port(self):
        for where, at_device in (("phone", self._private), ("server", self._outside)):
            out, back = self._captures[where].wait_for(count=2)
            assert (out[IP].src, out[UDP].sport) == at_device, out.summary()
            assert (back[IP].dst, back[UDP].dport) == at_device, back.summary()
        held("T8", f"{self._name}: port {self._private[1]} at its end and at the server, out "
                   "and back")

    def _is_hidden(self):
        seen = self._captures["gateway"].wait_for(count=2)
        seen += self._captures["concentrator"].wait_for(count=2)
        for packet in seen:
            assert ESP in packet, f"not ESP on the Internet: {packet.summary()}"
            for secret in (_ASKS, _ANSWERS, *map(socket.inet_aton, (
                    self._private[0], self._outside[0], VOIP))):
                assert secret not in bytes(packet), f"in clear: {secret}"
        assert self._captures["around"].packets() == []
        for capture in self._captures.values():
            capture.stop()
        self._near.close()
        self._far.close()
        held("T3", f"{self._name}: {len(seen)} packets on the Internet, all ESP; no inner address "
                   "and no SIP in their octets")

    def _tunnelled(self, where, source, destination):
        """The first packet from there on the Internet, which must be the tunnel's."""
        outer, *_ = self._captures[where].wait_for(lambda packet: packet[IP].src == source)
        assert ESP in outer and outer[IP].dst == destination, (
            f"not ESP to {destination}: {outer.summary()}")
        return outer

    def _heard(self, end, whose):
        try:
            return end.recvfrom(2000)
        except TimeoutError:
            raise AssertionError(f"{whose} heard nothing; dropped: " + "; ".join(
                f"{gateway.namespace.label}: {gateway.drops()}"
                for gateway in self._lab.gateways)) from None


def text(end):
    """(address, port), as people write it."""
    return "{}:{}".format(*end)
