"""How each program is connected to this server: what to enter where, and what to paste. All of it is made from the one address."""

from __future__ import annotations

import base64
import json
import shlex
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

CLIENT_ID = "rocketsdr"
NAME = "rocketsdr"
KEY = "YOUR_API_KEY"
KEY_HEADER = "X-API-Key"
LOCAL_HOSTS = ("127.0.0.1", "localhost", "::1")


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a client's own form. An empty value stays empty there; `note` says so, or why."""

    label: str
    value: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Snippet:
    """A text to paste: a command or a file. `place` says where."""

    id: str
    what: str
    place: str
    text: str


@dataclass(frozen=True, slots=True)
class Connector:
    """One program. `calls_from_outside` marks those that call from their maker's servers and so need a public https address."""

    slug: str
    name: str
    steps: tuple[str, ...]
    fields: tuple[Field, ...] = ()
    snippets: tuple[Snippet, ...] = ()
    link: str = ""
    link_label: str = ""
    calls_from_outside: bool = False


def connectors(server_url: str) -> list[Connector]:
    """Return every program that we know how to connect, those that a salesperson uses first."""
    makers = (_claude, _chatgpt, _claude_code, _cursor, _vs_code, _mcp_remote, _inspector, _other)
    return [maker(server_url) for maker in makers]


def is_public(server_url: str) -> bool:
    """Say whether the address could be reached from the internet: by https, and at no name of this machine."""
    parts = urlsplit(server_url)
    return parts.scheme == "https" and parts.hostname not in LOCAL_HOSTS


def _by_hand(server_url: str) -> tuple[Field, ...]:
    """Return the fields of a client that asks for a registered OAuth client."""
    return (
        Field("Name", "RocketSDR"),
        Field("Server URL", server_url),
        Field("OAuth client ID", CLIENT_ID, "Or leave it empty: the client then registers itself."),
        Field("OAuth client secret", "", "Leave it empty."),
    )


def _claude(server_url: str) -> Connector:
    return Connector(
        slug="claude",
        name="Claude",
        steps=(
            "In Claude on the web or on your computer, open Customize → Connectors (Settings → Connectors in older versions).",
            "Choose Add custom connector and enter the fields; client ID and secret are under Advanced settings.",
            "Choose Connect, sign in here and choose the workspace.",
        ),
        fields=_by_hand(server_url),
        link="https://claude.ai/settings/connectors",
        link_label="Open Claude's connectors",
        calls_from_outside=True,
    )


def _chatgpt(server_url: str) -> Connector:
    return Connector(
        slug="chatgpt",
        name="ChatGPT",
        steps=(
            "In ChatGPT on the web, open Settings → Apps & Connectors → Advanced settings and turn on Developer mode.",
            "Choose Create and enter the fields; Authentication is OAuth.",
            "Choose Connect, sign in here and choose the workspace.",
        ),
        fields=(*_by_hand(server_url), Field("Authentication", "OAuth")),
        link="https://chatgpt.com/#settings/Connectors",
        link_label="Open ChatGPT's connectors",
        calls_from_outside=True,
    )


def _claude_code(server_url: str) -> Connector:
    signed_in = _command("claude", "mcp", "add", "--transport", "http", NAME, server_url)
    fixed = ("--client-id", CLIENT_ID, "--callback-port", "33418")
    by_id = _command("claude", "mcp", "add", "--transport", "http", *fixed, NAME, server_url)
    by_key = _command("claude", "mcp", "add", "--transport", "http", NAME, server_url, "--header", f"{KEY_HEADER}: {KEY}")
    return Connector(
        slug="claude-code",
        name="Claude Code",
        steps=("Run one of the commands, then choose /mcp in Claude Code to sign in.",),
        snippets=(
            Snippet("claude-code", "with sign-in", "In a terminal", signed_in),
            Snippet("claude-code-id", "with the client ID, where a firewall keeps the registration out", "In a terminal", by_id),
            Snippet("claude-code-key", "with an API key", "In a terminal", by_key),
        ),
    )


def _cursor(server_url: str) -> Connector:
    signed_in: dict[str, Any] = {"url": server_url}
    by_id = {**signed_in, "auth": {"CLIENT_ID": CLIENT_ID}}
    by_key = {**signed_in, "headers": {KEY_HEADER: KEY}}
    config = base64.b64encode(json.dumps(signed_in).encode()).decode()
    place = "~/.cursor/mcp.json, or .cursor/mcp.json in a project"
    return Connector(
        slug="cursor",
        name="Cursor",
        steps=("Use the link, or paste one of the files, then choose Connect under Settings → MCP to sign in.",),
        snippets=(
            Snippet("cursor", "with sign-in", place, _file({"mcpServers": {NAME: signed_in}})),
            Snippet("cursor-id", "with the client ID", place, _file({"mcpServers": {NAME: by_id}})),
            Snippet("cursor-key", "with an API key", place, _file({"mcpServers": {NAME: by_key}})),
        ),
        link=f"cursor://anysphere.cursor-deeplink/mcp/install?{urlencode({'name': NAME, 'config': config})}",
        link_label="Add to Cursor",
    )


def _vs_code(server_url: str) -> Connector:
    signed_in: dict[str, Any] = {"type": "http", "url": server_url}
    by_id = {**signed_in, "oauth": {"clientId": CLIENT_ID}}
    question = {"type": "promptString", "id": "rocketsdr-key", "description": "RocketSDR API key", "password": True}
    by_key = {**signed_in, "headers": {KEY_HEADER: "${input:rocketsdr-key}"}}
    place = ".vscode/mcp.json in a project, or MCP: Open User Configuration"
    named = {"name": NAME, **signed_in}
    return Connector(
        slug="vs-code",
        name="VS Code",
        steps=("Use the link, or paste one of the files, then start the server above its name; VS Code asks you to sign in.",),
        snippets=(
            Snippet("vs-code", "with sign-in", place, _file({"servers": {NAME: signed_in}})),
            Snippet("vs-code-id", "with the client ID", place, _file({"servers": {NAME: by_id}})),
            Snippet(
                "vs-code-key", "with an API key, which VS Code asks for", place, _file({"inputs": [question], "servers": {NAME: by_key}})
            ),
            Snippet("vs-code-command", "from the command line", "In a terminal", _command("code", "--add-mcp", json.dumps(named))),
        ),
        link=f"vscode:mcp/install?{quote(json.dumps(named), safe='')}",
        link_label="Add to VS Code",
    )


def _mcp_remote(server_url: str) -> Connector:
    insecure = () if urlsplit(server_url).scheme == "https" else ("--allow-http",)
    bridge = ("-y", "mcp-remote", server_url, *insecure)
    client = ("--static-oauth-client-info", json.dumps({"client_id": CLIENT_ID}))
    by_id = {"command": "npx", "args": [*bridge, *client]}
    by_key = {"command": "npx", "args": [*bridge, "--header", f"{KEY_HEADER}:${{ROCKETSDR_KEY}}"], "env": {"ROCKETSDR_KEY": KEY}}
    place = "claude_desktop_config.json, or the file of another program that starts local servers"
    return Connector(
        slug="mcp-remote",
        name="Programs that only start local servers",
        steps=("mcp-remote stands between such a program and this server. It needs Node.js.",),
        snippets=(
            Snippet("mcp-remote", "with sign-in", place, _file({"mcpServers": {NAME: by_id}})),
            Snippet("mcp-remote-key", "with an API key", place, _file({"mcpServers": {NAME: by_key}})),
            Snippet("mcp-remote-command", "to try it", "In a terminal", _command("npx", *bridge, *client)),
        ),
    )


def _inspector(server_url: str) -> Connector:
    inspector = ("npx", "-y", "@modelcontextprotocol/inspector")
    by_key = ("--header", f"{KEY_HEADER}: {KEY}")
    return Connector(
        slug="inspector",
        name="MCP Inspector",
        steps=(
            "Start the Inspector, choose Streamable HTTP and enter the server URL.",
            f"Enter the client ID {CLIENT_ID} and leave the secret empty, or leave both empty, then choose Connect.",
        ),
        fields=(
            Field("Transport", "Streamable HTTP"),
            Field("URL", server_url),
            Field("Client ID", CLIENT_ID),
            Field("Client secret", "", "Leave it empty."),
        ),
        snippets=(
            Snippet("inspector", "to start it", "In a terminal", _command(*inspector)),
            Snippet(
                "inspector-key",
                "to list the tools with an API key",
                "In a terminal",
                _command(*inspector, "--cli", server_url, "--transport", "http", *by_key, "--method", "tools/list"),
            ),
        ),
    )


def _other(server_url: str) -> Connector:
    listing = '{"jsonrpc":"2.0","id":1,"method":"tools/list"}'
    headers = ("-H", "Content-Type: application/json", "-H", f"{KEY_HEADER}: {KEY}")
    return Connector(
        slug="other",
        name="Scripts and other clients",
        steps=(
            "Any MCP client: give it the server URL. It finds the sign-in by itself, or takes an API key in a header.",
            "Any program that can send HTTP: no handshake is needed.",
        ),
        snippets=(Snippet("curl", "to list the tools", "In a terminal", _command("curl", "-sS", server_url, *headers, "-d", listing)),),
    )


def _file(content: dict[str, Any]) -> str:
    return json.dumps(content, indent=2)


def _command(*words: str) -> str:
    return shlex.join(words)
