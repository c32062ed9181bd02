# SPDX-License-Identifier: BSD-3-Clause
"""P7, N2: kill -9 at any moment. Every acknowledged lease is there after the restart with its
range, none is held twice, and a stream that was running goes on."""

import os
import random
import socket
import threading
import time

from lib.clients.dhcp import perfdhcp
from lib.config import GATEWAY_LAN, PROVIDER, mac
from lib.lease import parse_125
from lib.phones import leased
from lib.waiting import eventually

# scripts/check --long raises it.
KILLS = int(os.environ.get("PORTICO_KILLS", "20"))
ETHERNET, IPV4, UDP, BOOTP_FIXED = 14, 20, 8, 240  # octets of each header


def acknowledged(capture):
    """{chaddr: (address, public address, first port)} of the ACKs, the last of each client."""
    acks = {}
    for frame in capture.frames():
        bootp = frame[ETHERNET + IPV4 + UDP:]
        options = options_of(bootp[BOOTP_FIXED:])
        if options.get(53) == b"\x05":
            told = parse_125(options[125])
            acks[bootp[28:34].hex(":")] = (socket.inet_ntoa(bootp[16:20]), told.public_address,
                                           told.first_port)
    return acks


def options_of(octets):
    """RFC 2132's walk; the pieces of a long option joined (RFC 3396)."""
    options = {}
    while octets and octets[0] != 255:
        if octets[0] == 0:
            octets = octets[1:]
            continue
        code, length = octets[0], octets[1]
        options[code] = options.get(code, b"") + octets[2:2 + length]
        octets = octets[2 + length:]
    return options


def test_kill_9_under_load_loses_no_acknowledged_lease(lab):
    config = lab.config()
    config["lan"]["relays"] = ["10.20.0.3"]
    gateway = lab.start(config)
    load = lab.phone(3, mac(0x300), "10.20.0.3")
    capture = load.capture(expression="udp src port 67")
    pause = random.Random(os.environ.get("PORTICO_SEED", "portico"))
    for kill in range(KILLS):
        process = perfdhcp(load, GATEWAY_LAN, "10.20.0.3", phones=10_000, rate=1000, seconds=20,
                           first_mac=0x100000 + kill * 0x4000)
        already = len(capture.frames())
        eventually(lambda: len(capture.frames()) >= already + 100, "perfdhcp is answered")
        time.sleep(pause.uniform(0, 0.5))  # the moment is what is tried, nothing is waited for
        gateway.process.kill()
        process.kill()
        gateway.start()
    told = acknowledged(capture)
    held = {lease["mac"]: _identity(lease) for lease in gateway.leases()}
    lost = {client: lease for client, lease in told.items() if held.get(client) != lease}
    assert lost == {}
    assert len(set(held.values())) == len(held)
    assert {_identity(binding) for binding in gateway.bindings()} == set(held.values())
    print(f"{KILLS} kills, {len(told)} acknowledged, lost 0, held twice 0")


def _identity(row):
    return row["private"], row["public"], row["ports"]["first"]


class Stream:
    """RTP's pace both ways: 50 packets a second, from the phone and echoed by the provider."""

    def __init__(self, phone, provider):
        self.near = phone.udp()
        self.far = provider.udp(PROVIDER, 4000)
        self.near.settimeout(0.02)
        self.far.settimeout(0.02)
        self.sources, self.answers, self._ends = set(), [], threading.Event()
        self._threads = [threading.Thread(target=run) for run in (self._phone, self._provider)]
        for thread in self._threads:
            thread.start()

    def _phone(self):
        while not self._ends.is_set():
            self.near.sendto(b"rtp", (PROVIDER, 4000))
            try:
                self.near.recvfrom(100)
                self.answers.append(time.monotonic())
            except TimeoutError:
                pass
            self._ends.wait(0.02)

    def _provider(self):
        while not self._ends.is_set():
            try:
                data, source = self.far.recvfrom(100)
                self.sources.add(source)
                self.far.sendto(data, source)
            except TimeoutError:
                pass

    def stop(self):
        self._ends.set()
        for thread in self._threads:
            thread.join()
        self.near.close()
        self.far.close()


def test_a_running_stream_goes_on_after_kill_9(lab):
    gateway = lab.start()
    phone = leased(lab, 1)
    stream = Stream(phone, lab.provider)
    try:
        _until(lambda: len(stream.answers) > 5)
        gateway.process.kill()
        gateway.start()
        heard = len(stream.answers)
        _until(lambda: len(stream.answers) > heard + 5)
    finally:
        stream.stop()
    assert stream.sources == {(phone.public_address, phone.ports[0])}
    gap = max(b - a for a, b in zip(stream.answers, stream.answers[1:]))
    print(f"the stream was silent for {gap * 1000:.0f} ms")
    assert gap < 10


def _until(condition):
    eventually(condition, "the stream", 15)
