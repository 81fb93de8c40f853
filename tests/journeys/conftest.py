"""The real doors: an agent with a key at the gateway, the jobs that it sets going, and a mailbox that receives real SMTP."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from django.core.asgi import get_asgi_application
from django.core.wsgi import get_wsgi_application
from django.test import Client

from campaigns import tasks
from integrations.providers import builtin_mailbox
from integrations.providers.builtin_mailbox import ReceivedMail
from rocketsdr.accounts.services import IssuedKey
from rocketsdr.api_handler import ApiHandler, McpDoor
from rocketsdr.asgi import Front
from rocketsdr.celery import app
from rocketsdr.lib import clock
from tests.conftest import Jobs
from tests.fakes.mailbox import running_mailbox


@dataclass
class Agent:
    """Calls tools over HTTP with an API key."""

    api_key: str
    client: Client = field(default_factory=Client)

    def result(self, tool: str, **arguments: object) -> dict[str, Any]:
        body = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": tool, "arguments": arguments}}
        response = self.client.post("/api/mcp", json.dumps(body), content_type="application/json", headers={"X-API-Key": self.api_key})
        assert response.status_code == 200, response.content
        result: dict[str, Any] = response.json()["result"]
        return result

    def call(self, tool: str, **arguments: object) -> dict[str, Any]:
        """Call a tool that has to work; return its data."""
        result = self.result(tool, **arguments)
        assert not result["isError"], result["content"][0]["text"]
        data: dict[str, Any] = result["structuredContent"]
        return data


@dataclass
class Mailbox:
    folder: Path
    port: int

    def mails(self) -> list[ReceivedMail]:
        """Return what has arrived, the oldest first."""
        return builtin_mailbox.messages(self.folder, limit=10_000)[::-1]

    def recipients(self) -> list[str]:
        return [mail.to_address for mail in self.mails()]


@dataclass
class World:
    """The jobs and the clock of a journey."""

    jobs: Jobs
    offset: timedelta = timedelta()

    def work(self, *, ticks: int = 3) -> None:
        """Do what workers and beat do until nothing is left to do now."""
        for _ in range(ticks):
            self.jobs.sent.append((tasks.tick.name, {}))
            while self.jobs.sent:
                name, ids = self.jobs.sent.pop(0)
                app.tasks[name].run(**ids)

    def wait(self, by: timedelta) -> None:
        """Let time pass without waiting."""
        self.offset += by
        clock.use_offset_source(lambda: self.offset)

    def wait_for_the_hold(self) -> None:
        self.wait(timedelta(minutes=11))


@pytest.fixture
def agent(transactional_db: None, api_key: IssuedKey) -> Agent:
    return Agent(api_key.secret)


@pytest.fixture
def world(jobs: Jobs, now: Any) -> World:
    made = World(jobs)
    made.wait(now - clock.now())
    return made


@pytest.fixture
def mailbox(tmp_path: Path, settings: Any) -> Iterator[Mailbox]:
    with running_mailbox(tmp_path / "mailbox") as port:
        settings.MAILBOX_PORT, settings.MAILBOX_DIR = port, tmp_path / "mailbox"
        yield Mailbox(tmp_path / "mailbox", port)


@pytest.fixture
def server(transactional_db: None, settings: Any) -> Iterator[str]:
    """The real web server on the test's database; its address."""
    listener = socket.create_server(("127.0.0.1", 0))
    settings.PUBLIC_URL = f"http://127.0.0.1:{listener.getsockname()[1]}"
    front = Front(wsgi=get_wsgi_application(), api=ApiHandler(), mcp=McpDoor(), asgi=get_asgi_application(), threads=2)
    web = uvicorn.Server(uvicorn.Config(front, ws="none", log_level="warning", timeout_graceful_shutdown=1))
    thread = threading.Thread(target=web.run, args=[[listener]])
    thread.start()
    try:
        yield settings.PUBLIC_URL
    finally:
        web.should_exit = True
        thread.join()
