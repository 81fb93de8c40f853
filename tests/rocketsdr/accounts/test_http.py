import pytest
from django.contrib.auth.models import AnonymousUser
from django.contrib.sessions.backends.db import SessionStore
from django.http import HttpResponse

from rocketsdr.accounts import http
from rocketsdr.accounts.actor import MissingScope
from tests import factories


@pytest.fixture
def request_of(rf):
    def make(user, **session):
        request = rf.get("/")
        request.user, request.session = user, SessionStore()
        request.session.update(session)
        return request

    return make


@pytest.mark.parametrize(
    ("proxies", "forwarded", "remote", "expected"),
    [
        (0, "198.51.100.7", "203.0.113.9", "203.0.113.9"),
        (1, "198.51.100.7", "10.0.0.1", "198.51.100.7"),
        (1, "6.6.6.6, 198.51.100.7", "10.0.0.1", "198.51.100.7"),
        (2, "6.6.6.6, 198.51.100.7, 10.0.0.2", "10.0.0.1", "198.51.100.7"),
        (2, "6.6.6.6", "198.51.100.7", "198.51.100.7"),  # fewer hops than proxies: the client's own word
        (1, "unknown", "10.0.0.1", "10.0.0.1"),
        (1, "", "2001:db8::7", "2001:db8::7"),
        (0, "", "", http.NO_ADDRESS),  # a socket file
    ],
)
def test_the_clients_address_is_what_the_outermost_trusted_proxy_saw(rf, settings, proxies, forwarded, remote, expected):
    settings.TRUSTED_PROXIES = proxies
    assert http.client_address(rf.get("/", REMOTE_ADDR=remote, headers={"X-Forwarded-For": forwarded})) == expected


def test_the_workspace_is_the_oldest_one_until_another_is_chosen(request_of, owner, workspace):
    second = factories.MembershipFactory.create(user=owner, workspace__name="Aardvark").workspace
    assert http.current_workspace(request_of(owner)) == workspace
    assert http.current_workspace(request_of(owner, workspace_id=second.id)) == second


def test_a_strangers_workspace_cannot_be_chosen(request_of, owner, workspace, stranger):
    request = request_of(owner)
    assert http.choose_workspace(request, str(stranger.workspace.id)) is None
    assert http.current_workspace(request) == workspace
    assert http.current_workspace(request_of(owner, workspace_id=stranger.workspace.id)) == workspace


def test_nobody_has_no_workspace(request_of):
    assert http.current_workspace(request_of(AnonymousUser())) is None
    assert http.current_actor(request_of(AnonymousUser())) is None


def test_a_page_reads_the_workspaces_once(request_of, owner, django_assert_num_queries):
    request = request_of(owner)
    with django_assert_num_queries(1):
        assert list(http.workspace(request)["my_workspaces"]) == [http.workspace(request)["current_workspace"]]


def test_a_page_that_needs_a_scope_is_for_roles_that_have_it(rf, owner, viewer, request_of):
    seen = []

    @http.scope_required("campaigns:send")
    def page(request):
        seen.append(request.actor.user_id)
        return HttpResponse()

    page(request_of(owner))
    assert seen == [owner.pk]
    with pytest.raises(MissingScope, match="Your role in this workspace does not allow this: launch campaigns"):
        page(request_of(type(owner).objects.get(id=viewer.user_id)))
    assert page(request_of(AnonymousUser())).status_code == 302
    assert seen == [owner.pk]
