"""The preview is what is sent."""

from __future__ import annotations

import pytest

from campaigns.services import previewing
from campaigns.services.previewing import PreviewSpec
from rocketsdr.lib.errors import Invalid, NotFound
from tests import factories

pytestmark = pytest.mark.django_db
ADA = {"email": "ada@example.com", "first_name": "Ada", "company": "Analytical Engine", "team_size": "40"}


def preview(actor, now, **fields):
    return previewing.preview(actor=actor, spec=PreviewSpec(**fields), now=now)


def test_a_made_up_lead_shows_the_default_sequence(actor, product, persona, sender, now):
    shown = preview(actor, now, lead_fields=ADA, product_id=product.id, persona_id=persona.id)
    assert shown.subject
    assert "Ada" in shown.body_text
    assert "1 Main Street, Springfield" in shown.body_text
    assert not shown.missing_variables
    assert not shown.stored


def test_the_follow_up_of_the_default_sequence_continues_the_thread(actor, product, persona, sender, now):
    first = preview(actor, now, lead_fields=ADA, product_id=product.id, persona_id=persona.id)
    second = preview(actor, now, lead_fields=ADA, product_id=product.id, persona_id=persona.id, step=2)
    assert second.subject == f"Re: {first.subject}"


def test_an_enrolled_leads_preview_is_the_stored_email_word_for_word(actor, loaded, work, now):
    work(loaded)
    kept = loaded.deliveries.get(lead__email="ada@customer.example").email
    by_id = preview(actor, now, lead_id=kept.delivery.lead_id, campaign_id=loaded.id)
    by_address = preview(actor, now, lead_fields={"email": "ADA@customer.example"}, campaign_id=loaded.id)
    assert by_id.stored
    assert (by_id.subject, by_id.body_text, by_id.body_html) == (kept.subject, kept.body_text, kept.body_html)
    assert by_address == by_id


def test_a_blocked_email_says_why(actor, loaded, work, now):
    work(loaded)
    shown = preview(actor, now, lead_fields={"email": "bob@customer.example"}, campaign_id=loaded.id)
    assert shown.missing_variables == ("lead.company",)
    assert "lead.company" in shown.blocked_because


def test_before_and_after_the_writing_the_words_are_the_same(actor, loaded, work, now):
    ada = loaded.enrollments.get(lead__email="ada@customer.example")
    before = preview(actor, now, lead_id=ada.lead_id, campaign_id=loaded.id)
    work(loaded)
    after = preview(actor, now, lead_id=ada.lead_id, campaign_id=loaded.id)
    assert (before.subject, before.body_text, before.body_html) == (after.subject, after.body_text, after.body_html)
    assert (before.variables_used, before.spam_findings) == (after.variables_used, after.spam_findings)
    assert (before.stored, after.stored) == (False, True)
    assert before.provenance["source_digest"] == after.provenance["source_digest"]


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"lead_fields": {"first_name": "Ada"}}, "lead.email"),
        ({"lead_fields": ADA, "persona_id": None}, "persona_id"),
        ({"lead_fields": ADA, "product_id": None}, "product_id"),
        ({"lead_fields": ADA, "step": 4}, "step"),
    ],
)
def test_what_is_missing_is_named(actor, product, persona, now, fields, field):
    with pytest.raises(Invalid) as refused:
        preview(actor, now, **{"product_id": product.id, "persona_id": persona.id, **fields})
    assert refused.value.field == field


@pytest.mark.parametrize("what", ["lead", "product", "persona", "campaign"])
def test_a_strangers_things_do_not_exist(actor, product, persona, stranger, now, what):
    mine = {"product_id": product.id, "persona_id": persona.id}
    lead = {} if what == "lead" else {"lead_fields": ADA}
    with pytest.raises(NotFound):
        preview(actor, now, **{**mine, **lead, f"{what}_id": getattr(stranger, what).id})


def test_a_preview_stores_nothing(actor, product, persona, now):
    factories.SenderFactory.create(workspace=product.workspace)
    preview(actor, now, lead_fields=ADA, product_id=product.id, persona_id=persona.id)
    assert not product.workspace.leads.exists()
