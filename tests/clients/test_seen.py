from __future__ import annotations

from dataclasses import replace

import pytest

from tests.clients.seen import OLD, Seen, faults

GOOD = Seen(version=OLD, tools=["list_products", "create_product"], before=["Old"], made=[7, 7], after=["New", "Old"])


def told(seen: Seen) -> list[str]:
    return list(faults(seen, version=OLD, product="New", sample="Old"))


def test_a_client_that_sees_what_is_there_has_no_fault():
    assert told(GOOD) == []
    assert told(replace(GOOD, version=None)) == []


@pytest.mark.parametrize(
    ("changed", "fault"),
    [
        ({"version": "2024-11-05"}, "it agreed on revision 2024-11-05, not 2025-11-25"),
        ({"tools": ["create_product"]}, "it was not shown list_products"),
        ({"before": []}, "it did not see the product Old"),
        ({"made": [7, 8]}, "creating a product twice with one key gave the ids [7, 8]"),
        ({"after": ["New", "New", "Old"]}, "afterwards there were 2 products called New"),
    ],
)
def test_what_a_client_should_not_have_seen_is_named(changed, fault):
    assert told(replace(GOOD, **changed)) == [fault]
