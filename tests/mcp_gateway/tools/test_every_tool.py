"""What holds for every tool: a new one joins these tables, or they fail."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import jsonschema  # type: ignore[import-untyped]  # the library ships no types
import pytest
from django.conf import settings
from django.core.files.storage import default_storage
from django.db import connection

from integrations import storage
from mcp_gateway import catalogue, dispatch
from mcp_gateway.models import ToolCall
from mcp_gateway.surfaces import OUTREACH
from mcp_gateway.tool import WriteArguments
from mcp_gateway.tool.capping import MOST
from rocketsdr.accounts.actor import ALL_SCOPES
from rocketsdr.accounts.services import issue_api_key
from tests.fakes import outgoing
from tests.mcp_gateway.conftest import Rpc
from tests.mcp_gateway.tools.conftest import Agent
from tests.mcp_gateway.tools.examples import examples, something_of_everything

__all__ = ["examples", "something_of_everything"]  # the fixtures: one call of each tool that works

TOOLS = {tool.name: tool for tool in catalogue.of(OUTREACH).tools}
WRITES = [name for name, tool in TOOLS.items() if issubclass(tool.arguments, WriteArguments)]
VERBS = {"Approve", "Change", "Count", "Create", "Launch", "List", "Make", "Reverse", "Save", "Show", "Start", "Stop", "Store"}
OBVIOUS = {
    "name",
    "type",
    "status",
    "url",
    "title",
    "description",
    "note",
    "step",
    "campaign_id",
    "product_id",
    "persona_id",
    "max_leads",
    "group_by",
    "thread_id",
}
IMPLEMENTATION = re.compile(r"\b(todo|fixme|django|celery|postgres\w*|sql|orm|queryset|json-?rpc|fernet|redis|stub|mock)\b", re.IGNORECASE)
KEY = "the-same-key-again"

# readOnlyHint, destructiveHint, idempotentHint, openWorldHint, core. "Idempotent when a key is given" is false: without one it is not.
CATALOGUE = {
    "list_products": (1, 0, 1, 0, 1),
    "list_personas": (1, 0, 1, 0, 1),
    "list_senders": (1, 0, 1, 0, 1),
    "search_targeting": (1, 0, 1, 0, 1),
    "preview_leads": (1, 0, 0, 0, 1),
    "add_leads": (0, 0, 0, 1, 1),
    "preview_email": (1, 0, 1, 0, 1),
    "create_campaign": (0, 0, 0, 1, 1),
    "create_campaign_draft": (0, 0, 0, 0, 1),
    "finalize_campaign_draft": (0, 0, 0, 1, 1),
    "get_csv_upload_url": (0, 0, 0, 0, 1),
    "get_inbox": (1, 0, 1, 0, 1),
    "get_thread": (1, 0, 1, 0, 1),
    "create_product": (0, 0, 0, 0, 1),
    "update_product": (0, 0, 0, 0, 0),
    "create_persona": (0, 0, 0, 0, 1),
    "update_persona": (0, 0, 0, 0, 0),
    "list_campaigns": (1, 0, 1, 0, 1),
    "get_campaign": (1, 0, 1, 0, 1),
    "get_campaign_analytics": (1, 0, 1, 0, 1),
    "pause_campaign": (0, 0, 1, 0, 1),
    "resume_campaign": (0, 0, 0, 1, 1),
    "list_leads": (1, 0, 1, 0, 1),
    "verify_emails": (1, 0, 1, 1, 0),
    "add_suppression": (0, 0, 1, 0, 1),
    "revert_import": (0, 1, 1, 0, 0),
    "screen_leads": (1, 0, 1, 0, 0),
    "check_contact": (1, 0, 1, 0, 0),
    "undo_action": (0, 1, 0, 0, 1),
    "get_job": (1, 0, 1, 0, 0),
    "cancel_job": (0, 0, 1, 0, 0),
    "export_data": (0, 0, 0, 0, 0),
    "pause_all": (0, 0, 1, 0, 1),
    "resume_all": (0, 1, 0, 1, 0),
    "list_approvals": (1, 0, 1, 0, 0),
    "get_approval": (1, 0, 1, 0, 0),
    "resolve_approval": (0, 1, 0, 1, 0),
    "get_audit_log": (1, 0, 1, 0, 1),
    "get_quota": (1, 0, 1, 0, 1),
    "whoami": (1, 0, 1, 0, 1),
}


def everything() -> dict[str, str]:
    """Return a digest of every table but the record of calls, and of what lies in the storage and in the mailbox."""
    with connection.cursor() as cursor:
        tables = sorted(set(connection.introspection.table_names(cursor)) - {ToolCall._meta.db_table})
        rows = "SELECT '{0}', md5(coalesce(string_agg(each::text, chr(10) ORDER BY each::text), '')) FROM \"{0}\" each"
        cursor.execute(" UNION ALL ".join(rows.format(table) for table in tables))
        digests = dict(cursor.fetchall())
    places = [Path(default_storage.path("")), Path(str(settings.MAILBOX_DIR))]
    files = sorted(str(each) for place in places for each in place.rglob("*") if each.is_file())
    return {**digests, "files": str(files)}


# --- The list --------------------------------------------------------------------------------------------------------------------


def test_these_are_the_tools_with_their_hints(agent):
    listed = {tool["name"]: tool for tool in agent.rpc.request("tools/list")["result"]["tools"]}
    hints = ("readOnlyHint", "destructiveHint", "idempotentHint", "openWorldHint")
    declared = {name: (tool.read_only, tool.destructive, tool.idempotent, tool.open_world, tool.core) for name, tool in TOOLS.items()}
    assert declared == CATALOGUE
    assert listed.keys() == {name for name, tool in TOOLS.items() if tool.core}
    for name, tool in listed.items():
        assert tuple(tool["annotations"][hint] for hint in hints) == CATALOGUE[name][:4]
    assert len(listed) <= catalogue.MOST_LISTED


def test_the_list_is_the_same_every_time_and_small(agent):
    first, second = (agent.rpc.post({"jsonrpc": "2.0", "id": 1, "method": "tools/list"}).content for _ in range(2))
    assert first == second
    tools = json.loads(first)["result"]["tools"]
    read_by_models = [{name: tool[name] for name in ("name", "description", "inputSchema")} for tool in tools]
    assert len(json.dumps(read_by_models, ensure_ascii=False, separators=(",", ":"))) < 25_000
    assert len(first) < 45_000


@pytest.mark.parametrize("name", TOOLS)
def test_a_tool_says_what_it_does_beginning_with_a_verb(name):
    description = TOOLS[name].description
    assert description.split()[0] in VERBS
    assert description.endswith(".")
    assert len(description.split(". ")[0].split()) >= 3
    assert len(description) < 500
    assert not IMPLEMENTATION.search(description)
    assert TOOLS[name].doing.split()[0].endswith("ing")


@pytest.mark.parametrize("name", TOOLS)
def test_the_schemas_of_a_tool_are_schemas_and_explain_each_argument(name):
    tool = TOOLS[name]
    for schema in (tool.input_schema, tool.output_schema):
        jsonschema.Draft202012Validator.check_schema(schema)
        assert schema["type"] == "object"
    unexplained = {field for field, schema in tool.input_schema["properties"].items() if "description" not in schema}
    assert unexplained <= OBVIOUS
    assert tool.input_schema["additionalProperties"] is False


def test_other_names_lead_to_the_same_tools(agent):
    aliases = [alias for tool in TOOLS.values() for alias in tool.aliases]
    assert len(aliases) == len(set(aliases))
    assert not set(aliases) & set(TOOLS)
    for alias, name in (("get_campaigns", "list_campaigns"), ("get_products", "list_products"), ("add_product", "create_product")):
        assert catalogue.of(OUTREACH).find(alias) is TOOLS[name]
    assert agent.text("get_products") == "No products yet: create_product makes one."


# --- Every call ------------------------------------------------------------------------------------------------------------------


def test_every_tool_has_an_example_that_works_and_fits_its_schemas(agent, examples):
    assert examples.keys() == TOOLS.keys()
    for name, arguments in examples.items():
        jsonschema.validate(arguments, TOOLS[name].input_schema)
        result = agent.result(name, **arguments)
        assert not result["isError"], (name, result["content"][0]["text"])
        assert 0 < len(result["content"][0]["text"]) <= MOST
        assert len(json.dumps(result["structuredContent"], ensure_ascii=False)) <= MOST
        for field in TOOLS[name].result.model_fields.values():
            assert (field.serialization_alias or field.alias) is None or (field.serialization_alias or field.alias) in result[
                "structuredContent"
            ]


def test_token_passthrough_no_tool_sends_the_caller_s_credential_anywhere(agent, examples, monkeypatch):
    sent = outgoing.recorded(monkeypatch)
    key = agent.rpc.headers["X-API-Key"]
    for name, arguments in examples.items():
        assert not agent.result(name, **arguments)["isError"]
    assert not sent.holds(key.rpartition("_")[2])


@pytest.mark.parametrize("name", [name for name, tool in TOOLS.items() if tool.scope])
def test_a_key_without_the_scope_is_refused_by_its_name(person, examples, now, name):
    tool = TOOLS[name]
    key = issue_api_key(actor=person, name="Less", scopes=ALL_SCOPES - {tool.scope}, now=now)
    weak = Agent(Rpc({"X-API-Key": key.secret}, path="/api/mcp"))
    weak.text("whoami")  # the key's last use is noted now
    before = everything()
    assert weak.refusal(name, **examples[name]).startswith(f"Error {tool.doing}: This credential lacks the scope {tool.scope} (")
    assert everything() == before


@pytest.mark.parametrize("name", WRITES)
def test_a_dry_run_changes_nothing(agent, examples, jobs, name):
    agent.text("whoami")  # the key's last use is noted now
    before, enqueued = everything(), list(jobs.all)
    result = agent.result(name, **examples[name], dry_run=True, idempotency_key=KEY)
    assert not result["isError"], result["content"][0]["text"]
    assert result["content"][0]["text"].startswith("Dry run: nothing was changed.\n\n")
    assert everything() == before
    assert jobs.all == enqueued
    assert ToolCall.objects.latest("id").outcome == "rehearsed"


@pytest.mark.parametrize("name", WRITES)
def test_the_same_call_with_the_same_key_acts_once(agent, examples, jobs, name):
    first = agent.result(name, **examples[name], idempotency_key=KEY)
    assert not first["isError"], first["content"][0]["text"]
    after, enqueued = everything(), list(jobs.all)
    second = agent.result(name, **examples[name], idempotency_key=KEY)
    secret = {TOOLS[name].result.model_fields[field].serialization_alias or field for field in TOOLS[name].result.secret_fields}
    for field in first["structuredContent"].keys() - secret:
        assert second["structuredContent"][field] == first["structuredContent"][field]
    told = second["content"][0]["text"].removesuffix(dispatch.REPLAYED)
    assert (told == first["content"][0]["text"]) is not bool(secret)
    assert len(told) < len(second["content"][0]["text"])
    assert second["_meta"]["replayed"] is True
    assert everything() == after
    assert jobs.all == enqueued


# --- Somebody else's things ------------------------------------------------------------------------------------------------------

PLACES = [
    ("create_campaign", "product_id", "product"),
    ("create_campaign", "persona_id", "persona"),
    ("create_campaign", "sender_ids", "sender"),
    ("create_campaign_draft", "product_id", "product"),
    ("create_campaign_draft", "persona_id", "persona"),
    ("create_campaign_draft", "sender_ids", "sender"),
    ("finalize_campaign_draft", "campaign_id", "campaign"),
    ("finalize_campaign_draft", "product_id", "product"),
    ("finalize_campaign_draft", "persona_id", "persona"),
    ("finalize_campaign_draft", "sender_ids", "sender"),
    ("get_campaign", "campaign_id", "campaign"),
    ("get_campaign_analytics", "campaign_id", "campaign"),
    ("get_inbox", "campaign_id", "campaign"),
    ("list_leads", "campaign_id", "campaign"),
    ("pause_campaign", "campaign_id", "campaign"),
    ("resume_campaign", "campaign_id", "campaign"),
    ("preview_leads", "persona_id", "persona"),
    ("add_leads", "campaign_id", "campaign"),
    ("preview_email", "campaign_id", "campaign"),
    ("preview_email", "product_id", "product"),
    ("preview_email", "persona_id", "persona"),
    ("preview_email", "lead_id", "lead"),
    ("preview_email", "lead", "lead"),
    ("update_product", "product_id", "product"),
    ("update_persona", "persona_id", "persona"),
    ("get_thread", "thread_id", "conversation"),
    ("revert_import", "import_id", "lead_import"),
    ("screen_leads", "campaign_id", "campaign"),
    ("screen_leads", "lead_ids", "lead"),
    ("undo_action", "audit_id", "event"),
    ("get_approval", "approval_id", "approval"),
    ("resolve_approval", "approval_id", "approval"),
    ("get_job", "job_id", "job"),
    ("cancel_job", "job_id", "job"),
]


def test_every_argument_that_takes_an_id_is_in_the_table():
    ids = {(name, field) for name, tool in TOOLS.items() for field in tool.arguments.model_fields if field.endswith(("_id", "_ids"))}
    assert ids <= {(name, field) for name, field, _ in PLACES}


@pytest.mark.parametrize(("name", "field", "what"), PLACES)
def test_a_strangers_id_is_answered_like_a_missing_one(agent, examples, stranger, name, field, what):
    theirs, missing = getattr(stranger, what).id, 9_999_999
    arguments = {**examples[name], field: None}
    if field == "lead_id":
        del arguments["lead"]
    if field == "lead_ids":
        arguments["emails"] = []
    agent.text("whoami")
    before, answers = everything(), []
    for given in (theirs, missing):
        value = [given] if field.endswith("_ids") else {"lead_id": given} if field == "lead" else given
        response = agent.rpc.request("tools/call", {"name": name, "arguments": {**arguments, field: value}})
        answers.append(json.dumps(response).replace(str(given), "ID"))
    assert answers[0] == answers[1]
    assert json.loads(answers[0])["result"]["structuredContent"]["code"] == "not_found"
    assert everything() == before


@pytest.mark.parametrize("name", ["create_campaign", "create_campaign_draft", "finalize_campaign_draft"])
def test_a_strangers_upload_is_answered_like_a_missing_one(agent, examples, stranger, now, name):
    theirs = storage.offer_upload(actor=stranger.actor, filename="leads.csv", now=now)
    missing = theirs.gcs_url.replace(str(theirs.upload.id), "00000000-0000-4000-8000-000000000000")
    arguments = {field: value for field, value in examples[name].items() if not field.startswith("csv_")}
    answers = {json.dumps(agent.result(name, **arguments, csv_url=url)) for url in (theirs.gcs_url, missing)}
    assert len(answers) == 1
    assert "No such upload; files are kept for a day." in answers.pop()


@pytest.mark.parametrize("name", [name for name in TOOLS if name.startswith(("list_", "get_inbox"))])
def test_a_list_holds_nothing_of_a_strangers(agent, stranger, name):
    assert agent.data(name)["total"] == 0


# --- Whatever a model may send -----------------------------------------------------------------------------------------------------

JUNK: list[Any] = [None, True, 10**30, "", "x\x00", "\u0663" * 3000, "9999-12-31T23:59:59+14:00", [[None]], {"a": {"b": []}}]


def test_no_value_of_any_argument_is_a_fault_of_ours(agent, examples):
    places = {info.alias or field: name for name, tool in TOOLS.items() for field, info in tool.arguments.model_fields.items()}
    assert len(places) > 30
    for field, name in places.items():
        for junk in JUNK:
            result = agent.result(name, **{**examples[name], field: junk})
            assert result["structuredContent"], (name, field, junk)
    assert not ToolCall.objects.filter(outcome="crashed").exists()


@pytest.mark.parametrize("escape", ["\\ud800", "\\udfff", "\\ud800\\ud800"])
def test_half_a_character_never_gets_in(agent, escape):
    body = b'{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"create_product","arguments":{"name":"HALF"}}}'
    response = agent.rpc.post(body.replace(b"HALF", escape.encode()))
    assert response.status_code == 400
    assert response.json()["error"]["code"] == -32700


@pytest.mark.parametrize("character", ["\u202e", "\x7f", "\x1b[31m", "\ufeff", "\U0001f600", "\ufffe"])
def test_odd_characters_are_stored_and_told_in_one_line(agent, character):
    made = agent.result("create_product", name=f"A{character}B", description=f"C{character}D")
    assert not made["isError"]
    assert len(made["content"][0]["text"].split("\n")) == 2
