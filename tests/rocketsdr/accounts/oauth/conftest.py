from __future__ import annotations

import pytest

from tests.oauth import Flow


@pytest.fixture
def flow(owner, db) -> Flow:
    """The client `rocketsdr`, and the owner of our workspace at the browser."""
    return Flow().sign_in(owner)
