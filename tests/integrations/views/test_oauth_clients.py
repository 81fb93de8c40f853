from __future__ import annotations

import re

import pytest
from django.contrib.auth.hashers import check_password

from rocketsdr.accounts.models import OAuthApplication
from rocketsdr.accounts.oauth import clients
from tests import factories

OTHERS = OAuthApplication.objects.exclude(client_id="rocketsdr")  # which every installation has
PAGES = "/settings/integrations/oauth-clients/"
HOME = "https://app.example/cb"


@pytest.fixture
def page(client, owner):
    client.force_login(owner)
    return client


@pytest.fixture
def made(person):
    return clients.create_client(actor=person, name="Reports", confidential=True, redirect_uris=[HOME])


def make(client, **given):
    return client.post(f"{PAGES}new/", {"name": "Reports", "kind": "confidential", "redirect_uris": HOME, **given})


def secret_in(response):
    return re.findall(r'<pre id="secret"[^>]*>(rsdr_secret_\w+)</pre>', response.content.decode())[0]


def text_of(response):
    return response.content.decode().replace("&#x27;", "'")


def test_the_page_that_answers_shows_the_secret_once_and_it_works(page, workspace):
    response = make(page)
    secret, made = secret_in(response), OTHERS.get()
    assert "no-store" in response["Cache-Control"]
    assert made.workspace == workspace
    assert check_password(secret, made.client_secret)
    assert made.client_id in text_of(response)
    assert "client_secret_post" in text_of(response)
    assert f'data-reload-goes-to="{PAGES}{made.pk}/"' in text_of(response)
    for address in (PAGES, f"{PAGES}{made.pk}/", f"{PAGES}{made.pk}/rotate/"):
        assert secret not in page.get(address).content.decode()
    assert secret not in str(dict(page.session))


def test_a_public_client_is_shown_without_a_secret(page):
    response = make(page, kind="public", redirect_uris="http://localhost:3000/callback\r\nhttps://app.example/cb\r\n")
    assert 'id="secret"' not in text_of(response)
    assert "leave the client secret empty" in text_of(response)
    assert OTHERS.get().redirect_uris == f"http://localhost/callback {HOME}"


def test_the_list_says_how_each_client_stands(page, person, made, now):
    off = clients.create_client(actor=person, name="Old", confidential=False, redirect_uris=[HOME]).client
    clients.disable_client(actor=person, client_pk=off.pk, now=now)
    factories.ConnectionFactory.create(workspace_id=person.workspace_id, application=made.client)
    text = text_of(page.get(PAGES))
    assert re.findall(r"(Active|Disabled)</span>", text) == ["Disabled", "Active"]
    assert made.client.client_id in text
    assert '<td data-label="Connected">1</td>' in text


def test_more_clients_need_no_more_queries(page, person, django_assert_max_num_queries):
    for number in range(20):
        made = clients.create_client(actor=person, name=f"Client {number}", confidential=False, redirect_uris=[HOME])
        factories.ConnectionFactory.create(workspace_id=person.workspace_id, application=made.client)
    page.get(PAGES)  # the first page of a session writes down who is there
    with django_assert_max_num_queries(8):
        page.get(PAGES)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"name": " "}, "This field is required."),
        ({"name": "Cla\u202eude"}, "visible characters"),
        ({"kind": "machine"}, "Select a valid choice."),
        ({"redirect_uris": ""}, "This field is required."),
        ({"redirect_uris": "http://app.example/cb"}, "use https"),
        ({"redirect_uris": f"{HOME} https://b.example/cb"}, "write one address a line"),
        ({"redirect_uris": "https://*.app.example/cb"}, "a pattern matches nothing here"),
        ({"redirect_uris": "https://app.example/cb#x"}, "fragment"),
        ({"redirect_uris": "\n".join(f"https://app.example/{n}" for n in range(13))}, "13 redirect URIs are too many"),
    ],
)
def test_a_wrong_form_comes_back_with_the_reason_and_makes_no_client(page, given, words):
    response = make(page, **given)
    assert words in text_of(response)
    assert not OTHERS.exists()


def test_name_and_addresses_are_edited_and_a_wrong_one_changes_nothing(page, made):
    address = f"{PAGES}{made.client.pk}/"
    assert HOME in text_of(page.get(address))
    refused = page.post(address, {"name": "Reports 2", "redirect_uris": "https://app.example/cb?x#"})
    assert "fragment" in text_of(refused)
    made.client.refresh_from_db()
    assert made.client.name == "Reports"
    saved = page.post(address, {"name": "Reports 2", "redirect_uris": "https://app.example/other"}, follow=True)
    assert "“Reports 2” is saved." in text_of(saved)
    made.client.refresh_from_db()
    assert made.client.redirect_uris == "https://app.example/other"


@pytest.mark.parametrize(
    ("uri", "words"),
    [
        (HOME, "matches."),
        (f"{HOME}/", f"Nearest is {HOME}: it has a slash too much at its end."),
        ("https://app.example:8443/cb", "the port is 8443 in place of none"),
        ("https://<script>", "It can match nothing"),
    ],
)
def test_the_page_names_what_keeps_an_address_from_matching(page, made, uri, words):
    text = text_of(page.get(f"{PAGES}{made.client.pk}/check/", {"uri": uri}))
    assert words in text
    assert "<script>alert" not in text
    assert "https://<script>" not in text


def test_the_page_shows_the_last_refused_address_and_forgets_it_once_it_matches(page, made):
    made.client.redirect_uri_allowed(f"{HOME}/")
    address = f"{PAGES}{made.client.pk}/"
    assert "it has a slash too much at its end" in text_of(page.get(address))
    page.post(address, {"name": "Reports", "redirect_uris": f"{HOME}/"})
    assert "A request was refused" not in text_of(page.get(address))


def test_a_secret_is_rotated_after_asking(page, made):
    address = f"{PAGES}{made.client.pk}/rotate/"
    assert "The old secret fails from now on" in text_of(page.get(address))
    new = secret_in(page.post(address))
    made.client.refresh_from_db()
    assert check_password(new, made.client.client_secret)
    assert not check_password(made.secret, made.client.client_secret)


def test_a_public_client_has_nothing_to_rotate(page, person):
    public = clients.create_client(actor=person, name="Phone", confidential=False, redirect_uris=[HOME]).client
    assert "A public client has no secret." in text_of(page.post(f"{PAGES}{public.pk}/rotate/", follow=True))


def test_a_client_is_disabled_enabled_and_deleted(page, made):
    address = f"{PAGES}{made.client.pk}/"
    assert "is disabled" in text_of(page.post(f"{address}state/", {"state": "disabled"}, follow=True))
    made.client.refresh_from_db()
    assert made.client.disabled_at is not None
    assert "works again" in text_of(page.post(f"{address}state/", {"state": "enabled"}, follow=True))
    assert "This cannot be undone" in text_of(page.get(f"{address}delete/"))
    assert "is deleted" in text_of(page.post(f"{address}delete/", follow=True))
    assert not OTHERS.exists()


def addresses(pk):
    return [f"{PAGES}{pk}/", f"{PAGES}{pk}/check/?uri=x", f"{PAGES}{pk}/rotate/", f"{PAGES}{pk}/delete/"]


def test_a_strangers_clients_are_not_there(page, stranger):
    theirs = clients.create_client(actor=stranger.actor, name="Theirs", confidential=True, redirect_uris=[HOME]).client
    assert "Theirs" not in text_of(page.get(PAGES))
    for pk in (theirs.pk, 999_999):
        assert {page.get(address).status_code for address in addresses(pk)} == {404}
        posted = [*(address for address in addresses(pk) if "check" not in address), f"{PAGES}{pk}/state/"]
        assert {page.post(address, {"name": "Mine", "redirect_uris": HOME}).status_code for address in posted} == {404}
    theirs.refresh_from_db()
    assert (theirs.name, theirs.disabled_at) == ("Theirs", None)


def test_a_member_who_does_not_manage_the_workspace_is_told_so(client, workspace, made):
    client.force_login(factories.MembershipFactory.create(workspace=workspace, role="member").user)
    text = text_of(client.get(PAGES))
    assert "Owners and admins" in text
    assert made.client.client_id not in text
    assert {client.get(address).status_code for address in [f"{PAGES}new/", *addresses(made.client.pk)]} == {403}
    assert make(client).status_code == 403
    assert OTHERS.count() == 1


def test_clients_are_for_signed_in_members(client, made):
    for address in (PAGES, f"{PAGES}new/", *addresses(made.client.pk)):
        assert client.get(address)["Location"].startswith("/sign-in/?next=")
