"""COPY stores objects as save() would."""

from __future__ import annotations

import pytest

from campaigns.models import Delivery, RenderedEmail
from campaigns.services import bulk
from tests import factories

pytestmark = pytest.mark.django_db

HARD = 'tab\t, newline\n, backslash \\, \\N, "quotes", {braces}, NULL, ünï ☃ 日本'


def test_objects_come_back_as_they_were_and_in_their_order(enrollment, now):
    step = factories.StepFactory.create(campaign=enrollment.campaign)
    leads = [enrollment, *factories.EnrollmentFactory.create_batch(2, campaign=enrollment.campaign)]
    deliveries = [
        Delivery(
            workspace_id=each.workspace_id,
            campaign_id=each.campaign_id,
            step=step,
            lead_id=each.lead_id,
            enrollment=each,
            status="prepared",
            note=HARD,
            created_at=now,
        )
        for each in leads
    ]
    bulk.create(deliveries)
    assert [each.id for each in deliveries] == list(Delivery.objects.order_by("id").values_list("id", flat=True))
    emails = [
        RenderedEmail(delivery_id=each.id, subject=HARD, body_text=HARD, missing_variables=variables, digest="d", source_digest="s")
        for each, variables in zip(deliveries, ([], ["lead.company"], [HARD, ""]), strict=True)
    ]
    bulk.create(emails)
    for model, made in ((Delivery, deliveries), (RenderedEmail, emails)):
        fields = [field.attname for field in model._meta.concrete_fields]
        stored = model.objects.order_by("pk").values(*fields)
        assert list(stored) == [{name: getattr(each, name) for name in fields} for each in made]
    assert factories.DeliveryFactory.create(enrollment=factories.EnrollmentFactory.create()).id > deliveries[-1].id


def test_nothing_is_no_trouble():
    bulk.create([])
