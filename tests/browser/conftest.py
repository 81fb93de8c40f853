"""A browser for each worker, a watched context for each visitor, and the companies that they look at."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser

from tests.browser import cast, chromium
from tests.browser.cast import Company
from tests.browser.inspection import Inspection
from tests.browser.run import ADDRESS
from tests.browser.visit import Visits

if ADDRESS not in os.environ:
    raise pytest.UsageError("The browser tests look at a running product: start them with `make browser`.")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--screenshots", metavar="FOLDER", default="", help="write a picture of every page into this folder")


@pytest.fixture(scope="session", autouse=True)
def _installation(django_db_blocker: Any) -> Iterator[None]:
    """Work in the database of the running product; there is none of the tests' own."""
    with django_db_blocker.unblock():
        yield


@pytest.fixture(scope="session")
def origin() -> str:
    return os.environ[ADDRESS]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with chromium.running() as running:
        yield running


@pytest.fixture
def visits(browser: Browser, origin: str) -> Iterator[Visits]:
    """Opens browser contexts, and at the end fails the test for whatever a page in them did that it must not."""
    made = Visits(browser, origin)
    try:
        yield made
    finally:
        made.close()
    assert not made.faults(), "\n".join(made.faults())


@pytest.fixture
def inspect(request: pytest.FixtureRequest) -> Inspection:
    """Looks at a page in every size and colour, and fails for what would keep somebody out."""
    folder: str = request.config.getoption("--screenshots")
    return Inspection(Path(folder) if folder else None)


@pytest.fixture
def company() -> Company:
    """A company of this test alone, with nothing in it."""
    return cast.open_company()


@pytest.fixture(scope="session")
def empty() -> Company:
    """A company that has just been opened; tests only look at it."""
    return cast.open_company(name="Just opened")


@pytest.fixture(scope="session")
def furnished(origin: str) -> cast.Furnished:
    """A company with one of everything; tests only look at it."""
    return cast.furnish(cast.open_company(name="Well furnished"), origin)
