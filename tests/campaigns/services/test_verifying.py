from __future__ import annotations

from functools import partial

import pytest

from campaigns.services.verifying import MOST, verify
from rocketsdr.accounts.actor import Actor
from rocketsdr.lib.errors import Forbidden, Invalid
from tests.fakes.dns import FakeDns

DNS = FakeDns({"example.com": {"MX": ["10 mx.example.com."]}, "null.example": {"MX": ["0 ."]}}, silent=frozenset({"silent.example"}))
LIST = ["ada@example.com", "bob@null.example", "cem@silent.example", "info@example.com", "nobody", "ADA@Example.com"]


def test_each_address_gets_a_verdict_in_the_order_given(viewer: Actor) -> None:
    found = verify(actor=viewer, emails=LIST, resolver=DNS)
    assert [(each.email, each.verdict) for each in found.results] == [
        ("ada@example.com", "deliverable"),
        ("bob@null.example", "undeliverable"),
        ("cem@silent.example", "unknown"),
        ("info@example.com", "risky"),
        ("nobody", "undeliverable"),
        ("ADA@Example.com", "deliverable"),
    ]
    assert found.counts == {"deliverable": 2, "risky": 1, "undeliverable": 2, "unknown": 1}
    assert (found.total, found.next_cursor) == (6, None)


def test_a_domain_is_asked_for_once_however_many_addresses_it_has(actor: Actor) -> None:
    resolver = FakeDns({"example.com": {"MX": ["10 mx.example.com."]}})
    verify(actor=actor, emails=[f"ada{number}@example.com" for number in range(MOST)], resolver=resolver)
    verify(actor=actor, emails=["grace@EXAMPLE.com"], resolver=resolver)
    assert resolver.asked == {("example.com", "MX"): 1}


def test_without_a_dns_nothing_is_made_up(actor: Actor) -> None:
    (found,) = verify(actor=actor, emails=["ada@example.com"]).results
    assert (found.verdict, found.checks.mx.value, found.checks.mx.reason) == ("unknown", None, "Not checked (no DNS).")


def test_a_long_list_comes_in_pages_that_count_the_whole(actor: Actor) -> None:
    page = partial(verify, actor=actor, emails=LIST, limit=4, resolver=DNS)
    first = page()
    second = page(cursor=first.next_cursor)
    assert [each.email for each in [*first.results, *second.results]] == LIST
    assert first.counts == second.counts
    assert (first.total, second.total, second.next_cursor) == (6, 6, None)


@pytest.mark.parametrize("spoil", ["x{}", "{}0000", "{}9", "{}-1", "{}²", "..", "{}."])
def test_a_cursor_of_other_addresses_or_of_nobody_is_refused(actor: Actor, spoil: str) -> None:
    cursor = verify(actor=actor, emails=LIST, limit=4, resolver=DNS).next_cursor
    with pytest.raises(Invalid, match="is none of these addresses") as refused:
        verify(actor=actor, emails=LIST, cursor=spoil.format(cursor), resolver=DNS)
    assert refused.value.field == "cursor"
    with pytest.raises(Invalid):
        verify(actor=actor, emails=LIST[1:], cursor=cursor, resolver=DNS)


@pytest.mark.parametrize("number", [0, MOST + 1])
def test_no_addresses_and_too_many_are_refused(actor: Actor, number: int) -> None:
    with pytest.raises(Invalid, match=f"emails holds {number} addresses; it may be 1 to 500"):
        verify(actor=actor, emails=["ada@example.com"] * number, resolver=DNS)


def test_whoever_may_see_no_leads_verifies_none(workspace) -> None:
    nobody = Actor(workspace_id=workspace.id, user_id=None, via="mcp", scopes=frozenset({"campaigns:read"}))
    with pytest.raises(Forbidden):
        verify(actor=nobody, emails=LIST, resolver=DNS)
