# SPDX-License-Identifier: BSD-3-Clause
"""P7, N2, C-8: kill -9 at any moment. Every acknowledged lease is there after the restart with its
range, none is held twice, none that ended is another's in its quarantine, and a stream that was
running goes on."""

import os
import random
import threading
import time

from lib.config import ACME, PROVIDER
from lib.load import DhcpLoad
from lib.phones import leased
from lib.promises import Promises
from lib.waiting import eventually

# scripts/checks/kills raises it.
KILLS = int(os.environ.get("PORTICO_KILLS", "20"))
QUARANTINE_S = 5


def _crowded(lab):
    """Fewer ranges than clients, and leases that end soon: what one leaves goes to another, as soon
    as it may."""
    config = DhcpLoad.config(lab)
    [acme] = [each for each in config["phones"]["classes"] if ACME in each["vendor_class"]]
    acme.update(ports=1024, lease_s=10)
    config["leases"]["quarantine_s"] = QUARANTINE_S
    return config


def test_p7_n2_d9_c8_kill_9_under_load_breaks_no_promise(lab):
    gateway = lab.start(_crowded(lab))
    load, promises = DhcpLoad(lab), Promises(QUARANTINE_S)
    pause = random.Random(os.environ.get("PORTICO_SEED", "portico"))
    for _ in range(KILLS):
        load.start(rate=1000, renewals=300, releases=300)
        time.sleep(pause.uniform(0, 0.5))  # the moment is what is tried, nothing is waited for
        gateway.process.kill()
        load.stop()
        gateway.start()
        promises.read(load.captures[-1])
        promises.assert_kept(gateway)
        gateway.assert_audit_clean()
    assert promises.renewed and promises.released and promises.passed_on
    print(f"{KILLS} kills; {promises.granted} granted, {promises.renewed} renewed, "
          f"{promises.released} released, {promises.passed_on} passed on after their quarantine; "
          "lost 0, held twice 0, too early 0")


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
        left_behind = gateway.runtime_folder()
        gateway.process.kill()
        gateway.start()
        assert gateway.runtime_folder().exists() and not left_behind.exists()
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
