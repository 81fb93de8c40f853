"""What speaks against writing to somebody, all of it, with its evidence."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from campaigns.models import Campaign, Lead
from campaigns.queries.gates import screen, screen_page
from campaigns.services import suppressions
from rocketsdr.accounts.actor import Actor
from rocketsdr.accounts.models import Workspace
from rocketsdr.lib.errors import Forbidden, Invalid, NotFound
from tests import factories


def failed(actor, email, now, **more) -> dict[str, bool]:
    (found,) = screen(actor=actor, emails=[email], now=now, **more)
    return {gate.gate: gate.forbids for gate in found.gates}


def test_somebody_of_whom_nothing_is_known_may_be_written_to(actor, now):
    (found,) = screen(actor=actor, emails=["new@customer.example"], now=now)
    assert (found.decision, found.gates, found.lead_id, found.last_contacted) == ("allow", [], None, None)


def test_each_address_has_all_that_speaks_against_it(actor, now):
    suppressions.suppress(actor=actor, value="info@barred.example", reason="complaint", now=now)
    suppressions.suppress(actor=actor, value="barred.example", reason="manual", now=now)
    assert failed(actor, "INFO@barred.example", now) == {"suppressed": True, "domain_suppressed": True, "role_account": False}
    assert failed(actor, "ada@gmail.com", now) == {"free_mail": False}
    assert failed(actor, "ada@mailinator.com", now) == {"disposable_domain": False}
    assert failed(actor, "nobody", now) == {"invalid_address": True}


def test_the_decision_is_the_worst_of_them(actor, now):
    suppressions.suppress(actor=actor, value="no@customer.example", reason="unsubscribed", now=now)
    found = screen(actor=actor, emails=["no@customer.example", "info@customer.example", "yes@customer.example"], now=now)
    assert [each.decision for each in found] == ["deny", "allow_at_risk", "allow"]
    assert found[0].gates[0].evidence == f"no@customer.example is suppressed since {now:%Y-%m-%d}: Opted out."


def test_what_has_happened_to_a_lead_counts(actor, campaign, enrollment, now):
    lead = enrollment.lead
    factories.DeliveryFactory.create(enrollment=enrollment, status="sent", sent_at=now - timedelta(days=3))
    factories.EventFactory.create(campaign=campaign, lead=lead, kind="replied", at=now - timedelta(days=2))
    assert failed(actor, lead.email, now) == {"contacted_recently": False, "replied_before": False}
    assert failed(actor, lead.email, now, campaign_id=campaign.id) == {
        "in_campaign": True,
        "contacted_recently": False,
        "replied_before": False,
    }
    assert "contacted_recently" not in failed(actor, lead.email, now + timedelta(days=60))
    (by_id,) = screen(actor=actor, lead_ids=[lead.id], now=now)
    assert (by_id.email, by_id.lead_id, by_id.last_contacted) == (lead.email, lead.id, now - timedelta(days=3))


def test_where_consent_comes_first_a_lawful_basis_has_to_be_recorded(actor, lead, now):
    Lead.objects.filter(id=lead.id).update(country="Deutschland")
    assert failed(actor, lead.email, now) == {"no_lawful_basis": False}
    Lead.objects.filter(id=lead.id).update(lawful_basis="consent")
    assert failed(actor, lead.email, now) == {}


def test_a_pause_and_a_campaign_that_is_over_forbid_all(actor, campaign, now):
    Workspace.objects.filter(id=actor.workspace_id).update(paused_at=now)
    Campaign.objects.filter(id=campaign.id).update(status="completed")
    assert failed(actor, "new@customer.example", now, campaign_id=campaign.id) == {"workspace_paused": True, "campaign_over": True}


def test_five_hundred_take_as_many_statements_as_one(actor, now):
    def statements(**people) -> int:
        with CaptureQueriesContext(connection) as asked:
            screen(actor=actor, now=now, **people)
        return len(asked)

    emails = [f"person{each}@customer.example" for each in range(500)]
    assert statements(emails=emails) == statements(emails=emails[:1])
    ids = [lead.id for lead in factories.LeadFactory.create_batch(20, workspace_id=actor.workspace_id)]
    assert statements(lead_ids=ids) == statements(lead_ids=ids[:1])


def test_a_long_list_comes_in_pages_and_the_counts_are_of_all(actor, now):
    emails = [f"person{each}@customer.example" for each in range(90)] + ["nobody"]
    seen, cursor = [], None
    while True:
        page = screen_page(actor=actor, emails=emails, cursor=cursor, now=now)
        seen += [each.email for each in page.results]
        assert (page.total, page.counts, page.failing) == (91, {"allow": 90, "deny": 1}, {"invalid_address": 1})
        cursor = page.next_cursor
        if cursor is None:
            break
    assert seen == emails
    with pytest.raises(Invalid, match="is none of these addresses"):
        screen_page(actor=actor, emails=emails[:-1], cursor="0123456789ab.40", now=now)


@pytest.mark.parametrize("asked", [{}, {"emails": ["a@b.example"], "lead_ids": [1]}, {"emails": ["a@b.example"] * 501}])
def test_either_addresses_or_leads_are_screened_and_not_too_many(actor, now, asked):
    with pytest.raises(Invalid, match="Either emails or lead_ids"):
        screen(actor=actor, now=now, **asked)


def test_a_stranger_is_nobody_here(actor, stranger, now):
    assert failed(actor, stranger.lead.email, now) == {}
    for asked in ({"lead_ids": [stranger.lead.id]}, {"emails": ["a@b.example"], "campaign_id": stranger.campaign.id}):
        with pytest.raises(NotFound):
            screen(actor=actor, now=now, **asked)
    suppressions.suppress(actor=stranger.actor, value="new@customer.example", reason="manual", now=now)
    assert failed(actor, "new@customer.example", now) == {}


def test_a_credential_that_may_see_no_leads_screens_nobody(workspace, now):
    nobody = Actor(workspace_id=workspace.id, user_id=None, via="mcp", scopes=frozenset({"campaigns:read"}))
    with pytest.raises(Forbidden):
        screen(actor=nobody, emails=["a@b.example"], now=now)
