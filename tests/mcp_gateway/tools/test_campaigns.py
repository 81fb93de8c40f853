"""A campaign from its leads to its launch: created, drafted, finalized, and what the model is told of it."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from campaigns.models import Campaign, Delivery, Job, LeadImport
from rocketsdr.accounts.models import Workspace
from tests import factories
from tests.mcp_gateway.tools.conftest import CSV

FAULTY = CSV + "Nobody,not-an-address,,\nAda again,ADA@example.com,,\n"
IMPORTING = "Next: get_campaign shows how far it is. The first e-mail leaves after a hold; until then pause_campaign stops it."


# --- create_campaign -----------------------------------------------------------------------------------------------------------


def test_a_campaign_is_created_from_a_csv_and_launched(agent, facts, work, now):
    result = agent.result("create_campaign", **facts, csv_filename="batch-1.csv", csv_content=FAULTY)
    campaign_id = Campaign.objects.get().id
    assert result["content"][0]["text"] == (
        f"- **ID: {campaign_id}** - Batch 1\n"
        "  Status: importing\n"
        "  Leads: 2 accepted, 1 duplicate, 1 rejected\n"
        "  Row 4: “not-an-address” is not an e-mail address: it has no @.\n"
        "  Waiting: Its leads are still being read and written to.\n"
        "  Last e-mail about: 2026-11-25\n"
        f"  Job: {Job.objects.get().id} (get_job shows how far it is)\n"
        f"  {IMPORTING}"
    )
    data = result["structuredContent"]
    assert (data["campaign_id"], data["status"], data["missing"]) == (campaign_id, "importing", [])
    assert data["leads"] == {
        "accepted": 2,
        "duplicates": 1,
        "rejected_total": 1,
        "rejected": [{"row": 4, "reason": "“not-an-address” is not an e-mail address: it has no @."}],
    }
    assert data["estimated_finish"].startswith("2026-11-25T10:00")
    assert work(campaign_id).status == "scheduled"
    assert work(campaign_id, at=now + timedelta(minutes=11)).status == "running"


def test_many_rejected_rows_are_counted_and_not_all_told(agent, facts):
    rows = "".join(f"nobody {number}\n" for number in range(30))
    result = agent.result("create_campaign", **facts, csv_content=f"email\nada@example.com\n{rows}")
    leads = result["structuredContent"]["leads"]
    assert (leads["rejected_total"], len(leads["rejected"])) == (30, 20)
    assert "\n  … and 10 more rejected rows\n" in result["content"][0]["text"]


def test_launch_false_keeps_it_as_a_draft(agent, facts):
    data = agent.data("create_campaign", **facts, csv_content=CSV, launch=False)
    assert (data["status"], data["missing"], data["blocked_by"]) == ("draft", [], [])


def test_its_own_steps_senders_hours_and_limit_are_kept(agent, facts, sender):
    steps = [{"subject": "Hi", "body": "Hello {{ lead.first_name }}", "channel": "email"}, {"body": "Again", "wait_days": 4}]
    hours = {"timezone": "Europe/Berlin", "days": ["Monday", "tue", 3], "from": "8:30", "to": "12:00"}
    made = agent.data("create_campaign", **facts, csv_content=CSV, steps=steps, schedule=hours, sender_ids=[str(sender.id)], max_leads=1)
    campaign = agent.data("get_campaign", campaign_id=made["campaign_id"])["campaign"]
    assert [(each["position"], each["wait_days"], each["subject"], each["body"]) for each in campaign["steps"]] == [
        (1, 0, "Hi", "Hello {{ lead.first_name }}"),
        (2, 4, "", "Again"),
    ]
    assert campaign["schedule"] == {"timezone": "Europe/Berlin", "days": [1, 2, 3], "start": "08:30", "end": "12:00"}
    assert (made["leads"]["accepted"], made["leads"]["rejected"][0]["reason"]) == (1, "The campaign takes 1 leads (max_leads).")


def test_hours_that_are_left_out_are_the_workspaces_own(agent, workspace, facts):
    Workspace.objects.filter(id=workspace.id).update(timezone="Europe/Madrid")
    made = agent.data("create_campaign", **facts, csv_content=CSV, schedule={"to": "15:00"})
    campaign = agent.data("get_campaign", campaign_id=made["campaign_id"])["campaign"]
    assert campaign["schedule"] == {"timezone": "Europe/Madrid", "days": [1, 2, 3, 4, 5], "start": "09:00", "end": "15:00"}


NOT_YET = "are not available yet: they come with the lead directory. Use type csv with csv_content or csv_url."


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"type": "targeting", "targeting": {"titles": ["CEO"]}}, f"Campaigns of type 'targeting' {NOT_YET}"),
        ({"type": "leads"}, f"Campaigns of type 'leads' {NOT_YET}"),
        ({"linkedin_usernames": ["ada"]}, "linkedin_usernames does nothing for a campaign of type csv. Leave it out."),
        ({"csv_content": None}, "A campaign that is launched needs leads. Give csv_content, or csv_url from get_csv_upload_url."),
        ({"csv_url": "https://elsewhere.example/x.csv"}, "csv_content and csv_url were both given. Give one of them."),
        ({"csv_filename": "leads.xlsx"}, "'leads.xlsx' does not end in .csv. Give a plain name such as leads.csv."),
        ({"sender_ids": [99_999]}, "No such sender. list_senders shows the ids."),
        ({"product_id": 99_999}, "No such product. list_products shows the ids."),
        ({"persona_id": "DRAFT_ID"}, 'persona_id is "DRAFT_ID": send an id: a whole number, or a string of digits.'),
        ({"max_leads": 0}, "max_leads is 0: send at least 1."),
        ({"steps": [{"body": "Hello"}]}, "The first step has no subject. Only later steps may leave it empty, to continue the thread."),
        ({"steps": []}, "steps is []: send at least 1 items."),
        ({"schedule": {"timezone": "Mars"}}, "Unknown time zone 'Mars'. Use an IANA name such as Europe/Berlin."),
        (
            {"schedule": {"days": ["someday"]}},
            "schedule.days[0] is \"someday\": send one of 'mon', 'tue', 'wed', 'thu', 'fri', 'sat' or 'sun'.",
        ),
        ({"schedule": {"from": "9"}}, 'schedule.from is "9": send a local time from 00:00 to 23:59, such as 09:00.'),
        ({"schedule": {"from": 9}}, "schedule.from is 9: send a local time from 00:00 to 23:59, such as 09:00."),
        ({"schedule": {"to": "24:00"}}, 'schedule.to is "24:00": send a local time from 00:00 to 23:59, such as 09:00.'),
        ({"schedule": {"to": "08:00"}}, "The sending hours end before they start. Give a later `to` than `from`."),
        ({"lanch": True}, "lanch is not an argument of create_campaign: did you mean launch."),
    ],
)
def test_what_is_wrong_is_told_with_the_fix_and_nothing_is_stored(agent, facts, changed, sentence):
    arguments = {name: value for name, value in {**facts, "csv_content": CSV, **changed}.items() if value is not None}
    assert agent.refusal("create_campaign", **arguments) == f"Error creating the campaign: {sentence}"
    assert not Campaign.objects.exists()
    assert agent.data("get_quota")["quotas"][1]["used"] == 0


def test_the_eleventh_campaign_of_a_day_is_refused_to_the_letter(agent, facts):
    for number in range(10):
        agent.data("create_campaign_draft" if number % 2 else "create_campaign", **facts, csv_content=CSV)
    for tool, doing in (("create_campaign", "creating the campaign"), ("create_campaign_draft", "creating the draft")):
        result = agent.result(tool, **facts, csv_content=CSV)
        assert result["content"][0]["text"] == f"Error {doing}: daily quota for create_campaign exhausted (10/10). Resets at 00:00 UTC."
        assert result["structuredContent"]["code"] == "quota_exhausted"
        assert result["_meta"]["quota"] == {
            "name": "create_campaign",
            "limit": 10,
            "used": 10,
            "remaining": 0,
            "resets_at": "2026-11-18T00:00:00+00:00",
        }
    assert Campaign.objects.count() == 10


# --- The file ------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("", "The file is empty. Send a header line such as “contact name,email,company,title” and one line per person."),
        (
            "name,company\nAda,Engines",
            "The file has no column of e-mail addresses. Its columns are “name”, “company”. Add a column named “email”",
        ),
        ("email,name\n", "The file has a header line, but no rows below it. Add one line per person."),
        ("ada@example.com\n", "The file has no header line: its first line, “ada@example.com”, already holds an address."),
        ("%PDF-1.7\n1 0 obj", "not a CSV file."),
        (
            "email\n" + "a@example.com\n" * 160_000,
            "MB are allowed. Split it into several files, or remove the columns that no e-mail uses.",
        ),
    ],
    ids=["empty", "no e-mail column", "no rows", "no header", "binary", "over 2 MB"],
)
@pytest.mark.parametrize("tool", ["create_campaign", "create_campaign_draft"])
def test_a_file_that_cannot_be_read_says_what_to_do(agent, facts, tool, content, says):
    if tool == "create_campaign" and not content:
        says = "A campaign that is launched needs leads."
    result = agent.result(tool, **facts, csv_content=content)
    assert result["isError"]
    assert says in result["content"][0]["text"]
    assert result["structuredContent"]["field_errors"][0]["field"] == "csv_content"
    assert not Campaign.objects.exists()


# --- Drafts --------------------------------------------------------------------------------------------------------------------


def test_a_draft_needs_only_a_name_and_says_what_is_missing(agent, sender):
    result = agent.result("create_campaign_draft", name="Later")
    campaign = Campaign.objects.get()
    assert result["content"][0]["text"] == (
        f"- **ID: {campaign.id}** - Later\n"
        "  Status: draft\n"
        "  Still missing: product_id, persona_id, csv_content or csv_url\n"
        "  Next: nothing is sent until finalize_campaign_draft; preview_email shows its e-mails."
    )
    assert result["structuredContent"]["missing"] == ["product_id", "persona_id", "csv_content or csv_url"]
    assert result["structuredContent"]["leads"] is None


@pytest.mark.parametrize("read_before", [False, True])
def test_a_draft_is_finalized_without_its_file_coming_again(agent, facts, work, read_before):
    draft = agent.data("create_campaign_draft", name="Later", type="csv", csv_filename="draft-leads.csv", csv_content=FAULTY)
    if read_before:
        work(draft["campaign_id"])
    made = agent.data("finalize_campaign_draft", campaign_id=str(draft["campaign_id"]), **facts)
    assert (made["campaign_id"], made["name"], made["leads"]) == (draft["campaign_id"], "Batch 1", draft["leads"])
    assert LeadImport.objects.count() == 1
    assert work(draft["campaign_id"]).status == "scheduled"
    assert Delivery.objects.filter(status="queued").count() == 2


def test_finalizing_what_is_no_draft_or_has_no_leads_is_refused(agent, facts, campaign):
    pair = {name: facts[name] for name in ("product_id", "persona_id")}
    assert agent.refusal("finalize_campaign_draft", campaign_id=campaign.id, **pair) == (
        "Error finalizing the draft: The campaign is running, not a draft. Only a draft is finalized; see get_campaign."
    )
    empty = agent.data("create_campaign_draft", name="Empty")
    assert agent.refusal("finalize_campaign_draft", campaign_id=empty["campaign_id"], **pair) == (
        "Error finalizing the draft: The campaign has no leads. Give csv_content, or csv_url from get_csv_upload_url."
    )
    assert agent.refusal("finalize_campaign_draft", campaign_id=empty["campaign_id"], **pair, type="leads").startswith(
        "Error finalizing the draft: Campaigns of type 'leads' are not available yet"
    )
    assert Campaign.objects.get(id=empty["campaign_id"]).product_id is None


def test_under_the_approval_policy_a_launch_says_that_a_person_decides(agent, workspace, facts, work):
    Workspace.objects.filter(id=workspace.id).update(approval_policy="approval")
    draft = agent.data("create_campaign_draft", **facts, csv_content=CSV)
    work(draft["campaign_id"])
    made = agent.result("finalize_campaign_draft", campaign_id=draft["campaign_id"], **facts)
    assert made["structuredContent"]["blocked_by"] == ["A person has to approve the launch."]
    assert "\n  Waiting: A person has to approve the launch.\n" in made["content"][0]["text"]


# --- Uploads -------------------------------------------------------------------------------------------------------------------


def upload(agent, offer, content=CSV):
    file = SimpleUploadedFile("batch-1.csv", content.encode(), content_type="text/csv")
    return agent.rpc.client.post("/uploads/", {**offer["formFields"], "file": file})


def test_a_file_is_uploaded_with_the_form_and_becomes_a_campaign(agent, facts, work):
    offer = agent.data("get_csv_upload_url", filename="batch-1.csv")
    assert offer["uploadUrl"].endswith("/uploads/")
    assert offer["max_bytes"] == 2_097_152
    assert offer["expires_at"].startswith("2026-11-17T10:15:0")
    response = upload(agent, offer)
    assert (response.status_code, response.json()["gcsUrl"]) == (201, offer["gcsUrl"])
    made = agent.data("create_campaign", **facts, csv_url=offer["gcsUrl"])
    assert made["leads"]["accepted"] == 2
    assert work(made["campaign_id"]).status == "scheduled"
    assert LeadImport.objects.get().filename == "batch-1.csv"


def test_the_text_of_the_form_is_a_curl_that_holds_every_field(agent):
    result = agent.result("get_csv_upload_url", filename="Leads März.csv")
    text, offer = result["content"][0]["text"], result["structuredContent"]
    assert text.startswith("Upload the file (at most 2,097,152 bytes, once, until 2026-11-17 10:15 UTC):\n```\ncurl -X POST ")
    assert dict(re.findall(r'^  -F "([^="]+)=([^"]*)" \\$', text, re.MULTILINE)) == offer["formFields"]
    assert text.endswith(f"Then give this as csv_url to create_campaign: {offer['gcsUrl']}")


def test_an_address_without_a_file_says_to_upload_first(agent, facts):
    offer = agent.data("get_csv_upload_url", filename="batch-1.csv")
    assert agent.refusal("create_campaign", **facts, csv_url=offer["gcsUrl"]) == (
        "Error creating the campaign: No file has been uploaded to this address yet. "
        "Call get_csv_upload_url, POST the file to its uploadUrl, then give its gcsUrl."
    )


def test_a_faulty_upload_is_told_when_the_campaign_is_created(agent, facts):
    offer = agent.data("get_csv_upload_url", filename="batch-1.csv")
    upload(agent, offer, content="name\nAda\n")
    result = agent.result("create_campaign", **facts, csv_url=offer["gcsUrl"])
    assert "no column of e-mail addresses" in result["content"][0]["text"]
    assert result["structuredContent"]["field_errors"][0]["field"] == "csv_url"


@pytest.mark.parametrize(
    ("filename", "sentence"),
    [
        ("leads.txt", "'leads.txt' does not end in .csv. Give a plain name such as leads.csv."),
        ("../../leads.csv", "'../../leads.csv' is more than the name of a file. Give a plain name such as leads.csv."),
        ("x", 'filename is "x": send at least 5 characters.'),
    ],
)
def test_a_wrong_file_name_is_refused(agent, filename, sentence):
    assert agent.refusal("get_csv_upload_url", filename=filename) == f"Error preparing the upload: {sentence}"


# --- get_campaign, list_campaigns ------------------------------------------------------------------------------------------------


def test_a_campaign_in_full_says_how_far_it_is_and_why_it_waits(agent, facts, work):
    steps = [{"subject": "For {{ lead.company }}", "body": "Hello"}, {"body": "Again", "wait_days": 3}]
    content = CSV + "Cem,cem@example.com,,\n"
    made = agent.data("create_campaign", **facts, csv_filename="batch-1.csv", csv_content=content, steps=steps)
    campaign_id = made["campaign_id"]
    assert agent.data("get_campaign", campaign_id=campaign_id)["campaign"]["imports"][0]["status"] == "pending"
    assert "\n  File batch-1.csv: pending\n" in agent.text("get_campaign", campaign_id=campaign_id)
    work(campaign_id)
    result = agent.result("get_campaign", campaign_id=campaign_id)
    campaign = result["structuredContent"]["campaign"]
    [blocked] = campaign["blocked"]
    assert result["content"][0]["text"] == (
        f"- **ID: {campaign_id}** - Batch 1\n"
        "  Status: scheduled | Type: csv | Health: ok\n"
        f"  Product ID: {facts['product_id']} | Persona ID: {facts['persona_id']}\n"
        "  Senders: grace@acme.example\n"
        "  Hours: mon, tue, wed, thu, fri 09:00-17:00 UTC\n"
        "  Leads: 3 | First e-mails written: 2 | Blocked: 1\n"
        f"  Blocked: cem@example.com (lead {blocked['lead_id']}): The variable lead.company has no value.\n"
        "  File batch-1.csv: 3 rows: 3 new, 0 known, 0 duplicates, 0 rejected\n"
        "  Step 1: For {{ lead.company }}\n"
        "  Step 2, 3 days later: in the same thread\n"
        "  E-mails: 1 blocked, 2 queued\n"
        "  Waiting: The first e-mail is held until 2026-11-17 10:10 UTC.\n"
        "  Last e-mail about: 2026-11-20"
    )
    assert campaign["deliveries"] == {"blocked": 1, "queued": 2}
    assert campaign["blocked_by"] == ["The first e-mail is held until 2026-11-17 10:10 UTC."]
    assert campaign["senders"] == [{"id": campaign["senders"][0]["id"], "email": "grace@acme.example", "status": "active"}]


def test_an_empty_draft_can_be_shown(agent):
    draft = agent.data("create_campaign_draft", name="Empty")
    text = agent.text("get_campaign", campaign_id=draft["campaign_id"])
    assert "\n  Product ID: none | Persona ID: none\n  Senders: none\n" in text
    assert text.splitlines()[-2:] == ["  E-mails: none yet", "  Waiting: None of its senders is active."]


def test_campaigns_are_listed_with_their_numbers(agent, campaign, enrollment):
    draft = factories.CampaignFactory.create(workspace=campaign.workspace)
    factories.DeliveryFactory.create(enrollment=enrollment, sent=True)
    factories.EventFactory.create(campaign=campaign, lead=enrollment.lead, kind="replied")
    result = agent.result("list_campaigns")
    assert result["content"][0]["text"] == (
        f"- **ID: {draft.id}** - {draft.name}\n  Draft, 0 leads, 0 e-mails sent, 0 replied, 0 positive, 0 meetings\n"
        f"- **ID: {campaign.id}** - {campaign.name}\n  Running, 1 lead, 1 e-mail sent, 1 replied, 0 positive, 0 meetings"
    )
    [running] = [each for each in result["structuredContent"]["campaigns"] if each["id"] == campaign.id]
    assert (running["sent"], running["delivered"], running["replies"], running["opens"]) == (1, 1, 1, 0)
    assert running["rates"]["reply_rate"] == 1.0


def test_campaigns_are_found_by_state_and_name(agent, campaign, draft):
    assert [each["id"] for each in agent.data("list_campaigns", status="running")["campaigns"]] == [campaign.id]
    assert [each["id"] for each in agent.data("list_campaigns", query=draft.name.upper(), type="csv")["campaigns"]] == [draft.id]
    assert agent.text("list_campaigns", status="archived") == "No campaigns found."
    assert agent.refusal("list_campaigns", status="stopped").startswith(
        "Error listing campaigns: status is \"stopped\": send one of 'draft'"
    )


# --- pause_campaign, resume_campaign ---------------------------------------------------------------------------------------------


def test_a_campaign_is_paused_and_says_what_is_held_back(agent, facts, work):
    made = agent.data("create_campaign", **facts, csv_content=CSV)
    work(made["campaign_id"])
    paused = agent.result("pause_campaign", campaign_id=made["campaign_id"], reason="Wrong list")
    assert paused["content"][0]["text"] == (
        f"Campaign {made['campaign_id']} is paused. Held back until resume_campaign: 2 planned e-mails."
    )
    assert paused["structuredContent"] == {"campaign_id": made["campaign_id"], "status": "paused", "held_messages": 2}
    assert "  Waiting: The campaign is paused. Wrong list" in agent.text("get_campaign", campaign_id=made["campaign_id"])
    again = agent.data("pause_campaign", campaign_id=made["campaign_id"])
    assert again == paused["structuredContent"]


def test_a_campaign_is_resumed_and_says_what_goes_out_and_when(agent, facts, work):
    made = agent.data("create_campaign", **facts, csv_content="email\nada@example.com\n")
    work(made["campaign_id"])
    agent.data("pause_campaign", campaign_id=made["campaign_id"])
    resumed = agent.result("resume_campaign", campaign_id=made["campaign_id"])
    preview = "1 planned e-mail goes out to real people. The first e-mail is held until 2026-11-17 10:10 UTC."
    assert resumed["content"][0]["text"] == f"Campaign {made['campaign_id']} is scheduled. {preview} pause_campaign stops it."
    data = resumed["structuredContent"]
    assert (data["status"], data["backlog"], data["preview"]) == ("scheduled", 1, preview)
    assert data["hold_until"].startswith("2026-11-17T10:10:0")
    assert agent.refusal("resume_campaign", campaign_id=made["campaign_id"]) == (
        "Error resuming the campaign: The campaign is scheduled; only a paused one is resumed."
    )


def test_a_draft_is_neither_paused_nor_resumed(agent, draft):
    assert agent.refusal("pause_campaign", campaign_id=draft.id) == (
        "Error pausing the campaign: The campaign is draft; there is nothing to pause."
    )
    assert agent.refusal("resume_campaign", campaign_id=draft.id) == (
        "Error resuming the campaign: The campaign is draft; only a paused one is resumed."
    )
