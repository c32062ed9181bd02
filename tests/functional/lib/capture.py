# SPDX-License-Identifier: BSD-3-Clause
"""What passed an interface, by tcpdump; the file stays beside the logs."""

import contextlib
import itertools
import re

from scapy.error import Scapy_Exception
from scapy.utils import PcapReader, RawPcapReader

from .waiting import eventually

_numbers = itertools.count(1)


class Capture:
    """A running tcpdump. Packets are scapy's."""

    def __init__(self, namespace, interface, expression, *options):
        self.what = f"{namespace.label} {interface} {expression}".strip()
        self.file = namespace.directory / f"{namespace.label}-{interface}-{next(_numbers)}.pcap"
        # Without immediate mode and -U a short capture comes out empty.
        self.process = namespace.start("tcpdump", "-i", interface, "--immediate-mode", "-n", "-U",
                                       "-Z", "root", *(options or ("-s", "0")), "-w", self.file,
                                       *([expression] if expression else []),
                                       log=self.file.stem)
        self.process.wait_for_output("listening on")

    def packets(self, matches=lambda packet: True):
        """Those seen so far that match."""
        found = []
        try:
            with PcapReader(str(self.file)) as reader:
                found.extend(packet for packet in reader if matches(packet))
        except (EOFError, Scapy_Exception):
            pass  # the file's header is not written yet
        return found

    def frames(self):
        """The octets of each frame seen so far: for captures too long to dissect again and again."""
        return [octets for _, octets in self.timed_frames()]

    def timed_frames(self):
        """The same, each with its time."""
        frames = []
        try:
            with contextlib.closing(RawPcapReader(str(self.file))) as reader:
                frames.extend((what.sec + what.usec / 1e6, octets) for octets, what in reader)
        except (EOFError, Scapy_Exception):
            pass  # the file's header is not written yet
        return frames

    def wait_for(self, matches=lambda packet: True, count=1, deadline_s=10):
        """The packets that match, once there are `count` of them."""
        def enough():
            found = self.packets(matches)
            return found if len(found) >= count else None
        return eventually(enough, lambda: f"{count} packets on {self.what}; seen:\n" + "\n".join(
            packet.summary() for packet in self.packets()), deadline_s)

    def wait_for_frame(self, octets):
        """Until it holds this frame, and so all that passed before."""
        eventually(lambda: octets in self.frames(), f"the last frame on {self.what}")

    def stop(self):
        """Ends the capture and returns all packets."""
        self.process.stop()
        return self.packets()

    def missed(self):
        """How many packets tcpdump had no room for: it says so when it is stopped."""
        return int(re.search(r"(\d+) packets? dropped by kernel", self.process.output())[1])
