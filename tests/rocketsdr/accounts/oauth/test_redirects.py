"""The redirect policy: what may be registered, the tricks to have a code sent elsewhere, and errors that name the difference."""

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError

from rocketsdr.accounts.models import OAuthApplication
from rocketsdr.accounts.oauth import redirects
from rocketsdr.accounts.oauth.redirects import RedirectRefused, accepted, canonical, checked, difference, fault, is_registered
from tests.oauth import Flow

HOME = "https://claude.ai/api/mcp/auth_callback"
LOOPBACK = "http://127.0.0.1/callback"
NAMED = "http://localhost/callback"
V6 = "http://[::1]/callback"
OWN = "cursor://anysphere.cursor-mcp/oauth/callback"
REGISTERED = [HOME, LOOPBACK, V6, OWN, "https://app.example/cb?tenant=1"]

TRICKS = {
    "userinfo before the host": "https://claude.ai@evil.example/api/mcp/auth_callback",
    "userinfo before our host": "https://evil.example@claude.ai/api/mcp/auth_callback",
    "a fragment": f"{HOME}#x",
    "an empty fragment": f"{HOME}#",
    "our host as a prefix": "https://claude.ai.evil.example/api/mcp/auth_callback",
    "our host as a suffix": "https://evilclaude.ai/api/mcp/auth_callback",
    "a parent segment": "https://claude.ai/api/mcp/../../evil",
    "a parent segment that leads back": "https://claude.ai/api/x/../mcp/auth_callback",
    "an escaped parent segment": "https://claude.ai/api/mcp/%2e%2e/auth_callback",
    "an escaped slash": "https://claude.ai/api%2fmcp/auth_callback",
    "a slash more at the end": f"{HOME}/",
    "two slashes": "https://claude.ai//api/mcp/auth_callback",
    "a query more": f"{HOME}?next=https://evil.example",
    "an empty query": f"{HOME}?",
    "another query": "https://app.example/cb?tenant=2",
    "a query more behind ours": "https://app.example/cb?tenant=1&next=evil",
    "path parameters": f"{HOME};evil=1",
    "the port that is meant anyway": "https://claude.ai:443/api/mcp/auth_callback",
    "another port": "https://claude.ai:8443/api/mcp/auth_callback",
    "http in place of https": "http://claude.ai/api/mcp/auth_callback",
    "https on the loopback address": "https://127.0.0.1/callback",
    "another loopback address": "http://127.0.0.2/callback",
    "another name of the loopback address": "http://localhost:3118/callback",
    "the loopback address as a number": "http://2130706433/callback",
    "javascript": "javascript:alert(document.cookie)//claude.ai/api/mcp/auth_callback",
    "a pattern": "https://*.claude.ai/api/mcp/auth_callback",
    "another case of the path": "https://claude.ai/API/mcp/auth_callback",
    "another case of the host": "https://CLAUDE.ai/api/mcp/auth_callback",
    "a backslash": "https://claude.ai\\@evil.example/api/mcp/auth_callback",
    "a line break": f"{HOME}\n",
    "a space": f" {HOME}",
    "the loopback port with userinfo": "http://127.0.0.1:1@evil.example/callback",
    "the loopback host as a prefix": "http://127.0.0.1.evil.example:80/callback",
    "a path behind the loopback one": "http://127.0.0.1:3118/callback/../evil",
    "a program's scheme with another host": "cursor://evil/oauth/callback",
    "another program's scheme": "evil://anysphere.cursor-mcp/oauth/callback",
    "nothing": "",
}


@pytest.fixture
def client_app(db):
    return OAuthApplication.objects.create(
        client_id="made-by-hand",
        client_type="public",
        authorization_grant_type="authorization-code",
        redirect_uris=" ".join(REGISTERED),
        client_secret="",
        hash_client_secret=False,
    )


# --- Row 13: redirect tricks -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("uri", TRICKS.values(), ids=TRICKS.keys())
@pytest.mark.attack(13)
def test_a_redirect_trick_never_matches(client_app, uri):
    assert not client_app.redirect_uri_allowed(uri)
    assert not is_registered(uri, REGISTERED)


@pytest.mark.parametrize("uri", TRICKS.values(), ids=TRICKS.keys())
@pytest.mark.attack(13)
def test_a_redirect_trick_ends_at_a_page_and_never_at_a_redirect(client_app, owner, workspace, uri):
    flow = Flow(client_id=client_app.client_id, redirect_uri=uri).sign_in(owner)
    for answer in (flow.ask(), flow.decide(workspace), Flow(client_id=client_app.client_id, redirect_uri=uri).ask()):
        assert answer.status_code == 400
        assert "Location" not in answer.headers
        assert "evil.example" not in answer.content.decode()


@pytest.mark.parametrize(
    "uri", [*REGISTERED, "http://127.0.0.1:3118/callback", "http://127.0.0.1:65535/callback", "http://[::1]:8080/callback"]
)
@pytest.mark.attack(14)
def test_what_is_registered_matches_and_a_loopback_address_with_any_port(client_app, uri):
    assert client_app.redirect_uri_allowed(uri)


@pytest.mark.parametrize(
    ("uri", "allowed"),
    [
        ("https://chatgpt.com/connector/oauth/AbC_123-x", True),
        ("https://chatgpt.com/connector/oauth/short", False),
        ("https://chatgpt.com/connector/oauth/" + "x" * 65, False),
        ("https://chatgpt.com/connector/oauth/abcdef/more", False),
        ("https://chatgpt.com/connector/oauth/abcdef?x=1", False),
        ("https://chatgpt.com/connector/oauth/abcdef\n", False),
        ("https://chatgpt.com/connector/oauth/..%2fevil", False),
        ("https://chatgpt.com.evil.example/connector/oauth/abcdef", False),
        ("https://chatgptxcom/connector/oauth/abcdef", False),
        ("http://chatgpt.com/connector/oauth/abcdef", False),
    ],
)
def test_the_one_pattern_is_for_chatgpt_and_for_the_fixed_client_alone(client_app, uri, allowed):
    assert not client_app.redirect_uri_allowed(uri)
    fixed = OAuthApplication(client_id="rocketsdr", redirect_uris=HOME)
    assert fixed.redirect_uri_allowed(uri) is allowed


# --- What may be registered ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "uri",
    [
        HOME,
        LOOPBACK,
        NAMED,
        V6,
        OWN,
        "https://app.example",
        "https://app.example:8443/cb?a=1",
        "http://127.0.0.1/",
        "https://[2001:db8::1]/cb",
    ],
)
def test_an_address_may_be_registered(uri):
    assert fault(uri) == ""
    assert checked([uri]) == [uri]


@pytest.mark.parametrize(
    ("uri", "words"),
    [
        ("", "empty"),
        ("https://app.example/" + "x" * 500, "longer than 500"),
        ("https://*.app.example/cb", "pattern"),
        ("https://app.example/*", "pattern"),
        ("https://app.example/cb#", "fragment"),
        ("https://app.example/cb https://evil.example/cb", "space"),
        ("https://app.example/cb\thttps://evil.example/cb", "space"),
        ("https://app.example/cb\nhttps://evil.example/cb", "space"),
        ("https://app.example/<script>", "character that no URI has"),
        ("https://bücher.example/cb", "not ASCII"),
        ("https://app.example\\@evil.example/", "character that no URI has"),
        ("HTTPS://app.example/cb", "lower case"),
        ("javascript:alert(1)", "scheme javascript is not allowed"),
        ("data:text/html,x", "scheme data is not allowed"),
        ("unknown-program:/cb", "scheme unknown-program is not allowed"),
        ("/cb", "scheme (none) is not allowed"),
        ("https:///cb", "host is missing"),
        ("https:app.example/cb", "host is missing"),
        ("https://user@app.example/cb", "user name"),
        ("https://user:secret@app.example/cb", "user name"),
        ("https://App.example/cb", "lower case"),
        ("https://app.example:443/cb", "leave out :443"),
        ("https://app.example:/cb", "leave out :"),
        ("https://app.example:99999/cb", "no URI"),
        ("https://app.example:x/cb", "no URI"),
        ("https://[::1/cb", "no URI"),
        ("https://-app.example/cb", "host is missing, or not written"),
        ("https://app..example/cb", "host is missing, or not written"),
        ("http://app.example/cb", "use https"),
        ("http://127.0.0.2/cb", "use https"),
        ("http://127.0.0.1:3118/cb", "leave out the port"),
        ("https://app.example/a/../cb", "takes out"),
        ("https://app.example/a/%2E%2e/cb", "takes out"),
        ("https://app.example/./cb", "takes out"),
    ],
)
def test_an_address_is_refused_with_the_reason(uri, words):
    assert words in fault(uri)


def test_a_loopback_address_loses_its_port_and_nothing_else_does():
    assert canonical("http://127.0.0.1:33418/") == "http://127.0.0.1/"
    assert canonical("http://localhost:3334/oauth/callback?x=:80/") == "http://localhost/oauth/callback?x=:80/"
    assert canonical("http://localhost:3334") == "http://localhost"
    for other in ("https://127.0.0.1:8443/cb", "http://127.0.0.1:1@evil.example/", "http://127.0.0.1.evil.example:80/cb", "cursor://x:1/"):
        assert canonical(other) == other


def test_what_is_registered_is_stored_without_ports_and_once():
    assert checked(["http://localhost:1/cb", "http://localhost:2/cb", HOME]) == ["http://localhost/cb", HOME]


@pytest.mark.parametrize(
    ("uris", "words"), [([], "needs a redirect URI"), ([HOME] * 13, "13 redirect URIs are too many"), ([HOME, "x"], "'x' is refused")]
)
def test_a_set_of_addresses_is_refused_with_the_reason(uris, words):
    with pytest.raises(RedirectRefused, match=words):
        checked(uris)


def test_of_what_a_client_asks_for_by_itself_an_unknown_programs_scheme_is_left_out_and_the_rest_stays_as_it_was_written():
    assert accepted(["windsurf://x/cb", "http://localhost:8787/callback", OWN]) == ["http://localhost:8787/callback", OWN]


@pytest.mark.parametrize(
    "uris",
    [
        ["windsurf://x/cb"],
        [HOME, "javascript:alert(1)"],
        [HOME, "JavaScript:alert(1)"],
        [HOME, "data:text/html,x"],
        [HOME, "http://evil.example/cb"],
        [HOME, f"{HOME} https://evil.example/cb"],
        [HOME, f"windsurf://x {HOME}"],
        [HOME, "no address"],
        [HOME] * 2000,
        [f"windsurf://x/{n}" for n in range(2000)],
    ],
)
def test_what_is_hostile_or_nothing_spoils_the_set(uris):
    with pytest.raises(RedirectRefused):
        accepted(uris)


# --- The model says it too -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("uris", ["http://evil.example/cb", f"{HOME} javascript:alert(1)", "http://127.0.0.1:80/cb", " ".join([HOME] * 13)])
def test_a_client_with_a_refused_address_is_not_valid(client_app, uris):
    client_app.redirect_uris = uris
    with pytest.raises(ValidationError) as refused:
        client_app.full_clean()
    assert "redirect_uris" in refused.value.message_dict


@pytest.mark.parametrize("source", ["dcr", "cimd"])
@pytest.mark.parametrize("grant", ["client-credentials", "password", "implicit", "urn:ietf:params:oauth:grant-type:device_code"])
def test_a_client_that_registered_itself_gets_no_other_grant(client_app, source, grant):
    client_app.registration_source, client_app.authorization_grant_type = source, grant
    with pytest.raises(ValidationError) as refused:
        client_app.full_clean()
    assert "authorization_grant_type" in refused.value.message_dict
    with pytest.raises(IntegrityError):
        client_app.save()


# --- Errors that name the difference ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("uri", "words"),
    [
        (HOME, ""),
        ("http://127.0.0.1:4000/callback", ""),
        (f"{HOME}/", f"Nearest is {HOME}: it has a slash too much at its end."),
        ("https://app.example/cb/?tenant=1", "a slash too much at its end"),
        ("http://claude.ai/api/mcp/auth_callback", "use https"),
        ("https://claude.com/api/mcp/auth_callback", "the host is claude.com in place of claude.ai"),
        ("https://claude.ai:8443/api/mcp/auth_callback", "the port is 8443 in place of none"),
        ("https://claude.ai/API/mcp/auth_callback", "in upper and lower case"),
        ("https://claude.ai/api/mcp/auth", "the path is /api/mcp/auth in place of /api/mcp/auth_callback"),
        ("https://app.example/cb?tenant=2", "the query is ?tenant=2 in place of ?tenant=1"),
        ("https://app.example/cb", "the query is missing in place of ?tenant=1"),
        (f"{HOME}?", "the query is ? in place of none"),
        ("http://localhost:4000/callback", "the host is localhost in place of "),
        (f"{HOME}#x", "It can match nothing: it has a fragment"),
    ],
)
def test_an_error_names_the_difference_to_the_nearest_address(uri, words):
    said = difference(uri, REGISTERED)
    assert said == "" if not words else words in said


def test_a_missing_slash_is_named():
    assert "the slash at its end is missing" in difference("http://127.0.0.1:33418", ["http://127.0.0.1/"])


def test_without_addresses_nothing_can_match():
    assert difference(HOME, []) == "This client has no redirect URI."


def test_the_last_refused_address_of_a_workspaces_client_is_remembered_for_its_page(client_app, workspace):
    client_app.redirect_uri_allowed("https://evil.example/")
    assert redirects.last_refused(client_app.pk) == ""
    client_app.workspace = workspace
    client_app.redirect_uri_allowed(f"{HOME}/")
    client_app.redirect_uri_allowed(HOME)
    assert redirects.last_refused(client_app.pk) == f"{HOME}/"
