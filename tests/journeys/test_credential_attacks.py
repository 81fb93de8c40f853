"""Attacks on the credential itself: carried where it does not count, and handed on to somebody else."""

from __future__ import annotations

import base64
import json
import logging

import httpx2
import pytest
from django.test import Client

from mcp_gateway.models import ToolCall
from rocketsdr.lib.log_lines import MASK
from tests.fakes import buckets, outgoing

PING = json.dumps({"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": "whoami", "arguments": {}}})
DOORS = ("/api/mcp", "/api/mcp/", "/api/v1/outreach/whoami")
NAMES = ("api_key", "apikey", "key", "X-API-Key", "access_token", "token", "Authorization")
CSV = "contact name,email,company\nAda Lovelace,ada@example.com,Analytical Engine"
STEP = {"subject": "A question, {{ lead.first_name }}", "body": "Hi {{ lead.first_name }}, how is {{ lead.company }}?"}

pytestmark = pytest.mark.django_db(transaction=True)


def refused(answer, key):
    """The answer is the one that somebody without any credential gets."""
    assert answer.status_code == 401, answer.content
    assert answer["WWW-Authenticate"].startswith("Bearer ")
    assert "invalid_token" not in answer["WWW-Authenticate"]
    assert key not in answer.content.decode() + str(dict(answer.items()))
    assert not ToolCall.objects.exists()


# --- 55 and 92: in the address, in a form, in the body -------------------------------------------------------------------------


@pytest.mark.parametrize("door", DOORS)
def test_a_token_or_a_key_in_the_address_is_not_honoured(api_key, door):
    for name in NAMES:
        refused(Client().post(door, PING, content_type="application/json", query_params={name: api_key.secret}), api_key.secret)
        bearer = {name: f"Bearer {api_key.secret}"}
        refused(Client().post(door, PING, content_type="application/json", query_params=bearer), api_key.secret)


@pytest.mark.parametrize("door", DOORS)
def test_a_token_or_a_key_in_a_form_or_in_the_body_is_not_honoured(api_key, door):
    for name in NAMES:
        fields = {name: api_key.secret}
        refused(Client().post(door, fields), api_key.secret)
        refused(Client().post(door, f"{name}={api_key.secret}", content_type="application/x-www-form-urlencoded"), api_key.secret)
        refused(Client().post(door, {**json.loads(PING), **fields}, content_type="application/json"), api_key.secret)


@pytest.mark.parametrize("door", DOORS)
def test_a_token_or_a_key_in_a_cookie_or_as_another_scheme_is_not_honoured(api_key, door):
    client = Client()
    client.cookies["access_token"] = api_key.secret
    refused(client.post(door, PING, content_type="application/json"), api_key.secret)
    basic = base64.b64encode(f"{api_key.secret}:".encode()).decode()
    for scheme in (f"Basic {basic}", f"Token {api_key.secret}", f"Digest {api_key.secret}"):
        refused(Client().post(door, PING, content_type="application/json", headers={"Authorization": scheme}), api_key.secret)


def test_a_key_in_the_address_is_masked_in_the_access_log_of_whoever_keeps_one(server, api_key):
    access, lines = logging.getLogger("uvicorn.access"), []

    class Keeping(logging.Handler):
        def emit(self, record):
            lines.append(record.getMessage())

    handler, level = Keeping(), access.level
    access.addHandler(handler)
    access.setLevel(logging.INFO)
    try:
        for name in ("api_key", "access_token", "X-API-Key", "token"):
            answer = httpx2.post(f"{server}/api/mcp?{name}={api_key.secret}&x=1", content=PING, trust_env=False)
            assert answer.status_code == 401
    finally:
        access.removeHandler(handler)
        access.setLevel(level)
    assert len(lines) == 4
    assert all(f"={MASK}&x=1" in line and api_key.secret not in line for line in lines)


# --- 56: token passthrough -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["s3", "gcs"])
def test_token_passthrough_no_outgoing_call_ever_carries_the_caller_s_credential(
    kind, agent, world, mailbox, product, persona, sender, settings, monkeypatch, tmp_path
):
    with buckets.in_use(kind, settings=settings, monkeypatch=monkeypatch, folder=tmp_path) as bucket:
        sent = outgoing.recorded(monkeypatch)
        offer = agent.call("get_csv_upload_url", filename="batch-1.csv")
        assert buckets.send(offer["uploadUrl"], offer["formFields"], CSV.encode()).status_code == 201
        facts = {"name": "Batch 1", "type": "csv", "product_id": product.id, "persona_id": persona.id}
        agent.call("create_campaign", **facts, csv_url=offer["gcsUrl"], steps=[STEP])
        job = agent.call("export_data", kind="leads")["job_id"]
        world.work()
        world.wait_for_the_hold()
        world.work()
        assert agent.call("get_job", job_id=job)["status"] == "completed"
    assert mailbox.recipients() == ["ada@example.com"]
    assert sent.holds("DATA\r\n")  # the mail went out by these sockets, and so did the calls to the bucket
    assert {asked.method for asked in bucket.asked} >= {"GET", "POST"}
    secret = agent.api_key.rpartition("_")[2]
    for form in (agent.api_key, secret, base64.b64encode(agent.api_key.encode()).decode()):
        assert not sent.holds(form)
    assert all(secret not in f"{asked.path} {asked.query} {asked.headers.items()} {asked.body!r}" for asked in bucket.asked)
