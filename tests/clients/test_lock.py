from __future__ import annotations

import json
import re
from pathlib import Path

LOCK = Path(__file__).parent / "package-lock.json"


def test_the_lock_file_pins_every_package_by_its_digest_and_names_no_registry():
    packages = json.loads(LOCK.read_text())["packages"]
    del packages[""]
    assert [name for name, package in packages.items() if not package.get("integrity", "").startswith("sha512-")] == []
    assert [name for name, package in packages.items() if "resolved" in package] == []


def test_every_package_that_is_asked_for_is_asked_for_in_one_version():
    asked = json.loads(LOCK.read_text())["packages"][""]
    versions = {**asked["dependencies"], **asked["optionalDependencies"]}
    assert [name for name, version in versions.items() if not re.fullmatch(r"\d+\.\d+\.\d+(-[a-z]+\.\d+)?", version)] == []
