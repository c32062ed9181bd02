# SPDX-License-Identifier: BSD-3-Clause
"""A tunnel's SAs and the workers of its ends: an SA is one worker's alone, whichever of them a
packet came to; another hands it over (E-4)."""

import pytest
from scapy.layers.ipsec import ESP

from lib.phones import leased
from lib.tunnel_lab import SIP, VOIP

WORKERS = 2
ROUNDS, PORTS = 4, 64  # its ports decide which worker a packet comes to
PACKETS = ROUNDS * PORTS  # each way
SPI_OUT, SPI_IN = 4096, 8192
CASES = [pytest.param({"sas": sas}, id=f"{sas}-sas") for sas in (1, 2, 4)]


@pytest.mark.parametrize("tunnel_lab", CASES, indirect=True)
def test_e4_an_sa_is_one_workers_whichever_a_packet_came_to(tunnel_lab, request):
    lab = tunnel_lab
    ends = lab.start_concentrator(WORKERS), lab.start(lab.config(WORKERS))
    phone = leased(lab, 1)
    internet = lab.provider.capture("eth0", "esp", "-B", "65536")
    with lab.voip.udp(VOIP, SIP) as server:
        for nth in [*range(PORTS)] * ROUNDS:
            outside = phone.tunnel_address, phone.ports[nth]
            with phone.udp(nth) as near:
                near.sendto(b"out", (VOIP, SIP))
                assert server.recvfrom(99) == (b"out", outside)
                server.sendto(b"back", outside)
                assert near.recvfrom(99) == (b"back", (VOIP, SIP))

    numbers = {}
    for packet in internet.wait_for(count=2 * PACKETS):
        numbers.setdefault(packet[ESP].spi, []).append(packet[ESP].seq)
    # As many SAs are sent by as there are workers, if there are as many. Each counts for itself.
    sas = request.node.callspec.params["tunnel_lab"]["sas"]
    in_use = range(min(WORKERS, sas))
    assert numbers.keys() == {base + nth for base in (SPI_OUT, SPI_IN) for nth in in_use}
    for of_sa in numbers.values():
        assert of_sa == [*range(1, len(of_sa) + 1)]
    for end in ends:
        workers = end.stats()["workers"]
        came_to, handed_over = ([row[what] for row in workers] for what in ("packets", "handed_over"))
        print(f"{end.namespace.label}: came to the workers {came_to}, handed over {handed_over}; "
              f"SAs {sorted(numbers)}")
        assert min(came_to) > PACKETS // 8
        if sas == 1:  # whose packets came to the other worker
            assert sum(handed_over) > PACKETS // 8 and handed_over.count(0) == 1
        assert end.drops() == {}
