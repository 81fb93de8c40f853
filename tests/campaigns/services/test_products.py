from datetime import timedelta

import pytest

from campaigns.models import Product
from campaigns.services.products import create_product, update_product
from rocketsdr.accounts.models import AuditEvent
from rocketsdr.lib.errors import Invalid, NotFound


def test_a_product_is_stored_tidily(actor, now):
    made = create_product(
        actor=actor,
        name="  Analytics Suite ",
        description=" Self-serve product analytics\n",
        value_props=["Answers without SQL", "  ", " Set up in an afternoon "],
        proof_points=(),
        url=" https://analytics.example/suite ",
        now=now,
    )
    made.refresh_from_db()
    assert (made.workspace_id, made.name, made.description) == (actor.workspace_id, "Analytics Suite", "Self-serve product analytics")
    assert made.value_props == ["Answers without SQL", "Set up in an afternoon"]
    assert (made.proof_points, made.url) == ([], "https://analytics.example/suite")


def test_a_name_is_enough(actor, now):
    made = create_product(actor=actor, name="Suite", now=now)
    event = AuditEvent.objects.latest("id")
    assert (event.action, event.subject_kind, event.subject_id, event.credential) == ("product.created", "product", made.id, "key:1")


@pytest.mark.parametrize(
    ("fields", "field", "says"),
    [
        ({"name": "  "}, "name", "cannot be blank"),
        ({"name": "x" * 201}, "name", "at most 200 characters"),
        ({"name": "a\x00b"}, "name", "no text"),
        ({"name": "\ud800"}, "name", "no text"),
        ({"description": "x" * 10_001}, "description", "10,001 characters"),
        ({"value_props": ["ok", "x" * 501]}, "value_props", "at most 500 characters"),
        ({"value_props": ["a\x00"]}, "value_props", "no text"),
        ({"proof_points": [str(n) for n in range(21)]}, "proof_points", "21 items"),
        ({"url": "javascript:alert(1)"}, "url", "valid URL"),
        ({"url": "analytics.example"}, "url", "valid URL"),
        ({"url": "ftp://analytics.example"}, "url", "valid URL"),
    ],
)
def test_what_does_not_fit_is_refused_naming_the_field(actor, now, fields, field, says):
    with pytest.raises(Invalid, match=says) as caught:
        create_product(**{"actor": actor, "name": "Suite", "now": now, **fields})
    assert caught.value.field == field
    assert caught.value.fix
    assert not Product.objects.exists()


def test_only_the_fields_that_are_given_change(actor, product, now):
    later = now + timedelta(days=1)
    changed = update_product(actor=actor, product_id=product.id, changes={"name": " Suite 2 ", "value_props": []}, now=later)
    stored = Product.objects.get(id=product.id)
    assert (changed.name, stored.name, stored.value_props, stored.description) == ("Suite 2", "Suite 2", [], product.description)
    assert stored.updated_at == changed.updated_at == later
    event = AuditEvent.objects.latest("id")
    assert (event.action, event.facts) == ("product.updated", {"fields": "name,value_props"})


def test_a_change_that_changes_nothing_leaves_no_trace(actor, product, now, jobs):
    before = Product.objects.get(id=product.id).updated_at
    update_product(actor=actor, product_id=product.id, changes={"name": product.name}, now=now)
    assert Product.objects.get(id=product.id).updated_at == before
    assert not AuditEvent.objects.exists()
    assert jobs.names == []


def test_drafts_are_written_anew_and_launched_campaigns_are_not(actor, product, draft, campaign, stranger, now, jobs):
    update_product(actor=actor, product_id=product.id, changes={"description": "New words"}, now=now)
    assert jobs.all == [("campaigns.write_first_emails", {"campaign_id": draft.id})]


@pytest.mark.parametrize("changes", [{"price": 1}, {"workspace_id": 1}, {"id": 1}, {"name": "ok", "created_at": None}])
def test_unknown_fields_are_refused_and_nothing_changes(actor, product, now, changes):
    with pytest.raises(Invalid, match="has no field") as caught:
        update_product(actor=actor, product_id=product.id, changes=changes, now=now)
    assert caught.value.fix == "Fields: name, description, value_props, proof_points, url."
    assert Product.objects.get(id=product.id).name == product.name


@pytest.mark.parametrize("changes", [{"name": None}, {"value_props": "one"}, {"value_props": None}, {"description": None}, {"url": 7}])
def test_values_of_the_wrong_kind_are_refused(actor, product, now, changes):
    with pytest.raises(Invalid) as caught:
        update_product(actor=actor, product_id=product.id, changes=changes, now=now)
    assert caught.value.field == next(iter(changes))


def test_a_strangers_product_looks_like_a_missing_one(actor, stranger, now):
    for product_id in (stranger.product.id, 999_999_999):
        with pytest.raises(NotFound):
            update_product(actor=actor, product_id=product_id, changes={"name": "Mine now"}, now=now)
    assert Product.objects.get(id=stranger.product.id).name == stranger.product.name
