#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""Sums JUnit reports: tally.py REPORT... prints what was skipped and why, what failed, and last
`N passed, N failed`. Exits 1 if a test failed, a report cannot be read, or nothing ran."""

import sys
import xml.etree.ElementTree as xml


def outcomes(path):
    """(name, outcome, why) of every test of a report."""
    for suite in xml.parse(path).iter("testsuite"):
        for case in suite.findall("testcase"):
            name = f"{case.get('classname') or suite.get('name')}: {case.get('name')}"
            for outcome in ("failure", "error", "skipped"):
                found = case.find(outcome)
                if found is not None:
                    yield name, outcome, found.get("message") or found.text or ""
                    break
            else:
                yield name, "passed", ""


def main(paths):
    passed, failed = set(), set()
    for path in paths:
        try:
            for name, outcome, why in outcomes(path):
                if outcome == "passed":
                    passed.add(name)
                elif outcome == "skipped":
                    print(f"skipped {name}: {why.strip()}")
                else:
                    failed.add(name)
        except (OSError, xml.ParseError) as problem:
            failed.add(f"{path}: {problem}")
    passed -= failed  # a test that passed may still fail in its teardown
    for name in sorted(failed):
        print(f"failed  {name}")
    print(f"{len(passed)} passed, {len(failed)} failed")
    return 0 if passed and not failed else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
