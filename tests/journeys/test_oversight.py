"""Agents at their limits through the real doors: quotas that hold when everybody comes at once, and a pause that stops a launch."""

from __future__ import annotations

import threading
from collections import Counter
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection

from campaigns import tasks
from campaigns.models import Campaign, Delivery
from rocketsdr.accounts import approvals
from rocketsdr.accounts.models import ApiKey, Approval, AuditEvent, QuotaUse, Workspace
from rocketsdr.celery import app
from rocketsdr.lib import clock
from tests.journeys.conftest import Agent

pytestmark = pytest.mark.django_db(transaction=True)

STEP = {"subject": "A question, {{ lead.first_name }}", "body": "Hi {{ lead.first_name }}?"}
LEADS = 1000
THREADS = 20


@pytest.fixture(autouse=True)
def _within_a_day(now: datetime) -> None:
    """Have the clock stand at ten on a Tuesday: a daily quota that is counted over midnight is another one."""
    offset = now - clock.now()
    clock.use_offset_source(lambda: offset)


@pytest.fixture
def facts(product, persona, sender) -> dict[str, object]:
    return {"name": "Batch 1", "type": "csv", "product_id": product.id, "persona_id": persona.id, "steps": [STEP]}


def csv(number: int) -> str:
    return "name,email\n" + "".join(f"Ada {place},ada{place}@example.com\n" for place in range(number))


def at_once(agent: Agent, calls: int, tool: str, **arguments: Any) -> Counter[str]:
    """Make so many calls from many threads, each with a connection and a client of its own; return how often each code came back."""
    codes: list[str] = []
    waiting = threading.Barrier(THREADS)

    def work() -> None:
        own = Agent(agent.api_key)
        waiting.wait()
        for _ in range(calls // THREADS):
            result = own.result(tool, **arguments)
            codes.append(result["structuredContent"]["code"] if result["isError"] else "")
        connection.close()

    threads = [threading.Thread(target=work) for _ in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return Counter(codes)


@pytest.mark.slow
def test_of_a_hundred_calls_at_once_with_ten_left_in_the_quota_exactly_ten_create_a_campaign(agent, facts, jobs):
    outcomes = at_once(agent, 100, "create_campaign", **facts, csv_content=csv(2))
    assert outcomes == {"": 10, "quota_exhausted": 90}
    assert Campaign.objects.count() == 10
    assert QuotaUse.objects.get(credential="").used == 10
    assert AuditEvent.objects.filter(action="campaign.created").count() == 10


@pytest.mark.slow
def test_a_cap_of_the_credential_is_as_exact_as_the_quota(agent, facts, api_key):
    ApiKey.objects.update(campaigns_per_day=7, leads_per_day=10, calls_per_day=90)
    outcomes = at_once(agent, 100, "create_campaign", **facts, csv_content=csv(2))
    assert outcomes == {"": 5, "credential_cap_exhausted": 95}, "ten leads are five files"
    used = dict(QuotaUse.objects.filter(credential=api_key.key.credential).values_list("name", "used"))
    assert used == {"campaigns": 5, "leads": 10, "calls": 90}
    assert Campaign.objects.count() == 5


@pytest.mark.slow
def test_a_pause_during_a_launch_of_a_thousand_lets_no_mail_out_after_one_tick(agent, world, mailbox, facts):
    agent.call("create_campaign", **facts, csv_content=csv(LEADS))
    world.work()
    world.wait_for_the_hold()
    pumping = threading.Thread(target=pump_once, args=[world])
    pumping.start()
    while len(mailbox.recipients()) < 20 and pumping.is_alive():
        pass
    paused = agent.call("pause_all", reason="The wrong list")["paused"]
    tasks.tick.run()
    at_the_tick = len(mailbox.recipients())
    pumping.join()
    world.work()
    arrived = len(mailbox.recipients())
    assert arrived - at_the_tick <= 1, "the one whose DATA had begun"
    assert 20 <= arrived < LEADS
    assert paused["campaigns"] == 1
    assert Delivery.objects.filter(status="sent").count() == arrived
    assert not Delivery.objects.filter(status__in=["claimed", "inflight"]).exists(), "what was claimed went back"


def pump_once(world: Any) -> None:
    """Let the campaign go and send until nothing more leaves, as beat and a pump would."""
    world.jobs.sent.append((tasks.tick.name, {}))
    while world.jobs.sent:
        name, ids = world.jobs.sent.pop(0)
        app.tasks[name].run(**ids)
    connection.close()


def test_a_paused_workspace_sends_again_only_when_a_person_says_so(agent, world, mailbox, facts, person, now):
    agent.call("create_campaign", **facts, csv_content=csv(3))
    world.work()
    agent.call("pause_all")
    world.wait_for_the_hold()
    world.work()
    asked = agent.call("resume_all")
    world.work()
    assert mailbox.recipients() == []
    wish = Approval.objects.get(id=asked["approval_id"])
    approvals.decide(actor=person, approval_id=wish.id, approve=True, digest=wish.digest, now=now)
    world.work()
    assert len(mailbox.recipients()) == 3


def test_a_credential_sends_what_its_cap_allows_and_the_rest_the_next_day(agent, world, mailbox, facts):
    ApiKey.objects.update(sends_per_day=2)
    made = agent.call("create_campaign", **facts, csv_content=csv(5))
    world.work()
    world.wait_for_the_hold()
    for sent in (2, 4, 5):
        world.work()
        assert len(mailbox.recipients()) == sent
        if sent < 5:
            blocked = agent.call("get_campaign", campaign_id=made["campaign_id"])["campaign"]["blocked_by"]
            assert "The daily quota of e-mails of the credential that launched it is exhausted (2/2). Resets at 00:00 UTC." in blocked
        world.wait(timedelta(days=1))


def test_under_the_approval_policy_no_mail_leaves_before_a_person_approves_its_digest(agent, world, mailbox, facts, person, now):
    Workspace.objects.update(approval_policy="approval")
    agent.call("create_campaign", **facts, csv_content=csv(3))
    world.work()
    world.wait_for_the_hold()
    world.work()
    approval = agent.call("list_approvals", status="pending")["approvals"][0]
    refused = agent.result("resolve_approval", approval_id=approval["id"], decision="approve", digest=approval["digest"])
    assert refused["structuredContent"]["code"] == "only_people_approve"
    world.work()
    assert mailbox.recipients() == []
    approvals.decide(actor=person, approval_id=approval["id"], approve=True, digest=approval["digest"], now=now)
    world.work()
    assert len(mailbox.recipients()) == 3
