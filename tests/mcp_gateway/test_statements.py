"""How many statements a call sends to the database, each number exact: nobody adds one without seeing it here."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from mcp_gateway import records
from mcp_gateway.incoming import Headers, Incoming
from rocketsdr.api_handler import McpDoor
from rocketsdr.lib import clock
from tests import factories

pytestmark = pytest.mark.django_db(transaction=True)
Ask = Callable[..., tuple[Any, int]]


@pytest.fixture
def ask(api_key, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Ask]:
    """Send a request through the door of the product, as the web process does; return its result and the number of statements."""
    settings.TOOL_CALLS_EVERY, settings.ALLOWED_HOSTS = 3600, ["*"]
    waiting = records.Waiting()
    monkeypatch.setattr(records, "_waiting", waiting)
    door = McpDoor()
    headers = Headers({"content-type": "application/json", "x-api-key": api_key.secret})

    def send(method: str, **params: Any) -> tuple[Any, int]:
        body = json.dumps({"jsonrpc": "2.0", "id": 1, "method": method, "params": params}).encode()
        with CaptureQueriesContext(connection) as made:
            answer = json.loads(door.answer(Incoming("POST", "/api/mcp", "http", "a:80", headers, body)).body)
        return answer["result"], len(made)

    send("ping")  # notes that the key is used, which happens once a minute
    yield send
    waiting.close()


def call(ask: Ask, tool: str, **arguments: Any) -> tuple[Any, int]:
    result, number = ask("tools/call", name=tool, arguments=arguments)
    assert not result["isError"], result
    return result, number


def test_a_list_of_tools_asks_who_calls_and_nothing_else(ask):
    assert ask("tools/list")[1] == 1


@pytest.mark.parametrize("tool", ["list_products", "list_personas"])
def test_a_page_with_its_total_is_one_statement(ask, workspace, tool):
    factories.ProductFactory.create_batch(3, workspace=workspace)
    factories.PersonaFactory.create_batch(3, workspace=workspace)
    result, number = call(ask, tool, limit=2)
    assert (number, result["structuredContent"]["total"]) == (2, 3)
    assert call(ask, tool, limit=2, cursor=result["structuredContent"]["next_cursor"])[1] == 2


def test_a_refused_call_of_a_read_asks_who_calls_and_nothing_else(ask):
    assert ask("tools/call", name="list_products", arguments={"limit": 0})[1] == 1


def test_the_clock_that_the_embedded_mode_moves_costs_one_more(ask, workspace):
    from rocketsdr.accounts.models import Clock

    clock.use_offset_source(Clock.objects.offset)
    assert call(ask, "list_products")[1] == 3
    clock.use_offset_source(None)


def test_a_write_and_its_replay_have_a_fixed_price(ask):
    """Who calls, begin, commit and the record; the key with its lock timeout: 4; the product, its audit event and its undo: 7."""
    arguments = {"name": "Analytics Suite", "idempotency_key": "a-key-of-mine"}
    assert call(ask, "create_product", name="Analytics Suite")[1] == 11
    assert call(ask, "create_product", **arguments)[1] == 15
    assert call(ask, "create_product", **arguments)[1] == 8
