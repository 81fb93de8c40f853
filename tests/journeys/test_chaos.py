"""Workers that are killed with SIGKILL while they send: nobody gets an e-mail twice, and none is lost without a word."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from random import Random

import pytest

from campaigns.models import Delivery, DeliveryStatus, Event, EventKind, Suppression
from campaigns.models.delivery import OPEN
from campaigns.services import preparing
from integrations.providers import builtin_mailbox
from tests import factories
from tests.fakes.mailbox import running_mailbox
from tests.journeys.crew import Crew, crew

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]

MESSAGES = 200
KILLS = 10
SECONDS = 60


def launched(workspace, now, *, leads: int, senders: int = 2, daily_cap: int | None = None):
    """Launch a campaign of one step to so many leads: their first e-mails are written and due."""
    made = factories.SenderFactory.create_batch(senders, workspace=workspace, daily_cap=daily_cap)
    campaign = factories.CampaignFactory.create(workspace=workspace, senders=made)
    factories.StepFactory.create(campaign=campaign)
    for lead in factories.LeadFactory.create_batch(leads, workspace=workspace):
        factories.EnrollmentFactory.create(campaign=campaign, lead=lead)
    preparing.write_first_emails(campaign_id=campaign.id, now=now)
    facts = factories.CampaignFactory.build(running=True, workspace=None, product=None, persona=None)
    for name in ("status", "launched_at", "hold_until", "launch_digest", "approved_digest"):
        setattr(campaign, name, getattr(facts, name))
    campaign.save()
    assert preparing.release(campaign, due_at=now - timedelta(seconds=1)) == leads
    return campaign


def eventually(what: Callable[[], bool], *, of: str) -> None:
    deadline = time.monotonic() + SECONDS
    while not what():
        assert time.monotonic() < deadline, f"not within {SECONDS} s: {of}"
        time.sleep(0.01)


def holding(mailbox: Path, number: int) -> Callable[[], bool]:
    return lambda: builtin_mailbox.count(mailbox) >= number


def kill_in_the_middle(workers: Crew, mailbox: Path) -> None:
    """Kill a worker again and again while the e-mails go out, and hire another in its place."""
    chance = Random(7)
    for number in range(KILLS):
        wanted = (number + 1) * MESSAGES // (KILLS + 2)
        eventually(holding(mailbox, wanted), of=f"{wanted} e-mails")
        time.sleep(chance.uniform(0, 0.03))  # somewhere between the message and its 250
        workers.kill(chance.choice(workers.pids))
        workers.hire()


def send_with_kills(campaign, now, folder, *, mark_after_sending: bool) -> Counter[tuple[str, str]]:
    """Send the campaign with workers that die; return how often each recipient got which message."""
    with (
        running_mailbox(folder, delay_before_250=0.03) as port,
        crew(now=now, mailbox_port=port, mark_after_sending=mark_after_sending) as workers,
    ):
        workers.hire()
        workers.hire()
        kill_in_the_middle(workers, folder)
        eventually(lambda: not campaign.deliveries.filter(status__in=OPEN).exists(), of="every delivery settled")
    arrived = builtin_mailbox.messages(folder, limit=10 * MESSAGES)
    return Counter((mail.to_address, dict(mail.headers)["Message-ID"]) for mail in arrived)


def test_a_worker_killed_ten_times_sends_nothing_twice_and_loses_nothing_silently(workspace, now, tmp_path):
    campaign = launched(workspace, now, leads=MESSAGES)
    arrived = send_with_kills(campaign, now, tmp_path, mark_after_sending=False)

    assert arrived.most_common(1)[0][1] == 1, "somebody got an e-mail twice"
    deliveries = campaign.deliveries.select_related("lead")
    sent = {(each.lead.email, each.message_id) for each in deliveries.filter(status=DeliveryStatus.SENT)}
    unknown = {(each.lead.email, each.message_id) for each in deliveries.filter(status=DeliveryStatus.UNKNOWN)}
    assert len(sent) + len(unknown) == MESSAGES
    assert sent <= arrived.keys() <= sent | unknown
    assert len(unknown) <= KILLS
    assert Event.objects.filter(campaign=campaign, kind=EventKind.UNKNOWN).count() == len(unknown)


def test_a_worker_that_marks_after_sending_sends_twice_so_the_test_above_can_see_it(workspace, now, tmp_path):
    campaign = launched(workspace, now, leads=MESSAGES)
    arrived = send_with_kills(campaign, now, tmp_path, mark_after_sending=True)

    assert len(arrived) == MESSAGES
    assert sum(arrived.values()) > MESSAGES


def test_rival_workers_use_each_cap_up_and_never_pass_it(workspace, now, tmp_path):
    cap, senders = 7, 5
    campaign = launched(workspace, now, leads=60, senders=senders, daily_cap=cap)
    suppressed = [each.lead.email for each in campaign.enrollments.select_related("lead").order_by("id")[:15]]
    factories.SuppressionFactory.create_batch(1, workspace=workspace, value="nobody@customer.example")
    Suppression.objects.bulk_create(factories.SuppressionFactory.build(workspace=workspace, value=email) for email in suppressed)
    with running_mailbox(tmp_path) as port, crew(now=now, mailbox_port=port) as workers:
        for _ in range(4):
            workers.hire()
        eventually(lambda: Delivery.objects.filter(status=DeliveryStatus.SENT).count() >= cap * senders, of="all caps used up")
        for sender in campaign.senders.all():
            assert Delivery.objects.claim(sender=sender, worker="late", lease=timedelta(1), closed=[], now=now, limit=5) == []
    arrived = builtin_mailbox.messages(tmp_path, limit=1000)
    assert Counter(mail.from_address for mail in arrived) == {sender.email: cap for sender in campaign.senders.all()}
    assert not {mail.to_address for mail in arrived} & set(suppressed)
    assert not campaign.deliveries.filter(status__in=[DeliveryStatus.CLAIMED, DeliveryStatus.INFLIGHT]).exists()
