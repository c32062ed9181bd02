# SPDX-License-Identifier: BSD-3-Clause
"""A call through the gateway: RTP's pace both ways, every packet numbered, so that none is missed
unnoticed."""

import socket
import struct
import threading
import time

from .config import PROVIDER
from .waiting import Overdue, eventually

PERIOD_S = 0.02
_PORT = 4000  # the provider's
_OCTETS = 172  # 20 ms of G.711 behind RTP's header
_RECEIVE_OCTETS = 16 << 20  # however late this process gets its turn
_SO_RCVBUFFORCE = 33  # asm-generic/socket.h; Python has no name for it


class Way:
    """One direction: what was sent into one socket, and what another heard."""

    def __init__(self, sender, receiver, source):
        self.sent = 0
        self.heard = []  # (when, number), as they came
        self.strangers = []  # the sources of what is not from `source`
        self._sender, self._receiver, self._source = sender, receiver, source

    def send(self, to):
        self._sender.sendto(struct.pack("!Q", self.sent).ljust(_OCTETS, b"\0"), to)
        self.sent += 1

    def hear(self):
        """Takes in all that has come."""
        try:
            while True:
                data, source = self._receiver.recvfrom(2000)
                if source == self._source:
                    self.heard.append((time.monotonic(), struct.unpack_from("!Q", data)[0]))
                else:
                    self.strangers.append(source)
        except BlockingIOError:
            pass

    def missing(self):
        return sorted(set(range(self.sent)) - {number for _, number in self.heard})

    def is_whole(self):
        """All of it came, once and in order."""
        return [number for _, number in self.heard] == list(range(self.sent))

    def longest_silence_s(self):
        times = [when for when, _ in self.heard]
        return max(b - a for a, b in zip(times, times[1:]))


class Call:
    """Begins when made and goes on until hang_up(). The phone speaks from its first port."""

    def __init__(self, phone, provider):
        self._near, self._far = phone.udp(), provider.udp(PROVIDER, _PORT)
        for end in (self._near, self._far):
            end.setsockopt(socket.SOL_SOCKET, _SO_RCVBUFFORCE, _RECEIVE_OCTETS)
            end.setblocking(False)
        self._outside = phone.public_address, phone.ports[0]
        self.outbound = Way(self._near, self._far, self._outside)
        self.inbound = Way(self._far, self._near, (PROVIDER, _PORT))
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._talk)
        self._thread.start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.hang_up()
        self._near.close()
        self._far.close()

    def _talk(self):
        due = time.monotonic()
        while not self._ended.is_set():
            self.outbound.send((PROVIDER, _PORT))
            self.inbound.send(self._outside)
            self.outbound.hear()
            self.inbound.hear()
            due += PERIOD_S
            self._ended.wait(max(0, due - time.monotonic()))

    def hang_up(self):
        self._ended.set()
        self._thread.join()

    def assert_whole(self, strangers=()):
        """Hangs up. Each end heard all that the other said, in order, and `strangers` besides."""
        self.hang_up()
        ways = {"outbound": self.outbound, "inbound": self.inbound}

        def came():
            for way in ways.values():
                way.hear()
            return all(way.is_whole() for way in ways.values())
        try:
            eventually(came, "", 2)
        except Overdue:
            for name, way in ways.items():
                assert way.is_whole(), (f"{name}: {len(way.heard)} of {way.sent} heard, missing "
                                        f"{way.missing()[:20]}")
        assert self.outbound.strangers == []
        assert self.inbound.strangers == list(strangers)
