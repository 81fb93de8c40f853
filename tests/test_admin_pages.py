"""Every page of the admin: it opens, it is searched and filtered, it shows no secret, and more rows need no more queries."""

import pytest
from django.apps import apps
from django.contrib import admin
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests import factories, one_more_of_everything

OURS = {"accounts", "integrations", "campaigns", "mcp_gateway"}
PAGES = sorted(admin.site._registry, key=lambda model: model._meta.label)
SHOWN_ELSEWHERE = {"mcp_gateway"}  # the gateway's own pages have their own tests


@pytest.fixture
def operator(client, db):
    user = factories.UserFactory.create(email="operator@rocketsdr.example", is_staff=True, is_superuser=True, password="operators only")
    client.force_login(user)
    return client


@pytest.fixture
def secrets():
    return set()


@pytest.fixture
def fill(secrets):
    """Add one more row of everything, in a workspace of its own."""

    def once() -> None:
        secrets.update(one_more_of_everything.add())

    return once


def changelist(model):
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")


def detail(row):
    return reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_change", args=[row.pk])


def test_every_model_of_ours_has_its_page():
    ours = {model for app in OURS for model in apps.get_app_config(app).get_models()}
    assert ours - set(PAGES) == set()


def test_every_list_and_every_row_opens_and_shows_no_secret(operator, fill, secrets):
    fill()
    empty = []
    for model in PAGES:
        pages = [operator.get(changelist(model)), operator.get(changelist(model), {"q": "nothing such 12"})]
        row = model._default_manager.first()
        pages += [operator.get(detail(row))] if row else []
        empty += [model._meta.label] if row is None and model._meta.app_label in OURS - SHOWN_ELSEWHERE else []
        assert [page.status_code for page in pages] == [200] * len(pages), model._meta.label
        leaked = [secret for secret in secrets for page in pages if secret in page.content.decode()]
        assert leaked == [], model._meta.label
    assert empty == []


def test_every_filter_opens(operator, fill):
    fill()
    for model in PAGES:
        shown = operator.get(changelist(model)).context["cl"]
        choices = [list(spec.choices(shown))[-1]["query_string"] for spec in shown.filter_specs]
        assert {operator.get(changelist(model) + query).status_code for query in choices} <= {200}, model._meta.label


def test_more_rows_need_no_more_queries(operator, fill):
    fill()
    few = {model: queries_of(operator, model) for model in PAGES}
    for _ in range(3):
        fill()
    more = {model._meta.label: (few[model], now) for model in PAGES if (now := queries_of(operator, model)) > few[model]}
    assert more == {}


def queries_of(client, model):
    with CaptureQueriesContext(connection) as queries:
        assert client.get(changelist(model)).status_code == 200
    return len(queries)


def test_the_log_and_what_happened_cannot_be_changed_or_deleted(operator, fill):
    fill()
    for name in (
        "accounts.AuditEvent",
        "accounts.AuditHead",
        "campaigns.Event",
        "campaigns.Delivery",
        "accounts.Approval",
    ):
        model = next(model for model in PAGES if model._meta.label == name)
        row = model._default_manager.first()
        assert operator.post(detail(row), {"action": "x"}).status_code == 403, name
        assert operator.post(detail(row).replace("change", "delete"), {"post": "yes"}).status_code == 403, name
        actions = operator.get(changelist(model)).context["action_form"]
        assert "delete_selected" not in str(actions), name


def test_the_admin_is_for_operators_through_the_one_sign_in(client, owner):
    assert client.get("/admin/")["Location"].startswith("/admin/login/")
    assert client.get("/admin/login/?next=/admin/")["Location"].startswith("/sign-in/?next=")
    client.force_login(owner)
    assert client.get("/admin/login/").status_code == 403
    assert client.get("/admin/campaigns/lead/").status_code == 302
