"""Long work as a task: begun by a call, looked after by the client, and nobody else's."""

from __future__ import annotations

from typing import Any

import pytest

from campaigns import tasks
from campaigns.models import Job
from campaigns.models.job import BROKEN_OFF
from mcp_gateway.models import ToolCall
from rocketsdr.accounts.actor import ALL_SCOPES
from rocketsdr.accounts.services import issue_api_key

TASKS: dict[str, Any] = {"extensions": {"io.modelcontextprotocol/tasks": {}}}
EXPORT: dict[str, Any] = {"name": "export_data", "arguments": {"kind": "leads", "format": "csv"}}


@pytest.fixture
def modern(modern):
    modern.rpc.path = "/api/mcp"
    modern.capabilities = TASKS
    return modern


@pytest.fixture
def run_jobs(settings, tmp_path):
    settings.STORAGES = {**settings.STORAGES, "default": {**settings.STORAGES["default"], "OPTIONS": {"location": tmp_path}}}

    def run() -> None:
        tasks.run_export(job_id=Job.objects.get().id)

    return run


@pytest.fixture
def task(modern, lead):
    return modern.result("tools/call", EXPORT)


def test_long_work_answers_with_a_task(task):
    job = Job.objects.get()
    assert (task["resultType"], task["taskId"], task["status"]) == ("task", f"job-{job.id}", "working")
    assert task["ttlMs"] > 0
    assert task["pollIntervalMs"] > 0
    assert not {"task", "result", "error", "content"} & task.keys()


def test_a_client_without_the_extension_gets_the_job_in_an_ordinary_answer(modern, lead):
    modern.capabilities = {}
    answer = modern.result("tools/call", EXPORT)
    assert answer["resultType"] == "complete"
    assert answer["structuredContent"]["job_id"] == Job.objects.get().id
    assert modern.refused("tasks/get", {"taskId": "job-1"}) == (400, -32021)


def test_a_dry_run_begins_no_task(modern, lead):
    answer = modern.result("tools/call", {**EXPORT, "arguments": {**EXPORT["arguments"], "dry_run": True}})
    assert answer["resultType"] == "complete"
    assert not Job.objects.exists()


@pytest.fixture
def launch(product, persona, sender) -> dict[str, Any]:
    facts = {"name": "Batch 1", "type": "csv", "product_id": product.id, "persona_id": persona.id}
    return {"name": "create_campaign", "arguments": {**facts, "csv_content": "email\nada@example.com\n", "idempotency_key": "one-launch"}}


def test_a_dry_run_of_a_launch_begins_no_task(modern, launch):
    answer = modern.result("tools/call", {**launch, "arguments": {**launch["arguments"], "dry_run": True}})
    assert (answer["resultType"], answer["_meta"]["dry_run"]) == ("complete", True)
    assert not Job.objects.exists()


def test_a_replay_of_a_launch_whose_job_is_forgotten_is_the_first_answer(modern, launch):
    assert modern.result("tools/call", launch)["resultType"] == "task"
    Job.objects.all().delete()
    again = modern.result("tools/call", launch)
    assert (again["resultType"], again["_meta"]["replayed"], again["isError"]) == ("complete", True, False)


def test_looking_at_a_job_begins_no_task(modern, launch):
    task_id = modern.result("tools/call", launch)["taskId"]
    for tool in ("get_job", "cancel_job"):
        answer = modern.result("tools/call", {"name": tool, "arguments": {"job_id": task_id.removeprefix("job-")}})
        assert (answer["resultType"], answer["structuredContent"]["kind"]) == ("complete", "launch")


def test_a_task_is_cancelled_by_who_may_and_that_is_recorded(modern, launch, person, now):
    task_id = modern.result("tools/call", launch)["taskId"]
    reader = issue_api_key(actor=person, name="Reader", scopes=frozenset({"campaigns:read"}), now=now).secret
    assert modern.refused("tasks/cancel", {"taskId": task_id}, X_API_Key=reader) == (400, -32602)
    assert modern.result("tasks/get", {"taskId": task_id})["status"] == "working"
    modern.result("tasks/cancel", {"taskId": task_id})
    assert modern.result("tasks/get", {"taskId": task_id})["status"] == "cancelled"
    assert list(ToolCall.objects.filter(tool="cancel_job").order_by("id").values_list("outcome", flat=True)) == ["refused", "done"]


def test_a_task_is_looked_at_until_it_carries_what_its_tool_would_answer(modern, task, run_jobs):
    asked = {"taskId": task["taskId"]}
    assert modern.result("tasks/get", asked)["status"] == "working"
    run_jobs()
    done = modern.result("tasks/get", asked)
    assert (done["status"], done["resultType"]) == ("completed", "complete")
    assert done["result"]["structuredContent"]["rows"] == 1
    assert "http" in done["result"]["content"][0]["text"]


def test_a_cancelled_task_stays_cancelled(modern, task, run_jobs):
    asked = {"taskId": task["taskId"]}
    for _ in range(2):
        acknowledged = modern.result("tasks/cancel", asked)
        assert acknowledged.keys() == {"resultType", "_meta"}
    run_jobs()
    assert modern.result("tasks/get", asked)["status"] == "cancelled"


def test_work_that_failed_for_a_reason_is_completed_with_an_answer_that_says_so(modern, task):
    Job.objects.update(status="failed", message="The disk is full.", error_code="disk_full")
    done = modern.result("tasks/get", {"taskId": task["taskId"]})
    assert done["status"] == "completed"
    assert done["result"]["isError"] is True
    assert done["result"]["content"][0]["text"] == "Error exporting the data: The disk is full."


def test_work_that_broke_off_has_failed(modern, task):
    Job.objects.update(status="failed", message="It could not be written in 3 tries.", error_code=BROKEN_OFF)
    ended = modern.result("tasks/get", {"taskId": task["taskId"]})
    assert ended["status"] == "failed"
    assert ended["error"] == {"code": -32603, "message": "It could not be written in 3 tries."}
    assert "result" not in ended


@pytest.mark.parametrize("task_id", ["job-999999", "nonsense", "", "job-", "job-\u0661", "9" * 50])
def test_a_task_that_is_not_there_is_a_wrong_parameter(modern, task_id):
    for method in ("tasks/get", "tasks/cancel", "tasks/update"):
        assert modern.refused(method, {"taskId": task_id}) == (400, -32602)


@pytest.mark.parametrize("params", [{}, {"taskId": 4}, {"taskId": "x" * 101}])
def test_params_of_the_wrong_form_are_named(modern, params):
    response = modern.post("tasks/get", params)
    assert "taskId" in response.json()["error"]["message"]


def test_the_header_names_the_same_task(modern, task):
    assert modern.refused("tasks/get", {"taskId": task["taskId"]}, Mcp_Name="job-0") == (400, -32020)
    assert modern.result("tasks/get", {"taskId": task["taskId"]}, Mcp_Name=task["taskId"])["taskId"] == task["taskId"]


def test_a_strangers_task_does_not_exist(modern, task, stranger, now):
    theirs = issue_api_key(actor=stranger.actor, name="Theirs", scopes=ALL_SCOPES, now=now).secret
    for method in ("tasks/get", "tasks/cancel", "tasks/update"):
        assert modern.refused(method, {"taskId": task["taskId"]}, X_API_Key=theirs) == (400, -32602)
    assert Job.objects.get(id=task["taskId"].removeprefix("job-")).status == "working"
