"""The page /docs/mcp as its reader meets it: signed in, every command works as it is copied, once the key is put in."""

from __future__ import annotations

import html
import json
import re

import pytest
from django.test import Client

from tests.journeys.curls import Reader

FILE = "contact name,email,company\nBarbara Liskov,barbara@example.com,Substitution Ltd\n"
SECONDS_OF_A_STREAM = 2

pytestmark = pytest.mark.django_db(transaction=True)


def commands_of(page: str) -> list[str]:
    """Return what the copy buttons of the page copy, as far as it is a command."""
    texts = [html.unescape(re.sub(r"</?mark>", "", text)) for text in re.findall(r"<pre[^>]*>(.*?)</pre>", page, re.DOTALL)]
    return [text for text in texts if text.startswith("curl ")]


@pytest.fixture
def reader(server, owner, api_key, product, persona, sender, tmp_path) -> Reader:
    (tmp_path / "batch-1.csv").write_text(FILE)
    browser = Client()
    browser.force_login(owner)
    commands = commands_of(browser.get("/docs/mcp").content.decode())
    assert all(server in command or "<uploadUrl>" in command for command in commands)
    assert not any("PRODUCT_ID" in command or "PERSONA_ID" in command for command in commands)
    return Reader(tmp_path, {"YOUR_API_KEY": api_key.secret, "ANY_UNIQUE_TEXT": "a-text-of-my-own"}, commands)


def test_every_curl_of_the_page_works_as_it_is_copied(reader, agent, world, mailbox, product):
    assert [each["id"] for each in reader.data()["products"]] == [product.id]
    assert reader.data()["leads"]["accepted"] == 2

    reader.follow_draft_and_upload()
    assert reader.data()["leads"]["accepted"] == 1

    assert json.loads(reader.next())["result"]["protocolVersion"] == "2025-06-18"
    assert reader.next("-w '%{http_code}'") == "202"
    assert re.fullmatch(r"event: message\ndata: (.*)\n\n", reader.next())
    stream = reader.next(f"--max-time {SECONDS_OF_A_STREAM}", "-w '%{http_code} %{content_type}'")
    assert re.fullmatch(r"(: .*\n\n)+200 text/event-stream.*", stream)

    assert "Ada" in reader.next()
    made = json.loads(reader.next("-w '\\n'"))
    assert made["product"]["name"] == "Analytics Suite"
    assert reader.commands == []

    world.work()
    world.wait_for_the_hold()
    world.work()
    assert sorted(mailbox.recipients()) == ["ada@example.com", "barbara@example.com", "grace@example.com", "linus@example.com"]
