"""Every tool through the REST door: the same answers, refusals and limits as over MCP, in HTTP's own words."""

from __future__ import annotations

import json
import re
from typing import Any

import jsonschema  # type: ignore[import-untyped]  # the library ships no types
import pytest
from pydantic import BaseModel

from campaigns.models import Campaign
from mcp_gateway.models import ToolCall
from rocketsdr.accounts.actor import SCOPES
from rocketsdr.accounts.models import Workspace
from rocketsdr.accounts.models.workspace import ApprovalPolicy
from rocketsdr.accounts.services import issue_api_key
from tests.mcp_gateway.rest.caller import Rest
from tests.mcp_gateway.tools.conftest import CSV
from tests.mcp_gateway.tools.examples import examples, something_of_everything
from tests.mcp_gateway.tools.test_every_tool import PLACES, TOOLS, WRITES, everything

__all__ = ["examples", "something_of_everything"]  # the fixtures: one call of each tool that works


@pytest.fixture
def rest(api_key) -> Rest:
    return Rest(api_key.secret)


def has_required(model: type[BaseModel]) -> bool:
    return any(field.is_required() for field in model.model_fields.values())


def shown_once(name: str) -> set[str]:
    """Return the fields of a result that a replay leaves out."""
    fields = TOOLS[name].result.model_fields
    return {fields[field].serialization_alias or field for field in TOOLS[name].result.secret_fields}


def timeless(data: dict[str, Any]) -> str:
    """Return the data without the seconds, which pass from call to call."""
    return re.sub(r"(T\d\d:\d\d):\d\d(\.\d+)?", r"\1", json.dumps(data))


@pytest.mark.parametrize("name", TOOLS)
def test_every_tool_answers_with_what_it_has_promised(rest, examples, name):
    response = rest.call(name, examples[name])
    assert (response.status_code, response["Content-Type"]) == (200, "application/json"), response.content
    jsonschema.validate(response.json(), TOOLS[name].output_schema)
    assert "code" not in response.json()
    record = ToolCall.objects.get(tool=name)
    assert (record.via, record.request_id, record.outcome) == ("rest", response["X-Request-Id"], "done")


@pytest.mark.parametrize("name", [name for name, tool in TOOLS.items() if tool.read_only])
def test_every_read_gives_the_same_as_over_mcp(rest, agent, examples, name):
    agent.data(name, **examples[name])  # the first use of a key is noted, and whoami may show it
    assert timeless(rest.call(name, examples[name]).json()) == timeless(agent.data(name, **examples[name]))
    text = rest.call(name, examples[name], Accept="text/markdown")
    assert text["Content-Type"] == "text/markdown; charset=utf-8"
    assert text.content.decode() == agent.text(name, **examples[name])


@pytest.mark.parametrize("name", WRITES)
def test_a_key_used_at_one_door_gets_the_first_answer_at_the_other(rest, agent, examples, name):
    first = rest.call(name, examples[name], Idempotency_Key="the-same-key-again")
    assert first.status_code == 200, first.content
    before = everything()
    again = agent.rpc.call(name, {**examples[name], "idempotency_key": "the-same-key-again"})
    assert again["_meta"]["replayed"] is True
    for field in first.json().keys() - shown_once(name):
        assert again["structuredContent"][field] == first.json()[field]
    replay = rest.call(name, examples[name], Idempotency_Key="the-same-key-again")
    assert (replay["X-Replayed"], replay.json()) == ("true", again["structuredContent"])
    assert everything() == before


@pytest.mark.parametrize("name", WRITES)
def test_a_dry_run_changes_nothing(rest, examples, name):
    rest.call("whoami", {})
    before = everything()
    response = rest.call(name, {**examples[name], "dry_run": True})
    assert (response.status_code, response["X-Dry-Run"]) == (200, "true"), response.content
    assert everything() == before


@pytest.mark.parametrize("name", [name for name, tool in TOOLS.items() if tool.scope])
def test_a_credential_without_the_scope_is_refused_with_its_name(person, now, name):
    scope = TOOLS[name].scope
    issued = issue_api_key(actor=person, name="Narrow", scopes=frozenset(SCOPES) - {scope}, now=now)
    problem = Rest(issued.secret).problem(403, name, {})
    assert problem["code"] == "insufficient_scope"
    assert scope in problem["detail"]
    assert scope in problem["fix"]


@pytest.mark.parametrize("name", [name for name, tool in TOOLS.items() if has_required(tool.arguments)])
def test_what_is_missing_is_named(rest, name):
    problem = rest.problem(422, name, {})
    assert problem["code"] == "invalid_arguments"
    required = set(TOOLS[name].input_schema["required"])
    assert {fault["field"] for fault in problem["field_errors"]} == required


@pytest.mark.parametrize("name", TOOLS)
def test_an_argument_that_does_not_exist_is_named(rest, name):
    fields = [fault["field"] for fault in rest.problem(422, name, {"no_such_argument": 1})["field_errors"]]
    assert "no_such_argument" in fields


@pytest.mark.parametrize(("name", "field", "what"), PLACES)
def test_a_strangers_id_is_answered_like_a_missing_one(rest, examples, stranger, name, field, what):
    theirs, missing = getattr(stranger, what).id, 9_999_999
    arguments: dict[str, Any] = {**examples[name], field: None}
    if field == "lead_id":
        arguments.pop("lead", None)
    if field == "lead_ids":
        arguments.pop("emails", None)
    answers = set()
    for given in (theirs, missing):
        value = [given] if field.endswith("_ids") else {"lead_id": given} if field == "lead" else given
        problem = rest.problem(404, name, {**arguments, field: value})
        answers.add(json.dumps([problem["code"], problem["detail"], problem["fix"]]).replace(str(given), "ID"))
    assert len(answers) == 1


@pytest.mark.parametrize("name", TOOLS)
def test_an_alias_is_as_good_as_the_name(rest, examples, name):
    for alias in TOOLS[name].aliases[:1]:
        assert rest.call(alias, {**examples[name], **({"dry_run": True} if name in WRITES else {})}).status_code == 200


def test_the_quota_is_the_same_at_both_doors_and_is_told_in_headers(rest, agent, examples):
    drafts = {"name": "Batch"}
    agent.data("create_campaign_draft", **drafts)
    response = rest.call("create_campaign_draft", drafts)
    told = {name: response[f"X-Quota-{name}"] for name in ("Name", "Limit", "Used", "Remaining")}
    assert told == {"Name": "create_campaign", "Limit": "10", "Used": "2", "Remaining": "8"}
    assert response["X-Audit-Id"].isdigit()
    for _ in range(8):
        rest.call("create_campaign_draft", drafts)
    refused = rest.call("create_campaign_draft", drafts)
    assert refused.status_code == 429
    assert refused.json()["detail"] == "daily quota for create_campaign exhausted (10/10). Resets at 00:00 UTC."
    assert refused["X-Quota-Remaining"] == "0"
    assert refused["Retry-After"] == str(refused.json()["retry_after_s"])
    assert 14 * 3600 - 60 < refused.json()["retry_after_s"] <= 14 * 3600


def test_other_arguments_under_the_same_key_are_a_conflict(rest):
    assert rest.call("create_product", {"name": "One"}, Idempotency_Key="the-same-key-again").status_code == 200
    response = rest.call("create_product", {"name": "Two"}, Idempotency_Key="the-same-key-again")
    assert (response.status_code, response.json()["code"]) == (409, "idempotency_key_reused")


def test_an_act_is_confirmed_with_the_token_of_the_first_answer(rest, facts, workspace):
    Workspace.objects.filter(id=workspace.id).update(approval_policy=ApprovalPolicy.CONFIRM)
    asked = rest.call("create_campaign", {**facts, "csv_content": CSV})
    assert (asked.status_code, asked.json()["status"]) == (200, "confirmation_required"), asked.content
    jsonschema.validate(asked.json(), TOOLS["create_campaign"].output_schema)
    assert not Campaign.objects.exists()
    token = asked.json()["confirmation_token"]
    done = rest.call("create_campaign", {**facts, "csv_content": CSV, "confirmation_token": token})
    assert (done.status_code, Campaign.objects.count()) == (200, 1), done.content


def test_an_act_that_a_person_decides_waits(rest, facts, workspace):
    Workspace.objects.filter(id=workspace.id).update(approval_policy=ApprovalPolicy.APPROVAL)
    response = rest.call("create_campaign", {**facts, "csv_content": CSV})
    assert response.status_code == 200, response.content
    jsonschema.validate(response.json(), TOOLS["create_campaign"].output_schema)
    assert Campaign.objects.get().status != "running"
