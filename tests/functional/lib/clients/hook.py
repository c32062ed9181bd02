# SPDX-License-Identifier: BSD-3-Clause
"""The script that DHCP clients call: it writes what it is told as JSON lines, and on a lease
configures the address and the route, for renewals are unicast from it."""

import json
import stat

_HOOK = """#!/usr/bin/python3
import ipaddress, json, os, subprocess, sys
env = dict(os.environ)
event = sys.argv[1] if len(sys.argv) > 1 else env.get("reason", "")
address, interface = env.get({address!r}), env.get("interface")
def ip(*arguments):
    subprocess.run(["/usr/sbin/ip", *arguments], check=False)
if event in {bound!r} and address:
    prefix = ipaddress.ip_network("0.0.0.0/" + env[{mask!r}]).prefixlen
    ip("address", "replace", f"{{address}}/{{prefix}}", "dev", interface)
    if env.get({router!r}):
        ip("route", "replace", "default", "via", env[{router!r}].split()[0], "dev", interface)
elif event in {lost!r}:
    ip("address", "flush", "dev", interface)
    ip("link", "set", interface, "up")
with open({log!r}, "a") as log:
    log.write(json.dumps({{"event": event, "env": env}}) + "\\n")
"""


class Hook:
    """One client's script and the events it wrote."""

    def __init__(self, directory, name, **names):
        self.path = directory / f"{name}-hook"
        self._log = directory / f"{name}-events.json"
        self._log.touch()
        self.path.write_text(_HOOK.format(log=str(self._log), **names))
        self.path.chmod(self.path.stat().st_mode | stat.S_IXUSR)

    def events(self, *kinds):
        whole, _, _ = self._log.read_text().rpartition("\n")  # a line may not have ended yet
        events = [json.loads(line) for line in whole.splitlines()]
        return [e for e in events if not kinds or e["event"] in kinds]
