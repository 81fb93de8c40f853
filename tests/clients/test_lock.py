from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

TESTS = Path(__file__).parent.parent
LOCKS = sorted(TESTS.glob("*/package-lock.json"))

pytestmark = pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.parent.name)


def test_the_lock_file_pins_every_package_by_its_digest_and_names_no_registry(lock):
    packages = json.loads(lock.read_text())["packages"]
    del packages[""]
    assert [name for name, package in packages.items() if not package.get("integrity", "").startswith("sha512-")] == []
    assert [name for name, package in packages.items() if "resolved" in package] == []


def test_every_package_that_is_asked_for_is_asked_for_in_one_version(lock):
    asked = json.loads(lock.read_text())["packages"][""]
    versions = {**asked["dependencies"], **asked.get("optionalDependencies", {})}
    assert [name for name, version in versions.items() if not re.fullmatch(r"\d+\.\d+\.\d+(-[a-z]+\.\d+)?", version)] == []
