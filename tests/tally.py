#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""Sums reports: tally.py REPORT... prints what was skipped and why, what failed, and last
`N passed, N failed`. Exits 1 if a test failed, a report cannot be read, or nothing ran.

A report is pytest's, JUnit's XML, or meson's testlog.json: meson's own XML shows a test that timed
out as one that passed."""

import json
import sys
import xml.etree.ElementTree as xml


def outcomes_of_pytest(path):
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


def outcomes_of_meson(path):
    """The same; one line of JSON a test."""
    with open(path, encoding="utf-8") as report:
        for test in map(json.loads, report):
            outcome = {"OK": "passed", "SKIP": "skipped"}.get(test["result"], test["result"])
            yield test["name"], outcome, test.get("stdout", "")


def outcomes(path):
    return outcomes_of_meson(path) if path.endswith(".json") else outcomes_of_pytest(path)


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
        except (OSError, ValueError, KeyError, xml.ParseError) as problem:
            failed.add(f"{path}: {problem}")
    passed -= failed  # a test that passed may still fail in its teardown
    for name in sorted(failed):
        print(f"failed  {name}")
    print(f"{len(passed)} passed, {len(failed)} failed")
    return 0 if passed and not failed else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
