# SPDX-License-Identifier: BSD-3-Clause
"""The main job's half behind the tunnel: a phone of each kind that uses it and a device without
DHCP, to the VoIP provider's server and back."""

import dataclasses

from scapy.layers.inet import IP, UDP
from scapy.layers.ipsec import ESP

from .clients import baresip, traffic
from .config import PROVIDER, PROVIDER_SECOND, PUBLIC_POOL, phone_class
from .journey import Journey, text
from .lab import in_pool
from .phones import exchange_udp, static, static_entry
from .sip_calls import Call, Caller, far_rtp_ports, heard_in, roomy, sip_ports
from .steps import Step, held
from .tunnel_lab import (PRIVATE_BLOCK, PUBLIC_BLOCK, SIP, VOIP, VOIP_NET, VOIP_SECOND, AtTheServer,
                         addresses, tunnel_of)
from .waiting import eventually


@dataclasses.dataclass(frozen=True)
class Kind:
    """A class of phones that use the tunnel, and the one phone of it that the lab has."""

    row: str
    number: int
    name: str
    uses: str
    pool: str
    block: str

    @property
    def phone(self):
        return f"phone{self.number}"

    @property
    def vendor_class(self):
        return f"HOSTED-{self.name.upper()}-1"


MODE_P = Kind("T1", 4, "mode-p", "tunnel", "voip", PRIVATE_BLOCK)
MODE_Q = Kind("T2", 5, "mode-q", "tunnel", "voip-public", PUBLIC_BLOCK)
SIGNALLING = Kind("T7", 6, "signalling", "signalling", "voip", PRIVATE_BLOCK)
KINDS = MODE_P, MODE_Q, SIGNALLING
DEVICE_NUMBER = 7
DEVICE = static_entry(DEVICE_NUMBER, 30016, 16, public_address=None,
                      tunnel_address=addresses(PRIVATE_BLOCK)[0])
MEDIA = far_rtp_ports(SIGNALLING.number)[0]


def add_hosted(config):
    """To the gateway's configuration: the classes, the device, the pool that is not there yet."""
    config["pools"]["public"].append({"name": MODE_Q.pool, "addresses": MODE_Q.block,
                                      "identity": "tunnel"})
    config["phones"]["classes"] += [_class(kind) for kind in KINDS]
    config["phones"]["static"] = [DEVICE]
    config["tunnel"]["signalling"] = {"servers": [VOIP_NET], "ports": [*sip_ports(len(KINDS) + 3)]}
    return roomy(config)


def _class(kind):
    stun = VOIP if kind.uses == "tunnel" else PROVIDER
    made = phone_class(kind.name, kind.vendor_class, 64, uses=kind.uses, tunnel_pool=kind.pool,
                       templates=baresip.templates(f"{stun}:3478", "tunnel_address"))
    if kind.uses == "tunnel":
        del made["public_pool"]
    return made


def start_concentrator(lab):
    config = roomy(lab.concentrator_config())
    config["eal"]["hugepages"] = "auto"
    concentrator = lab.gateway_in(lab.conc, config)
    concentrator.file = lab.directory / "concentrator.json"
    return concentrator.start()


def callers(lab):
    """The three phones, leased and with their settings; what they need at the provider's runs."""
    traffic.stun_server(lab.voip, VOIP, VOIP_SECOND)
    traffic.stun_server(lab.provider, PROVIDER, PROVIDER_SECOND)
    return {kind: Caller(lab, kind.number, kind.vendor_class) for kind in KINDS}


def call_for_ever(lab):
    """Each of the three phones calls the server; the device is there."""
    static(lab, DEVICE_NUMBER, DEVICE)
    for caller in callers(lab).values():
        caller.phone.client.start()  # from now on it renews its lease by itself
        Call(lab.voip, VOIP, caller, "lab", baresip.endless).wait_established()


class TunnelHalf:
    """The steps, beside a gateway that runs."""

    def __init__(self, lab):
        self._lab = lab
        self._gateway = self._concentrator = None
        self._callers = {}
        self._device = None

    def steps(self, gateway):
        self._gateway = gateway
        yield Step("D1", "the concentrator runs", self._concentrator_turns)
        yield Step("P4 P6", "hosted phones are leased the provider's addresses", self._leases)
        for kind, caller in self._callers.items():
            yield from Journey(self._lab, kind.phone, caller.phone, kind.row).steps()
        yield Step("T0", "a device without DHCP is there", self._attach_device)
        yield from Journey(self._lab, "the device", self._device, "T0").steps()
        yield Step("T7 T8", "media leaves directly, from the same port", self._media_is_direct)
        yield Step("T1 T2 T7", "calls are heard at both ends", self._calls)
        yield Step("D3 D4", "both ends show the tunnel", self._is_shown)

    def _concentrator_turns(self):
        self._concentrator = start_concentrator(self._lab)
        for end in self._ends():
            row = tunnel_of(end)
            assert (row["state"], row["problem"]) == ("up", None), row
        held("D1", f"the concentrator runs, GET /v1/health is {self._concentrator.health()[0]}; "
                   "the tunnel is up at both ends")

    def _leases(self):
        self._callers = callers(self._lab)
        for kind, caller in self._callers.items():
            phone = caller.phone
            assert in_pool(phone.tunnel_address or "0.0.0.0", kind.block), (
                f"{kind.phone} got no address of {kind.block}: {phone.public_address}")
            told = f"{text((phone.tunnel_address, phone.ports[0]))}-{phone.ports[-1]}"
            if kind is SIGNALLING:
                assert in_pool(phone.public_address, PUBLIC_POOL), phone.public_address
                told += f" for signalling, {phone.public_address} with the same ports for the rest"
            held("P4", f"{kind.phone}, {kind.vendor_class}, is leased {phone.address} and {told}")

    def _attach_device(self):
        self._device = static(self._lab, DEVICE_NUMBER, DEVICE)
        held("T0", f"the device, {self._device.host.mac()}, has no DHCP: its entry says "
                   f"{self._device.address} and "
                   f"{text((self._device.tunnel_address, self._device.ports[0]))}-"
                   f"{self._device.ports[-1]}")

    def _media_is_direct(self):
        lab, phone = self._lab, self._callers[SIGNALLING].phone
        outside = phone.public_address, phone.ports[0]
        internet = lab.provider.capture("eth0", f"ip and host {VOIP}")
        server = AtTheServer(lab)
        exchange_udp(phone, lab.voip, address=VOIP, port=MEDIA)
        out, back = internet.wait_for(count=2)
        assert (out[IP].src, out[UDP].sport) == (back[IP].dst, back[UDP].dport) == outside
        eventually(lambda: server.ports() == [set(), {MEDIA}], lambda: f"{server.ports()}")
        held("T7", f"{SIGNALLING.phone}: to port {SIP} of the server in ESP, to port {MEDIA} of it "
                   f"directly, seen on the Internet and there as {text(outside)}")
        held("T8", f"{SIGNALLING.phone}: port {outside[1]} is its own at both addresses, "
                   f"{phone.tunnel_address} and {phone.public_address}")

    def _calls(self):
        lab = self._lab
        internet = lab.provider.capture(
            "eth0", f"ip and not host {PROVIDER} and not host {PROVIDER_SECOND}")
        server = AtTheServer(lab)
        heard = heard_in(self._callers.values(), lab.voip, VOIP, "job")
        assert heard == (len(KINDS),) * 2, f"by the phones, by the server: {heard}"
        seen = internet.stop()
        plain = [packet for packet in seen if ESP not in packet]
        media = self._callers[SIGNALLING].phone
        for packet in plain:
            ends = {packet[IP].src, packet[IP].dst}
            assert ends == {media.public_address, VOIP}, f"not in ESP: {packet.summary()}"
            assert b"SIP/2.0" not in bytes(packet), f"not in ESP: {packet.summary()}"
        tunnelled, direct = server.ports()
        for kind in KINDS:
            speech = tunnelled if kind.uses == "tunnel" else direct
            assert sip_ports(kind.number)[-1] in tunnelled and speech & {
                *far_rtp_ports(kind.number)}, f"{kind.phone}: {server.ports()}"
            held(kind.row, f"{kind.phone} calls the server with baresip: each hears the other's "
                           "tone, " + ("SIP and RTP in ESP" if kind.uses == "tunnel" else
                                       "SIP in ESP, RTP directly"))
        held("T3", f"{len(seen)} packets of the calls on the Internet; {len(plain)} not in "
                   f"ESP, each between {SIGNALLING.phone} and the server, without SIP")

    def _is_shown(self):
        def counted(way):
            return [tunnel_of(end)["counters"][f"packets_{way}"] for end in self._ends()]
        eventually(lambda: counted("out") == counted("in")[::-1] and all(counted("in")),
                   lambda: f"as many out as in: {counted('out')}, {counted('in')}")
        for end in self._ends():
            row, name = tunnel_of(end), end.namespace.label
            assert row["state"] == "up" and row["heard_s"] is not None
            held("D3", f"{name}> show tunnels\n{end.ctl('show', 'tunnels').strip()}")
            held("D4", f"{name}: /v1/tunnels: {row['name']} is {row['state']}, "
                       f"{row['counters']['packets_out']} packets out, "
                       f"{row['counters']['packets_in']} in: as many as the other end says")

    def _ends(self):
        return self._gateway, self._concentrator
