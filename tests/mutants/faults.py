# SPDX-License-Identifier: BSD-3-Clause
"""The faults of tests/mutants/faults, and whether the tree still has their lines and tests."""
import dataclasses
import pathlib
import tomllib

from titles import TESTS, unit_tests

FOLDER = TESTS / "mutants/faults"


@dataclasses.dataclass(frozen=True)
class Fault:
    name: str       # what is wrong, in plain words
    file: str       # of the product
    line: str       # of that file, or as much of it as stands nowhere else in the file
    becomes: str    # what stands there instead
    caught_by: str  # a file of unit tests, below tests/unit
    title: str      # the one that must fail
    hangs: bool = False  # it may do so by never ending

    def __str__(self):
        return f'{self.name}: {self.file} by {self.caught_by} "{self.title}"'

    @property
    def test(self):
        return self.caught_by, self.title

    @property
    def folder(self):
        return self.caught_by.split("/")[0]

    def put_into(self, text):
        return text.replace(self.line, self.becomes)


def read():
    """All of them: a file an area, in it a table a test."""
    for path in sorted(FOLDER.glob("*.toml")):
        for caught_by, tests in tomllib.loads(path.read_text()).items():
            for title, faults in tests.items():
                for fault in faults:
                    yield Fault(caught_by=caught_by, title=title, **fault)


def problems(faults):
    """What is wrong with the list itself; nothing is built for it."""
    titles = {(file, title) for file, title, _ in unit_tests()}
    names = set()
    for fault in faults:
        path = pathlib.Path(fault.file)
        found = path.read_text().count(fault.line) if path.is_file() else 0
        if found != 1:
            yield f"{fault.name}: its line is {found} times in {fault.file}"
        if "\n" in fault.line + fault.becomes or fault.line == fault.becomes:
            yield f"{fault.name}: changes not just one line"
        if (f"unit/{fault.caught_by}", fault.title) not in titles:
            yield f'{fault.name}: there is no unit/{fault.caught_by} "{fault.title}"'
        if fault.name in names:
            yield f"{fault.name}: is listed twice"
        names.add(fault.name)
