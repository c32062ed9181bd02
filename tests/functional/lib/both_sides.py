# SPDX-License-Identifier: BSD-3-Clause
"""What phones and provider say to each other, captured on both sides of the gateway: nothing may
get lost in it, and nothing may change but the phone's address."""

import collections
import socket
import struct

from .phones import exchange_udp
from .waiting import eventually

_ETHERNET, _UDP = 14, 8
# Small frames and a buffer for thousands of them, should tcpdump be kept waiting.
_ROOMY = ("-s", "2048", "-B", "65536")


class Datagram(collections.namedtuple("Datagram", "source destination payload")):
    """UDP. Either end is (address, port)."""

    @classmethod
    def of(cls, frame):
        """No dissection: there are tens of thousands."""
        ip = frame[_ETHERNET:]
        udp = ip[(ip[0] & 15) * 4:]
        source_port, destination_port, length = struct.unpack_from(">HHH", udp)
        return cls((socket.inet_ntoa(ip[12:16]), source_port),
                   (socket.inet_ntoa(ip[16:20]), destination_port), udp[_UDP:length])


class BothSides:
    """Captures of what these phones and hosts outside send each other, on the gateway's cables."""

    def __init__(self, lab, phones):
        self._private = {(phone.public_address, port): (phone.address, port)
                         for phone in phones for port in phone.ports}
        exchange_udp(phones[0], lab.provider, -1)  # only few packets may wait for a neighbour's MAC
        between = "udp and net 203.0.113.0/24"
        self._inside = lab.lan.capture(lab.lan_port, between, *_ROOMY)
        self._outside = lab.provider.capture("eth0", between, *_ROOMY)

    def wait_until_equal(self):
        """Until each side has seen what the other one sent, and that alone: each of these, with the
        phone's own address."""
        eventually(lambda: not self._differences(), self._told, interval_s=0.5)
        for capture in self._inside, self._outside:
            capture.process.stop()
            assert capture.missed() == 0, capture.process.output()
        assert not self._differences()
        return self._seen_inside()

    def _differences(self):
        inside = collections.Counter(self._seen_inside())
        outside = collections.Counter(self._seen_outside())
        return {side: list(more.elements()) for side, more in (("inside", inside - outside),
                                                               ("outside", outside - inside))
                if more}

    def _told(self):
        return "both sides equal; " + "; ".join(
            f"{len(only)} only {side}, first {only[0]}" for side, only in
            self._differences().items())

    def _seen_inside(self):
        return [Datagram.of(frame) for frame in self._inside.frames()]

    def _seen_outside(self):
        """With the private address in the public one's place, wherever the port is that phone's."""
        def private(end):
            return self._private.get(end, end)
        return [Datagram(private(seen.source), private(seen.destination), seen.payload)
                for seen in map(Datagram.of, self._outside.frames())]
