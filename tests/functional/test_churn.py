# SPDX-License-Identifier: BSD-3-Clause
"""Ranges that change hands all the time: packets follow their holder, and none is lost."""

from lib import churn
from lib.config import mac

PORTS = 256  # so there are at most 256 ranges
PHONES_PER_S = 80


def test_n2_n3_whoever_has_a_range_next_is_heard_and_reached_by_it(lab, workers):
    config = churn.config_for(lab.config(workers), PORTS)
    for port in config["ports"]:
        port["device"] += ",framecnt=16384"  # for seconds in which the gateway waits for a CPU
    gateway = lab.start(config)
    relay = lab.phone(3, mac(0x300), churn.RELAY)
    before = gateway.drops()
    visitors = churn.Churn(relay, lab.provider, lab.gw.mac("lan0"), PHONES_PER_S)
    visitors.run(lambda passed: visitors.granted < 3 * 65536 // PORTS and passed < 60)
    visitors.end()
    print(f"{visitors.came} phones came, {visitors.granted} got a lease; {visitors.sent} probes")
    assert visitors.granted > 2 * 65536 // PORTS
    assert (visitors.lost, visitors.wrong) == (0, 0)
    assert gateway.drops() == before
