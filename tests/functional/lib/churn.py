# SPDX-License-Identifier: BSD-3-Clause
"""Phones that come and go by the hundreds a second, none of them twice: each is heard and reached
as soon as it has its lease, by the identity that it was told, which others had before it."""

import collections
import ctypes
import dataclasses
import ipaddress
import select
import socket
import struct
import time

from scapy.layers.inet import IP, UDP
from scapy.layers.l2 import Ether
from scapy.packet import Raw

from .config import ACME, GATEWAY_LAN, PROVIDER, phone_class
from .flood import make_right
from .lease import ACK, DISCOVER, OFFER, RELEASE, REQUEST, Message
from .load import DhcpLoad
from .waiting import eventually

RELAY = DhcpLoad.ADDRESS

_STAY_S = 1
_PATIENCE_S = 10  # with a packet that may have got lost, or an answer
_PROBES_PORT = 9  # the provider's; no phone's is below 1024
_FIRST_MAC = 0x001b2c100000
_SO_ATTACH_FILTER, _SO_RCVBUFFORCE = 26, 33  # asm-generic/socket.h
# Classic BPF: is half-word 34, the UDP source port of a plain packet, _PROBES_PORT?
_ONLY_PROBES = b"".join(struct.pack("HBBI", *step) for step in (
    (0x28, 0, 0, 34), (0x15, 0, 1, _PROBES_PORT), (0x06, 0, 0, 0xffff), (0x06, 0, 0, 0)))


def _option(code, value):
    return bytes([code, len(value)]) + value


_SERVER = _option(54, socket.inet_aton(GATEWAY_LAN))


def config_for(config, ports=32):
    """The configuration, changed: one public address for those who come, with ranges of so many
    ports; as many private addresses as that would be ranges, and a second of quarantine."""
    first = ipaddress.IPv4Address("10.20.8.0")
    config["lan"]["relays"] = [RELAY]
    config["pools"]["private"][0] |= {"first": str(first), "last": str(first + 65536 // ports - 1)}
    config["pools"]["public"].append({"name": "visitors", "addresses": "203.0.113.128/32"})
    config["phones"]["classes"] = [phone_class("visitors", ACME, ports, public_pool="visitors")]
    config["leases"]["quarantine_s"] = 1
    return config


@dataclasses.dataclass
class _Visitor:
    number: int
    since: float = 0  # its ACK
    private: bytes = b""
    public: str = ""
    port: int = 0
    probes_out: int = 0  # on their way

    @property
    def mac(self):
        return (_FIRST_MAC + self.number).to_bytes(6, "big")

    @property
    def label(self):
        """What its probes carry."""
        return self.number.to_bytes(4, "big")


class Churn:
    """Between `near`, a host on the LAN that is the relay too, and `far`, the provider. Each new
    lease is probed at one of its ports, once from the phone and once towards it, and given up a
    second later, when the probes have arrived."""

    def __init__(self, near, far, router_mac, per_s):
        """`router_mac`: the gateway's on the LAN; `per_s`: phones that come."""
        self._per_s = per_s
        self._asking = {}  # without an ACK yet, by number
        self._staying = collections.OrderedDict()  # with a lease
        self.came = self.granted = self.released = 0
        self.sent = self.received = self.wrong = 0  # probes
        self._dhcp = near.udp(RELAY, 67, timeout_s=0)
        self._far = far.udp(PROVIDER, _PROBES_PORT, timeout_s=0)
        self._near = near.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(0x0800), 0)
        self._near.bind(("eth0", 0x0800))
        _attach(self._near, _ONLY_PROBES)
        self._frame = bytearray(bytes(
            Ether(src="00:00:00:00:00:00", dst=router_mac) / IP(src=RELAY, dst=PROVIDER) /
            UDP(sport=0, dport=_PROBES_PORT, chksum=0) / Raw(bytes(4))))
        self._poll = select.poll()
        self._take = {}
        for s, take in ((self._dhcp, self._hear), (self._far, self._judge_outbound),
                        (self._near, self._judge_inbound)):
            s.setsockopt(socket.SOL_SOCKET, _SO_RCVBUFFORCE, 16 << 20)
            self._poll.register(s, select.POLLIN)
            self._take[s.fileno()] = s, take

    @property
    def lost(self):
        """Of the probes of those that have left, or should have."""
        return self.sent - self.received

    def run(self, goes_on):
        """Phones come and go while `goes_on(seconds passed)`: how long that was."""
        if self.came == 0:
            self._first()
        began, before = time.monotonic(), self.came
        while goes_on(passed := time.monotonic() - began):
            while self.came - before < passed * self._per_s:
                self._come()
            self._turn()
        return passed

    def end(self):
        """Until all have left that came."""
        end = time.monotonic() + _PATIENCE_S
        while self._staying or self._asking and time.monotonic() < end:
            self._turn()

    def _first(self):
        """Alone: the neighbours find each other, and few packets wait until they have."""
        self._come()
        eventually(lambda: self._turn() or self.received == self.sent > 0, "the first one's probes")

    def _turn(self):
        now = time.monotonic()
        while self._staying and self._may_leave(next(iter(self._staying.values())), now):
            self._leave(self._staying.popitem(last=False)[1])
        for descriptor, _ in self._poll.poll(1):
            s, take = self._take[descriptor]
            try:
                while True:
                    take(*s.recvfrom(2048))
            except BlockingIOError:
                pass

    # DHCP, as a relay passes it on.

    def _come(self):
        visitor = _Visitor(self.came)
        self._asking[visitor.number] = visitor
        self.came += 1
        self._say(DISCOVER, visitor)

    def _leave(self, visitor):
        self._say(RELEASE, visitor, visitor.private, _SERVER)
        self.released += 1

    def _say(self, kind, visitor, ciaddr=bytes(4), options=b""):
        self._dhcp.sendto(
            struct.pack(">BBBBI4x4s8x4s6s202x4s", 1, 1, 6, 1, visitor.number, ciaddr,
                        socket.inet_aton(RELAY), visitor.mac, b"\x63\x82\x53\x63") +
            _option(53, bytes([kind])) + _option(60, ACME.encode()) + options + b"\xff",
            (GATEWAY_LAN, 67))

    def _hear(self, bootp, _):
        message = Message(bootp)
        visitor = self._asking.get(int.from_bytes(message.transaction, "big"))
        if visitor is None:
            return
        if message.type == OFFER:
            self._say(REQUEST, visitor, options=_option(50, message.address) + _SERVER)
        elif message.type == ACK:
            del self._asking[visitor.number]
            self._staying[visitor.number] = visitor
            self.granted += 1
            visitor.since = time.monotonic()
            told = message.portico
            visitor.private, visitor.public = message.address, told.public_address
            visitor.port = told.ports[visitor.number % len(told.ports)]
            self._probe(visitor)

    # Packets of the one who has just got its lease.

    def _probe(self, visitor):
        frame = self._frame
        frame[6:12] = visitor.mac
        frame[26:30] = visitor.private
        frame[34:36] = visitor.port.to_bytes(2, "big")
        frame[42:46] = visitor.label
        make_right(frame)
        self._near.send(frame)
        self._far.sendto(visitor.label, (visitor.public, visitor.port))
        visitor.probes_out = 2
        self.sent += 2

    def _judge_outbound(self, label, source):
        self._judge(label, lambda visitor: source == (visitor.public, visitor.port))

    def _judge_inbound(self, frame, _):
        def right(visitor):
            return (frame[0:6] == visitor.mac and
                    frame[30:34] == visitor.private and
                    frame[36:38] == visitor.port.to_bytes(2, "big"))
        self._judge(frame[42:46], right)

    def _judge(self, label, right):
        self.received += 1
        visitor = self._staying.get(int.from_bytes(label, "big"))
        if visitor is None or not right(visitor):
            self.wrong += 1
        if visitor is not None:
            visitor.probes_out -= 1

    @staticmethod
    def _may_leave(visitor, now):
        stayed = now - visitor.since
        return stayed > (_STAY_S if visitor.probes_out == 0 else _PATIENCE_S)


def _attach(packet_socket, program):
    """A classic BPF program, which chooses what the socket receives."""
    steps = ctypes.create_string_buffer(program)
    packet_socket.setsockopt(socket.SOL_SOCKET, _SO_ATTACH_FILTER,
                             struct.pack("HL", len(program) // 8, ctypes.addressof(steps)))
