# SPDX-License-Identifier: BSD-3-Clause
"""P7, N2, C-8: kill -9 at any moment. Every acknowledged lease is there after the restart with its
range, none is held twice, none that ended is another's in its quarantine, and a stream that was
running goes on."""

import os
import random
import time

from lib.call import Call
from lib.config import ACME
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


def test_a_running_stream_goes_on_after_kill_9(lab):
    gateway = lab.start()
    phone = leased(lab, 1)
    with Call(phone, lab.provider) as call:
        heard_both_ways(call, 5)
        left_behind = gateway.runtime_folder()
        gateway.process.kill()
        gateway.start()
        assert gateway.runtime_folder().exists() and not left_behind.exists()
        heard_both_ways(call, 5)
    for way in (call.outbound, call.inbound):
        assert way.strangers == []
        gap = way.longest_silence_s()
        print(f"the stream was silent for {gap * 1000:.0f} ms")
        assert gap < 10


def heard_both_ways(call, more):
    """So many packets more, of either end."""
    wanted = [len(way.heard) + more for way in (call.outbound, call.inbound)]
    eventually(lambda: len(call.outbound.heard) > wanted[0] and len(call.inbound.heard) > wanted[1],
               "the stream", 15)
