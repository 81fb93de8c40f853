"""Undoing what agents and people do with campaigns, products and personas."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction

from campaigns.models import CampaignStatus, Delivery, Persona, Product
from campaigns.services import campaigns, personas, products, suppressions
from campaigns.services.campaigns import CampaignSpec
from rocketsdr.accounts import undo
from rocketsdr.accounts.models import AuditEvent
from rocketsdr.lib import clock
from tests import factories

CSV = "email,first name\nada@example.com,Ada\n"


@pytest.fixture(autouse=True)
def _on_a_tuesday(now):
    offset = now - clock.now()
    clock.use_offset_source(lambda: offset)


@pytest.fixture
def undone(actor, now):
    """Undo the last action of a name."""

    def run(action: str) -> undo.Undone:
        event = AuditEvent.objects.filter(action=action).latest("id")
        return undo.undo(actor=actor, audit_id=event.pk, now=now)

    return run


@pytest.fixture
def spec(product, persona, sender) -> CampaignSpec:
    return CampaignSpec(name="Batch 1", type="csv", product_id=product.id, persona_id=persona.id, csv_content=CSV)


def actions() -> list[str]:
    return list(AuditEvent.objects.order_by("id").values_list("action", flat=True))


@pytest.mark.parametrize("action", ["campaign.created", "campaign.launched"])
def test_a_launch_of_which_nothing_has_left_is_paused(actor, spec, now, undone, action):
    campaign = campaigns.create(actor=actor, spec=spec, launch=True, now=now).campaign
    outcome = undone(action)
    campaign.refresh_from_db()
    assert (campaign.status, campaign.pause_reason) == (CampaignStatus.PAUSED, "The launch was undone.")
    assert outcome.undone == (
        f"The campaign {campaign.id} is paused: 0 planned e-mails are held back until resume_campaign. Nothing had left.",
    )
    assert outcome.not_undoable == ()
    assert actions()[-2:] == ["campaign.paused", "action.undone"]


def test_what_has_left_is_said(actor, spec, now, undone):
    campaign = campaigns.create(actor=actor, spec=spec, launch=True, now=now).campaign
    enrollment = factories.EnrollmentFactory.create(campaign=campaign)
    factories.DeliveryFactory.create(enrollment=enrollment, sent=True)
    [left] = undone("campaign.created").not_undoable
    assert (left.what, left.why) == ("1 e-mail", "What has left cannot be called back.")


def test_a_draft_is_archived(actor, spec, now, undone):
    campaign = campaigns.create(actor=actor, spec=spec, launch=False, now=now).campaign
    assert undone("campaign.created").undone == (f"The draft {campaign.id} is archived; nothing of it was ever sent.",)
    campaign.refresh_from_db()
    assert campaign.status == CampaignStatus.ARCHIVED
    assert undone("campaign.created").undone == ()


def test_a_resumed_campaign_is_paused_again(actor, campaign, now, undone):
    campaigns.pause(actor=actor, campaign_id=campaign.id, now=now)
    campaigns.resume(actor=actor, campaign_id=campaign.id, now=now)
    assert undone("campaign.resumed").undone
    campaign.refresh_from_db()
    assert campaign.status == CampaignStatus.PAUSED


def test_undoing_never_lifts_a_pause_or_a_suppression(actor, campaign, now, undone):
    campaigns.pause(actor=actor, campaign_id=campaign.id, now=now)
    suppressions.suppress(actor=actor, value="ada@example.com", now=now)
    for action in ("campaign.paused", "suppression.added"):
        outcome = undone(action)
        assert outcome.undone == ()
        assert "never lifts a" in outcome.not_undoable[0].why
    campaign.refresh_from_db()
    assert campaign.status == CampaignStatus.PAUSED


def test_a_campaign_that_is_over_stays_as_it_is(actor, spec, now, undone):
    campaign = campaigns.create(actor=actor, spec=spec, launch=True, now=now).campaign
    type(campaign).objects.filter(id=campaign.id).update(status=CampaignStatus.COMPLETED)
    outcome = undone("campaign.created")
    assert outcome.undone == ()
    assert outcome.not_undoable[0].why == "The campaign is completed; there is nothing to pause."


@pytest.mark.parametrize("noun", ["product", "persona"])
def test_a_new_product_or_persona_is_deleted_while_nothing_uses_it(actor, workspace, now, undone, noun):
    make: Any = products.create_product if noun == "product" else personas.create_persona
    model: Any = Product if noun == "product" else Persona
    made = make(actor=actor, name="New", now=now)
    used = make(actor=actor, name="Used", now=now)
    factories.CampaignFactory.create(workspace=workspace, **{noun: used})
    outcome = undone(f"{noun}.created")
    assert outcome.undone == ()
    assert outcome.not_undoable[0].why.startswith(f"A campaign uses this {noun}.")
    AuditEvent.objects.filter(subject_kind=noun, subject_id=used.id).update(action="somewhere.else")
    assert undone(f"{noun}.created").undone == (f"The {noun} {made.id} is deleted.",)
    assert list(model.objects.filter(id__in=[made.id, used.id])) == [used]
    assert actions()[-2:] == [f"{noun}.deleted", "action.undone"]


def test_changed_words_come_back(actor, product, persona, now, undone):
    products.update_product(actor=actor, product_id=product.id, changes={"description": "New", "value_props": ["One"]}, now=now)
    personas.update_persona(actor=actor, persona_id=persona.id, changes={"title": "CTO", "targeting": {"titles": ["CTO"]}}, now=now)
    assert undone("product.updated").undone == (f"The product {product.id} has its previous description, value_props again.",)
    assert undone("persona.updated").undone
    for row in (product, persona):
        before = {name: getattr(row, name) for name in ("description", "name")}
        row.refresh_from_db()
        assert {name: getattr(row, name) for name in before} == before
    assert (product.value_props, persona.title, persona.targeting) == (
        ["Answers without SQL", "Set up in an afternoon"],
        "Head of Data",
        {},
    )


def test_words_that_were_changed_again_since_stay(actor, product, now, undone):
    products.update_product(actor=actor, product_id=product.id, changes={"description": "New", "url": "https://new.example"}, now=now)
    first = AuditEvent.objects.get(action="product.updated")
    products.update_product(actor=actor, product_id=product.id, changes={"description": "Newer"}, now=now)
    outcome = undo.undo(actor=actor, audit_id=first.pk, now=now)
    product.refresh_from_db()
    assert (product.description, product.url) == ("Newer", "https://analytics.example")
    assert [left.what for left in outcome.not_undoable] == ["description"]
    assert undo.undo(actor=actor, audit_id=first.pk, now=now).undone == ()


def test_when_all_was_changed_since_nothing_is_undone(actor, product, now, undone):
    products.update_product(actor=actor, product_id=product.id, changes={"description": "New"}, now=now)
    first = AuditEvent.objects.get(action="product.updated")
    products.update_product(actor=actor, product_id=product.id, changes={"description": "Newer"}, now=now + timedelta(hours=1))
    outcome = undo.undo(actor=actor, audit_id=first.pk, now=now)
    assert (outcome.undone, [left.why for left in outcome.not_undoable]) == ((), ["It was changed again since."])
    assert "action.undone" not in actions()


def test_a_mail_that_is_under_way_counts_as_left(actor, spec, now, undone):
    campaign = campaigns.create(actor=actor, spec=spec, launch=True, now=now).campaign
    delivery = factories.DeliveryFactory.create(enrollment=factories.EnrollmentFactory.create(campaign=campaign))
    Delivery.objects.filter(id=delivery.id).update(status="unknown")
    assert undone("campaign.created").not_undoable[0].what == "1 e-mail"


@pytest.mark.django_db(transaction=True)
def test_words_that_somebody_changes_at_the_same_moment_stay(actor, product, now, undone):
    products.update_product(actor=actor, product_id=product.id, changes={"description": "New"}, now=now)
    first = AuditEvent.objects.get(action="product.updated")

    def undo_it() -> undo.Undone:
        try:
            return undo.undo(actor=actor, audit_id=first.pk, now=now)
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            products.update_product(actor=actor, product_id=product.id, changes={"description": "Newer"}, now=now)
            undoing = pool.submit(undo_it)
            while not undoing.done() and not somebody_waits_for_a_lock():
                pass
        outcome = undoing.result(timeout=20)
    product.refresh_from_db()
    assert (product.description, outcome.undone) == ("Newer", ())


def somebody_waits_for_a_lock() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY (pg_blocking_pids(pid))")
        return bool(cursor.fetchone()[0])
