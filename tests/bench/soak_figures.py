# SPDX-License-Identifier: BSD-3-Clause
"""What a gateway holds through the soak, second by second, and whether that stays what it is."""

import statistics
import time

from lib.siege import Footprint

# How much more than in the middle third the gateway may hold resident in the last, in KiB. What it
# writes of grants and ends passes SQLite's cache, which grows to its own bound: some hundred octets
# a restarted phone. A leak of 150 octets a renewal exceeds it within the hour.
RESIDENT_KIB = 1024


class Figures:
    def __init__(self, gateway):
        self._gateway = gateway
        self._began = time.monotonic()
        # A packet socket hears every interface, lo too, until it is bound: we asked for its health.
        self._heard_at_start = gateway.drops()
        self.samples = []

    def sample(self):
        self.samples.append(Footprint.of(self._gateway))

    def drops(self):
        """Packets dropped since this was made, by reason."""
        return {reason: count - self._heard_at_start.get(reason, 0)
                for reason, count in self._gateway.drops().items()
                if count != self._heard_at_start.get(reason)}

    def row(self, tally):
        """The figures as they are, as a line."""
        stats = self._gateway.stats()
        ports = {port["name"]: port["stats"] for port in stats["ports"]}
        leases = self._gateway.get("/v1/bindings?limit=1")["total"]
        lan, wan = (f"{name} {ports[name]['packets_in']} in {ports[name]['packets_out']} out"
                    for name in ("lan0", "wan0"))
        return (f"{(time.monotonic() - self._began) / 60:5.1f} min: {Footprint.of(self._gateway)}; "
                f"{leases} leases, {tally['renewed']} renewals; {tally['calls']} calls; "
                f"{stats['tftp']['completed']} transfers; restarted {tally['switch_off']} + "
                f"{tally['lose_power']}; packets: {lan}, {wan}; drops {self.drops()}")


def growth(samples):
    """Sentences about what is held more in the last third of the samples than in the middle one."""
    third = len(samples) // 3
    middle, last = samples[third:2 * third], samples[-third:]
    found = []
    resident = [statistics.median(s.resident_kib for s in part) for part in (middle, last)]
    print(f"RSS, median of the middle third and of the last: {resident[0] / 1024:.2f} and "
          f"{resident[1] / 1024:.2f} MiB")
    if resident[1] > resident[0] + RESIDENT_KIB:
        found.append(f"RSS grew by {resident[1] - resident[0]:.0f} KiB")
    # The least is what is held for good: above it is what was under way just then.
    for what in ("descriptors", "buffers"):
        least = [min(getattr(s, what) for s in part) for part in (middle, last)]
        print(f"{what}, the least of the middle third and of the last: {least[0]} and {least[1]}")
        if least[1] > least[0]:
            found.append(f"{what} grew from {least[0]} to {least[1]}")
    return found
