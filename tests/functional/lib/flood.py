# SPDX-License-Identifier: BSD-3-Clause
"""Frames by the hundred thousand, at a rate: a description of them, and the program that sends them
from the attacker's namespace, so that the test's own threads lose no time to it."""

import dataclasses
import itertools
import json
import os
import pathlib
import socket
import struct
import sys
import time

# Frames of a flood that may be as long as one likes. scripts/check --long sends a million.
MANY = int(os.environ.get("PORTICO_FLOOD", "100000"))
# Below what the gateway takes on one core that others use too.
RATE = int(os.environ.get("PORTICO_FLOOD_RATE", "10000"))

IP = 14  # where the parts of an untagged frame begin
UDP = TCP = IP + 20
DHCP = UDP + 8

_TURN_S = 0.001
_LATE_S = 0.02  # what is later than this is not made up for by a burst
_SCATTER = 2654435761  # Knuth's multiplier: odd, so that numbers below a power of two stay distinct

_numbers = itertools.count(1)


@dataclasses.dataclass
class Field:
    """Octets that differ from frame to frame: the frame's number plus `first`; scattered, the same
    numbers in no order. `at` are the places where it stands."""

    at: tuple
    octets: int
    first: int = 0
    scattered: bool = False

    def value(self, number):
        value = self.first + (number * _SCATTER if self.scattered else number)
        return value.to_bytes(16, "big")[-self.octets:]


def start(host, frames, count=None, fields=(), rate=RATE, interface="eth0"):
    """Sends from `host`: each of `frames` in turn, `count` in all (each once, if not said), with
    `fields` written into them and the IP header's checksum made right where one covers them."""
    frames = [bytes(frame) for frame in frames]
    spec = {"frames": [frame.hex() for frame in frames], "count": count or len(frames),
            "fields": [dataclasses.asdict(field) for field in fields], "rate": rate,
            "interface": interface}
    name = f"flood-{next(_numbers)}"
    file = host.directory / f"{host.label}-{name}.json"
    file.write_text(json.dumps(spec))
    return host.start(sys.executable, pathlib.Path(__file__), file, log=name)


def send(host, frames, count=None, fields=(), **how):
    """The same, to its end: how many were sent."""
    return finish(start(host, frames, count, fields, **how))


def finish(flood, timeout_s=600):
    """Waits until all is sent: how many that were."""
    assert flood.wait(timeout_s) == 0, flood.output()
    return int(flood.output())


def _covered(field):
    """Whether it stands in the IP header, whose checksum must follow."""
    return any(IP <= at < IP + 20 for at in field.at)


def make_right(frame):
    """The IP header's checksum, in the frame."""
    frame[IP + 10:IP + 12] = b"\0\0"
    words = sum(struct.unpack_from(f"!{2 * (frame[IP] & 15)}H", frame, IP))
    words = (words & 0xffff) + (words >> 16)
    struct.pack_into("!H", frame, IP + 10, ~(words + (words >> 16)) & 0xffff)


def _frames(spec):
    frames = [bytearray.fromhex(frame) for frame in spec["frames"]]
    fields = [Field(**field) for field in spec["fields"]]
    covered = any(_covered(field) for field in fields)
    for number in range(spec["count"]):
        frame = frames[number % len(frames)]
        for field in fields:
            value = field.value(number)
            for at in field.at:
                frame[at:at + field.octets] = value
        if covered:
            make_right(frame)
        yield frame


def _main(file):
    spec = json.loads(pathlib.Path(file).read_text())
    per_turn = max(1, round(spec["rate"] * _TURN_S))
    turn_s = per_turn / spec["rate"]
    sent = 0
    with socket.socket(socket.AF_PACKET, socket.SOCK_RAW) as out:
        out.bind((spec["interface"], 0))
        due = time.monotonic()
        for frame in _frames(spec):
            out.send(frame)
            sent += 1
            if sent % per_turn == 0:
                now = time.monotonic()
                due = max(due + turn_s, now - _LATE_S)
                if due > now:
                    time.sleep(due - now)
    print(sent)


if __name__ == "__main__":
    _main(sys.argv[1])
