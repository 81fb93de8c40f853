import re

import pytest

from rocketsdr.accounts.models import Membership
from tests import factories


@pytest.fixture
def page(client, owner):
    client.force_login(owner)
    return client


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


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_theme_is_kept_for_this_browser_and_goes_back_to_the_page(page, theme):
    response = page.post("/theme/", {"theme": theme, "next": "/approvals/"})
    assert response["Location"] == "/approvals/"
    assert response.cookies["theme"]["httponly"]
    assert f'<html lang="en" data-theme="{theme}">' in page.get("/approvals/").content.decode()


def test_without_a_theme_the_system_decides_and_a_made_up_one_is_none(page):
    page.post("/theme/", {"theme": "dark"})
    page.post("/theme/", {"theme": ""})
    assert '<html lang="en">' in page.get("/").content.decode()
    page.cookies["theme"] = '"><script>'
    assert '<html lang="en">' in page.get("/").content.decode()


def test_a_theme_leads_to_no_other_site(page):
    assert page.post("/theme/", {"theme": "dark", "next": "//evil.example"})["Location"] == "/"


def test_all_mail_is_stopped_from_every_page_and_a_stop_is_seen_on_every_page(page):
    assert 'action="/workspace/pause/"' in page.get("/").content.decode()
    page.post("/workspace/pause/")
    for address in ("/", "/approvals/", "/settings/integrations/"):
        text = page.get(address).content.decode()
        assert "All mail is stopped" in text
        assert 'action="/workspace/resume/"' in text


def test_whoever_may_not_lift_a_stop_is_told_who_may(client, viewer, page, owner):
    page.post("/workspace/pause/")
    client.force_login(type(owner).objects.get(id=viewer.user_id))
    text = client.get("/settings/integrations/").content.decode()
    assert "An owner or an admin lets it go on." in text
    assert 'action="/workspace/resume/"' not in text
