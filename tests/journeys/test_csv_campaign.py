"""The main job through the real doors: a CSV over MCP becomes e-mails in a mailbox, and whoever answers or opts out is left alone."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from tests.fakes import buckets

CSV = (
    "contact name,email,company,title\nAda Lovelace,ada@example.com,Analytical Engine,Founder\nGrace Hopper,grace@example.com,Compilers,VP"
)
STEP = {"subject": "A question, {{ lead.first_name }}", "body": "Hi {{ lead.first_name }}, how is {{ lead.company }}?"}
FOLLOW_UP = {"body": "Did you see my note, {{ lead.first_name }}?", "wait_days": 3}

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def facts(product, persona, sender) -> dict[str, object]:
    """What every campaign of these journeys has."""
    return {"name": "Batch 1", "type": "csv", "product_id": product.id, "persona_id": persona.id}


def counts(agent, campaign_id: int) -> dict[str, int]:
    """Return the numbers of a campaign that are not zero."""
    summary = agent.call("get_campaign_analytics", campaign_id=campaign_id)["summary"]
    return {name: value for name, value in summary.items() if isinstance(value, int) and value}


def campaign(agent, made: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = agent.call("get_campaign", campaign_id=made["campaign_id"])["campaign"]
    return found


def test_an_inline_csv_is_delivered_once_the_hold_is_over(agent, world, mailbox, facts):
    made = agent.call("create_campaign", **facts, csv_content=CSV, steps=[STEP])
    assert made["leads"]["accepted"] == 2
    world.work()
    assert mailbox.recipients() == []
    shown = campaign(agent, made)
    assert (shown["status"], shown["previews_ready"], shown["previews_blocked"]) == ("scheduled", 2, 0)

    world.wait_for_the_hold()
    world.work()
    assert sorted(mailbox.recipients()) == ["ada@example.com", "grace@example.com"]
    first = next(mail for mail in mailbox.mails() if mail.to_address == "ada@example.com")
    assert first.subject == "A question, Ada"
    assert "how is Analytical Engine?" in first.text
    assert counts(agent, made["campaign_id"]) == {"leads": 2, "sent": 2, "delivered": 2}
    assert campaign(agent, made)["status"] == "completed"


def test_what_the_preview_shows_is_what_arrives(agent, world, mailbox, facts):
    made = agent.call("create_campaign", **facts, csv_content=CSV)
    world.work()
    leads = agent.call("list_leads", campaign_id=made["campaign_id"])["leads"]
    pair = {name: facts[name] for name in ("product_id", "persona_id")}
    previews = {
        each["email"]: agent.call("preview_email", lead={"lead_id": each["id"]}, **pair, campaign_id=made["campaign_id"]) for each in leads
    }
    world.wait_for_the_hold()
    world.work()
    arrived = {mail.to_address: (mail.subject, mail.text.strip(), mail.html.strip()) for mail in mailbox.mails()}
    assert arrived == {
        email: (preview["subject"], preview["body_text"].strip(), preview["body_html"].strip()) for email, preview in previews.items()
    }


def test_a_draft_is_finalized_without_its_file_coming_again(agent, world, mailbox, facts):
    draft = agent.call("create_campaign_draft", name="Batch 1", type="csv", csv_content=CSV)
    world.work()
    assert draft["status"] == "draft"
    made = agent.call("finalize_campaign_draft", campaign_id=str(draft["campaign_id"]), **facts)
    assert made["campaign_id"] == draft["campaign_id"]
    world.work()
    world.wait_for_the_hold()
    world.work()
    assert sorted(mailbox.recipients()) == ["ada@example.com", "grace@example.com"]


def test_a_draft_sends_nothing_until_it_is_finalized(agent, world, mailbox, facts):
    agent.call("create_campaign_draft", **facts, csv_content=CSV)
    world.work()
    world.wait(timedelta(days=10))
    world.work()
    assert mailbox.recipients() == []


@pytest.fixture(params=["disk", "s3", "gcs"])
def place(request, server, settings, monkeypatch, tmp_path):
    """Every storage in turn: our own door on a disk, or the form of a bucket."""
    if request.param == "disk":
        yield
        return
    with buckets.in_use(request.param, settings=settings, monkeypatch=monkeypatch, folder=tmp_path):
        yield


def test_an_uploaded_file_is_launched_by_its_address(place, agent, world, mailbox, facts):
    offer = agent.call("get_csv_upload_url", filename="batch-1.csv")
    assert set(offer) == {"uploadUrl", "formFields", "gcsUrl", "expires_at", "max_bytes"}
    refused = agent.result("create_campaign", **facts, csv_url=offer["gcsUrl"], steps=[STEP])
    assert refused["structuredContent"]["code"] == "upload_not_received"
    answer = buckets.send(offer["uploadUrl"], offer["formFields"], CSV.encode("utf-16"), filename="batch-1.csv")
    assert answer.status_code == 201
    made = agent.call("create_campaign", **facts, csv_url=offer["gcsUrl"], steps=[STEP])
    assert made["leads"]["accepted"] == 2
    world.work()
    world.wait_for_the_hold()
    world.work()
    assert sorted(mailbox.recipients()) == ["ada@example.com", "grace@example.com"]


def test_pausing_while_emails_are_queued_lets_none_of_them_leave(agent, world, mailbox, facts):
    made = agent.call("create_campaign", **facts, csv_content=CSV)
    world.work()
    world.wait_for_the_hold()
    paused = agent.call("pause_campaign", campaign_id=made["campaign_id"])
    assert (paused["status"], paused["held_messages"]) == ("paused", 2)
    world.work()
    assert mailbox.recipients() == []

    agent.call("resume_campaign", campaign_id=made["campaign_id"])
    world.wait_for_the_hold()
    world.work()
    assert len(mailbox.recipients()) == 2


def test_an_opt_out_between_two_steps_keeps_the_second_one_back(agent, world, mailbox, facts):
    made = agent.call("create_campaign", **facts, csv_content=CSV, steps=[STEP, FOLLOW_UP])
    world.work()
    world.wait_for_the_hold()
    world.work()
    to_ada = next(mail for mail in mailbox.mails() if mail.to_address == "ada@example.com")
    url = dict(to_ada.headers)["List-Unsubscribe"].strip("<>")
    assert dict(to_ada.headers)["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert Client().get(url).status_code == 200  # looking changes nothing
    assert Client().post(url, {"List-Unsubscribe": "One-Click"}).status_code == 200

    world.wait(timedelta(days=4))
    world.work()
    assert mailbox.recipients().count("ada@example.com") == 1
    assert mailbox.recipients().count("grace@example.com") == 2
    assert counts(agent, made["campaign_id"]) == {"leads": 2, "sent": 3, "delivered": 2, "unsubscribed": 1}

    again = agent.call("create_campaign", **facts, csv_content=CSV, steps=[STEP])
    world.work()
    world.wait_for_the_hold()
    world.work()
    assert mailbox.recipients().count("ada@example.com") == 1
    assert counts(agent, again["campaign_id"]) == {"leads": 2, "sent": 1, "delivered": 1, "suppressed": 1}


def test_a_reply_stops_the_sequence_and_lies_in_the_inbox(agent, world, mailbox, facts, owner):
    made = agent.call("create_campaign", **facts, csv_content=CSV, steps=[STEP, FOLLOW_UP])
    world.work()
    world.wait_for_the_hold()
    world.work()
    to_grace = next(mail for mail in mailbox.mails() if mail.to_address == "grace@example.com")
    person = Client()
    person.force_login(owner)
    assert person.get("/mailbox/").status_code == 200
    assert person.post(f"/mailbox/{to_grace.id}/reply/", {"text": "Happy to talk on Tuesday."}).status_code == 302

    world.wait(timedelta(days=4))
    world.work()
    assert mailbox.recipients().count("grace@example.com") == 1
    assert mailbox.recipients().count("ada@example.com") == 2
    (thread,) = agent.call("get_inbox")["threads"]
    assert (thread["lead_email"], thread["preview"], thread["unread"]) == ("grace@example.com", "Happy to talk on Tuesday.", True)
    assert counts(agent, made["campaign_id"]) == {"leads": 2, "sent": 3, "delivered": 2, "replies": 1}


def test_the_same_call_twice_with_one_idempotency_key_acts_once(agent, world, mailbox, facts):
    first = agent.call("create_campaign", **facts, csv_content=CSV, idempotency_key="batch-1-2026-11-17")
    second = agent.call("create_campaign", **facts, csv_content=CSV, idempotency_key="batch-1-2026-11-17")
    assert second == first
    assert agent.call("list_campaigns")["total"] == 1
    assert next(each for each in agent.call("get_quota")["quotas"] if each["name"] == "create_campaign")["used"] == 1
    world.work()
    world.wait_for_the_hold()
    world.work()
    assert len(mailbox.recipients()) == 2


def test_the_same_file_in_two_campaigns_updates_leads_and_doubles_nobody(agent, world, facts):
    for name in ("Batch 1", "Batch 2"):
        made = agent.call("create_campaign", **{**facts, "name": name}, csv_content=CSV)
        world.work()
    (imported,) = campaign(agent, made)["imports"]
    assert (imported["accepted"], imported["updated"]) == (0, 2)
    assert agent.call("list_leads")["total"] == 2


def test_a_lead_whose_email_cannot_be_written_is_told_and_gets_nothing(agent, world, mailbox, facts):
    step = {"subject": "A question", "body": "How is {{ lead.company }}?"}
    made = agent.call("create_campaign", **facts, csv_content="email,company\nada@example.com,Engines\ngrace@example.com,", steps=[step])
    world.work()
    shown = campaign(agent, made)
    assert [(each["email"], "lead.company" in each["reason"]) for each in shown["blocked"]] == [("grace@example.com", True)]
    world.wait_for_the_hold()
    world.work()
    assert mailbox.recipients() == ["ada@example.com"]
    assert counts(agent, made["campaign_id"]) == {"leads": 2, "sent": 1, "delivered": 1, "blocked": 1}
