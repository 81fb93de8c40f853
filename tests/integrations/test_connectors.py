"""What a person pastes works: files are JSON, commands are words that a shell reads as meant, links hold the same as the files."""

from __future__ import annotations

import base64
import json
import shlex
import subprocess
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import pytest
from django.core.asgi import get_asgi_application
from django.core.wsgi import get_wsgi_application

from integrations.connectors import Connector, connectors, is_public
from rocketsdr.asgi import Front
from tests.serving import serving

URL = "https://outreach.example.com/api/mcp"


def named(slug: str, url: str = URL) -> Connector:
    return next(each for each in connectors(url) if each.slug == slug)


def texts(slug: str, url: str = URL) -> dict[str, str]:
    return {each.id: each.text for each in named(slug, url).snippets}


def file(slug: str, snippet: str) -> Any:
    return json.loads(texts(slug)[snippet])


def test_every_snippet_has_the_address_a_place_and_an_id_of_its_own():
    snippets = [snippet for connector in connectors(URL) for snippet in connector.snippets]
    assert len({each.id for each in snippets}) == len(snippets)
    for each in snippets:
        assert each.place
        assert URL in each.text or each.id == "inspector"


def test_every_file_is_json_with_the_key_that_its_program_reads():
    for slug, top in (("cursor", "mcpServers"), ("vs-code", "servers"), ("mcp-remote", "mcpServers")):
        files = [text for text in texts(slug).values() if text.startswith("{")]
        assert files
        assert all("rocketsdr" in json.loads(text)[top] for text in files)
    assert file("vs-code", "vs-code")["servers"]["rocketsdr"] == {"type": "http", "url": URL}
    assert file("vs-code", "vs-code-id")["servers"]["rocketsdr"]["oauth"] == {"clientId": "rocketsdr"}
    assert file("cursor", "cursor-id")["mcpServers"]["rocketsdr"]["auth"] == {"CLIENT_ID": "rocketsdr"}
    asked = file("vs-code", "vs-code-key")
    assert asked["servers"]["rocketsdr"]["headers"]["X-API-Key"] == f"${{input:{asked['inputs'][0]['id']}}}"


def test_the_links_hold_what_the_files_hold():
    cursor = parse_qs(urlsplit(named("cursor").link).query)
    assert cursor["name"] == ["rocketsdr"]
    assert json.loads(base64.b64decode(cursor["config"][0])) == file("cursor", "cursor")["mcpServers"]["rocketsdr"]
    scheme, _, rest = named("vs-code").link.partition(":mcp/install?")
    assert scheme == "vscode"
    assert json.loads(unquote(rest)) == {"name": "rocketsdr", **file("vs-code", "vs-code")["servers"]["rocketsdr"]}
    assert shlex.split(texts("vs-code")["vs-code-command"])[2] == unquote(rest)


def test_the_secret_is_blank_everywhere():
    for slug in ("claude", "chatgpt", "inspector"):
        fields = {field.label.lower(): field for field in named(slug).fields}
        secret = next(field for label, field in fields.items() if label.endswith("client secret"))
        assert (secret.value, secret.note) == ("", "Leave it empty.")
        assert next(field for label, field in fields.items() if label.endswith("client id")).value == "rocketsdr"
    args = file("mcp-remote", "mcp-remote")["mcpServers"]["rocketsdr"]["args"]
    assert json.loads(args[args.index("--static-oauth-client-info") + 1]) == {"client_id": "rocketsdr"}


def test_the_bridge_is_told_of_plain_http_only_where_it_is():
    assert "--allow-http" not in texts("mcp-remote")["mcp-remote"]
    assert "--allow-http" in texts("mcp-remote", "http://127.0.0.1:8000/api/mcp")["mcp-remote"]


@pytest.mark.parametrize(
    ("url", "expected"),
    [(URL, True), ("http://outreach.example.com/api/mcp", False), ("https://localhost/api/mcp", False), ("http://127.0.0.1:8000", False)],
)
def test_who_calls_from_outside_needs_https(url, expected):
    assert is_public(url) == expected


@pytest.mark.django_db(transaction=True)
def test_the_pasted_curl_lists_the_tools(api_key, settings):
    with serving(Front(wsgi=get_wsgi_application(), asgi=get_asgi_application(), threads=1)) as port:
        command = texts("other", f"http://127.0.0.1:{port}/api/mcp")["curl"].replace("YOUR_API_KEY", api_key.secret)
        ran = subprocess.run(["/bin/sh", "-c", command], capture_output=True, text=True, timeout=20, check=True)  # noqa: S603 - ours
    assert json.loads(ran.stdout)["result"]["tools"]
