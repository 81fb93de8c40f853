"""Settings → Integrations → Lead data."""

from __future__ import annotations

import pytest
from django.test import Client

from integrations.models import DataAccount
from rocketsdr.accounts.models import AuditEvent
from tests import factories

PAGE = "/settings/integrations/lead-data/"
KEY = "a-key-of-the-workspace"
ACTS = [f"{PAGE}apollo/{act}/" for act in ("connect", "budget", "disconnect")]


@pytest.fixture
def page(client, owner):
    client.force_login(owner)
    return client


@pytest.fixture
def account(workspace):
    return factories.DataAccountFactory.create(workspace=workspace, provider="apollo", key=KEY, monthly_budget=100)


def text_of(response):
    return response.content.decode()


def test_both_vendors_are_there_with_what_they_cost(page):
    text = text_of(page.get(PAGE))
    assert "Connect Apollo" in text
    assert "Connect People Data Labs" in text
    assert "Each e-mail address that is revealed costs one credit." in text
    assert 'aria-current="page">Lead data' in text


@pytest.mark.parametrize(("provider", "label"), [("apollo", "Apollo"), ("people_data_labs", "People Data Labs")])
def test_a_pasted_key_connects_a_vendor_and_is_shown_nowhere(page, workspace, provider, label):
    address = f"{PAGE}{provider}/connect/"
    assert f"Connect {label}" in text_of(page.get(address))
    response = page.post(address, {"key": f" {KEY} ", "monthly_budget": "250"}, follow=True)
    assert response.redirect_chain == [(PAGE, 302)]
    assert f"{label} is connected" in text_of(response)
    account = DataAccount.objects.get()
    assert (account.workspace, account.provider, account.key, account.monthly_budget) == (workspace, provider, KEY, 250)
    for shown in (PAGE, address, f"{PAGE}{provider}/budget/", f"{PAGE}{provider}/disconnect/", "/settings/integrations/activity/"):
        assert KEY not in text_of(page.get(shown))
    assert AuditEvent.objects.get().via == "web"


@pytest.mark.parametrize("given", [{"key": "", "monthly_budget": "5"}, {"key": KEY}, {"key": KEY, "monthly_budget": "-1"}])
def test_what_is_missing_is_said_and_the_key_is_not_shown_again(page, given):
    response = page.post(f"{PAGE}apollo/connect/", given)
    assert "errorlist" in text_of(response)
    assert KEY not in text_of(response)
    assert not DataAccount.objects.exists()


def test_what_is_no_key_is_said_at_its_field(page):
    response = page.post(f"{PAGE}apollo/connect/", {"key": "two words of it", "monthly_budget": "5"})
    assert response.context["form"].errors["key"] == ["This is no API key. Copy it from the settings of your account at Apollo."]


def test_the_budget_and_the_use_of_this_month_are_seen_and_the_budget_is_set(page, account, monkeypatch, now):
    monkeypatch.setattr("integrations.views.lead_data.now", lambda: now)
    factories.DataSpendFactory.create(workspace=account.workspace, provider="apollo", used=42)
    text = text_of(page.get(PAGE))
    assert "Used in November" in text
    assert "42 of 100 credits" in text
    assert 'max="100" value="42"' in text
    address = f"{PAGE}apollo/budget/"
    assert "42 credits used this month" in text_of(page.get(address))
    response = page.post(address, {"monthly_budget": "1500"}, follow=True)
    assert "42 of 1,500 credits" in text_of(response)
    account.refresh_from_db()
    assert (account.monthly_budget, account.key) == (1500, KEY)
    assert "errorlist" in text_of(page.post(address, {"monthly_budget": "lots"}))


def test_a_key_is_replaced_with_the_budget_that_is_there(page, account):
    address = f"{PAGE}apollo/connect/"
    assert 'value="100"' in text_of(page.get(address))
    page.post(address, {"key": "another-key-of-ours", "monthly_budget": "100"})
    account.refresh_from_db()
    assert account.key == "another-key-of-ours"


def test_a_vendor_is_disconnected_after_asking(page, account):
    address = f"{PAGE}apollo/disconnect/"
    assert "Its key is forgotten" in text_of(page.get(address))
    assert DataAccount.objects.count() == 1
    response = page.post(address, follow=True)
    assert "Apollo is disconnected" in text_of(response)
    assert not DataAccount.objects.exists()
    assert "is not connected" in text_of(page.post(address, follow=True))


def test_what_is_not_connected_has_no_budget_and_is_not_disconnected(page, db):
    for address in ACTS[1:]:
        response = page.get(address)
        assert response.status_code == 409
        assert "Apollo is not connected to this workspace." in text_of(response)


@pytest.mark.parametrize("act", ["connect", "budget", "disconnect"])
def test_a_vendor_that_there_is_none_of_is_not_found(page, act):
    for response in (page.get(f"{PAGE}zoominfo/{act}/"), page.post(f"{PAGE}zoominfo/{act}/")):
        assert response.status_code == 404


def test_members_are_told_who_manages_it_and_change_nothing(client, workspace, account):
    client.force_login(factories.MembershipFactory.create(workspace=workspace, role="member").user)
    text = text_of(client.get(PAGE))
    assert "For owners and admins" in text
    assert "Apollo is" not in text
    for address in ACTS:
        assert client.get(address).status_code == client.post(address, {"key": KEY, "monthly_budget": "5"}).status_code == 403
    account.refresh_from_db()
    assert account.monthly_budget == 100


def test_a_strangers_account_is_not_there(page, stranger):
    theirs = factories.DataAccountFactory.create(workspace=stranger.workspace, provider="apollo", monthly_budget=77_041)
    factories.DataSpendFactory.create(workspace=stranger.workspace, provider="apollo", used=33_907)
    text = text_of(page.get(PAGE))
    assert "Connect Apollo" in text
    for number in ("77041", "77,041", "33907", "33,907"):
        assert number not in text
    assert page.get(f"{PAGE}apollo/budget/").status_code == 409
    page.post(f"{PAGE}apollo/disconnect/")
    page.post(f"{PAGE}apollo/connect/", {"key": KEY, "monthly_budget": "5"})
    theirs.refresh_from_db()
    assert (theirs.monthly_budget, DataAccount.objects.count()) == (77_041, 2)


@pytest.mark.parametrize("address", ACTS)
def test_a_form_of_another_site_does_nothing(owner, account, address):
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(owner)
    assert browser.post(address, {"key": "another-key-of-ours", "monthly_budget": "1"}).status_code == 403
    account.refresh_from_db()
    assert (account.key, account.monthly_budget) == (KEY, 100)


@pytest.mark.parametrize("address", [PAGE, *ACTS])
def test_it_is_for_signed_in_members(client, db, address):
    assert client.get(address)["Location"] == f"/sign-in/?next={address}"


def test_the_pages_are_never_kept_by_a_browser(page, account):
    for address in [PAGE, *ACTS]:
        response = page.get(address)
        assert "no-store" in response["Cache-Control"]
        assert text_of(response).count("<h1") == 1
