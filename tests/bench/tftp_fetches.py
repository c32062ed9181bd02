# SPDX-License-Identifier: BSD-3-Clause
"""Many phones that fetch the same file at once: tests/load/fetches does it, in one process."""

import dataclasses
import json

from tftp_servers import GATEWAY_LAN

from lib.gateway import BUILD

_PROGRAM = BUILD / "tests" / "load" / "fetches"


@dataclasses.dataclass
class Outcome:
    took_s: list  # of those that got the right content, from the first one's start
    failures: list


def fetch_all(phones, addresses, file, blksize, windowsize=1):
    """From each of these addresses of the namespace `phones`; each has what it got compared with
    `file`, which the server serves by its last name."""
    specification = phones.directory / "fetches.json"
    specification.write_text(json.dumps({
        "server": GATEWAY_LAN, "file": file.name, "content": str(file), "blksize": blksize,
        "windowsize": windowsize, "addresses": addresses}))
    return Outcome(**json.loads(phones.run(_PROGRAM, specification, timeout_s=120).stdout))
