# SPDX-License-Identifier: BSD-3-Clause
"""Phones with a lease, and what goes from them to the provider and back."""

from scapy.layers.inet import ICMP, IP

from .clients.dhcp import Udhcpc
from .config import ACME, GATEWAY_LAN, PROVIDER, PROVIDER_SECOND, mac
from .lab import give_address, use_ports


class Phone:
    """A host with an identity outside: an address and ports that are its alone. Behind a tunnel
    the address is the provider's; with both it has the same ports at each."""

    def __init__(self, host, address, public_address, ports, tunnel_address=None):
        self.host = host
        self.address = address
        self.public_address = public_address or tunnel_address
        self.tunnel_address = tunnel_address
        self.ports = ports
        use_ports(host, ports[0], ports[-1])

    def udp(self, nth=0):
        """A UDP socket on the nth port of its range."""
        return self.host.udp(self.address, self.ports[nth])


def leased(lab, number, vendor_class=ACME, **options):
    """A phone on the LAN that udhcpc leased."""
    host = lab.phone(number, mac(number))
    client = Udhcpc(host, vendor_class, **options)
    lease = client.once()
    assert lease is not None, f"phone{number} got no lease"
    phone = phone_of(host, lease)
    phone.client = client
    return phone


def phone_of(host, lease):
    """The host, as the lease of its DHCP client says."""
    told = lease.portico
    phone = Phone(host, lease.address, told.public_address, told.ports, told.tunnel_address)
    phone.lease = lease
    return phone


def static_entry(number, first_port, ports=64, public_address="203.0.113.64",
                 tunnel_address=None):
    """phones.static: a device without DHCP, under the number of its lab host."""
    addresses = {"public_address": public_address, "tunnel_address": tunnel_address}
    return {"private_address": f"10.20.0.{100 + number}", "mac": mac(number),
            "first_port": first_port, "ports": ports,
            **{name: address for name, address in addresses.items() if address}}


def static(lab, number, entry):
    """The device of a static entry."""
    host = lab.phone(number, entry["mac"])
    give_address(host, entry["private_address"], 16, GATEWAY_LAN)
    first = entry["first_port"]
    return Phone(host, entry["private_address"], entry.get("public_address"),
                 range(first, first + entry["ports"]), entry.get("tunnel_address"))


def exchange_udp(phone, provider, nth=0, address=PROVIDER, port=4000, seen_as=None, octets=0):
    """A datagram out and one back, of so many octets at least; both ends must see (public address,
    port)."""
    outside = seen_as or phone.public_address, phone.ports[nth]
    out, back = b"out".ljust(octets, b"."), b"back".ljust(octets, b".")
    with provider.udp(address, port) as far, phone.udp(nth) as near:
        near.sendto(out, (address, port))
        assert far.recvfrom(100 + octets) == (out, outside)
        far.sendto(back, outside)
        assert near.recvfrom(100 + octets) == (back, (address, port))


def exchange_tcp(phone, provider, nth=1, address=PROVIDER, port=5000, seen_as=None):
    """A connection out with data both ways."""
    with provider.listener(address, port) as listener, \
            phone.host.connect(address, port, (phone.address, phone.ports[nth])) as near:
        far, source = listener.accept()
        with far:
            assert source == (seen_as or phone.public_address, phone.ports[nth])
            _talk(near, far)


def reached_by_tcp(phone, provider, nth=2, address=PROVIDER):
    """A connection in, from the provider to the phone's port."""
    with phone.host.listener(phone.address, phone.ports[nth]) as listener, \
            provider.connect(phone.public_address, phone.ports[nth], (address, 0)) as far:
        near, source = listener.accept()
        with near:
            assert source[0] == address
            _talk(near, far)


def assert_seen_as(phone, capture):
    """What the provider saw from phones is this one's, by its public address and from its ports."""
    def from_a_phone(packet):
        return IP in packet and packet[IP].src not in (PROVIDER, PROVIDER_SECOND)
    for packet in capture.wait_for(from_a_phone):
        port = packet[ICMP].id if ICMP in packet else packet[IP].sport
        assert packet[IP].src == phone.public_address, packet.summary()
        assert port in phone.ports, packet.summary()


def assert_holds(phone, gateway, provider):
    """The gateway's JSON says of the lease what the phone was told, and so does what the provider
    sees."""
    [stored] = gateway.leases(mac=phone.host.mac())
    assert (stored["private"], stored["public"]) == (phone.address, phone.public_address)
    assert range(stored["ports"]["first"], stored["ports"]["last"] + 1) == phone.ports
    outside = provider.capture(expression="udp")
    exchange_udp(phone, provider)
    assert_seen_as(phone, outside)


def _talk(near, far):
    far.settimeout(5)
    near.sendall(b"out")
    assert far.recv(100) == b"out"
    far.sendall(b"back")
    assert near.recv(100) == b"back"
