# SPDX-License-Identifier: BSD-3-Clause
"""The gateway under test, and what its management says."""

import http.client
import json
import os
import pathlib
import subprocess

from . import processes
from .waiting import eventually

TOP = pathlib.Path(__file__).resolve().parents[3]
BUILD = pathlib.Path(os.environ.get("PORTICO_BUILD", TOP / "build"))
PORTICO = BUILD / "app" / "portico" / "portico"
PORTICOCTL = BUILD / "app" / "ctl" / "porticoctl"
PHONE = BUILD / "app" / "phone" / "portico-phone"
RTP_PHONE = BUILD / "app" / "phone" / "rtp-phone"


def check_config(path, timeout_s=20):
    """`portico --check`: its exit code and what it printed."""
    return subprocess.run([PORTICO, "--config", path, "--check"], capture_output=True, text=True,
                          timeout=timeout_s, check=False)


class Gateway:
    """A running portico. Started with a configuration, stopped in good order or by kill().

    `under` is the command that runs it, taskset for one; it must become the program by exec.
    """

    def __init__(self, namespace, config, under=()):
        self.namespace = namespace
        self.config = config
        self._under = under
        self._address = config["management"]["http"].rsplit(":", 1)
        self.file = namespace.directory / "portico.json"
        self.process = None

    def launch(self):
        """Starts the program; its health is the caller's to ask."""
        self.file.write_text(json.dumps(self.config, indent=2))
        self.process = self.namespace.start(*self._under, PORTICO, "--config", self.file,
                                            log="portico")
        return self

    def start(self):
        """Starts the program and waits until it is healthy."""
        self.launch()
        self.wait_healthy()
        return self

    def wait_healthy(self, deadline_s=20):
        self.wait_for_health((200,), deadline_s)

    def wait_for_health(self, wanted, deadline_s=20):
        """Until the answer is one of these."""
        def answered():
            assert self.process.running(), f"portico ended:\n{self.process.output()}"
            return self._status("/v1/health") in wanted
        eventually(answered, lambda: f"health {wanted}: {self.process.output()}", deadline_s)

    def wait_recovering(self):
        """Until it answers that leases were lost with a damaged file; the seconds left."""
        def left():
            assert self.process.running(), f"portico ended:\n{self.process.output()}"
            return self._status("/v1/health") == 503 and self.recovery_left_s()
        return eventually(left, lambda: f"a recovery: {self.process.output()}")

    def stop(self):
        """SIGTERM; anything but an orderly exit is a failure."""
        code = self.process.stop(20)
        assert code == 0, f"portico: exit {code}:\n{self.process.output()}"
        assert not self.runtime_folder().exists()

    def runtime_folder(self):
        """What DPDK keeps of the process that was started last, its telemetry socket for one."""
        return pathlib.Path(f"/var/run/dpdk/portico{self.process.pid}")

    def running(self):
        return self.process is not None and self.process.running()

    # What it says of itself.

    def request(self, path):
        """(status, body) of a GET; the body parsed where it is JSON."""
        with self.namespace.entered():
            connection = http.client.HTTPConnection(self._address[0], int(self._address[1]),
                                                    timeout=5)
            connection.connect()
        try:
            connection.request("GET", path)
            response = connection.getresponse()
            body = response.read()
        finally:
            connection.close()
        is_json = "json" in response.headers.get("Content-Type", "")
        return response.status, json.loads(body) if is_json else body.decode()

    def get(self, path):
        status, body = self.request(path)
        assert status == 200, f"GET {path}: {status} {body}"
        return body

    def health(self):
        return self.request("/v1/health")

    def recovery_left_s(self):
        """For how long unknown phones are granted nothing yet; None: they are."""
        recovery = self.health()[1]["recovery"]
        return recovery["left_s"] if recovery else None

    def stats(self):
        """Every counter, as of one moment between turns."""
        return self.get("/v1/stats?consistent=1")

    def drops(self):
        """Packets dropped, by reason; reasons that count nothing left out."""
        return {reason: count for reason, count in self.stats()["drops"].items() if count}

    def bindings(self, **filters):
        """The bindings that match, by `mac`, `private`, `public` and `port`."""
        return self._pages("/v1/bindings", filters)

    def tunnels(self):
        return self._pages("/v1/tunnels", {})

    def leases(self, state="bound", **like):
        """The leases in that state whose fields are like these."""
        return [lease for lease in self._pages("/v1/leases", {})
                if lease["state"] == state and like.items() <= lease.items()]

    def ctl(self, *command, check=True):
        """A command of the running gateway, by porticoctl."""
        return processes.run(self.namespace.name,
                             [PORTICOCTL, "--socket", self.config["management"]["socket"],
                              *command], check=check).stdout

    # What must hold at the end of every test.

    def assert_sound(self):
        """Every packet is accounted for, and store, allocator and tables agree."""
        eventually(lambda: self.imbalance() == 0,
                   lambda: f"balance: off by {self.imbalance()}: {json.dumps(self.stats())}")
        self.assert_audit_clean()

    def imbalance(self):
        """received + originated - sent - dropped - consumed."""
        totals = self.stats()["balance"]
        return (totals["received"] + totals["originated"] - totals["sent"] - totals["dropped"] -
                totals["consumed"])

    def assert_audit_clean(self):
        found = self.get("/v1/audit")
        assert found["total"] == 0, f"audit: {found['items']}"

    def _status(self, path):
        try:
            return self.request(path)[0]
        except (OSError, http.client.HTTPException):
            return None

    def _pages(self, path, filters, limit=1000):
        """All rows of a paged answer."""
        rows = []
        while True:
            query = {**filters, "offset": len(rows), "limit": limit}
            page = self.get(path + "?" + "&".join(f"{k}={v}" for k, v in query.items()))
            rows += page["items"]
            if len(rows) >= page["total"] or not page["items"]:
                return rows
