# SPDX-License-Identifier: BSD-3-Clause
"""The main job, end to end: a phone is leased durably, fetches its software and runs it, and talks
to the provider with its port unchanged (P1-P9, N1, N3)."""

import sqlite3

from scapy.layers.inet import IP, UDP

from lib.clients.telephone import Telephone, answer_rtp, put_software
from lib.config import PROVIDER, mac
from lib.phones import exchange_udp
from lib.waiting import eventually


def test_a_phone_is_leased_runs_its_software_and_talks(lab, workers):
    config = lab.config(workers)
    config["phones"]["classes"][0]["firmware"] = put_software(lab.directory)
    gateway = lab.start(config)
    answer_rtp(lab.provider, PROVIDER)
    outside = lab.provider.capture(expression=f"udp and dst {PROVIDER}")

    telephone = Telephone(lab.phone(1, mac(1)), rtp_peer=f"{PROVIDER}:4000").start()
    lease = telephone.wait_for("lease")
    # Durable: the row is in the file, whatever the program's own view.
    with sqlite3.connect(f"file:{lab.directory}/leases.db?mode=ro", uri=True) as store:
        assert store.execute("SELECT count(*) FROM leases").fetchone() == (1,)

    # Its software speaks RTP from its range, and hears the answers.
    rtp_port = telephone.wait_for("rtp_ready")["rtp_port"]
    eventually(lambda: [r for r in telephone.events("rtp_report") if r["received"] > 20],
               lambda: f"RTP both ways:\n{telephone.process.output()}")
    identity = (lease["public_address"], rtp_port)
    assert {(p[IP].src, p[UDP].sport) for p in outside.packets()} == {identity}

    # And so does anything else on the phone.
    phone = telephone.phone()
    exchange_udp(phone, lab.provider, nth=-1, port=4100)
    assert [b["private"] for b in gateway.bindings()] == [phone.address]
    assert telephone.stop() == 0
