# SPDX-License-Identifier: BSD-3-Clause
"""DHCP by hand, for what no client does by itself: octets out, replies in."""

import socket
import time

from scapy.layers.dhcp import BOOTP, DHCP
from scapy.layers.inet import IP, UDP
from scapy.layers.l2 import Ether
from scapy.volatile import RandInt

from .config import ACME

BROADCAST = "ff:ff:ff:ff:ff:ff"


class DhcpWire:
    """A client's interface, at the level of frames."""

    def __init__(self, host, vendor_class=ACME, interface="eth0"):
        self.mac = host.mac(interface)
        self.vendor_class = vendor_class
        self._socket = host.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(0x0800))
        self._socket.bind((interface, 0x0800))

    def message(self, kind, options=(), ciaddr="0.0.0.0", src="0.0.0.0", dst="255.255.255.255",
                dst_mac=BROADCAST, xid=None, **bootp):
        """A whole frame; options as scapy takes them."""
        vendor_class = [("vendor_class_id", self.vendor_class)] if self.vendor_class else []
        return (Ether(src=self.mac, dst=dst_mac) / IP(src=src, dst=dst) / UDP(sport=68, dport=67) /
                BOOTP(chaddr=bytes.fromhex(self.mac.replace(":", "")), ciaddr=ciaddr,
                      xid=int(RandInt()) if xid is None else xid, **bootp) /
                DHCP(options=[("message-type", kind), *vendor_class, *options, "end"]))

    def ask(self, message, timeout_s=2):
        """The reply to the message, or None if none comes in time."""
        self._socket.send(bytes(message))
        end = time.monotonic() + timeout_s
        while (left := end - time.monotonic()) > 0:
            self._socket.settimeout(left)
            try:
                frame = Ether(self._socket.recv(2000))
            except TimeoutError:
                return None
            if BOOTP in frame and frame[BOOTP].op == 2 and frame[BOOTP].xid == message[BOOTP].xid:
                return frame
        return None

    def lease(self):
        """DISCOVER to ACK: the ACK."""
        offer = self.ask(self.message("discover"))
        assert offer is not None, "no offer"
        return self.ask(self.message("request", [("requested_addr", offer[BOOTP].yiaddr),
                                                 ("server_id", option(offer, "server_id"))]))


def option(reply, name):
    """An option's value, or None."""
    for entry in reply[DHCP].options:
        if isinstance(entry, tuple) and entry[0] == name:
            return entry[1] if len(entry) == 2 else list(entry[1:])
    return None


def kind(reply):
    """"offer", "ack" or "nak"; None for no reply."""
    if reply is None:
        return None
    return {2: "offer", 5: "ack", 6: "nak"}[option(reply, "message-type")]
