# SPDX-License-Identifier: BSD-3-Clause
"""The other end of the tunnel by others' code: scapy opens what the gateway seals, and the gateway
takes what scapy seals (E-1, E-3, E-5, E-6, E-10)."""

import json

import pytest
from scapy.layers.inet import IP, UDP
from scapy.layers.ipsec import ESP, SecurityAssociation
from scapy.layers.l2 import Ether

from lib import processes
from lib.config import GATEWAY_WAN
from lib.phones import leased
from lib.tunnel_lab import CONCENTRATOR_WAN, SIP, VOIP, exchange_sip
from lib.waiting import eventually

CBC = "aes-cbc-{}-hmac-sha2-256-128"
# scapy leaves the upper half of a number out of an HMAC, so CBC is tried without ESN.
CASES = [pytest.param({"algorithm": algorithm, "esn": esn, "udp": udp},
                      id=f"{algorithm}{'-esn' if esn else ''}{'-udp' if udp else ''}")
         for algorithm, esn, udp in [
             ("aes-gcm-128", True, False), ("aes-gcm-128", False, True),
             ("aes-gcm-256", True, True), ("chacha20-poly1305", True, False),
             ("chacha20-poly1305", False, True), (CBC.format(128), False, False),
             (CBC.format(256), False, True)]]


TSHARK_CASES = [pytest.param({"algorithm": algorithm, "esn": False, "udp": udp},
                             id=f"{algorithm}{'-udp' if udp else ''}")
                for algorithm, udp in [("aes-gcm-128", False), ("aes-gcm-256", True),
                                       (CBC.format(128), False), (CBC.format(256), True)]]


def files_of(lab):
    """(the tunnel's record, its keys)"""
    return (json.loads((lab.directory / "tunnels.jsonl").read_text()),
            json.loads((lab.directory / "tunnel-keys.jsonl").read_text()))


def verdicts_of_tshark(lab, capture):
    """Of each packet of a capture that is over: (good ICV, bad ICV, the inner addresses)."""
    record, keys = files_of(lab)
    preferences = []
    for way, source, destination in (("out", GATEWAY_WAN, CONCENTRATOR_WAN),
                                     ("in", CONCENTRATOR_WAN, GATEWAY_WAN)):
        key = keys[way][0]
        if record["algorithm"].startswith("aes-gcm"):
            ciphers = "AES-GCM with 16 octet ICV [RFC4106]", f"0x{key}", "NULL", ""
        else:
            ciphers = ("AES-CBC [RFC3602]", f"0x{key[:-64]}", "HMAC-SHA-256-128 [RFC4868]",
                       f"0x{key[-64:]}")
        fields = "IPv4", source, destination, f"{record[f'spi_{way}']:#010x}", *ciphers
        preferences += ["-o", "uat:esp_sa:" + ",".join(f'"{field}"' for field in fields)]
    seen = processes.run(lab.provider.name, [
        "tshark", "-r", capture.file, "-o", "esp.enable_encryption_decode:TRUE",
        "-o", "esp.enable_authentication_check:TRUE", *preferences, "-T", "fields",
        "-e", "esp.icv_good", "-e", "esp.icv_bad", "-e", "ip.addr"]).stdout
    return [tuple(line.split("\t")) for line in seen.splitlines()]


class Scapy:
    """The concentrator's end."""

    def __init__(self, lab):
        self._lab = lab
        record, keys = files_of(lab)
        self.esn = record["esn"]
        self._in = self._sa(record, "spi_out", keys["out"][0], GATEWAY_WAN, CONCENTRATOR_WAN)
        self._out = self._sa(record, "spi_in", keys["in"][0], CONCENTRATOR_WAN, GATEWAY_WAN)

    @staticmethod
    def _sa(record, spi, key, source, destination):
        key, algorithm = bytes.fromhex(key), record["algorithm"]
        if algorithm.startswith("aes-cbc"):
            ciphers = {"crypt_algo": "AES-CBC", "crypt_key": key[:-32],
                       "auth_algo": "SHA2-256-128", "auth_key": key[-32:]}
        else:
            name = "AES-GCM" if algorithm.startswith("aes-gcm") else "CHACHA20-POLY1305"
            ciphers = {"crypt_algo": name, "crypt_key": key}
        return SecurityAssociation(
            ESP, spi=record[spi], esn_en=record["esn"],
            nat_t_header=UDP(sport=4500, dport=4500) if record["udp"] else None,
            tunnel_header=IP(src=source, dst=destination), **ciphers)

    def opened(self, packet):
        return self._in.decrypt(packet[IP])

    def send(self, inner, number, upper_half=0):
        sealed = self._out.encrypt(inner, seq_num=number, esn=upper_half)
        if UDP in sealed:
            del sealed[UDP].len  # which scapy took of the header alone
        self._lab.provider.send_frame(Ether(dst=self._lab.gw.mac("wan0")) / sealed)


@pytest.mark.parametrize("tunnel_lab", CASES, indirect=True)
def test_e1_e3_e5_e6_e10_scapy_and_the_gateway_understand_each_other(tunnel_lab):
    lab = tunnel_lab
    lab.know_concentrator()  # in whose place scapy is
    gateway = lab.start()
    scapy, phone = Scapy(lab), leased(lab, 1)
    internet = lab.provider.capture("eth0", f"ip dst {CONCENTRATOR_WAN}")
    identity = {"sport": phone.ports[0], "dport": SIP}

    def answer(text):
        return IP(src=VOIP, dst=phone.tunnel_address) / UDP(sport=SIP, dport=phone.ports[0]) / text

    with phone.udp() as near:
        sizes = range(100, 117)  # every length of padding
        for size in sizes:
            near.sendto(b"x" * size, (VOIP, SIP))
        texts = []  # a host that has to ask for the gateway by ARP may mix up the first of them
        for number, packet in enumerate(internet.wait_for(count=len(sizes)), 1):
            assert packet[ESP].seq == number and (len(packet[ESP]) % 4) == 0
            inner = scapy.opened(packet)
            assert (inner.src, inner.dst) == (phone.tunnel_address, VOIP)
            assert {"sport": inner[UDP].sport, "dport": inner[UDP].dport} == identity
            texts.append(bytes(inner[UDP].payload))
        assert sorted(texts, key=len) == [b"x" * size for size in sizes]

        for number, size in enumerate(sizes, 1):
            scapy.send(answer(b"y" * size), number)
            assert near.recvfrom(999) == (b"y" * size, (VOIP, SIP))
        # Up to the last of 32 bits; behind it, with ESN, are those of the next upper half.
        for number in 0x8000_0000, 0xffff_ffff:
            scapy.send(answer(b"far"), number)
            assert near.recvfrom(99)[0] == b"far"
        scapy.send(answer(b"more"), 3, upper_half=1)
        if scapy.esn:
            assert near.recvfrom(99)[0] == b"more"
            scapy.send(answer(b"more"), 3, upper_half=1)
        eventually(lambda: gateway.drops() == {"tunnel_replayed": 1},
                   lambda: f"what came twice, or is too old: {gateway.drops()}")


@pytest.mark.parametrize("tunnel_lab", TSHARK_CASES, indirect=True)
def test_e1_e10_tshark_finds_every_icv_right(tunnel_lab):
    """Both ways. It knows no ESN, nor ChaCha20-Poly1305."""
    tunnel_lab.start_concentrator()
    tunnel_lab.start()
    phone = leased(tunnel_lab, 1)
    internet = tunnel_lab.provider.capture("eth0", "not arp")
    for size in range(20, 37):
        exchange_sip(tunnel_lab, phone, octets=size)
    assert len(internet.stop()) == 2 * 17
    outer = GATEWAY_WAN, CONCENTRATOR_WAN
    inner = phone.tunnel_address, VOIP
    assert verdicts_of_tshark(tunnel_lab, internet) == 17 * [
        ("1", "0", ",".join(outer + inner)), ("1", "0", ",".join(outer[::-1] + inner[::-1]))]
