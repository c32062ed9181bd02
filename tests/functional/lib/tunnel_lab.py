# SPDX-License-Identifier: BSD-3-Clause
"""The lab with a concentrator: what the gateway tunnels comes out at the VoIP provider.

                                  10.98.0.1       10.98.0.2
    phones -- lan -- gw -- provider, the Internet ------- voip
              10.20.0.1  203.0.113.10  192.0.2.129 -- concentrator -- 10.99.8.10
                   203.0.113.1              192.0.2.130    10.99.8.1

The Internet has no route to the addresses that phones have behind the concentrator, but the VoIP
provider's server is on it as well: whatever does not go through the tunnel reaches it directly.
"""

import ipaddress
import json
import pathlib
import subprocess

from .both_sides import Datagram
from .config import GATEWAY_WAN, PROVIDER, gateway_config
from .gateway import TOP
from .lab import Lab
from .namespaces import cable
from .phones import exchange_udp
from .waiting import eventually

CONCENTRATOR_WAN = "192.0.2.130"
CONCENTRATOR_LAN = "10.99.8.1"
VOIP = "10.99.8.10"
SIP = 5060
VOIP_SECOND = "10.99.8.11"
VOIP_NET = "10.99.8.0/24"
PRIVATE_BLOCK = "10.99.0.0/30"  # mode P: second private addresses
PUBLIC_BLOCK = "198.18.0.0/30"  # mode Q: the provider's public ones


class TunnelLab(Lab):
    """Its gateway's phones have addresses of `block`; the tunnel takes `other_blocks` as well."""

    def __init__(self, directory, block=PRIVATE_BLOCK, other_blocks=(), **record):
        super().__init__(directory)
        try:
            self.block = block
            self._blocks = [block, *other_blocks]
            self.conc = self.namespace("concentrator")
            self.voip = self.namespace("voip")
            cable(self.conc, "wan0", self.provider, "eth1")
            cable(self.conc, "lan0", self.voip, "eth0")
            cable(self.voip, "eth1", self.provider, "eth2")
            self.voip.ip(f"addr add {VOIP}/24 dev eth0", f"addr add {VOIP_SECOND}/24 dev eth0",
                         *[f"route add {each} dev eth0" for each in self._blocks],
                         "addr add 10.98.0.2/30 dev eth1",
                         f"route add default via 10.98.0.1 src {VOIP}")
            self.provider.ip("addr add 192.0.2.129/25 dev eth1", "addr add 10.98.0.1/30 dev eth2",
                             f"route add {VOIP_NET} via 10.98.0.2")
            self.provider.sysctl("net.ipv4.ip_forward", 1)
            self.write_tunnels(**record)
        except BaseException:
            self.close()
            raise

    def know_concentrator(self):
        """The Internet knows its MAC: what comes while it is away is gone at once, and no router
        says that it is not there."""
        self.provider.ip(f"neigh replace {CONCENTRATOR_WAN} dev eth1 nud permanent "
                         f"lladdr {self.conc.mac('wan0')}")

    def write_tunnels(self, **record):
        """The records and keys that both ends read: one tunnel, like this."""
        record = {"name": "branch", "gateway": GATEWAY_WAN, "concentrator": CONCENTRATOR_WAN,
                  "spi_out": 4096, "spi_in": 8192, "sas": 1, "algorithm": "aes-gcm-128",
                  "remote": [VOIP_NET],
                  "blocks": [{"address": a} for b in self._blocks for a in addresses(b)],
                  **record}
        keys = self.directory / "tunnel-keys.jsonl"
        keys.unlink(missing_ok=True)
        if record.get("encapsulation") == "ipip":
            for of_esp in ("spi_out", "spi_in", "sas", "algorithm"):
                del record[of_esp]
            keys.touch(mode=0o600)
        else:
            made = subprocess.run([TOP / "scripts" / "tunnel-keys", "-o", keys, record["name"],
                                   record["algorithm"], str(record["sas"])],
                                  capture_output=True, text=True, check=True)
            record["key"] = made.stdout.split()[-1]
        (self.directory / "tunnels.jsonl").write_text(json.dumps(record) + "\n")

    def write_new_keys(self, *ends, spi_out=4160, spi_in=8256):
        """The same tunnel with new keys under new SPIs, in the files of these ends."""
        self.write_tunnels(spi_out=spi_out, spi_in=spi_in)
        for end in ends:
            pathlib.Path(end.config["tunnel"]["keys"]).write_bytes(
                (self.directory / "tunnel-keys.jsonl").read_bytes())

    def change_keys(self, gateway, concentrator):
        """Both ends take new keys and send by them."""
        self.write_new_keys(gateway, concentrator)
        for end in concentrator, gateway:
            end.ctl("tunnels", "reload")
        concentrator.ctl("tunnels", "switch", "branch")  # or it would with what it hears first
        eventually(lambda: tunnel_of(gateway)["state"] == "up", "sent by new keys")

    def config(self, workers=0, uses="tunnel"):
        """The gateway's: its phones have addresses of the provider's."""
        config = gateway_config(self.directory, workers)
        config["wan"]["router"] = PROVIDER
        config["pools"]["public"].append({"name": "voip", "addresses": self.block,
                                          "identity": "tunnel"})
        for phone_class in config["phones"]["classes"]:
            phone_class |= {"uses": uses, "tunnel_pool": "voip"}
            if uses == "tunnel":
                del phone_class["public_pool"]
        config["tunnel"] = self._tunnel("gateway")
        if uses == "signalling":
            config["tunnel"]["signalling"] = {"servers": [VOIP_NET]}
        return config

    def concentrator_config(self, workers=0):
        config = gateway_config(self.directory, workers)
        for of_a_gateway in ("pools", "phones", "dhcp", "tftp", "leases"):
            del config[of_a_gateway]
        config["role"] = "concentrator"
        config["lan"]["address"] = f"{CONCENTRATOR_LAN}/24"
        config["wan"] = {"port": "wan0", "address": f"{CONCENTRATOR_WAN}/25",
                         "router": "192.0.2.129"}
        config["tunnel"] = self._tunnel("concentrator") | {
            "blocks": [{"addresses": block, "granule": 65536, "announce": "arp"}
                       for block in self._blocks]}
        config["management"]["socket"] = str(self.directory / "concentrator.sock")
        return config

    def concentrator(self, workers=0):
        """One that is not started yet."""
        return self.gateway_in(self.conc, self.concentrator_config(workers))

    def start_concentrator(self, workers=0):
        return self.concentrator(workers).start()

    def _tunnel(self, end):
        """Each end has keys and a store of its own: they never meet on one machine."""
        here = pathlib.Path(self.directory, end)
        here.mkdir(exist_ok=True)
        keys = here / "tunnel-keys.jsonl"
        keys.touch(mode=0o600)
        keys.write_bytes((self.directory / "tunnel-keys.jsonl").read_bytes())
        return {"file": str(self.directory / "tunnels.jsonl"), "keys": str(keys),
                "store": str(here / "tunnels.db")}


def exchange_sip(lab, phone, **more):
    """A datagram to the server's SIP port and one back, as exchange_udp() says; the server sees the
    phone by the provider's address."""
    exchange_udp(phone, lab.voip, address=VOIP, port=SIP, seen_as=phone.tunnel_address, **more)


def tunnel_of(end):
    """What an end tells of its tunnel."""
    [row] = end.get("/v1/tunnels")["items"]
    return row


def addresses(block):
    """Of a prefix, as text: every one."""
    return [str(a) for a in ipaddress.ip_network(block)]


class AtTheServer:
    """The ports of the VoIP server that were spoken to, by the way that it took."""

    def __init__(self, lab):
        self._tunnelled = lab.voip.capture("eth0", f"udp and dst host {VOIP}")
        self._direct = lab.voip.capture("eth1", f"udp and dst host {VOIP}")

    def ports(self):
        return [{Datagram.of(frame).destination[1] for frame in capture.frames()}
                for capture in (self._tunnelled, self._direct)]
