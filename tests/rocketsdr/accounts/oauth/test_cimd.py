"""Client ID metadata documents: rows 84 to 88 of the security checklist."""

from __future__ import annotations

import time
from types import SimpleNamespace

import httpx2
import pytest
from django.core.cache import cache
from oauth2_provider.cimd import CIMDError, refresh_if_stale, resolve_cimd_application
from oauth2_provider.settings import oauth2_settings

from rocketsdr.accounts.models import OAuthApplication
from rocketsdr.accounts.oauth import cimd, pinned
from rocketsdr.lib.clock import now
from tests.fakes import publisher as fake
from tests.fakes.publisher import reply
from tests.oauth import Flow

OTHERS = OAuthApplication.objects.exclude(client_id="rocketsdr")  # which every installation has
pytestmark = pytest.mark.django_db
CLAUDE, CLAUDE_CODE = "https://claude.ai/oauth/mcp-oauth-client-metadata", "https://claude.ai/oauth/claude-code-client-metadata"
CHATGPT, VSCODE = "https://chatgpt.com/oauth/client.json", "https://vscode.dev/oauth/client-metadata.json"


def resolve(client_id):
    return resolve_cimd_application(client_id, request=None)


# --- Documents that are taken ----------------------------------------------------------------------------------------------------


def test_a_published_client_is_stored_as_a_public_one_that_asks_a_person(publisher):
    client_id = publisher.publish_client()
    client = resolve(client_id)
    assert (client.client_id, client.name, client.redirect_uris) == (client_id, "Example Client", "https://client.example/cb")
    assert (client.client_type, client.registration_source) == ("public", "cimd")
    assert client.authorization_grant_type == "authorization-code"
    assert client.registered_itself
    assert publisher.connections == 1


def test_a_published_document_is_narrowed_as_a_registration_is(publisher):
    client = resolve(
        publisher.publish_client(
            grant_types=["authorization_code", "urn:ietf:params:oauth:grant-type:device_code"],
            token_endpoint_auth_method="private_key_jwt",
            token_endpoint_auth_methods_supported=["private_key_jwt", "none"],
            redirect_uris=["windsurf://x/cb", "http://127.0.0.1:33418/", "http://127.0.0.1:1/"],
            client_name="\u202eEvil\u200b Client",
        )
    )
    assert (client.name, client.redirect_uris) == ("Evil Client", "http://127.0.0.1/")


def test_a_stale_document_is_read_again_and_a_failure_keeps_the_last_good_one(publisher):
    client = resolve(publisher.publish_client())
    OAuthApplication.objects.filter(pk=client.pk).update(cimd_expires_at=now())
    client.refresh_from_db()
    publisher.publish_client(client_name="Renamed")
    assert refresh_if_stale(client, None).name == "Renamed"
    OAuthApplication.objects.filter(pk=client.pk).update(cimd_expires_at=now())
    client.refresh_from_db()
    publisher.answers.clear()
    assert refresh_if_stale(client, None).name == "Renamed"


# --- Pinned documents ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("client_id", "name", "uri"),
    [
        (CLAUDE, "Claude", "https://claude.ai/api/mcp/auth_callback"),
        (CLAUDE_CODE, "Claude Code", "http://localhost:3118/callback"),
        (CHATGPT, "ChatGPT", "https://chatgpt.com/connector_platform_oauth_redirect"),
        (VSCODE, "Visual Studio Code", "http://127.0.0.1:33418/"),
    ],
)
def test_a_well_known_client_needs_no_fetch(outside, client_id, name, uri):
    client = resolve(client_id)
    assert client.name == name
    assert client.redirect_uri_allowed(uri)
    client.full_clean(exclude=["client_secret"])
    assert (outside.looked_up, outside.connections) == ([], 0)


def test_only_the_exact_id_is_pinned(outside):
    for near in (f"{CLAUDE}/", f"{CLAUDE}?x=1", CLAUDE.replace("claude.ai", "CLAUDE.ai"), CLAUDE.replace("claude.ai", "claude.ai:443")):
        assert resolve(near) is None
    assert outside.connections == 0


def test_every_pinned_document_is_its_own_and_is_understood():
    assert set(pinned.documents()) == {CLAUDE, CLAUDE_CODE, CHATGPT, VSCODE}
    for client_id, document in pinned.documents().items():
        assert cimd.normalised(document)["client_id"] == client_id


# --- Row 85: server-side request forgery -----------------------------------------------------------------------------------------

HOSTILE = {
    "loopback": "https://127.0.0.1/client.json",
    "another loopback": "https://127.8.8.8/client.json",
    "this host": "https://0.0.0.0/client.json",
    "loopback in IPv6": "https://[::1]/client.json",
    "RFC 1918, class A": "https://10.0.0.1/client.json",
    "RFC 1918, class B": "https://172.16.0.1/client.json",
    "RFC 1918, class C": "https://192.168.1.1/client.json",
    "cloud metadata": "https://169.254.169.254/latest/meta-data",
    "shared (CGNAT)": "https://100.64.0.1/client.json",
    "unique local": "https://[fd00::1]/client.json",
    "link local": "https://[fe80::1]/client.json",
    "site local": "https://[fec0::1]/client.json",
    "multicast": "https://224.0.0.1/client.json",
    "multicast in IPv6": "https://[ff02::1]/client.json",
    "IPv4 mapped": "https://[::ffff:127.0.0.1]/client.json",
    "IPv4 mapped metadata": "https://[::ffff:169.254.169.254]/client.json",
    "NAT64": "https://[64:ff9b::7f00:1]/client.json",
    "6to4": "https://[2002:7f00:1::]/client.json",
    "a decimal address": "https://2130706433/client.json",
    "a hexadecimal address": "https://0x7f000001/client.json",
    "an octal address": "https://0177.0.0.1/client.json",
    "a short address": "https://127.1/client.json",
    "broadcast": "https://255.255.255.255/client.json",
    "reserved": "https://240.0.0.1/client.json",
}
UNLOOKED = {
    "a user name": "https://client.example@127.0.0.1/client.json",
    "a user name and password": "https://a:b@client.example/client.json",
    "an empty user name": "https://@client.example/client.json",
    "a fragment": "https://client.example/client.json#x",
    "an empty fragment": "https://client.example/client.json#",
    "a parent segment": "https://client.example/a/../client.json",
    "a dot segment": "https://client.example/./client.json",
    "no path": "https://client.example",
    "no host": "https:///client.json",
    "a bad port": "https://client.example:99999/client.json",
    "a bad host": "https://[::1/client.json",
    "http": "http://client.example/client.json",
    "a space": "https://client.example/ client.json",
    "a line break": "https://client.example/\r\nX-Evil: 1",
    "a backslash": "https://client.example\\@127.0.0.1/client.json",
    "too long": "https://client.example/" + "x" * 300,
    "not ASCII": "https://client.example/ü",
}


@pytest.mark.parametrize("client_id", HOSTILE.values(), ids=HOSTILE.keys())
@pytest.mark.attack(85)
def test_ssrf_to_an_internal_address_is_an_unknown_client_and_no_connection(outside, client_id):
    assert resolve(client_id) is None
    assert outside.connections == 0


@pytest.mark.parametrize("client_id", HOSTILE.values(), ids=HOSTILE.keys())
@pytest.mark.attack(85)
def test_ssrf_through_a_name_that_leads_to_an_internal_address_makes_no_connection(outside, client_id):
    literal = client_id.split("/")[2].strip("[]")
    if literal.count(".") != 3 and ":" not in literal:
        literal = "127.0.0.1"  # what a resolver makes of the other spellings
    outside.names["evil.example"] = [literal if literal != "0177.0.0.1" else "127.0.0.1"]
    assert resolve("https://evil.example/client.json") is None
    assert (outside.looked_up, outside.connections) == (["evil.example"], 0)


@pytest.mark.parametrize("client_id", UNLOOKED.values(), ids=UNLOOKED.keys())
@pytest.mark.attack(85)
def test_ssrf_by_a_malformed_id_is_not_even_looked_up(outside, client_id):
    assert resolve(client_id) is None
    assert (outside.looked_up, outside.connections) == ([], 0)


@pytest.mark.parametrize("client_id", [*HOSTILE.values(), *UNLOOKED.values()], ids=[*HOSTILE, *UNLOOKED])
@pytest.mark.attack(85)
def test_ssrf_through_the_doors_is_an_unknown_client_like_any_other(outside, owner, client_id):
    flow, unknown = Flow(client_id=client_id).sign_in(owner), Flow(client_id="nobody").sign_in(owner)
    page, usual = flow.ask(), unknown.ask()
    assert (page.status_code, page.content) == (400, usual.content)
    assert "Location" not in page.headers
    refused, usual = flow.exchange("a-code"), unknown.exchange("a-code")
    assert (refused.status_code, refused.content) == (usual.status_code, usual.content)
    assert outside.connections == 0


def test_a_pinned_client_connects_through_the_doors_without_a_fetch(outside, owner, workspace):
    flow = Flow(client_id=CLAUDE, redirect_uri="https://claude.ai/api/mcp/auth_callback").sign_in(owner)
    page = flow.ask().content.decode()
    assert "Connect Claude?" in page
    assert "described by a document" in page
    assert "<strong>claude.ai</strong>" in page
    assert flow.connect(workspace)["token_type"] == "Bearer"
    assert (outside.looked_up, outside.connections) == ([], 0)


@pytest.mark.attack(87)
def test_a_redirect_beside_the_document_is_a_page_and_no_redirect(publisher, owner):
    flow = Flow(client_id=publisher.publish_client(), redirect_uri="https://client.example/cb/").sign_in(owner)
    answer = flow.ask()
    assert answer.status_code == 400
    assert "Location" not in answer.headers


@pytest.mark.attack(85)
def test_ssrf_by_a_name_with_one_public_and_one_internal_address_reaches_the_public_one_alone(outside, monkeypatch):
    reached = []

    async def connect(_, request):
        reached.append(request.url.host)
        return await outside.connect()

    monkeypatch.setattr(httpx2.AsyncHTTPTransport, "handle_async_request", connect)
    outside.names["split.example"] = ["169.254.169.254", "8.8.8.8", "10.0.0.1"]
    assert resolve("https://split.example/client.json") is None
    assert reached == ["8.8.8.8"]


# --- Row 86: servers that misbehave ----------------------------------------------------------------------------------------------

MISBEHAVING = {
    "a redirect to an internal address": reply(302, b"", Location="https://169.254.169.254/latest/meta-data"),
    "a permanent redirect": reply(308, b"", Location="https://127.0.0.1/"),
    "10 MB": fake.flood,
    "a gzip bomb": fake.bomb(),
    "a wrong content type": reply(200, b"{}", **{"Content-Type": "text/plain"}),
    "no content type": reply(200, b"{}"),
    "an HTML challenge": reply(403, b"<html>Just a moment</html>", **{"Content-Type": "text/html"}),
    "HTML with status 200": reply(200, b"<html></html>", **{"Content-Type": "text/html"}),
    "no JSON": reply(200, b"{", **{"Content-Type": "application/json"}),
    "a deep nest": reply(200, b"[" * 15_000, **{"Content-Type": "application/json"}),
    "no object": reply(200, b"[]", **{"Content-Type": "application/json"}),
    "a server error": reply(500, b"{}", **{"Content-Type": "application/json"}),
    "no HTTP": b"SSH-2.0-OpenSSH_9.2\r\n",
    "nothing": b"",
}


@pytest.mark.parametrize("answer", MISBEHAVING.values(), ids=MISBEHAVING.keys())
@pytest.mark.attack(86)
def test_a_publisher_that_misbehaves_is_an_unknown_client_and_is_left_alone_for_a_minute(publisher, answer):
    publisher.answers["/client.json"] = answer
    assert resolve(publisher.url("/client.json")) is None
    assert publisher.asked == ["/client.json"]
    assert resolve(publisher.url("/client.json")) is None
    assert publisher.asked == ["/client.json"], "nobody asked again"
    assert oauth2_settings.CIMD_FAILURE_BACKOFF_SECONDS == 60


@pytest.mark.attack(86)
def test_a_publisher_that_drips_holds_no_worker_beyond_the_time_limit(publisher, monkeypatch):
    assert oauth2_settings.CIMD_FETCH_TIMEOUT_SECONDS == 5
    monkeypatch.setattr(oauth2_settings, "CIMD_FETCH_TIMEOUT_SECONDS", 0.3)
    publisher.answers["/client.json"] = fake.drip(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 9000\r\n\r\n")
    began = time.monotonic()
    assert resolve(publisher.url("/client.json")) is None
    assert time.monotonic() - began < 2


def test_one_host_is_asked_for_no_more_than_sixty_documents_in_an_hour(publisher, monkeypatch):
    monkeypatch.setattr(cimd, "MOST_FETCHES", 3)
    for number in range(6):
        resolve(publisher.publish_client(f"/{number}.json"))
    assert len(publisher.asked) == 3


def test_one_network_makes_us_fetch_no_more_than_thirty_documents_in_an_hour(monkeypatch):
    asked = [SimpleNamespace(headers={"REMOTE_ADDR": address}) for address in ("203.0.113.7", "203.0.113.8")]
    may = cimd.FewFromOneNetwork().has_permission
    assert [may(asked[0], f"https://{number}.example/client") for number in range(31)] == [True] * 30 + [False]
    assert may(asked[1], "https://one.example/client")
    assert may(asked[0], next(iter(pinned.documents())))


def test_two_slow_publishers_leave_the_other_threads_of_a_process_free():
    assert oauth2_settings.CIMD_MAX_CONCURRENT_FETCHES == 2


# --- Row 87: documents that lie --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "changed",
    [
        {"client_id": "https://client.example/another.json"},
        {"client_id": None},
        {"client_secret": "secret"},
        {"client_secret_expires_at": 0},
        {"client_name": None},
        {"client_name": "\u200b"},
        {"client_name": 7},
        {"redirect_uris": None},
        {"redirect_uris": []},
        {"redirect_uris": ["http://evil.example/cb"]},
        {"redirect_uris": ["https://client.example/cb https://evil.example/cb"]},
        {"redirect_uris": [f"https://client.example/{n}" for n in range(13)]},
        {"grant_types": ["client_credentials"]},
        {"response_types": ["token"]},
        {"token_endpoint_auth_method": "private_key_jwt"},
        {"token_endpoint_auth_method": "client_secret_post"},
    ],
)
@pytest.mark.attack(87)
def test_a_document_that_lies_or_asks_for_too_much_is_an_unknown_client(publisher, changed):
    assert resolve(publisher.publish_client(**changed)) is None
    assert not OTHERS.exists()


@pytest.mark.attack(87)
def test_a_redirect_that_is_not_in_the_document_is_not_allowed(publisher):
    client = resolve(publisher.publish_client())
    assert not client.redirect_uri_allowed("https://client.example/cb/")


# --- Row 88: an id that is taken -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("source", ["manual", "dcr"])
@pytest.mark.attack(88)
def test_a_document_never_takes_over_a_client_of_another_kind(publisher, source):
    client_id = publisher.publish_client()
    OAuthApplication.objects.create(
        client_id=client_id,
        name="Ours",
        client_type="public",
        authorization_grant_type="authorization-code",
        registration_source=source,
        redirect_uris="https://ours.example/cb",
        client_secret="",
        hash_client_secret=False,
    )
    assert resolve(client_id) is None
    kept = OTHERS.get()
    assert (kept.name, kept.redirect_uris, kept.registration_source) == ("Ours", "https://ours.example/cb", source)


def test_a_disabled_client_stays_disabled_when_its_document_is_read_again(publisher):
    client = resolve(publisher.publish_client())
    OAuthApplication.objects.filter(pk=client.pk).update(disabled_at=now(), cimd_expires_at=now())
    client.refresh_from_db()
    assert not refresh_if_stale(client, None).is_usable(None)


def test_the_counter_of_a_host_needs_no_redis(publisher, monkeypatch):
    from redis.exceptions import ConnectionError as NoRedis

    def no_answer(*_: object) -> None:
        raise NoRedis

    monkeypatch.setattr(cache, "add", no_answer)
    assert cimd.Fetcher().fetch(publisher.publish_client())[0]["client_name"] == "Example Client"


def test_the_fetcher_says_how_long_a_document_holds(publisher):
    url = publisher.publish("/c.json", {**cimd.normalised(pinned.documents()[CLAUDE])}, **{"Cache-Control": "max-age=600"})
    assert cimd.Fetcher().fetch(url)[1] == 600
    with pytest.raises(CIMDError, match="status 404"):
        cimd.Fetcher().fetch(publisher.url("/nothing"))
