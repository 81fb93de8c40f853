"""Every row of the checklist of attacks is held by a test that says so."""

from __future__ import annotations

import ast
from collections import defaultdict
from pathlib import Path

from tests.attacks import ATTACKS, CANNOT_RUN

TESTS = Path(__file__).parent


def marked() -> dict[int, set[str]]:
    """Return the tests of each row, read off their marks without importing them."""
    rows: dict[int, set[str]] = defaultdict(set)
    for path in [*TESTS.rglob("test_*.py")]:
        if "node_modules" in path.parts or "attack(" not in (text := path.read_text()):
            continue
        for each in ast.walk(ast.parse(text)):
            if isinstance(each, ast.FunctionDef):
                for row in _rows(each):
                    rows[row].add(f"{path.relative_to(TESTS)}::{each.name}")
    return rows


def _rows(test: ast.FunctionDef) -> list[int]:
    calls = [each for each in test.decorator_list if isinstance(each, ast.Call)]
    return [row for call in calls if ast.unparse(call.func) == "pytest.mark.attack" for row in map(ast.literal_eval, call.args)]


def test_every_attack_has_a_test():
    assert [f"{row}: {attack}" for row, attack in ATTACKS.items() if row not in marked()] == []


def test_no_test_names_a_row_that_is_none():
    assert marked().keys() - ATTACKS.keys() == set()
    assert CANNOT_RUN.keys() <= ATTACKS.keys()


def test_only_tests_are_marked():
    assert [name for names in marked().values() for name in names if not name.partition("::")[2].startswith("test_")] == []
