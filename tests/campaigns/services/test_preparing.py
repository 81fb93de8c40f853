"""First e-mails are written before anything is sent, so that faults show."""

from __future__ import annotations

from contextlib import nullcontext
from datetime import timedelta

import pytest

from campaigns.models import CampaignStatus, Delivery, RenderedEmail
from campaigns.services import preparing, sequences
from campaigns.services.sequences import StepSpec
from tests import factories

pytestmark = pytest.mark.django_db


def words(campaign, email):
    return RenderedEmail.objects.get(delivery__campaign=campaign, delivery__lead__email=email)


def test_each_lead_gets_its_first_email_and_a_fault_names_lead_and_variable(loaded, work):
    work(loaded)
    assert sorted(Delivery.objects.values_list("lead__email", "status")) == [
        ("ada@customer.example", "prepared"),
        ("bob@customer.example", "blocked"),
        ("cem@customer.example", "prepared"),
    ]
    assert words(loaded, "ada@customer.example").subject == "A question about Analytical Engines"
    bob = words(loaded, "bob@customer.example")
    assert bob.missing_variables == ["lead.company"]
    assert "lead.company" in bob.delivery.note
    assert bob.delivery.enrollment.status == "blocked"


def test_every_email_ends_with_the_postal_address_and_the_way_out(loaded, work):
    work(loaded)
    ada = words(loaded, "ada@customer.example")
    token = str(ada.delivery.enrollment.opt_out_token)
    for body in (ada.body_text, ada.body_html):
        assert "1 Main Street, Springfield" in body
        assert token in body


def test_what_a_cell_holds_is_text_and_never_markup(loaded, work):
    work(loaded)
    assert "Cem & Co" in words(loaded, "cem@customer.example").subject
    loaded.steps.filter(position=1).update(body="At {{ lead.company }} …")
    work(loaded)
    assert "Cem &amp; Co" in words(loaded, "cem@customer.example").body_html


def test_a_change_of_the_words_writes_the_drafts_emails_anew(loaded, work):
    work(loaded)
    before = words(loaded, "ada@customer.example").digest
    loaded.product.description = "Something else entirely"
    loaded.product.save()
    work(loaded)
    after = words(loaded, "ada@customer.example")
    assert after.digest != before
    assert "Something else entirely" in after.body_text
    assert Delivery.objects.count() == 3


def test_a_fault_that_is_mended_unblocks_the_lead(loaded, work):
    work(loaded)
    loaded.steps.filter(position=1).update(subject="A question")
    work(loaded)
    bob = words(loaded, "bob@customer.example")
    assert (bob.delivery.status, bob.delivery.enrollment.status) == ("prepared", "active")


def test_leads_are_shared_out_among_the_senders(loaded, workspace, work):
    other = factories.SenderFactory.create(workspace=workspace, from_name="Hedy Lamarr")
    loaded.senders.add(other)
    work(loaded)
    counts = [loaded.enrollments.filter(sender=each).count() for each in loaded.senders.all()]
    assert sorted(counts) == [1, 2]


def test_a_draft_without_product_waits(loaded, work):
    loaded.product = None
    loaded.save()
    work(loaded)
    assert not Delivery.objects.exists()


def test_a_running_campaign_is_not_written_again(loaded, work, now):
    work(loaded)
    loaded.status, loaded.launched_at, loaded.launch_digest = CampaignStatus.RUNNING, now, "d" * 64
    loaded.save()
    loaded.steps.filter(position=1).update(subject="Other")
    work(loaded)
    assert words(loaded, "ada@customer.example").subject == "A question about Analytical Engines"


def test_only_drafts_are_written_anew_when_a_product_changes(loaded, campaign, jobs):
    preparing.enqueue_drafts(type(loaded).objects.filter(product=loaded.product))
    assert jobs.waiting == [("campaigns.write_first_emails", {"campaign_id": loaded.id})]


def test_the_default_sequence_of_a_draft_follows_its_product(draft, product, enrol, work):
    enrol(draft, email="ada@customer.example")
    sequences.refresh_default_steps(draft)
    work(draft)
    assert any("proof_points" in step.body for step in draft.steps.all())
    product.proof_points = []
    product.save()
    work(draft)
    assert not any("proof_points" in step.body for step in draft.steps.all()), "a fact that is gone must block nothing"
    assert words(draft, "ada@customer.example").delivery.status == "prepared"


def test_steps_that_somebody_wrote_are_never_replaced(draft, product, enrol, work):
    sequences.set_steps(draft, [StepSpec(subject="Hi", body="Mine")])
    product.description = "Other"
    product.save()
    work(draft)
    assert [step.body for step in draft.steps.all()] == ["Mine"]


def test_a_lead_that_a_later_file_has_changed_is_written_to_anew(loaded, work, now):
    work(loaded)
    bob = loaded.enrollments.get(lead__email="bob@customer.example").lead
    bob.company, bob.updated_at = "Bobs", now + timedelta(minutes=1)
    bob.save()
    work(loaded, now + timedelta(minutes=1))
    assert words(loaded, "bob@customer.example").delivery.status == "prepared"


def test_an_email_waits_for_the_sender_that_its_lead_has_now(loaded, workspace, sender, work):
    work(loaded)
    assert set(Delivery.objects.values_list("sender", "status")) == {(sender.id, "prepared"), (sender.id, "blocked")}
    other = factories.SenderFactory.create(workspace=workspace, from_name=sender.from_name, signature=sender.signature)
    loaded.senders.set([other])
    work(loaded)
    assert set(Delivery.objects.values_list("sender", "status")) == {(other.id, "prepared"), (other.id, "blocked")}


def test_a_campaign_that_another_worker_writes_is_left_to_it(loaded, jobs, now, monkeypatch):
    monkeypatch.setattr(preparing, "alone", lambda kind, number: nullcontext(False))
    preparing.write_first_emails(campaign_id=loaded.id, now=now)
    assert not Delivery.objects.exists()
    assert jobs.names == []


def test_what_changed_while_it_was_written_is_written_anew(loaded, jobs, now, monkeypatch):
    store = preparing._store

    def store_and_change(*given):
        store(*given)
        loaded.steps.filter(position=1).update(subject="Other")

    monkeypatch.setattr(preparing, "_store", store_and_change)
    preparing.write_first_emails(campaign_id=loaded.id, now=now)
    assert jobs.waiting == [("campaigns.write_first_emails", {"campaign_id": loaded.id})]
    preparing.write_first_emails(campaign_id=loaded.id, now=now)
    assert jobs.waiting[1:] == [("campaigns.advance_launch", {"campaign_id": loaded.id})]
    assert words(loaded, "ada@customer.example").subject == "Other"


def test_leads_that_nobody_can_write_to_are_not_tried_for_ever(loaded, jobs, now):
    loaded.senders.clear()
    preparing.write_first_emails(campaign_id=loaded.id, now=now)
    assert jobs.names == ["campaigns.advance_launch"]
