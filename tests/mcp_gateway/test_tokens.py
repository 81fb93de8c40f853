"""Access tokens at the doors of the gateway. The numbers are the rows of the security checklist.

Rows that need a running server stand elsewhere: 77 and 78 in test_streams.py, 61 in tests/journeys/test_oauth.py. Row 102, that signing
in and asking for a new password tell nobody who exists, is held by tests/rocketsdr/accounts/test_urls.py.
Row 8 (preflights of browsers) is tested with the middleware that answers them, row 54's tokens of another issuer and ID tokens
cannot exist here: only tokens that lie in our own table count, and no ID token is ever made.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from unittest import mock

import pytest
from django.conf import settings
from django.utils import timezone
from oauth2_provider.models import AccessToken

from mcp_gateway import dispatch
from mcp_gateway.models import ToolCall
from mcp_gateway.surfaces import OUTREACH
from rocketsdr.accounts.actor import READ_SCOPES
from rocketsdr.accounts.models import Membership, OAuthApplication, User
from rocketsdr.accounts.oauth import resources
from rocketsdr.accounts.services import issue_api_key
from rocketsdr.lib.clock import now as real_now
from tests import factories
from tests.mcp_gateway.conftest import Rpc
from tests.mcp_gateway.protocol.conftest import Modern
from tests.oauth import Flow

PING = {"jsonrpc": "2.0", "id": 7, "method": "ping"}
INITIALIZE = {"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "c", "version": "1"}}
METADATA = f'resource_metadata="{settings.PUBLIC_URL}/.well-known/oauth-protected-resource/api/mcp"'


@pytest.fixture
def flow(owner) -> Flow:
    return Flow().sign_in(owner)


@pytest.fixture
def token(flow, workspace) -> str:
    return str(flow.connect(workspace)["access_token"])


def bearer(token: str, path: str = "/api/mcp") -> Rpc:
    return Rpc({"Authorization": f"Bearer {token}"}, path)


@pytest.fixture
def rpc(token) -> Rpc:
    """A client that may read leads and campaigns."""
    return bearer(token)


@pytest.fixture
def anonymous(db) -> Rpc:
    return Rpc(path="/api/mcp")


def challenge(response: Any) -> dict[str, str]:
    """Return the parameters of a challenge, which is one line."""
    header = response["WWW-Authenticate"]
    assert header.startswith("Bearer ")
    assert header.isascii() and header.isprintable()
    return {name: value.strip('"') for name, _, value in (part.partition("=") for part in header.removeprefix("Bearer ").split(", "))}


# --- The challenge -----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/api/mcp", "/api/mcp/", "/api/v1/outreach/whoami"])
@pytest.mark.attack(1)
def test_row_1_without_a_credential_the_client_learns_where_to_get_one(db, path):
    response = Rpc(path=path).post(PING)
    assert response.status_code == 401
    assert response["WWW-Authenticate"].startswith(f"Bearer {METADATA}, scope=")
    said = challenge(response)
    assert "error" not in said
    wanted = set(said["scope"].split())
    assert wanted >= READ_SCOPES
    assert not wanted & {"offline_access", "admin", "campaigns:send", "inbox:send"}  # row 64


@pytest.mark.attack(2)
def test_row_2_a_bad_or_expired_token_is_said_to_be_one(anonymous, rpc):
    AccessToken.objects.update(expires=timezone.now() - timedelta(hours=1))
    for response in (rpc.post(PING), anonymous.post(PING, Authorization="Bearer nonsense")):
        assert (response.status_code, challenge(response)["error"]) == (401, "invalid_token")
        assert METADATA in response["WWW-Authenticate"]


@pytest.mark.parametrize("evil", ['x", error="ok', "x\r\nSet-Cookie: a=b", "é", "%0d%0a"])
@pytest.mark.attack(3)
def test_row_3_nothing_of_the_request_stands_in_the_challenge(anonymous, evil):
    for headers in ({"Authorization": f"Bearer {evil}"}, {"Authorization": "Bearer x", "Mcp_Name": evil, "X_Forwarded_Host": evil}):
        response = anonymous.post(PING, **headers)
        assert set(challenge(response)) == {"error", "resource_metadata", "scope"}
        assert "Set-Cookie" not in response.headers


# --- Whose token, and for what ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("header", ["Bearer {}", "bearer {}", "BEARER  {} "])
def test_a_token_speaks_for_its_person(rpc, token, header, owner):
    rpc.headers = {"Authorization": header.format(token)}
    said = rpc.call("whoami")["structuredContent"]
    assert (said["account"]["person"], said["key"]["name"]) == (owner.email, "RocketSDR connector")
    assert said["key"]["scopes"] == ["campaigns:read", "leads:read"]


def test_a_call_is_recorded_under_its_connection(rpc):
    rpc.call("list_products")
    assert ToolCall.objects.get().credential.startswith("connection:")


@pytest.mark.attack(50)
def test_row_50_a_token_for_one_surface_is_none_at_another(token, flow, workspace, monkeypatch):
    other = resources.Resource("api/test/mcp", "Test")
    monkeypatch.setattr(resources, "_by_address", {**resources._by_address, other.address: other})
    theirs = flow.connect(workspace, resource=other.identifier)["access_token"]
    assert [bearer(token, path).post(PING).status_code for path in ("/api/mcp", "/api/mcp/", "/api/test/mcp")] == [200, 200, 401]
    assert [bearer(theirs, path).post(PING).status_code for path in ("/api/mcp", "/api/test/mcp")] == [401, 200]
    assert challenge(bearer(theirs).post(PING))["error"] == "invalid_token"


def test_a_token_for_a_surface_is_good_at_its_rest_door_too(token, product):
    rest = bearer(token, "/api/v1/outreach/list_products")
    assert rest.post({}).json()["products"][0]["name"] == product.name


@pytest.mark.attack(54)
def test_row_54_the_cookie_of_a_browser_is_no_token(anonymous, flow):
    session = flow.browser.cookies["sessionid"].value
    assert anonymous.post(PING, Authorization=f"Bearer {session}").status_code == 401
    anonymous.client = flow.browser
    assert anonymous.post(PING).status_code == 401


@pytest.mark.attack(55)
def test_row_55_a_token_in_the_address_or_in_a_form_does_not_count(anonymous, token, caplog):
    by_address = anonymous.client.post(f"/api/mcp?access_token={token}", PING, content_type="application/json")
    by_form = anonymous.client.post("/api/mcp", {"access_token": token})
    by_form_too = anonymous.client.post("/api/mcp", f"access_token={token}", content_type="application/x-www-form-urlencoded")
    assert [answer.status_code for answer in (by_address, by_form, by_form_too)] == [401] * 3
    assert token not in caplog.text


@pytest.mark.attack(56)
def test_row_56_no_tool_gets_the_token_so_none_can_pass_it_on(rpc, token):
    with mock.patch.object(dispatch, "call", side_effect=dispatch.call) as called:
        rpc.call("list_products")
    [(given, named)] = [(call.args, call.kwargs) for call in called.call_args_list]
    assert token not in repr((given, named))
    assert not any(token in str(getattr(value, name, "")) for value in given for name in getattr(type(value), "__slots__", ()))


@pytest.mark.attack(36)
def test_row_36_inactive_people_and_disabled_clients_are_out_at_the_next_call(rpc, owner):
    for model, change, back in (
        (User, {"is_active": False}, {"is_active": True}),
        (OAuthApplication, {"disabled_at": real_now()}, {"disabled_at": None}),
    ):
        model.objects.update(**change)
        assert challenge(rpc.post(PING))["error"] == "invalid_token"
        model.objects.update(**back)
        assert rpc.post(PING).status_code == 200


@pytest.mark.attack(103)
def test_row_103_whoever_leaves_the_workspace_is_out_at_the_next_call(rpc, owner):
    Membership.objects.filter(user=owner).delete()
    assert rpc.post(PING).status_code == 401


def test_a_token_and_a_key_of_one_workspace_may_what_both_allow(rpc, person, stranger):
    key = issue_api_key(actor=person, name="K", scopes=frozenset({"leads:read", "leads:write"}), now=real_now()).secret
    assert rpc.call("whoami", X_API_Key=key)["structuredContent"]["key"]["scopes"] == ["leads:read"]
    refused = rpc.call("list_products", X_API_Key=key)  # the token has the scope; the key will never have it
    assert refused["structuredContent"]["code"] == "insufficient_scope"
    step_up = rpc.post(call("create_campaign_draft", name="x"), X_API_Key=key)
    assert step_up.status_code == 200  # likewise
    theirs = issue_api_key(actor=stranger.actor, name="T", scopes=frozenset({"leads:read"}), now=real_now()).secret
    assert rpc.post(PING, X_API_Key=theirs).status_code == 401


# --- Step-up -----------------------------------------------------------------------------------------------------------------------


def call(tool: str, **arguments: Any) -> dict[str, Any]:
    return {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": tool, "arguments": arguments}}


@pytest.mark.attack(60)
def test_row_60_a_token_that_lacks_a_scope_is_told_all_that_it_needs(rpc):
    response = rpc.post(call("create_product", name="X"))
    assert response.status_code == 403
    assert challenge(response) == {
        "error": "insufficient_scope",
        "scope": "campaigns:read campaigns:write leads:read",
        "resource_metadata": f"{settings.PUBLIC_URL}/.well-known/oauth-protected-resource/api/mcp",
    }
    assert response.json()["error"]["data"] == {"code": "insufficient_scope", "scope": "campaigns:write"}
    assert ToolCall.objects.get().code == "insufficient_scope"


@pytest.mark.attack(60)
def test_row_60_so_it_is_for_what_is_no_tool_and_for_what_an_act_needs_besides(rpc):
    asked = [
        {"jsonrpc": "2.0", "id": 1, "method": "resources/read", "params": {"uri": "outreach://metrics"}},
        {"jsonrpc": "2.0", "id": 1, "method": "prompts/get", "params": {"name": "triage_inbox"}},
        call("export_data", kind="events"),
        call("finalize_campaign_draft", campaign_id=1),
    ]
    for body in asked:
        response = rpc.post(body)
        assert (response.status_code, challenge(response)["error"]) == (403, "insufficient_scope"), body
        streamed = rpc.post(body, Accept="application/json, text/event-stream")
        assert streamed.status_code == 403


@pytest.mark.attack(60)
def test_row_60_in_the_modern_revision_and_at_the_rest_door(rpc, token):
    response = Modern(rpc).post("tools/call", {"name": "create_product", "arguments": {"name": "X"}})
    assert (response.status_code, challenge(response)["error"]) == (403, "insufficient_scope")
    rest = bearer(token, "/api/v1/outreach/create_product").post({"name": "X"})
    assert (rest.status_code, rest.json()["code"], challenge(rest)["error"]) == (403, "insufficient_scope", "insufficient_scope")


def test_a_scope_that_the_person_cannot_give_is_the_error_of_the_call(rpc, owner):
    Membership.objects.filter(user=owner).update(role="viewer")
    response = rpc.post(call("create_product", name="X"))
    assert (response.status_code, response.json()["result"]["structuredContent"]["code"]) == (200, "insufficient_scope")


@pytest.mark.attack(94)
def test_row_94_what_a_key_lacks_is_the_error_of_the_call_and_403_at_the_rest_door(db, person):
    key = issue_api_key(actor=person, name="K", scopes=frozenset({"leads:read"}), now=real_now()).secret
    by_key = Rpc({"X-API-Key": key}, "/api/mcp")
    assert by_key.call("create_product", {"name": "X"})["structuredContent"]["code"] == "insufficient_scope"
    by_key.path = "/api/v1/outreach/create_product"
    refused = by_key.post({"name": "X"})
    assert (refused.status_code, refused.json()["code"], "WWW-Authenticate" in refused) == (403, "insufficient_scope", False)


def test_a_list_shows_what_a_client_may_step_up_to(rpc, owner):
    names = {tool["name"] for tool in rpc.request("tools/list")["result"]["tools"]}
    assert {"list_products", "create_product", "finalize_campaign_draft"} <= names
    Membership.objects.filter(user=owner).update(role="viewer")
    assert "create_product" not in {tool["name"] for tool in rpc.request("tools/list")["result"]["tools"]}


@pytest.mark.attack(62)
def test_row_62_a_scope_to_change_lets_read(flow, workspace):
    rpc = bearer(flow.connect(workspace, scope="campaigns:write")["access_token"])
    assert rpc.post(call("list_products")).status_code == 200
    assert rpc.call("list_products")["isError"] is False


@pytest.mark.attack(63, 100)
def test_row_63_and_100_what_belongs_to_others_does_not_exist(flow, workspace, stranger):
    rpc = bearer(flow.connect(workspace, scope="campaigns:read campaigns:write leads:read")["access_token"])
    theirs, random = (rpc.call("get_campaign", {"campaign_id": number}) for number in (stranger.campaign.id, 2**40))
    assert theirs["isError"] is random["isError"] is True
    assert theirs["structuredContent"] == random["structuredContent"]
    uris = (f"outreach://campaigns/{stranger.campaign.id}", f"outreach://campaigns/{2**40}")
    errors = [rpc.request("resources/read", {"uri": uri})["error"] for uri in uris]
    assert errors[0]["code"] == errors[1]["code"]


# --- Transport and sessions ----------------------------------------------------------------------------------------------------------


@pytest.mark.attack(70)
def test_row_70_a_foreign_page_is_refused_with_a_good_token(rpc):
    for origin in ("https://evil.example", "null", f"{settings.PUBLIC_URL}.evil.example"):
        assert rpc.post(PING, Origin=origin).status_code == 403
    assert rpc.post(PING, Origin=settings.PUBLIC_URL).status_code == 200


@pytest.mark.attack(71)
def test_row_71_a_foreign_host_is_refused_with_a_good_token(rpc):
    assert rpc.post(PING, Host="evil.example").status_code in {400, 421}  # of pages' middleware here, of the gateway's own handler


@pytest.fixture
def session(rpc) -> Any:
    return rpc.post({"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": INITIALIZE})["Mcp-Session-Id"]


@pytest.mark.attack(72)
def test_row_72_a_session_is_of_its_person_also_with_the_same_client(rpc, session, workspace):
    second = factories.MembershipFactory.create(workspace=workspace).user
    theirs = bearer(Flow().sign_in(second).connect(workspace)["access_token"])
    assert rpc.post(PING, Mcp_Session_Id=session).status_code == 200
    assert theirs.post(PING, Mcp_Session_Id=session).status_code == 404
    assert theirs.client.delete("/api/mcp", headers={**theirs.headers, "Mcp-Session-Id": session}).status_code == 404


@pytest.mark.attack(73)
def test_row_73_a_session_id_alone_is_no_credential(anonymous, session):
    assert anonymous.post(PING, Mcp_Session_Id=session).status_code == 401


@pytest.mark.attack(74)
def test_row_74_a_session_id_is_the_servers_and_cannot_be_chosen_or_guessed(rpc, session):
    chosen = rpc.post({"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": INITIALIZE}, Mcp_Session_Id="mine")
    assert chosen["Mcp-Session-Id"] not in {"mine", session}
    assert len(session) >= 64
    for guess in ("mine", session[:-1] + ("0" if session[-1] != "0" else "1"), "." + session.partition(".")[2]):
        assert rpc.post(PING, Mcp_Session_Id=guess).status_code == 404


def test_a_session_outlives_a_wider_consent(rpc, session, flow, workspace):
    wider = flow.connect(workspace, scope="campaigns:write leads:read")["access_token"]
    assert bearer(wider).post(PING, Mcp_Session_Id=session).status_code == 200


@pytest.mark.attack(75)
def test_row_75_the_modern_revision_knows_no_session(rpc):
    response = Modern(rpc).post("tools/list", Mcp_Session_Id="anything")
    assert (response.status_code, "Mcp-Session-Id" in response) == (200, False)
    for method in ("get", "delete"):
        asked = getattr(rpc.client, method)(
            "/api/mcp", headers={**rpc.headers, "MCP-Protocol-Version": "2026-07-28", "Accept": "text/event-stream"}
        )
        assert asked.status_code == 405


@pytest.mark.attack(76)
def test_row_76_a_handle_of_somebody_else_is_none(flow, workspace, stranger):
    rpc = bearer(flow.connect(workspace, scope="campaigns:read leads:read")["access_token"])
    theirs, random = (rpc.call("get_job", {"job_id": number}) for number in (stranger.job.id, 2**40))
    assert (theirs["isError"], theirs["structuredContent"]) == (True, random["structuredContent"])


@pytest.mark.attack(79)
def test_row_79_headers_that_lie_are_refused(rpc):
    response = Modern(rpc).post("tools/call", {"name": "create_product", "arguments": {"name": "X"}}, Mcp_Name="list_products")
    assert (response.status_code, response.json()["error"]["code"]) == (400, -32020)


@pytest.mark.attack(101)
def test_row_101_answers_are_for_this_caller_alone(rpc, token):
    for method in ("tools/list", "resources/list", "prompts/list"):
        response = Modern(rpc).post(method)
        assert response.json()["result"]["cacheScope"] == "private"
        assert (response["Cache-Control"], response["Vary"]) == ("no-store", "Authorization, X-API-Key")
    rest = bearer(token, "/api/v1/outreach/list_products").post({})
    assert rest["Cache-Control"] == "no-store"
    assert "Authorization" in rest["Vary"]


def test_an_agent_by_oauth_decides_no_approval(rpc, flow, workspace):
    wide = bearer(flow.connect(workspace, scope="oversight:write oversight:read")["access_token"])
    refused = wide.call("resolve_approval", {"approval_id": 1, "decision": "approve", "digest": "d" * 64})
    assert refused["isError"] is True
    assert OUTREACH.address == "api/mcp"
