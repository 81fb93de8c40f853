"""The GET stream, through a real uvicorn: it says that it is alive, and ends with its credential."""

from __future__ import annotations

import asyncio
import http.client
import json
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.core.asgi import get_asgi_application
from django.core.wsgi import get_wsgi_application
from django.db import connection

from campaigns.models import Campaign
from mcp_gateway import streams
from mcp_gateway.auth import Credentials
from mcp_gateway.protocol import Watch
from mcp_gateway.surfaces import OUTREACH
from rocketsdr.accounts.connections import revoke_connection
from rocketsdr.accounts.models import ApiKey, Connection, Membership, OAuthApplication, User
from rocketsdr.accounts.services import issue_api_key, revoke_api_key
from rocketsdr.asgi import Front
from tests import factories
from tests.mcp_gateway.protocol.conftest import ENVELOPE
from tests.oauth import Flow
from tests.serving import serving

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(streams, "CHECK_EVERY", 0.02)
    monkeypatch.setattr(streams, "ALIVE_EVERY", 0.04)


@pytest.fixture
def port(settings: Any) -> Iterator[int]:
    settings.ALLOWED_HOSTS = ["*"]
    front = Front(wsgi=get_wsgi_application(), asgi=get_asgi_application(), threads=2)
    with serving(front) as number:
        yield number


@pytest.fixture
def listen(port, api_key) -> Iterator[Callable[..., http.client.HTTPResponse]]:
    made: list[http.client.HTTPConnection] = []

    def open_stream(**headers: str) -> http.client.HTTPResponse:
        connect = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
        made.append(connect)
        sent = {"Accept": "text/event-stream", "X-API-Key": api_key.secret, **headers}
        connect.request("GET", "/api/mcp", headers={name.replace("_", "-"): value for name, value in sent.items()})
        return connect.getresponse()

    open_stream.made = made  # type: ignore[attr-defined]  # a test may close the first
    yield open_stream
    for connect in made:
        connect.close()


def until(true: Callable[[], bool]) -> None:
    for _ in range(1000):
        if true():
            return
        time.sleep(0.01)
    raise AssertionError("It did not come true within ten seconds.")


def test_a_stream_says_at_once_and_again_that_it_is_alive(listen):
    stream = listen(MCP_Protocol_Version="2025-06-18")
    assert (stream.status, stream.headers["Content-Type"]) == (200, "text/event-stream")
    assert [stream.readline() for _ in range(4)] == [b": alive\n", b"\n"] * 2


@pytest.mark.django_db(transaction=False)
def test_in_the_product_a_revoked_credential_is_noticed_within_fifteen_seconds(monkeypatch):
    monkeypatch.undo()
    assert streams.CHECK_EVERY < streams.ALIVE_EVERY == 15


def test_a_stream_ends_with_its_credential(listen, person, api_key, now):
    stream = listen()
    assert stream.readline() == b": alive\n"
    revoke_api_key(actor=person, key_id=api_key.key.id, now=now)
    stream.read()  # to its end
    assert listen().status == 401


@pytest.mark.attack(77)
def test_row_77_a_stream_of_somebody_else_cannot_be_resumed(listen, rpc, workspace):
    params = {"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "c", "version": "1"}}
    session = rpc.post({"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": params})["Mcp-Session-Id"]
    other = factories.MembershipFactory.create(workspace=workspace).user
    token = Flow().sign_in(other).connect(workspace)["access_token"]
    asked = {"Authorization": f"Bearer {token}", "X_API_Key": "", "Mcp_Session_Id": session, "Last_Event_ID": "1"}
    assert listen(**asked).status == 404
    del asked["Mcp_Session_Id"]
    assert listen(**asked).status == 200  # a stream of their own, which begins anew


@pytest.mark.parametrize("end", ["the token", "the connection", "the person", "the client", "the membership"])
@pytest.mark.attack(78)
def test_row_78_a_stream_ends_when_anything_that_its_token_rests_on_ends(listen, workspace, owner, person, now, end):
    flow = Flow().sign_in(owner)
    token = flow.connect(workspace)["access_token"]
    bearer = {"Authorization": f"Bearer {token}", "X_API_Key": ""}
    stream = listen(**bearer)
    assert stream.readline() == b": alive\n"
    ways: dict[str, Callable[[], object]] = {
        "the token": lambda: flow.revoke(token),
        "the connection": lambda: revoke_connection(actor=person, connection_id=Connection.objects.get().pk, now=now),
        "the person": lambda: User.objects.filter(pk=owner.pk).update(is_active=False),
        "the client": lambda: OAuthApplication.objects.update(disabled_at=now),
        "the membership": lambda: Membership.objects.all().delete(),
    }
    ways[end]()
    stream.read()  # to its end
    assert listen(**bearer).status == 401


def test_a_stream_holds_no_database_connection(listen, monkeypatch):
    def in_use() -> int:
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()")
            return int(cursor.fetchone()[0])

    monkeypatch.setattr(streams, "CHECK_EVERY", 60.0)
    before = in_use()
    opened = [listen() for _ in range(3)]
    assert [stream.readline() for stream in opened] == [b": alive\n"] * 3
    until(lambda: in_use() == before)


def test_a_credential_has_a_limited_number_of_streams(listen, monkeypatch, person, now):
    monkeypatch.setattr(streams, "MOST_PER_CREDENTIAL", 1)
    first = listen()
    assert first.readline() == b": alive\n"
    assert listen().status == 429
    other = issue_api_key(actor=person, name="Other", scopes=frozenset({"leads:read"}), now=now).secret
    assert listen(X_API_Key=other).status == 200
    first.close()
    listen.made[0].close()
    until(lambda: listen().status == 200)


def test_a_stream_that_finds_its_place_taken_ends_before_it_begins(monkeypatch, actor):
    watch = Watch(surface=OUTREACH, version="2025-06-18", lists=frozenset(), uris=tuple)
    stream = streams.open_stream(Credentials(), actor.credential, watch)
    monkeypatch.setattr(streams, "MOST_PER_CREDENTIAL", 0)  # another one that was asked for at the same moment has begun

    async def read() -> list[bytes]:
        return [part async for part in stream]

    assert asyncio.run(read()) == []


def test_a_stream_is_for_those_who_may_post(listen):
    refused = {
        401: {"X_API_Key": "wrong"},
        403: {"Origin": "https://evil.example"},
        404: {"Mcp_Session_Id": "guess"},
        405: {"MCP_Protocol_Version": "2026-07-28"},  # a modern client listens with a POST
    }
    assert [listen(**headers).status for headers in refused.values()] == list(refused)


# --- subscriptions/listen ------------------------------------------------------------------------------------------------------------


@pytest.fixture
def subscribe(port, api_key) -> Iterator[Callable[..., http.client.HTTPResponse]]:
    made: list[http.client.HTTPConnection] = []

    def post(notifications: dict[str, Any], *, request_id: str | None = "s1", **headers: str) -> http.client.HTTPResponse:
        connect = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
        made.append(connect)
        usual = {
            "Accept": "application/json, text/event-stream",
            "Content-Type": "application/json",
            "X-API-Key": api_key.secret,
            "MCP-Protocol-Version": "2026-07-28",
            "Mcp-Method": "subscriptions/listen",
        }
        body = {
            "jsonrpc": "2.0",
            **({"id": request_id} if request_id else {}),
            "method": "subscriptions/listen",
            "params": {"notifications": notifications, "_meta": ENVELOPE},
        }
        connect.request("POST", "/api/mcp", body=json.dumps(body), headers={**usual, **headers})
        return connect.getresponse()

    yield post
    for connect in made:
        connect.close()


def message(stream: http.client.HTTPResponse) -> dict[str, Any]:
    """Read on to the next message; comments are passed over."""
    for _ in range(1000):
        line = stream.readline()
        if line.startswith(b"data: "):
            found: dict[str, Any] = json.loads(line.removeprefix(b"data: "))
            return found
    raise AssertionError("The stream says nothing.")


def looked(*listening: http.client.HTTPResponse) -> None:
    """Wait until each stream has looked at least once: only after looks does it say that it is alive."""
    for stream in listening:
        message(stream)
        while stream.readline() != b": alive\n":
            pass


TAG = {"io.modelcontextprotocol/subscriptionId": "s1"}


def test_a_subscription_is_acknowledged_first_with_what_it_will_tell(subscribe):
    stream = subscribe({"toolsListChanged": True, "promptsListChanged": False, "resourceSubscriptions": ["outreach://account"]})
    assert (stream.status, stream.headers["Content-Type"]) == (200, "text/event-stream")
    said = message(stream)
    assert said["method"] == "notifications/subscriptions/acknowledged"
    assert said["params"] == {"notifications": {"toolsListChanged": True, "resourceSubscriptions": ["outreach://account"]}, "_meta": TAG}


def test_a_subscription_tells_what_it_was_opened_for_and_nothing_else(subscribe, api_key, campaign):
    uri = f"outreach://campaigns/{campaign.id}"
    tools, resource = subscribe({"toolsListChanged": True}), subscribe({"resourceSubscriptions": [uri]})
    looked(tools, resource)
    Campaign.objects.filter(id=campaign.id).update(name="Another name")
    ApiKey.objects.filter(id=api_key.key.id).update(toolset="full")
    assert message(tools) == {"jsonrpc": "2.0", "method": "notifications/tools/list_changed", "params": {"_meta": TAG}}
    assert message(resource) == {"jsonrpc": "2.0", "method": "notifications/resources/updated", "params": {"uri": uri, "_meta": TAG}}


def test_a_subscription_says_that_it_has_ended_with_its_credential(subscribe, person, api_key, now):
    stream = subscribe({"toolsListChanged": True})
    message(stream)
    revoke_api_key(actor=person, key_id=api_key.key.id, now=now)
    ended = message(stream)
    assert (ended["id"], ended["result"]["resultType"]) == ("s1", "complete")
    assert stream.read().strip() == b""


def test_a_subscription_that_is_wrong_is_refused_with_the_status_of_its_fault(subscribe):
    assert subscribe({}, **{"MCP-Protocol-Version": "2099-01-01"}).status == 400
    assert subscribe({}, **{"X-API-Key": "wrong"}).status == 401
    assert subscribe({}, Accept="application/json").status == 406
    assert subscribe({}, request_id=None).status == 400
    assert subscribe({"resourceSubscriptions": [f"outreach://campaigns/{n}" for n in range(51)]}).status == 400
