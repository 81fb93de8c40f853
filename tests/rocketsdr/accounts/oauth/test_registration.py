"""Dynamic client registration: rows 80 to 84 of the security checklist, and what real clients send."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from oauth2_provider.models import AccessToken, Grant, RefreshToken
from redis.exceptions import RedisError

from rocketsdr.accounts import tasks, throttle
from rocketsdr.accounts.models import OAuthApplication
from rocketsdr.accounts.oauth import registration
from rocketsdr.lib.clock import now as real_now
from tests.oauth import Flow

OTHERS = OAuthApplication.objects.exclude(client_id="rocketsdr")  # which every installation has
REGISTER = "/o/register/"
HOME = "https://client.example/cb"
BOTH = ["authorization_code", "refresh_token"]

VSCODE = {
    "client_name": "Visual Studio Code",
    "client_uri": "https://code.visualstudio.com",
    "grant_types": ["authorization_code", "refresh_token", "urn:ietf:params:oauth:grant-type:device_code"],
    "response_types": ["code"],
    "redirect_uris": [
        "https://insiders.vscode.dev/redirect",
        "https://vscode.dev/redirect",
        "http://127.0.0.1/",
        "http://127.0.0.1:33418/",
    ],
    "token_endpoint_auth_method": "none",
    "application_type": "native",
}
CURSOR = {
    "client_name": "Cursor",
    "client_uri": "https://cursor.com",
    "grant_types": ["authorization_code", "refresh_token"],
    "response_types": ["code"],
    "redirect_uris": [
        "cursor://anysphere.cursor-mcp/oauth/callback",
        "https://www.cursor.com/agents/mcp/oauth/callback",
        "http://localhost:8787/callback",
    ],
    "token_endpoint_auth_method": "none",
}
CLAUDE = {
    "client_name": "Claude",
    "client_uri": "https://claude.ai",
    "grant_types": ["authorization_code", "refresh_token", "urn:ietf:params:oauth:grant-type:jwt-bearer"],
    "response_types": ["code"],
    "redirect_uris": ["https://claude.ai/api/mcp/auth_callback"],
    "scope": "leads:read campaigns:read",
    "token_endpoint_auth_method": "client_secret_post",
}


@pytest.fixture
def register(client, db):
    def send(body=None, *, address="198.51.100.7", content_type="application/json", **given):
        metadata = {"redirect_uris": [HOME], "token_endpoint_auth_method": "none", **given}
        text = body if body is not None else json.dumps({name: value for name, value in metadata.items() if value is not None})
        return client.post(REGISTER, text, content_type=content_type, REMOTE_ADDR=address)

    return send


def assert_refused(response, error, words, status=400):
    assert response.status_code == status, response.content
    said = response.json()
    assert said["error"] == error
    assert words in said["error_description"]
    assert response["Cache-Control"] == "no-store"
    assert not OTHERS.exists()


# --- What a client gets ----------------------------------------------------------------------------------------------------------


def test_anybody_registers_a_public_client_that_can_do_nothing_but_ask_a_person(register):
    response = register(client_name="Notes")
    assert response.status_code == 201
    assert response["Cache-Control"] == "no-store"
    said, kept = response.json(), OTHERS.get()
    assert said == {
        "client_id": kept.client_id,
        "client_id_issued_at": int(kept.created.timestamp()),
        "client_name": "Notes",
        "redirect_uris": [HOME],
        "grant_types": BOTH,
        "response_types": ["code"],
        "token_endpoint_auth_method": "none",
    }
    assert (kept.client_type, kept.client_secret, kept.hash_client_secret) == ("public", "", False)
    assert (kept.registration_source, kept.authorization_grant_type) == ("dcr", "authorization-code")
    assert (kept.user, kept.workspace, kept.skip_authorization) == (None, None, False)


@pytest.mark.parametrize("method", ["client_secret_post", "client_secret_basic"])
def test_a_client_that_asks_for_a_secret_gets_one_and_its_method_is_said_back(register, method):
    said = register(token_endpoint_auth_method=method).json()
    kept = OTHERS.get()
    assert said["token_endpoint_auth_method"] == method
    assert said["client_secret"].startswith("rsdr_secret_")
    assert said["client_secret_expires_at"] == 0
    assert kept.client_type == "confidential"
    assert said["client_secret"] not in kept.client_secret
    assert kept.client_secret.startswith("rsdr_digest$")


def test_a_client_that_names_no_method_gets_what_the_server_advertises(register):
    said = register(token_endpoint_auth_method=None).json()
    assert said["token_endpoint_auth_method"] == "none"
    assert "client_secret" not in said


@pytest.mark.attack(57)
def test_no_token_is_made_with_a_client(register):
    """Row 57: a registration token would be an access token that lasts for ever."""
    said = register().json()
    assert not {"registration_access_token", "registration_client_uri"} & said.keys()
    assert not AccessToken.objects.exists()


# --- Row 80: grants that ask nobody ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "grants", [["client_credentials"], ["password"], ["implicit"], ["refresh_token"], [], ["urn:ietf:params:oauth:grant-type:device_code"]]
)
@pytest.mark.attack(80)
def test_registration_for_grants_that_ask_nobody_is_refused(register, grants):
    assert_refused(register(grant_types=grants), "invalid_client_metadata", "authorization_code")


@pytest.mark.attack(80)
def test_registration_of_a_machine_grant_beside_the_code_gets_the_code_alone(register):
    said = register(grant_types=["client_credentials", "password", "authorization_code"]).json()
    assert said["grant_types"] == BOTH
    assert OTHERS.get().authorization_grant_type == "authorization-code"


@pytest.mark.attack(80)
def test_registration_for_the_implicit_flow_is_refused(register):
    assert_refused(register(response_types=["token"]), "invalid_client_metadata", "code")


# --- Row 81: hostile redirects and bodies ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "uris",
    [
        ["http://evil.example/cb"],
        ["javascript:alert(1)"],
        ["data:text/html,<script>"],
        [f"{HOME} https://evil.example/cb"],
        [f"{HOME}\thttps://evil.example/cb"],
        [HOME, "http://evil.example/cb"],
        ["https://*.evil.example/cb"],
        [f"{HOME}#x"],
        ["https://user@evil.example/cb"],
        [f"https://client.example/{n}" for n in range(13)],
        [],
        None,
    ],
)
@pytest.mark.attack(81)
def test_registration_of_hostile_redirects_is_refused(register, uris):
    assert_refused(register(redirect_uris=uris), "invalid_redirect_uri", "")


@pytest.mark.attack(81)
def test_registration_with_a_body_of_64_kb_is_refused_before_it_is_read(register):
    assert_refused(register(redirect_uris=["https://client.example/" + "x" * 64_000]), "invalid_client_metadata", "16 KB", status=413)


@pytest.mark.attack(81)
def test_registration_of_2000_redirects_is_refused(register):
    response = register(redirect_uris=[f"https://c.example/{n}" for n in range(2000)])
    assert response.status_code == 413
    assert not OTHERS.exists()


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("", "application/json"),
        ("{", "no JSON"),
        ("[]", "JSON object"),
        ('"x"', "JSON object"),
        ("[" * 5000, "no JSON"),
        (b"\xff\xfe", "no JSON"),
    ],
)
def test_registration_with_what_is_no_object_is_refused(register, body, words):
    assert_refused(register(body), "invalid_client_metadata", words)


@pytest.mark.parametrize(
    "given",
    [
        {"redirect_uris": HOME},
        {"redirect_uris": [1]},
        {"redirect_uris": {"a": 1}},
        {"grant_types": "authorization_code"},
        {"response_types": [None]},
        {"client_name": 7},
        {"client_name": ["x"]},
        {"token_endpoint_auth_method": "private_key_jwt"},
        {"token_endpoint_auth_method": ["none"]},
    ],
)
def test_registration_with_members_of_another_kind_is_refused(register, given):
    assert_refused(register(**given), "invalid_client_metadata", next(iter(given)))


@pytest.mark.parametrize("content_type", ["application/x-www-form-urlencoded", "text/plain", "multipart/form-data; boundary=x"])
def test_registration_by_a_form_of_some_page_is_refused(register, content_type):
    assert_refused(register('{"redirect_uris": []}', content_type=content_type), "invalid_client_metadata", "application/json")


def test_registration_takes_nothing_but_a_post_and_manages_nothing(client, db):
    assert client.get(REGISTER).status_code == 405
    assert client.put(REGISTER).status_code == 405
    assert client.get(f"{REGISTER}some-client/").status_code == 404


# --- Row 82: real bodies ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("body", [VSCODE, CURSOR, CLAUDE], ids=["VS Code", "Cursor", "Claude"])
@pytest.mark.attack(82)
def test_registration_of_a_real_client_is_narrowed_and_works(register, body):
    response = register(json.dumps(body))
    assert response.status_code == 201, response.content
    said, kept = response.json(), OTHERS.get()
    assert said["grant_types"] == BOTH
    assert said["redirect_uris"] == body["redirect_uris"]
    assert said["client_name"] == body["client_name"]
    assert said["token_endpoint_auth_method"] == body["token_endpoint_auth_method"]
    assert all(kept.redirect_uri_allowed(uri) for uri in body["redirect_uris"])
    kept.full_clean()


@pytest.mark.attack(82)
def test_registration_of_one_unknown_programs_scheme_does_not_spoil_the_others(register):
    said = register(redirect_uris=["windsurf://codeium.windsurf/cb", *CURSOR["redirect_uris"]]).json()
    assert said["redirect_uris"] == CURSOR["redirect_uris"]


# --- Row 83: a flood -------------------------------------------------------------------------------------------------------------


@pytest.mark.attack(83)
def test_a_flood_of_registrations_is_refused_for_a_while_and_only_from_there(register):
    assert {register().status_code for _ in range(20)} == {201}
    refused = register()
    assert refused.status_code == 429
    assert 0 < int(refused["Retry-After"]) <= 60
    assert refused.json()["error"] == "too_many_requests"
    assert register(address="203.0.113.9").status_code == 201


@pytest.mark.attack(83)
def test_a_flood_is_not_what_the_shared_network_of_claude_sends(register):
    assert {register(address="160.79.104.10").status_code for _ in range(25)} == {201}


def test_registration_asks_the_database_for_one_row(register):
    with CaptureQueriesContext(connection) as queries:
        register()
    assert ["INSERT" in query["sql"] for query in queries] == [True]


def _registered(name, *, age, source="dcr", **fields):
    made = OAuthApplication.objects.create(
        name=name,
        client_type="public",
        authorization_grant_type="authorization-code",
        registration_source=source,
        redirect_uris=HOME,
        client_secret="",
        hash_client_secret=False,
        **fields,
    )
    OAuthApplication.objects.filter(pk=made.pk).update(created=real_now() - age)
    return made


@pytest.mark.attack(83)
def test_clients_that_nobody_connected_within_a_day_are_deleted_and_no_others(owner):
    old, expired = timedelta(hours=25), real_now() - timedelta(hours=1)
    _registered("unused", age=old)
    _registered("young", age=timedelta(hours=23))
    _registered("by hand", age=old, source="manual")
    _registered("disabled", age=old, disabled_at=real_now())
    _registered("published, unused", age=old, source="cimd", cimd_expires_at=expired)
    _registered("published, fresh", age=old, source="cimd", cimd_expires_at=real_now() + timedelta(hours=1))
    token = {"user": owner, "expires": expired, "scope": "leads:read"}
    AccessToken.objects.create(application=_registered("connected", age=old), token="a", **token)
    RefreshToken.objects.create(application=_registered("refreshable", age=old), token="r", user=owner)
    Grant.objects.create(application=_registered("being asked", age=old), code="c", redirect_uri=HOME, **token)
    for _ in range(3):
        tasks.purge_oauth_clients(hint="from a newer caller")
    left = set(OTHERS.values_list("name", flat=True))
    assert left == {"young", "by hand", "disabled", "published, fresh", "connected", "refreshable", "being asked"}


def test_many_unused_clients_are_deleted_in_parts(db):
    for number in range(7):
        _registered(f"unused {number}", age=timedelta(days=2))
    assert registration.purge(now=real_now(), batch=3) == 7


@pytest.mark.attack(84)
def test_a_spoofed_client_is_labelled_on_the_page_of_consent_with_the_host_it_leads_to(register, owner, workspace):
    """Row 84: whatever it calls itself, the page says that it has registered itself, and where it leads."""
    said = register(client_name="<b>Claude</b> by Anthropic", redirect_uris=["https://evil.example/cb"]).json()
    page = Flow(client_id=said["client_id"], redirect_uri="https://evil.example/cb").sign_in(owner).ask().content.decode()
    assert "registered itself; nobody has checked its name" in page
    assert "<strong>evil.example</strong>" in page
    assert "<b>Claude</b>" not in page


def test_a_registered_client_connects_and_is_not_purged(register, owner, workspace):
    said = register(redirect_uris=[HOME]).json()
    flow = Flow(client_id=said["client_id"], redirect_uri=HOME).sign_in(owner)
    assert flow.connect(workspace)["token_type"] == "Bearer"
    OTHERS.update(created=real_now() - timedelta(days=2))
    assert registration.purge(now=real_now()) == 0


@pytest.mark.parametrize("grant", ["client_credentials", "password", "urn:ietf:params:oauth:grant-type:device_code"])
@pytest.mark.attack(37)
def test_a_registered_client_gets_no_token_without_a_person(register, grant):
    """Row 37 for who registers itself."""
    said = register(token_endpoint_auth_method="client_secret_post").json()
    flow = Flow(client_id=said["client_id"])
    answer = flow.token(grant_type=grant, client_secret=said["client_secret"], scope="campaigns:send")
    assert (answer.status_code, answer.json()["error"]) == (400, "unsupported_grant_type")


# --- Row 84: spoofed names -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("Claude", "Claude"),
        ("x" * 300, "x" * 100),
        ("\u202eedualC\u202c", "edualC"),
        ("Cla\u200bude\u2066 \u0000", "Claude"),
        ("<b>Claude</b>", "<b>Claude</b>"),
        ("  two\n\tlines ", "two lines"),
        ("", "Unnamed client"),
        ("\u200b\u202e", "Unnamed client"),
        ("Пример 日本", "Пример 日本"),
    ],
    ids=["Claude", "300 characters", "right to left", "invisible", "HTML", "lines", "nothing", "nothing visible", "other scripts"],
)
@pytest.mark.attack(84)
def test_a_spoofed_name_is_kept_as_visible_text_of_a_self_registered_client(register, given, kept):
    assert register(client_name=given).json()["client_name"] == kept
    made = OTHERS.get()
    assert made.name == kept
    assert made.registered_itself


def test_without_redis_nobody_registers_and_is_told_when_to_come_again(register, monkeypatch):
    def no_answer(*_: object, **__: object) -> None:
        raise RedisError

    monkeypatch.setattr(throttle, "get_usage", no_answer)
    refused = register()
    assert (refused.status_code, refused["Retry-After"]) == (503, "60")
    assert refused.json()["error"] == "temporarily_unavailable"
    assert not OTHERS.exists()
