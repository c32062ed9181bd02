# SPDX-License-Identifier: BSD-3-Clause
"""What the tests are called, read from their files below tests/."""
import pathlib
import re

TESTS = pathlib.Path("tests")
TEXT = r'"(?:[^"\\]|\\.)*"'
_TEST_CASE = re.compile(rf"TEST_CASE\(\s*((?:{TEXT}\s*)+)(?:,\s*((?:{TEXT}\s*)+))?\)")
_FUNCTION = re.compile(r"^def (test_\w+)\(", re.MULTILINE)


def _joined(literals):
    """The text of adjacent string literals of C++."""
    return "".join(re.sub(r"\\(.)", r"\1", text[1:-1]) for text in re.findall(TEXT, literals or ""))


def unit_tests():
    """(file, title, tags) of each."""
    for path in sorted(TESTS.glob("unit/**/*_test.cpp")):
        for title, tags in _TEST_CASE.findall(path.read_text()):
            yield str(path.relative_to(TESTS)), _joined(title), _joined(tags)


def functional_tests():
    """(file, function) of each."""
    for path in sorted(TESTS.glob("functional/test_*.py")):
        for function in _FUNCTION.findall(path.read_text()):
            yield str(path.relative_to(TESTS)), function
