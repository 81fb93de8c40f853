"""What a client reads before it connects. The numbers are the rows of the security checklist."""

from __future__ import annotations

import pytest
from django.conf import settings

from rocketsdr.accounts.oauth import resources
from tests.oauth import RESOURCE, Flow, asked_back

SERVER = "/.well-known/oauth-authorization-server"


@pytest.mark.attack(4)
def test_row_4_the_resource_is_the_address_that_people_paste(client):
    for path in (resources.METADATA, f"{resources.METADATA}/api/mcp"):
        described = client.get(path).json()
        assert (described["resource"], described["authorization_servers"]) == (RESOURCE, [settings.PUBLIC_URL])
        assert described["bearer_methods_supported"] == ["header"]


@pytest.mark.parametrize("address", ["api", "api/mcp/", "api/mcp/x", "mcp", "evil.example", "api/v1/outreach", "%2e%2e"])
@pytest.mark.attack(4)
def test_row_4_an_unknown_suffix_is_no_resource(client, address):
    assert client.get(f"{resources.METADATA}/{address}").status_code == 404


@pytest.mark.attack(5)
def test_row_5_the_issuer_is_the_same_text_wherever_it_stands(client, flow, workspace):
    issuer = client.get(SERVER).json()["issuer"]
    assert issuer == settings.PUBLIC_URL == client.get(resources.METADATA).json()["authorization_servers"][0]
    assert issuer == asked_back(flow.decide(workspace))["iss"]
    assert not issuer.endswith("/")


@pytest.mark.attack(6)
def test_row_6_the_only_challenge_is_s256(client):
    described = client.get(SERVER).json()
    assert described["code_challenge_methods_supported"] == ["S256"]
    assert described["token_endpoint_auth_methods_supported"] == ["none"]
    assert described["grant_types_supported"] == ["authorization_code", "refresh_token"]
    assert described["response_types_supported"] == ["code"]
    assert described["authorization_response_iss_parameter_supported"] is True
    assert {name for name in described if name.endswith("_endpoint")} <= {
        *("authorization_endpoint", "token_endpoint", "revocation_endpoint", "registration_endpoint")
    }


@pytest.mark.attack(7)
def test_row_7_a_foreign_host_gets_nothing(client):
    for path in (SERVER, resources.METADATA):
        poisoned = client.get(path, headers={"Host": "evil.example", "X-Forwarded-Host": "evil.example"})
        assert poisoned.status_code == 400
        assert "evil.example" not in client.get(path, headers={"X-Forwarded-Host": "evil.example"}).content.decode()


@pytest.mark.attack(64)
def test_row_64_staying_connected_is_asked_of_the_server_never_of_the_resource(client):
    assert "offline_access" in client.get(SERVER).json()["scopes_supported"]
    assert "offline_access" not in client.get(resources.METADATA).json()["scopes_supported"]


def test_managing_a_workspace_is_offered_nowhere(client, db):
    assert "admin" not in client.get(SERVER).json()["scopes_supported"]
    assert asked_back(Flow(scope="admin").ask())["error"] == "invalid_scope"


def test_what_programs_read_may_be_read_by_pages_of_any_site_and_kept_for_a_moment(client):
    for path in (SERVER, resources.METADATA):
        answer = client.get(path)
        assert (answer["Access-Control-Allow-Origin"], answer["Cache-Control"]) == ("*", "public, max-age=300")


@pytest.mark.parametrize(
    "path",
    [
        *("/o/introspect/", "/o/device-authorization/", "/o/device/", "/o/applications/", "/o/applications/register/"),
        *("/o/authorized_tokens/", "/o/userinfo/", "/o/logout/", "/o/.well-known/openid-configuration"),
        *("/.well-known/openid-configuration", f"{SERVER}/o", "/o/.well-known/jwks.json"),
    ],
)
@pytest.mark.attack(42)
def test_row_42_nothing_else_of_the_library_is_mounted(client, db, path):
    assert client.get(path).status_code == 404
    assert client.post(path).status_code == 404
