# SPDX-License-Identifier: BSD-3-Clause
"""A lease as a client got it: RFC 2132's options by number, and what Portico puts into option 125."""

import dataclasses
import ipaddress
import struct

from .config import ENTERPRISE

DISCOVER, OFFER, REQUEST, ACK, RELEASE = 1, 2, 3, 5, 7  # RFC 2132 section 9.6

_ETHERNET, _IPV4, _UDP, _BOOTP_FIXED = 14, 20, 8, 240  # octets of each header


@dataclasses.dataclass
class Portico:
    """Option 125's sub-options under the operator's enterprise number."""

    public_address: str | None = None
    first_port: int | None = None
    last_port: int | None = None
    tunnel_address: str | None = None
    sha256: str | None = None
    version: str | None = None

    @property
    def ports(self):
        return range(self.first_port, self.last_port + 1)


@dataclasses.dataclass
class Lease:
    address: str
    seconds: int
    server: str
    siaddr: str | None = None
    boot_file: str | None = None
    options: dict[int, bytes] = dataclasses.field(default_factory=dict)

    @property
    def portico(self):
        return parse_125(self.options[125])


def parse_125(data, enterprise=ENTERPRISE):
    """RFC 3925 section 4: { enterprise u32, length u8, { code u8, length u8, data }* }*."""
    while data:
        number, length = struct.unpack_from(">IB", data)
        body, data = data[5:5 + length], data[5 + length:]
        assert len(body) == length, "option 125 is cut short"
        if number == enterprise:
            return _portico(dict(sub_options(body)))
    raise AssertionError(f"option 125 holds nothing of enterprise {enterprise}")


def sub_options(body):
    """(code, data) of each { code u8, length u8, data }."""
    while body:
        code, length = body[0], body[1]
        value, body = body[2:2 + length], body[2 + length:]
        assert len(value) == length, f"sub-option {code} is cut short"
        yield code, value


def options_of(octets):
    """RFC 2132's walk; the pieces of a long option joined (RFC 3396)."""
    options = {}
    while octets and octets[0] != 255:
        if octets[0] == 0:
            octets = octets[1:]
            continue
        code, length = octets[0], octets[1]
        options[code] = options.get(code, b"") + octets[2:2 + length]
        octets = octets[2 + length:]
    return options


class Message:
    """A DHCP message, as UDP carries it. No dissection: there may be tens of thousands."""

    def __init__(self, bootp):
        self._bootp = bootp
        self._options = options_of(self._bootp[_BOOTP_FIXED:])
        self.type = int.from_bytes(self._options.get(53, b""), "big")
        self.client = self._bootp[28:34].hex(":")
        self.transaction = self._bootp[4:8]

    @property
    def releases(self):
        """A RELEASE's address."""
        return str(ipaddress.IPv4Address(self._bootp[12:16]))

    @property
    def address(self):
        """An OFFER's or ACK's, in network order."""
        return self._bootp[16:20]

    @property
    def portico(self):
        return parse_125(self._options[125])

    @property
    def holds(self):
        """What an ACK tells, as identity() does."""
        told = self.portico
        return str(ipaddress.IPv4Address(self.address)), told.public_address, told.first_port

    @property
    def lease_s(self):
        return int.from_bytes(self._options[51], "big")


def messages(capture):
    """(when, Message) of each frame in a capture."""
    return [(at, Message(frame[_ETHERNET + _IPV4 + _UDP:]))
            for at, frame in capture.timed_frames()]


def acknowledged(capture):
    """{chaddr: identity} of the ACKs in a capture, the last of each client."""
    return {message.client: message.holds for _, message in messages(capture)
            if message.type == ACK}


def identity(row):
    """What a lease or a binding of the gateway's JSON gives: private and public address, first
    port."""
    return row["private"], row["public"], row["ports"]["first"]


def _portico(subs):
    found = Portico()
    if 1 in subs:
        found.public_address = str(ipaddress.IPv4Address(subs[1]))
    if 2 in subs:
        found.first_port, found.last_port = struct.unpack(">HH", subs[2])
    if 3 in subs:
        found.tunnel_address = str(ipaddress.IPv4Address(subs[3]))
    if 4 in subs:
        assert len(subs[4]) == 32, "a SHA-256 is 32 octets"
        found.sha256 = subs[4].hex()
    if 5 in subs:
        found.version = subs[5].decode("ascii")
    return found
