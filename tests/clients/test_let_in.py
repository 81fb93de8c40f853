from __future__ import annotations

from dataclasses import replace

import pytest

from tests.clients.let_in import BEYOND, DOCUMENT, LetIn, Way, faults

SCOPES = ["leads:read", "campaigns:read"]
GOOD = LetIn(
    client_id="rocketsdr",
    tools=["list_products"],
    products=["Sample"],
    refreshed=True,
    scopes=SCOPES,
    more_scopes=[*SCOPES, BEYOND],
    suppressed="python-fixed@refused.example",
    consents=2,
)


def told(seen: LetIn, way: Way = "fixed") -> list[str]:
    return list(faults(seen, way=way, sample="Sample"))


@pytest.mark.parametrize(("way", "client_id"), [("fixed", "rocketsdr"), ("registration", "q7t"), ("document", DOCUMENT)])
def test_a_client_that_was_let_in_this_way_has_no_fault(way, client_id):
    assert told(replace(GOOD, client_id=client_id), way) == []


@pytest.mark.parametrize(
    ("way", "client_id"), [("fixed", "q7t"), ("registration", "rocketsdr"), ("registration", DOCUMENT), ("document", "q7t")]
)
def test_a_client_that_was_let_in_another_way_is_named(way, client_id):
    assert told(replace(GOOD, client_id=client_id), way) == [f"it was let in as {client_id}"]


@pytest.mark.parametrize(
    ("changed", "fault"),
    [
        ({"tools": []}, "it was not shown list_products"),
        ({"products": []}, "it did not see the product Sample"),
        ({"refreshed": False}, "it did not refresh its token"),
        ({"scopes": [*SCOPES, BEYOND]}, f"it was given {BEYOND} at first"),
        ({"more_scopes": [BEYOND]}, f"asking for more gave it {BEYOND}"),
        ({"suppressed": ""}, "it could not use the tool that it had asked for"),
        ({"consents": 1}, "its person was asked 1 times, not twice"),
    ],
)
def test_what_is_not_as_it_should_be_is_named(changed, fault):
    assert told(replace(GOOD, **changed)) == [fault]
