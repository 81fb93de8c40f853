"""Long work as an agent meets it: it is begun, asked about, stopped, and at its end gives what the tool promised."""

from __future__ import annotations

import csv
import io

import jsonschema  # type: ignore[import-untyped]  # the library ships no types
import pytest
from django.test import Client

from campaigns.models import Job
from campaigns.queries.jobs import get_job
from campaigns.services import campaigns, exporting
from integrations import downloads
from mcp_gateway import catalogue
from mcp_gateway.surfaces import OUTREACH
from mcp_gateway.tool.jobs import JobResult, LongResult, result_of
from rocketsdr.accounts.actor import ALL_SCOPES
from rocketsdr.accounts.services import issue_api_key
from rocketsdr.lib import clock
from tests import factories
from tests.mcp_gateway.conftest import Rpc
from tests.mcp_gateway.tools.conftest import CSV, Agent

TOOLS = catalogue.of(OUTREACH)


@pytest.fixture(autouse=True)
def _no_files_stay(now):
    yield
    downloads.purge(now=now.replace(year=now.year + 1))


@pytest.fixture
def export(agent, lead):
    """Ask for an export and write it, as a worker would."""

    def made(**arguments):
        job_id = agent.data("export_data", **arguments)["job_id"]
        exporting.run(job_id=job_id, worker="one", clock=clock.now)
        return job_id

    return made


# --- Launches --------------------------------------------------------------------------------------------------------------------


def test_a_launch_is_followed_from_the_call_to_the_campaign(agent, facts, work):
    made = agent.data("create_campaign", **facts, csv_content=CSV)
    job_id, campaign_id = made["job_id"], made["campaign_id"]
    begun = agent.data("get_job", job_id=job_id)
    assert (begun["status"], begun["kind"], begun["tool"], begun["campaign_id"]) == ("working", "launch", "create_campaign", campaign_id)
    assert begun["progress"] == {
        "done": 0,
        "total": None,
        "percent": None,
        "message": "Reading the leads and writing their first e-mails.",
    }
    assert begun["poll_after_ms"] == 2000
    assert agent.text("get_job", job_id=job_id) == (
        f"Job {job_id} (launch of campaign {campaign_id}): working. Reading the leads and writing their first e-mails. "
        "Next: call get_job again in 2 seconds; cancel_job stops it."
    )
    work(campaign_id)
    over = agent.data("get_job", job_id=job_id)
    assert (over["status"], over["progress"]["percent"], over["poll_after_ms"]) == ("completed", 100, None)
    assert (over["result"]["status"], over["result"]["leads"], over["result"]["written"]) == ("scheduled", 2, 2)
    assert agent.text("get_job", job_id=job_id).endswith("pause_campaign stops it.")


def test_the_text_of_a_launch_names_its_job(agent, facts):
    text = agent.text("create_campaign", **facts, csv_content=CSV)
    assert f"  Job: {Job.objects.get().id} (get_job shows how far it is)" in text.splitlines()


def test_a_job_that_is_counted_says_how_far_it_is(agent, workspace):
    job = factories.JobFactory.create(workspace=workspace, done=500, total=1_200, message="Writing the file.")
    assert agent.text("get_job", job_id=str(job.id)).startswith(f"Job {job.id} (export): working, 500 of 1,200 (41%). Writing the file.")


def test_a_cancelled_launch_says_what_stays_and_what_to_do(agent, facts):
    made = agent.data("create_campaign", **facts, csv_content=CSV)
    for _ in range(2):
        text = agent.text("cancel_job", job_id=made["job_id"])
        assert f"(launch of campaign {made['campaign_id']}): cancelled. The launch was stopped: the campaign is paused." in text
        assert text.endswith("What was read and written stays; nothing of it leaves. Next: resume_campaign goes on with it.")
    again = agent.data("resume_campaign", campaign_id=made["campaign_id"])
    assert agent.data("get_job", job_id=again["job_id"])["status"] == "working"


def test_a_failed_job_says_why(agent, workspace):
    job = factories.JobFactory.create(workspace=workspace, status="failed", error_code="export_failed", message="The disk is full.")
    assert agent.data("get_job", job_id=job.id)["error"] == {"code": "export_failed", "message": "The disk is full."}
    assert agent.text("get_job", job_id=job.id) == (
        f"Job {job.id} (export): failed. The disk is full. Next: narrow it with filters and call export_data again."
    )


# --- Exports ---------------------------------------------------------------------------------------------------------------------


def test_an_export_ends_in_a_link_that_gives_the_file(agent, export, lead):
    job_id = export(kind="leads")
    over = agent.data("get_job", job_id=job_id)
    assert over["result"]["rows"] == 1
    url = over["result"]["download_url"]
    assert agent.text("get_job", job_id=job_id) == (
        f"Job {job_id} (export): completed. The file is ready: 1 rows. Download until 2026-11-18 10:00 UTC: {url}"
    )
    answer = Client().get(url)
    (row,) = csv.DictReader(io.StringIO(b"".join(answer).decode()))
    assert row["email"] == lead.email


def test_a_dry_run_of_an_export_counts_its_rows_and_makes_no_job(agent, lead):
    result = agent.result("export_data", kind="leads", dry_run=True)
    assert (result["structuredContent"]["rows"], result["structuredContent"]["job_id"]) == (1, None)
    assert result["content"][0]["text"] == "Dry run: nothing was changed.\n\nThe export would hold leads: 1 row as csv."
    assert not Job.objects.exists()


def test_an_export_without_the_scope_of_what_it_holds_is_refused_by_name(person, now, export):
    job_id = export(kind="leads")
    key = issue_api_key(actor=person, name="Less", scopes=ALL_SCOPES - {"leads:read"}, now=now)
    weak = Agent(Rpc({"X-API-Key": key.secret}, path="/api/mcp"))
    for kind in ("leads", "events", "suppressions"):
        assert weak.refusal("export_data", kind=kind).startswith("Error exporting the data: This credential lacks the scope leads:read (")
    for tool in ("get_job", "cancel_job"):
        assert "lacks the scope leads:read" in weak.refusal(tool, job_id=job_id)
    assert weak.data("export_data", kind="campaigns")["status"] == "working"


def test_a_filter_that_a_kind_does_not_know_is_named(agent):
    refused = agent.result("export_data", kind="suppressions", filters={"campaign_id": 1})
    assert refused["structuredContent"]["field_errors"][0]["field"] == "filters.campaign_id"
    assert "It knows query, reason." in refused["content"][0]["text"]


def test_a_strangers_campaign_in_a_filter_is_answered_like_a_missing_one(agent, stranger):
    answers = {agent.refusal("export_data", kind="leads", filters={"campaign_id": each}) for each in (stranger.campaign.id, 9_999_999)}
    assert len(answers) == 1


def test_an_export_of_all_filters_is_taken(agent, campaign):
    everything = {
        "leads": {"campaign_id": str(campaign.id), "status": "active", "query": "ada"},
        "threads": {"unread_only": True},
        "events": {"type": "sent", "from": "2026-11-01", "to": "2026-11-30"},
        "suppressions": {"reason": "manual"},
    }
    for kind, filters in everything.items():
        assert agent.data("export_data", kind=kind, format="json", filters=filters)["rows"] == 0
    assert Job.objects.get(request__kind="leads").request["filters"]["campaign_id"] == campaign.id


# --- What a task gives at its end --------------------------------------------------------------------------------------------------


def test_every_tool_whose_work_goes_on_is_told_by_its_job():
    long = {tool.name: tool for tool in TOOLS.tools if tool.long_running}
    assert long.keys() >= {"create_campaign", "create_campaign_draft", "finalize_campaign_draft", "resume_campaign", "export_data"}
    for tool in long.values():
        assert issubclass(tool.result, LongResult), tool.name


def told(actor, job_id):
    job = get_job(actor=actor, job_id=job_id)
    tool = TOOLS.find(job.tool)
    assert tool is not None
    result = result_of(tool, actor=actor, job=job)
    jsonschema.validate(result.model_dump(mode="json", by_alias=True), tool.output_schema)
    return result


def test_the_result_of_a_task_is_what_the_tool_would_say(agent, actor, facts, work, export, now):
    made = agent.data("create_campaign", **facts, csv_content=CSV)
    work(made["campaign_id"])
    over = told(actor, made["job_id"])
    assert (over.campaign_id, over.job_id, over.status, over.leads.accepted) == (made["campaign_id"], made["job_id"], "scheduled", 2)
    assert "Status: scheduled" in over.text()
    exported = told(actor, export(kind="campaigns"))
    assert (exported.status, exported.rows) == ("completed", 1)
    assert exported.download_url in exported.text()


def test_the_result_of_a_resumption_is_what_the_tool_would_say(agent, actor, facts, work, now):
    made = agent.data("create_campaign", **facts, csv_content=CSV)
    campaigns.pause(actor=actor, campaign_id=made["campaign_id"], now=now)
    resumed = agent.data("resume_campaign", campaign_id=made["campaign_id"])
    work(made["campaign_id"])
    over = told(actor, resumed["job_id"])
    assert (over.campaign_id, over.status, over.backlog) == (made["campaign_id"], "scheduled", 2)


def test_a_tool_that_knows_nothing_of_jobs_is_told_as_a_job(actor, workspace):
    job = factories.JobFactory.create(workspace=workspace)
    whoami = TOOLS.find("whoami")
    assert whoami is not None
    assert isinstance(result_of(whoami, actor=actor, job=job), JobResult)
