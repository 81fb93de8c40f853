"""The row is the queue: what may be claimed, by whom, and what a lost lease means."""

from __future__ import annotations

import threading
from datetime import datetime, timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.models import Sum

from campaigns.models import Campaign, Delivery, DeliveryStatus, Enrollment, EnrollmentStatus, Sender, SenderDay
from rocketsdr.accounts.actor import READ_SCOPES, Caps
from rocketsdr.accounts.models import ApiKey, QuotaUse, Workspace
from rocketsdr.accounts.services import IssuedKey, KeyRules, issue_api_key
from tests import factories

LEASE = timedelta(seconds=30)


@pytest.fixture
def queued(campaign: Campaign, sender: Sender) -> Delivery:
    return queue_one(campaign, sender)


def queue_one(campaign: Campaign, sender: Sender, **fields: object) -> Delivery:
    lead = factories.LeadFactory.create(workspace=campaign.workspace)
    enrollment = factories.EnrollmentFactory.create(campaign=campaign, lead=lead, sender=sender)
    return factories.DeliveryFactory.create(enrollment=enrollment, **fields)


def claim(sender: Sender, now: datetime, *, worker: str = "w1", limit: int = 20, closed: tuple[int, ...] = ()) -> list[int]:
    return Delivery.objects.claim(sender=sender, worker=worker, lease=LEASE, closed=closed, now=now, limit=limit)


def inflight(delivery: Delivery, now: datetime, *, worker: str = "w1") -> bool:
    return Delivery.objects.mark_inflight(delivery.id, worker=worker, message_id=f"<{delivery.id}@acme.example>", now=now)


def test_a_due_delivery_is_claimed_once(queued, sender, now):
    assert claim(sender, now) == [queued.id]
    assert claim(sender, now) == []
    queued.refresh_from_db()
    assert (queued.status, queued.worker, queued.sender_id, queued.lease_until) == ("claimed", "w1", sender.id, now + LEASE)


def test_a_delivery_that_is_not_due_yet_waits(campaign, sender, now):
    queue_one(campaign, sender, due_at=now + timedelta(seconds=1))
    assert claim(sender, now) == []


@pytest.mark.parametrize("status", ["prepared", "blocked", "sent", "failed", "unknown", "cancelled"])
def test_only_waiting_deliveries_are_claimed(campaign, sender, now, status):
    queue_one(campaign, sender, status=status, sent_at=now)
    assert claim(sender, now) == []


def test_a_deferred_delivery_is_claimed_again_when_its_time_has_come(campaign, sender, now):
    delivery = queue_one(campaign, sender, status="deferred", due_at=now + timedelta(minutes=5))
    assert claim(sender, now) == []
    assert claim(sender, now + timedelta(minutes=5)) == [delivery.id]


FORBIDDING = {
    "a paused campaign": lambda d, now: Campaign.objects.filter(id=d.campaign_id).update(status="paused"),
    "a hold": lambda d, now: Campaign.objects.filter(id=d.campaign_id).update(hold_until=now + timedelta(seconds=1)),
    "a missing approval": lambda d, now: Campaign.objects.filter(id=d.campaign_id).update(approved_digest=""),
    "an approval of something else": lambda d, now: Campaign.objects.filter(id=d.campaign_id).update(approved_digest="x" * 64),
    "a paused workspace": lambda d, now: Workspace.objects.filter(id=d.workspace_id).update(paused_at=now),
    "a paused sender": lambda d, now: Sender.objects.filter(id=d.enrollment.sender_id).update(status="paused"),
    "a reply": lambda d, now: Enrollment.objects.filter(id=d.enrollment_id).update(status=EnrollmentStatus.REPLIED),
    "an opt-out": lambda d, now: Enrollment.objects.filter(id=d.enrollment_id).update(status=EnrollmentStatus.UNSUBSCRIBED),
    "a suppressed address": lambda d, now: factories.SuppressionFactory.create(workspace=d.workspace, value=d.lead.email.lower()),
    "a suppressed domain": lambda d, now: factories.SuppressionFactory.create(
        workspace=d.workspace, kind="domain", value="customer.example"
    ),
}


@pytest.mark.parametrize("what", FORBIDDING)
def test_what_forbids_sending_forbids_the_claim(queued, sender, now, what):
    FORBIDDING[what](queued, now)
    assert claim(sender, now) == []


@pytest.mark.parametrize("what", FORBIDDING)
def test_what_forbids_sending_after_the_claim_still_keeps_the_message_back(queued, sender, now, what):
    claim(sender, now)
    FORBIDDING[what](queued, now)
    assert not inflight(queued, now)


def test_another_workspaces_suppression_forbids_nothing(queued, sender, now, stranger):
    factories.SuppressionFactory.create(workspace=stranger.workspace, value=queued.lead.email)
    assert claim(sender, now) == [queued.id]


def test_a_suppression_means_the_address_in_any_spelling(campaign, sender, now):
    lead = factories.LeadFactory.create(workspace=campaign.workspace, email="Ada.L@Customer.Example")
    enrollment = factories.EnrollmentFactory.create(campaign=campaign, lead=lead, sender=sender)
    factories.DeliveryFactory.create(enrollment=enrollment)
    factories.SuppressionFactory.create(workspace=campaign.workspace, value="ada.l@customer.example")
    assert claim(sender, now) == []


def test_campaigns_outside_their_sending_hours_wait(queued, sender, now):
    assert claim(sender, now, closed=(queued.campaign_id,)) == []


def test_a_sender_carries_its_own_leads_only(queued, workspace, now):
    other = factories.SenderFactory.create(workspace=workspace)
    assert claim(other, now) == []


def test_the_oldest_delivery_goes_first(campaign, sender, now):
    late = queue_one(campaign, sender, due_at=now)
    early = queue_one(campaign, sender, due_at=now - timedelta(hours=1))
    assert claim(sender, now, limit=1) == [early.id]
    assert claim(sender, now, limit=1) == [late.id]


def test_the_daily_cap_is_used_up_and_never_passed(campaign, workspace, now):
    capped = factories.SenderFactory.create(workspace=workspace, daily_cap=3)
    for _ in range(5):
        queue_one(campaign, capped)
    assert len(claim(capped, now, limit=2)) == 2
    assert len(claim(capped, now, limit=2)) == 1
    assert claim(capped, now) == []
    assert len(claim(capped, now + timedelta(days=1))) == 2, "tomorrow the cap is new"


def test_a_cap_lowered_below_what_was_sent_stops_the_day(campaign, workspace, now):
    capped = factories.SenderFactory.create(workspace=workspace, daily_cap=5)
    for _ in range(6):
        queue_one(campaign, capped)
    claim(capped, now, limit=4)
    capped.daily_cap = 2
    assert claim(capped, now) == []


def test_a_message_is_marked_inflight_once_and_by_its_worker_only(queued, sender, now):
    claim(sender, now)
    assert not inflight(queued, now, worker="w2")
    assert inflight(queued, now)
    assert not inflight(queued, now)


def test_a_worker_whose_lease_is_over_may_not_start(queued, sender, now):
    claim(sender, now)
    assert not inflight(queued, now + LEASE)


def test_an_expired_claim_goes_back_to_the_queue_and_its_place_back_to_the_cap(queued, sender, now):
    claim(sender, now)
    later = now + LEASE
    assert Delivery.objects.release_expired(later) == 1
    queued.refresh_from_db()
    assert (queued.status, queued.sender_id, queued.cap_day) == ("queued", sender.id, None)
    assert SenderDay.objects.get(sender=sender).used == 0
    assert claim(sender, later, worker="w2") == [queued.id]


def test_a_released_claim_of_a_refused_message_is_deferred_again(campaign, sender, now):
    delivery = queue_one(campaign, sender, status="deferred", attempts=1)
    claim(sender, now)
    Delivery.objects.release_expired(now + LEASE)
    delivery.refresh_from_db()
    assert (delivery.status, delivery.attempts) == (DeliveryStatus.DEFERRED, 1)


def test_a_message_whose_worker_fell_silent_is_unknown_and_stays_so(queued, sender, now):
    claim(sender, now)
    inflight(queued, now)
    later = now + timedelta(minutes=2)
    assert [delivery.id for delivery in Delivery.objects.settle_expired(later)] == [queued.id]
    assert claim(sender, later, worker="w2") == []
    queued.refresh_from_db()
    assert queued.status == DeliveryStatus.UNKNOWN


def test_there_is_never_a_second_delivery_of_a_step_to_a_lead(queued):
    with pytest.raises(IntegrityError, match="one_delivery_per_step"):
        factories.DeliveryFactory.create(enrollment=queued.enrollment, step=queued.step)


@pytest.mark.django_db(transaction=True)
def test_rivals_share_the_queue_without_passing_the_cap(campaign, workspace, now):
    capped = factories.SenderFactory.create(workspace=workspace, daily_cap=25)
    for _ in range(40):
        queue_one(campaign, capped)
    taken: list[list[int]] = []

    def rival(worker: str) -> None:
        try:
            taken.extend(claim(capped, now, worker=worker, limit=3) for _ in range(8))
        finally:
            connection.close()

    rivals = [threading.Thread(target=rival, args=[f"w{number}"]) for number in range(4)]
    for each in rivals:
        each.start()
    for each in rivals:
        each.join()
    ids = [delivery_id for batch in taken for delivery_id in batch]
    assert len(ids) == len(set(ids)) == 25
    assert SenderDay.objects.get(sender=capped).used == 25


# --- The cap of the credential that launched it ------------------------------------------------------------------------------------


@pytest.fixture
def capped_key(api_key: IssuedKey) -> ApiKey:
    ApiKey.objects.update(sends_per_day=3)
    api_key.key.refresh_from_db()
    return api_key.key


def launched_with(key: ApiKey, *senders: Sender, mails: int, credential: str = "") -> Campaign:
    """A running campaign of this key, with so many e-mails due from each of its senders."""
    made = factories.CampaignFactory.create(
        workspace=key.workspace, senders=list(senders), running=True, launched_with=credential or key.credential
    )
    for sender in senders:
        for _ in range(mails):
            queue_one(made, sender)
    return made


def sends_of(key: ApiKey) -> int:
    return QuotaUse.objects.filter(credential=key.credential, name="sends").aggregate(used=Sum("used"))["used"] or 0


def test_a_credential_sends_no_more_than_its_cap_over_all_its_campaigns_and_senders(capped_key, sender, workspace, now):
    other = factories.SenderFactory.create(workspace=workspace)
    launched_with(capped_key, sender, mails=2)
    launched_with(capped_key, sender, other, mails=2)
    assert [len(claim(each, now)) for each in (sender, other, sender, other)] == [3, 0, 0, 0]
    assert sends_of(capped_key) == 3
    assert [len(claim(each, now + timedelta(days=1))) for each in (sender, other)] == [1, 2], "tomorrow the cap is new"


def test_a_cap_of_one_credential_holds_up_nobody_elses_mail(capped_key, campaign, sender, now):
    launched_with(capped_key, sender, mails=25)
    free = [queue_one(campaign, sender).id for _ in range(2)]
    assert len(claim(sender, now)) == 3
    assert claim(sender, now) == free, "though twenty e-mails of the capped one were due before"


def test_a_credential_without_a_cap_is_not_counted(api_key, sender, now):
    launched_with(api_key.key, sender, mails=4)
    assert len(claim(sender, now)) == 4
    assert not QuotaUse.objects.exists()


def test_a_cap_that_is_lowered_or_lifted_holds_from_the_next_claim_on(capped_key, sender, now):
    launched_with(capped_key, sender, mails=9)
    claim(sender, now, limit=2)
    ApiKey.objects.update(sends_per_day=1)
    assert claim(sender, now) == []
    ApiKey.objects.update(sends_per_day=4)
    assert len(claim(sender, now)) == 2
    ApiKey.objects.update(sends_per_day=None)
    assert len(claim(sender, now)) == 5


def test_of_two_credentials_that_launched_together_the_smaller_cap_holds(capped_key, person, sender, now):
    second = issue_api_key(actor=person, name="Second", scopes=READ_SCOPES, rules=KeyRules(caps=Caps(sends=2)), now=now).key
    launched_with(capped_key, sender, mails=5, credential=f"{capped_key.credential}+{second.credential}")
    assert len(claim(sender, now)) == 2
    assert (sends_of(second), sends_of(capped_key)) == (2, 0)


def test_a_key_of_another_workspace_with_the_same_name_caps_nothing(capped_key, stranger, now):
    stranger.campaign.senders.set([stranger.sender])
    Campaign.objects.filter(id=stranger.campaign.id).update(launched_with=capped_key.credential)
    for _ in range(5):
        queue_one(stranger.campaign, stranger.sender)
    assert len(claim(stranger.sender, now)) == 5


def test_a_claim_that_is_given_back_gives_its_place_in_the_credentials_cap_back(capped_key, sender, now):
    launched_with(capped_key, sender, mails=5)
    claim(sender, now)
    ApiKey.objects.update(sends_per_day=None)  # what was counted is given back, whatever the cap is by then
    assert Delivery.objects.release_expired(now + LEASE) == 3
    assert sends_of(capped_key) == 0
    assert not Delivery.objects.exclude(cap_credential="").exists()


def test_the_senders_own_cap_holds_as_well(capped_key, workspace, now):
    slow = factories.SenderFactory.create(workspace=workspace, daily_cap=2)
    launched_with(capped_key, slow, mails=5)
    assert len(claim(slow, now)) == 2
    assert (sends_of(capped_key), SenderDay.objects.get(sender=slow).used) == (2, 2)


def test_a_claim_takes_two_statements_with_or_without_a_cap(capped_key, sender, now, django_assert_num_queries):
    launched_with(capped_key, sender, mails=5)
    for cap in (3, None):
        ApiKey.objects.update(sends_per_day=cap)
        with django_assert_num_queries(4):  # the day's rows, and the claim between its two savepoints
            claim(sender, now, limit=1)


@pytest.mark.django_db(transaction=True)
def test_workers_of_several_senders_and_campaigns_do_not_pass_the_credentials_cap_together(capped_key, workspace, now):
    ApiKey.objects.update(sends_per_day=25)
    rivals = factories.SenderFactory.create_batch(4, workspace=workspace)
    for _ in range(2):
        launched_with(capped_key, *rivals, mails=8)
    taken: list[int] = []

    def pump(own: Sender) -> None:
        try:
            for number in range(10):
                claimed = claim(own, now, worker=f"{own.id}", limit=3)
                taken.extend(claimed)
                if number == 4 and claimed:  # a worker that gives back while the others take
                    with transaction.atomic():
                        rows = Delivery.objects.filter(id__in=claimed, status="claimed").order_by("id").select_for_update(no_key=True)
                        Delivery.objects.release(list(rows))
        finally:
            connection.close()

    threads = [threading.Thread(target=pump, args=[each]) for each in rivals]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert Delivery.objects.filter(status="claimed").count() == sends_of(capped_key) == 25
