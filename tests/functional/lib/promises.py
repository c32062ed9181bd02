# SPDX-License-Identifier: BSD-3-Clause
"""What a gateway owes by what clients heard: an acknowledged lease is its client's to its end, unless
the client released it, and what it held is nobody else's for the quarantine after that."""

import dataclasses
import time

from .lease import ACK, RELEASE, REQUEST, identity, messages


@dataclasses.dataclass(eq=False)
class _Promise:
    client: str
    holds: tuple[str, str, int]  # as identity() tells
    until: float                 # of the client's own clock, counted from the ACK


class Promises:
    """Reads captures in the order of their making; the gateway may restart as often as it likes."""

    def __init__(self, quarantine_s):
        self._quarantine_s = quarantine_s
        self._of_client = {}
        self._of_part = {}  # by private address, and by public address and first port
        self._asked = {}     # when, by client and transaction
        self._released = {}  # when last, by client
        self.granted = self.renewed = self.released = self.passed_on = 0
        self.broken = []

    def read(self, capture):
        hear = {REQUEST: self._on_request, ACK: self._on_ack, RELEASE: self._on_release}
        for at, message in messages(capture):
            if message.type in hear:
                hear[message.type](at, message)

    def assert_kept(self, gateway):
        """By what the clients heard of each other, and by what the gateway knows now."""
        assert not self.broken, f"too early another's (when, whose, then whose): {self.broken[:5]}"
        leases = gateway.leases()
        held = {lease["mac"]: identity(lease) for lease in leases}
        now = time.time()
        lost = [promise for promise in self._of_client.values()
                if promise.until > now and held.get(promise.client) != promise.holds]
        assert not lost, f"acknowledged and lost: {lost[:5]}"
        for part in zip(*(_parts(identity(lease)) for lease in leases)):
            assert len(set(part)) == len(leases), "held twice"

    def _on_request(self, at, message):
        self._asked[message.client, message.transaction] = at

    def _on_ack(self, at, message):
        known = self._of_client.get(message.client)
        is_renewal = known is not None and known.holds == message.holds and known.until > at
        self.renewed += is_renewal
        self.granted += not is_renewal
        promise = _Promise(message.client, message.holds, at + message.lease_s)
        # Sent behind the REQUEST, heard before the ACK: it ended what this ACK tells of.
        if self._released.get(message.client, 0) > self._asked.get(
                (message.client, message.transaction), at):
            promise.until = self._released[message.client]
        self._of_client[message.client] = promise
        before = {self._of_part.get(part, promise) for part in _parts(message.holds)}
        others = [each for each in before if each.client != message.client]
        self.passed_on += bool(others)
        self.broken += [(at, other, promise) for other in others
                        if at < other.until + self._quarantine_s]
        self._of_part.update(dict.fromkeys(_parts(message.holds), promise))

    def _on_release(self, at, message):
        self._released[message.client] = at
        promise = self._of_client.get(message.client)
        if promise and promise.holds[0] == message.releases:
            self.released += 1
            promise.until = min(promise.until, at)


def _parts(holds):
    """What no two may hold: the private address; the public one with its ports."""
    private, public, first_port = holds
    return private, (public, first_port)
