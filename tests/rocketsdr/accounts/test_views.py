import re

import pytest

from rocketsdr.accounts.models import Membership
from tests import factories


@pytest.fixture
def page(client, owner):
    client.force_login(owner)
    return client


def test_home_says_where_to_connect_and_what_is_left_today(page, settings):
    text = page.get("/").content.decode()
    assert f"{settings.PUBLIC_URL}/api/mcp" in text
    assert "/settings/integrations/api-keys/new/" in text
    assert "0 of 10" in text


def test_the_mailbox_is_in_the_navigation_of_the_embedded_mode_only(page, settings):
    assert "/mailbox/" in page.get("/").content.decode()
    settings.EMBEDDED = False
    assert "/mailbox/" not in page.get("/").content.decode()


def test_the_admin_is_in_the_navigation_of_operators_only(client, owner):
    client.force_login(owner)
    assert 'href="/admin/"' not in client.get("/").content.decode()
    client.force_login(factories.UserFactory.create(is_staff=True))
    assert 'href="/admin/"' in client.get("/").content.decode()


def test_somebody_without_a_workspace_is_told_what_to_do(page, owner):
    Membership.objects.all().delete()
    assert f"add {owner.email}" in page.get("/").content.decode()
    refused = page.get("/settings/integrations/")
    assert refused.status_code == 403
    assert "Ask an owner to add you" in refused.content.decode()


def test_a_person_of_two_workspaces_switches_between_them(page, owner):
    other = factories.MembershipFactory.create(user=owner, workspace__name="Globex").workspace
    response = page.post("/workspace/", {"workspace": other.id}, follow=True)
    assert re.search(r"<h1>\s*Globex\s*</h1>", response.content.decode())
    assert "You now work in Globex." in response.content.decode()


def test_a_strangers_workspace_cannot_be_switched_to(page, stranger):
    for workspace in (stranger.workspace.id, 0, "x", ""):
        assert page.post("/workspace/", {"workspace": workspace}).status_code == 404


def test_switching_goes_back_to_no_other_site(page, workspace):
    assert page.post("/workspace/", {"workspace": workspace.id, "next": "//evil.example"})["Location"] == "/"
    assert page.post("/workspace/", {"workspace": workspace.id, "next": "/mailbox/"})["Location"] == "/mailbox/"


def test_pages_carry_no_inline_script_or_style_and_a_policy_that_forbids_them(page):
    response = page.get("/")
    policy = response["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "unsafe" not in policy
    text = response.content.decode()
    assert not re.search(r"<style|\sstyle=|\son\w+=|<script(?![^>]*src=)", text)
    assert not re.search(r'(?:src|href)="(?:https?:)?//', text)
