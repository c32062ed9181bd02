# SPDX-License-Identifier: BSD-3-Clause
"""One 802.1Q tag on a port: on every frame in both directions. The frames are made by hand, for
not every kernel has VLAN devices."""

from scapy.layers.inet import IP, UDP
from scapy.layers.l2 import ARP, Dot1Q, Ether

from lib.config import GATEWAY_LAN, PROVIDER
from lib.phones import static_entry
from lib.waiting import eventually

ENTRY = static_entry(1, 24000)
VLAN = 120


class Tagged:
    """A device that speaks in VLAN 120 only."""

    def __init__(self, lab):
        self.host = lab.phone(1, ENTRY["mac"])
        self._gateway = lab.gw.mac("lan0")
        self._heard = self.host.capture()

    def send(self, packet, dst=None, vlan=VLAN):
        self.host.send_frame(Ether(src=ENTRY["mac"], dst=dst or self._gateway) /
                             Dot1Q(vlan=vlan) / packet)

    def hears(self, layer, matches):
        """The first frame with the layer that matches, and its tag."""
        [frame, *_] = self._heard.wait_for(lambda p: layer in p and matches(p[layer]))
        return frame[layer], frame[Dot1Q].vlan if Dot1Q in frame else None


def test_tagged_phones_are_served_and_the_untagged_are_not(lab):
    config = lab.config()
    config["ports"][0]["vlan"] = VLAN
    config["phones"]["static"] = [ENTRY]
    gateway = lab.start(config)
    phone = Tagged(lab)
    address, port = ENTRY["private_address"], ENTRY["first_port"]

    phone.send(ARP(pdst=GATEWAY_LAN, psrc=address, hwsrc=ENTRY["mac"]), "ff:ff:ff:ff:ff:ff")
    assert phone.hears(ARP, lambda a: a.op == 2 and a.psrc == GATEWAY_LAN)[1] == VLAN

    with lab.provider.udp(PROVIDER, 4000) as far:
        phone.send(IP(src=address, dst=PROVIDER) / UDP(sport=port, dport=4000) / b"out")
        assert far.recvfrom(99) == (b"out", (ENTRY["public_address"], port))
        far.sendto(b"back", (ENTRY["public_address"], port))
    assert phone.hears(UDP, lambda u: u.sport == 4000)[1] == VLAN

    before = gateway.drops().get("wrong_vlan", 0)
    phone.send(IP(src=address, dst=PROVIDER) / UDP(sport=port, dport=4000), vlan=VLAN + 1)
    eventually(lambda: gateway.drops().get("wrong_vlan", 0) == before + 1, "wrong_vlan")
