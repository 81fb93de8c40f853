"""Every curl of the documents, run by a real curl against the real server, as it is written there but for address, key and ids."""

from __future__ import annotations

import json
import re

import pytest

from tests.journeys import curls
from tests.journeys.curls import Reader

FILE = "contact name,email,company\nBarbara Liskov,barbara@example.com,Substitution Ltd\n"
SERVER = "https://api.rocketsdr.ai"
SECONDS_OF_A_STREAM = 2

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def reader(server, api_key, product, persona, sender, tmp_path) -> Reader:
    (tmp_path / "batch-1.csv").write_text(FILE)
    own = {
        SERVER: server,
        "YOUR_API_KEY": api_key.secret,
        '"product_id":12': f'"product_id":{product.id}',
        '"persona_id":7': f'"persona_id":{persona.id}',
    }
    return Reader(tmp_path, own)


def test_every_curl_of_the_documents_works_as_it_is_written(reader, agent, world, mailbox):
    one_shot = reader.data()
    assert one_shot["leads"] == {"accepted": 2, "duplicates": 0, "rejected_total": 0, "rejected": []}

    reader.follow_draft_and_upload()
    uploaded = reader.data()
    assert uploaded["leads"]["accepted"] == 1

    assert [each["name"] for each in reader.data()["products"]] == ["Analytics Suite"]

    handshake = json.loads(reader.next())["result"]
    assert handshake["protocolVersion"] == "2025-06-18"
    assert reader.next("-w '%{http_code}'") == "202"

    event = re.fullmatch(r"event: message\ndata: (.*)\n\n", reader.next())
    assert event
    assert "create_campaign" in {tool["name"] for tool in json.loads(event[1])["result"]["tools"]}
    stream = reader.next(f"--max-time {SECONDS_OF_A_STREAM}", "-w '%{http_code} %{content_type}'")
    assert re.fullmatch(r"(: .*\n\n)+200 text/event-stream.*", stream)
    assert reader.commands == []

    world.work()
    world.wait_for_the_hold()
    world.work()
    assert sorted(mailbox.recipients()) == ["ada@example.com", "barbara@example.com", "grace@example.com", "linus@example.com"]


def test_the_document_has_all_its_commands():
    commands = curls.commands()
    assert len(commands) == 11
    assert all(command.count("'") % 2 == 0 and not command.endswith("\\") for command in commands)
