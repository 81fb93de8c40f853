from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.fakes import buckets
from tests.fakes.buckets import FakeBucket


@pytest.fixture(params=["s3", "gcs"])
def bucket(request: pytest.FixtureRequest, settings: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[FakeBucket]:
    """A bucket in which the installation keeps its files."""
    with buckets.in_use(request.param, settings=settings, monkeypatch=monkeypatch, folder=tmp_path) as running:
        yield running
