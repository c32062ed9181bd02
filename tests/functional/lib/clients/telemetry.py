# SPDX-License-Identifier: BSD-3-Clause
"""DPDK's telemetry, as its own client speaks it: a datagram a question, one a JSON answer."""

import json
import socket

_LONGEST = 64 * 1024


def ask(pid, command):
    """What the process answers to the command, without its name."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as s:
        s.settimeout(5)
        s.connect(f"/var/run/dpdk/portico{pid}/dpdk_telemetry.v2")
        s.recv(_LONGEST)  # it greets first
        s.send(command.encode())
        answer = json.loads(s.recv(_LONGEST))
    return answer[command.split(",")[0]]
