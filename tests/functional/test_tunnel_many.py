# SPDX-License-Identifier: BSD-3-Clause
"""A concentrator with a thousand gateways, sixteen at each address of the provider's (T5, T8)."""

import json
import subprocess
import time

import pytest
from scapy.layers.inet import IP
from scapy.layers.ipsec import ESP

from lib.config import GATEWAY_WAN
from lib.gateway import TOP, check_config
from lib.phones import static, static_entry
from lib.tunnel_lab import CONCENTRATOR_WAN, SIP, VOIP, VOIP_NET, addresses, exchange_sip

TUNNELS = 1024
BLOCK = "198.18.0.0/26"
GRANULE = 4096
AN_ADDRESS = 65536 // GRANULE  # gateways
OURS, ANOTHERS = 1001, 1002  # neighbours at one address


def outer_address(number):
    return GATEWAY_WAN if number == OURS else f"100.64.{number // 250}.{1 + number % 250}"


def block_of(number):
    """(the provider's address, its first port)"""
    return addresses(BLOCK)[number // AN_ADDRESS], number % AN_ADDRESS * GRANULE


def record(number, key):
    address, first = block_of(number)
    return {"name": f"gateway-{number}", "gateway": outer_address(number),
            "concentrator": CONCENTRATOR_WAN, "spi_out": 4096 + number, "spi_in": 65536 + number,
            "remote": [VOIP_NET], "key": key,
            "blocks": [{"address": address, "first": first, "last": first + GRANULE - 1}]}


def write_many(lab):
    """In place of the lab's own."""
    keys = lab.directory / "tunnel-keys.jsonl"
    keys.unlink()
    words = [word for number in range(TUNNELS) for word in (str(number), "aes-gcm-128", "1")]
    made = subprocess.run([TOP / "scripts" / "tunnel-keys", "-o", keys, *words],
                          capture_output=True, text=True, check=True).stdout.split()
    (lab.directory / "tunnels.jsonl").write_text(
        "".join(json.dumps(record(*one)) + "\n" for one in enumerate(made)))


def resident_mib(end):
    with open(f"/proc/{end.process.pid}/status", encoding="ascii") as status:
        [line] = [line for line in status if line.startswith("VmRSS")]
    return int(line.split()[1]) / 1024


@pytest.mark.parametrize("tunnel_lab", [{"block": BLOCK}], indirect=True)
def test_t5_t8_of_a_thousand_tunnels_each_has_its_ports(tunnel_lab):
    lab = tunnel_lab
    write_many(lab)
    config = lab.concentrator_config()
    config["tunnel"]["capacity"] = TUNNELS
    config["tunnel"]["blocks"][0]["granule"] = GRANULE
    concentrator = lab.gateway_in(lab.conc, config)
    began = time.monotonic()
    concentrator.start()
    print(f"a concentrator with {TUNNELS} tunnels: healthy after {time.monotonic() - began:.1f} s, "
          f"{resident_mib(concentrator):.0f} MiB resident")
    [costs] = [line for line in check_config(concentrator.file).stdout.splitlines()
               if f"{TUNNELS} tunnels" in line]
    print(costs)

    address, first = block_of(OURS)
    device = static_entry(8, first, 16, public_address=None, tunnel_address=address)
    config = lab.config()
    config["pools"]["public"][-1]["addresses"] = f"{address}/32"
    config["phones"] |= {"static": [device], "classes": []}
    lab.start(config)
    phone = static(lab, 8, device)
    exchange_sip(lab, phone)

    assert len(concentrator.tunnels()) == TUNNELS
    assert "0 differences" in concentrator.ctl("audit")
    internet = lab.provider.capture("eth1", "esp")
    with lab.voip.udp(VOIP, SIP) as server:
        server.sendto(b"theirs", (address, block_of(ANOTHERS)[1]))
        server.sendto(b"ours", (address, first))
    theirs, ours = internet.wait_for(count=2)
    assert (theirs[IP].dst, theirs[ESP].spi) == (outer_address(ANOTHERS), 65536 + ANOTHERS)
    assert (ours[IP].dst, ours[ESP].spi) == (GATEWAY_WAN, 65536 + OURS)
