# SPDX-License-Identifier: BSD-3-Clause
"""portico-phone, the IP telephone of ours, and its software: what they do they say as JSON lines."""

import itertools
import json
import shutil

from ..config import ACME
from ..gateway import PHONE, RTP_PHONE
from ..phones import Phone
from ..waiting import eventually


class Telephone:
    """A running portico-phone. Its state folder outlives it, as a phone's flash does."""

    _starts = itertools.count(1)  # of all of them: two on one host must not share a log

    def __init__(self, host, vendor_class=ACME, state=None, arguments=(), rtp_peer=None,
                 rtp_packets=0):
        """Its software calls `rtp_peer`, for so many packets; 0: without end."""
        self.host = host
        self._env = {"PORTICO_RTP_PEER": rtp_peer or "", "PORTICO_RTP_PACKETS": rtp_packets}
        self.state = state or host.directory / f"{host.label}-state"
        self.state.mkdir(exist_ok=True)
        self._argv = [PHONE, "--interface", "eth0", "--vendor-class", vendor_class, "--state",
                      self.state, "--retry", 500, *arguments]
        self.process = None

    def start(self):
        self.process = self.host.start(*self._argv, log=f"telephone{next(self._starts)}",
                                       env=self._env)
        return self

    def events(self, kind=None):
        """What it said since it was started last."""
        events = []
        for line in self.process.output().splitlines():
            if line.startswith("{"):
                event = json.loads(line)
                if kind in (None, event["event"]):
                    events.append(event)
        return events

    def wait_for(self, kind, deadline_s=15):
        """The first event of the kind."""
        def said():
            alive = self.process.running()
            found = self.events(kind)
            assert found or alive, f"portico-phone ended:\n{self.process.output()}"
            return found
        return eventually(said, lambda: f"event {kind}:\n{self.process.output()}", deadline_s)[0]

    def phone(self):
        """Its host, as its lease says."""
        lease = self.wait_for("lease")
        return Phone(self.host, lease["address"], lease["public_address"],
                     range(lease["first_port"], lease["last_port"] + 1))

    def stop(self):
        """Its exit code: it releases its lease."""
        return self.process.stop()


def put_software(directory, name="phone.bin"):
    """Makes rtp-phone the software that the gateway serves under `name`."""
    shutil.copy(RTP_PHONE, directory / "firmware" / name)
    return {"file": name, "version": "1.0"}


def answer_rtp(host, address, port=4000):
    """rtp-phone as the other end: it sends back what it hears."""
    process = host.start(RTP_PHONE, "--address", address, "--ports", f"{port}-{port + 1}")
    process.wait_for_output("rtp_ready")
    return process
