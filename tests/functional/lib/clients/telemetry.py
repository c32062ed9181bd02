# SPDX-License-Identifier: BSD-3-Clause
"""DPDK's telemetry, as its own client speaks it: a datagram a question, one a JSON answer."""

import json
import socket

_LONGEST = 64 * 1024


def ask(folder, command):
    """What the process of this runtime folder answers to the command, without its name."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as s:
        s.settimeout(5)
        s.connect(str(folder / "dpdk_telemetry.v2"))
        s.recv(_LONGEST)  # it greets first
        s.send(command.encode())
        answer = json.loads(s.recv(_LONGEST))
    return answer[command.split(",")[0]]
