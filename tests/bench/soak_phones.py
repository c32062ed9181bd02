# SPDX-License-Identifier: BSD-3-Clause
"""The phones of the soak: each a portico-phone that calls, is switched off and on, and loses its
power; what each says is read once and counted."""

import collections
import json
import os
import pathlib
import random

from lib.clients.telephone import Telephone, answer_rtp
from lib.config import PROVIDER, mac

CALL_PACKETS = 250  # five seconds. Then portico-phone starts the software anew: 1, 2, 4... s later
FIRST_PEER = 4000
# A socket of the provider's holds about 250 packets, while its reader waits for a CPU: that of four
# phones for more than a second. And its reader goes first, like the gateway.
PHONES_PER_PEER = 4
PEER_PRIORITY = -20

# What a phone says while all is well. (Requests are repeated where the machine is slow.)
ORDINARY = {"discover", "offer", "request", "reboot", "lease", "renewing", "renewed", "released",
            "stored", "enabled", "have", "fetch", "fetched", "verified", "running",
            "software_exited", "software_stopped", "off", "rtp_ready", "heard", "rtp_report",
            "rtp_done"}


class Tally(collections.Counter):
    """What all phones did, by name; `surprises` are the lines that none should say."""

    def __init__(self):
        super().__init__()
        self.surprises = []


class SoakPhone:
    def __init__(self, lab, number, tally):
        self.host = lab.phone(number, mac(number))
        peer = FIRST_PEER + 2 * (number // PHONES_PER_PEER)
        self._telephone = Telephone(self.host, rtp_peer=f"{PROVIDER}:{peer}",
                                    rtp_packets=CALL_PACKETS)
        self._tally = tally
        self._said = None
        self._call = None  # the last count of the call that goes on
        self.lease = None  # (private, public, first port), as it was told last
        self.runs = None  # the digest of its software

    def start(self):
        self._telephone.start()
        self._said = open(self._telephone.process.log, encoding="utf-8")

    def switch_off(self):
        """In good order: it releases its lease."""
        code = self._telephone.stop()
        if code != 0:
            self._tally.surprises.append(f"{self.host.label} ended: exit {code}")
        self._ended()

    def lose_power(self):
        """It says nothing, and its lease stays."""
        self._telephone.process.kill()
        self._ended()

    def _ended(self):
        self.listen()
        self._said.close()
        self._telephone.process.log.unlink()
        self._call = self.runs = None

    def listen(self):
        """Takes in what it said since."""
        while True:
            begin = self._said.tell()
            line = self._said.readline()
            if not line.endswith("\n"):
                self._said.seek(begin)
                return
            self._take(line)

    def _take(self, line):
        event = json.loads(line) if line.startswith("{") else {"event": line}
        kind = event["event"]
        if kind in ORDINARY:
            self._tally[kind] += 1
        elif not self._is_between_versions(event):
            self._tally.surprises.append(f"{self.host.label}: {line.strip()}")
        if kind in ("lease", "renewed"):
            self.lease = event["address"], event["public_address"], event["first_port"]
        elif kind == "released":
            self.lease = None
        elif kind == "running":
            self.runs = event["sha256"]
        elif kind == "rtp_done":
            self._call = event
        elif kind == "software_exited":
            self._judge_call()

    def _is_between_versions(self, event):
        """Whoever fetches a file that was just replaced gets another than its lease announced, and
        asks again."""
        if event["event"] not in ("wrong_digest", "kept"):
            return False
        self._tally["between_versions"] += 1
        return True

    def _judge_call(self):
        """One that ended by itself, a second after its last packet."""
        self._tally["calls"] += 1
        self._tally["call_packets"] += self._call["sent"]
        if (self._call["sent"], self._call["received"]) != (CALL_PACKETS, CALL_PACKETS):
            self._tally.surprises.append(f"{self.host.label}: a call lost packets: {self._call}")


class Phones:
    def __init__(self, lab, count):
        self._provider = lab.provider
        for peer in range(count // PHONES_PER_PEER + 1):
            process = answer_rtp(lab.provider, PROVIDER, FIRST_PEER + 2 * peer)
            os.setpriority(os.PRIO_PROCESS, process.pid, PEER_PRIORITY)
        self.tally = Tally()
        self._all = [SoakPhone(lab, number, self.tally) for number in range(1, count + 1)]
        self._random = random.Random(1)

    def start(self):
        for phone in self._all:
            phone.start()

    def listen(self):
        for phone in self._all:
            phone.listen()

    def restart_one(self):
        """Any of them, in one of the two ways that phones end."""
        phone = self._random.choice(self._all)
        end = self._random.choice((phone.switch_off, phone.lose_power))
        end()
        phone.start()
        self.tally[end.__name__] += 1

    def all_run(self, digest):
        """Whether each holds a lease and runs this software."""
        self.listen()
        return all(phone.lease and phone.runs == digest for phone in self._all)

    def amiss(self):
        """Sentences: what phones said that none should, and whether they called at all."""
        found = [] if self.tally["calls"] else ["no call was judged"]
        if missed := self._missed_by_provider():
            found.append(f"{missed} packets found no room in the provider's own sockets: the "
                         "machine was too busy, and calls may have lost them")
        return found + self.tally.surprises

    def _missed_by_provider(self):
        with self._provider.entered():
            counters = pathlib.Path("/proc/thread-self/net/snmp").read_text(encoding="ascii")
        names, values = (line.split() for line in counters.splitlines()
                         if line.startswith("Udp:"))
        return int(dict(zip(names, values))["RcvbufErrors"])

    def leases(self):
        """What each was told, by its MAC."""
        return {phone.host.mac(): phone.lease for phone in self._all}

    def switch_off(self):
        for phone in self._all:
            phone.switch_off()
