import random
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from campaigns.models import Conversation, Delivery, DeliveryStatus, Enrollment, EnrollmentStatus, Event, EventKind, SequenceStep
from campaigns.models.conversation import ThreadStatus
from campaigns.queries.analytics import Counters, campaign_analytics, campaign_counters
from rocketsdr.accounts.models import Workspace
from rocketsdr.lib.errors import Invalid, NotFound
from tests import factories

ENDED = {
    EventKind.REPLIED: EnrollmentStatus.REPLIED,
    EventKind.UNSUBSCRIBED: EnrollmentStatus.UNSUBSCRIBED,
    EventKind.BOUNCED: EnrollmentStatus.BOUNCED,
    EventKind.SUPPRESSED: EnrollmentStatus.SUPPRESSED,
    EventKind.FAILED: EnrollmentStatus.FAILED,
}


class Story:
    """What happened to one lead of a campaign, by dice, as the services would have stored it."""

    def __init__(self, dice: random.Random, campaign, senders, now: datetime) -> None:
        self.dice, self.campaign, self.now = dice, campaign, now
        self.enrollment = factories.EnrollmentFactory.create(campaign=campaign, sender=dice.choice(senders), created_at=self.moment())
        for step in campaign.steps.all():
            if not self.tell_step(step):
                return
        self.end(EnrollmentStatus.FINISHED)

    def moment(self) -> datetime:
        return self.now - timedelta(seconds=self.dice.randrange(20 * 86400))

    def tell_step(self, step: SequenceStep) -> bool:
        status = self.dice.choice([*[DeliveryStatus.SENT] * 6, *DeliveryStatus.values])
        if status == DeliveryStatus.BLOCKED:
            self.end(EnrollmentStatus.BLOCKED)
        at = self.moment()
        delivery = factories.DeliveryFactory.create(
            enrollment=self.enrollment,
            step=step,
            sender=self.enrollment.sender,
            status=status,
            sent_at=at if status == DeliveryStatus.SENT else None,
            lease_until=self.now,
        )
        if status in (DeliveryStatus.SENT, DeliveryStatus.FAILED, DeliveryStatus.UNKNOWN):
            self.event(EventKind(status), step.position, at)
        if status == DeliveryStatus.SENT and self.dice.random() < 0.2:  # it was unknown until a witness came
            self.event(EventKind.UNKNOWN, step.position, at)
        return delivery.status == DeliveryStatus.SENT and not self.answer(step)

    def answer(self, step: SequenceStep) -> bool:
        kind = self.dice.choice([None, None, None, *ENDED])
        if kind is None:
            return False
        self.event(kind, self.dice.choice([step.position, None]), self.moment())
        self.end(ENDED[kind])
        if kind == EventKind.REPLIED:
            self.event(EventKind.AUTO_REPLIED, step.position, self.moment())
            status = self.dice.choice(ThreadStatus.values)
            factories.ConversationFactory.create(
                campaign=self.campaign, lead=self.enrollment.lead, status=status, last_message_at=self.moment()
            )
        return True

    def end(self, status: EnrollmentStatus) -> None:
        ended_at = self.dice.choice([None, self.moment()])
        Enrollment.objects.filter(id=self.enrollment.id).update(status=status, ended_at=ended_at)

    def event(self, kind: EventKind, step: int | None, at: datetime) -> None:
        factories.EventFactory.create(campaign=self.campaign, lead=self.enrollment.lead, kind=kind, step=step, at=at)


def recount(campaign, *, within=lambda at: True, step=None, sender=None) -> Counters:
    """Count by hand: every row, in Python."""
    enrollments = {each.lead_id: each for each in Enrollment.objects.filter(campaign=campaign)}
    deliveries = list(Delivery.objects.filter(campaign=campaign).select_related("step"))
    events = list(Event.objects.filter(campaign=campaign))

    def counts(lead_id: int, at: datetime, position: int | None) -> bool:
        if step is not None and position != step:
            return False
        return within(at) and (sender is None or enrollments[lead_id].sender_id == sender)

    def leads(kind: str) -> int:
        return len({each.lead_id for each in events if each.kind == kind and counts(each.lead_id, each.at, each.step)})

    def threads(*statuses: str) -> int:
        total = 0
        for thread in Conversation.objects.filter(campaign=campaign, status__in=statuses):
            (answered,) = [each.step for each in events if each.lead_id == thread.lead_id and each.kind == "replied"]
            total += counts(thread.lead_id, thread.last_message_at, answered)
        return total

    def never_mailed(status: str) -> int:
        mailed = {each.lead_id for each in deliveries if each.status == "sent"}
        rows = [each for each in enrollments.values() if each.status == status and each.lead_id not in mailed]
        return sum(counts(each.lead_id, each.ended_at or each.created_at, 1) for each in rows)

    sent = [each for each in deliveries if each.sent_at and counts(each.lead_id, each.sent_at, each.step.position)]
    unknown = {(each.lead_id, each.step.position) for each in deliveries if each.status == "unknown"}
    return Counters(
        leads=sum(counts(each.lead_id, each.created_at, 1) for each in enrollments.values()),
        sent=len(sent),
        delivered=len({each.lead_id for each in sent if each.step.position == 1}),
        replies=leads("replied"),
        positive=threads("interested", "meeting_booked"),
        meetings=threads("meeting_booked"),
        unsubscribed=leads("unsubscribed"),
        bounced=leads("bounced"),
        failed=sum(counts(each.lead_id, each.at, each.step) for each in events if each.kind == "failed"),
        unknown=sum(
            counts(each.lead_id, each.at, each.step) for each in events if each.kind == "unknown" and (each.lead_id, each.step) in unknown
        ),
        blocked=never_mailed("blocked"),
        suppressed=never_mailed("suppressed"),
    )


@pytest.fixture(params=[1, 2, 3])
def told(request, campaign, workspace, sender, now):
    """A campaign of two steps and two senders to whose 40 leads everything happens that can."""
    dice = random.Random(request.param)
    senders = [sender, factories.SenderFactory.create(workspace=workspace)]
    for _ in range(40):
        Story(dice, campaign, senders, now)
    return campaign


def test_the_summary_is_a_recount_of_all_rows(actor, told, now):
    result = campaign_analytics(actor=actor, campaign_id=told.id, now=now)
    assert result.summary == recount(told)
    assert result.rows == []


def test_a_list_and_a_report_agree(actor, told, workspace, sender, now):
    other = factories.CampaignFactory.create(workspace=workspace, running=True)
    factories.StepFactory.create(campaign=other)
    Story(random.Random(9), other, [sender], now)
    counted = campaign_counters(actor=actor, campaign_ids=[told.id, other.id])
    assert counted == {each.id: campaign_analytics(actor=actor, campaign_id=each.id, now=now).summary for each in (told, other)}


@pytest.mark.parametrize("zone", ["UTC", "Pacific/Auckland", "America/Los_Angeles"])
def test_days_are_days_of_the_workspaces_time_zone(actor, told, now, zone):
    Workspace.objects.update(timezone=zone)
    rows = campaign_analytics(actor=actor, campaign_id=told.id, group_by="day", now=now).rows
    days = [date.fromisoformat(str(row.key)) for row in rows]
    assert days == sorted(set(days))
    for row, day in zip(rows, days, strict=True):
        assert row.counters == recount(told, within=lambda at, day=day: at.astimezone(ZoneInfo(zone)).date() == day)
        assert (row.label, row.rates) == (day.isoformat(), {})
    assert sum(row.counters.sent for row in rows) == recount(told).sent


def test_rows_of_steps_are_recounts_and_their_rates_are_parts_of_their_e_mails(actor, told, now):
    result = campaign_analytics(actor=actor, campaign_id=told.id, group_by="step", now=now)
    tied = [row for row in result.rows if row.key is not None]
    assert [row.label for row in tied] == ["Step 1", "Step 2"]
    for row in tied:
        assert row.counters == recount(told, step=row.key)
        assert row.rates["reply_rate"] == round(row.counters.replies / row.counters.sent, 4)
    assert sum(row.counters.replies for row in result.rows) == result.summary.replies
    assert result.envelope.row_denominators["reply_rate"] == "replies / e-mails of the step"


def test_rows_of_senders_are_recounts(actor, told, now):
    result = campaign_analytics(actor=actor, campaign_id=told.id, group_by="sender", now=now)
    assert len(result.rows) == 2
    for row in result.rows:
        assert row.counters == recount(told, sender=row.key)
        assert row.rates["reply_rate"] == round(row.counters.replies / row.counters.delivered, 4)
        assert row.label.endswith(".example")


def test_a_window_of_days_holds_its_last_day_in_the_workspaces_time_zone(actor, told, now):
    Workspace.objects.update(timezone="Pacific/Auckland")
    zone = ZoneInfo("Pacific/Auckland")
    first, last = date(2026, 11, 5), date(2026, 11, 9)
    result = campaign_analytics(actor=actor, campaign_id=told.id, start=first, end=last, now=now)
    assert result.summary == recount(told, within=lambda at: first <= at.astimezone(zone).date() <= last)
    assert result.envelope.window.end == datetime(2026, 11, 10, tzinfo=zone)


def test_a_window_of_times_is_exact_and_open_where_nothing_is_said(actor, told, now):
    start, end = now - timedelta(days=12, seconds=5), now - timedelta(days=4)
    for window in ((start, end), (start, None), (None, end)):
        result = campaign_analytics(actor=actor, campaign_id=told.id, start=window[0], end=window[1], now=now)
        assert result.summary == recount(told, within=lambda at, w=window: (w[0] is None or at >= w[0]) and (w[1] is None or at < w[1]))


def test_a_campaign_to_which_nothing_happened_has_no_rates(actor, campaign, now):
    result = campaign_analytics(actor=actor, campaign_id=campaign.id, group_by="step", now=now)
    assert (result.summary, result.rows) == (Counters(), [])
    assert set(result.summary.rates.values()) == {None}


def test_accepted_leads_are_delivered_blocked_suppressed_or_still_waiting(actor, campaign, now):
    """A lead who got an e-mail and is suppressed later counts as delivered, and as nothing else."""
    mailed = factories.DeliveryFactory.create(enrollment__campaign=campaign, sent=True).enrollment
    for status in (EnrollmentStatus.SUPPRESSED, EnrollmentStatus.BLOCKED):
        factories.EnrollmentFactory.create(campaign=campaign, status=status)
    Enrollment.objects.filter(id=mailed.id).update(status=EnrollmentStatus.SUPPRESSED)
    found = campaign_counters(actor=actor, campaign_ids=[campaign.id])[campaign.id]
    assert (found.leads, found.delivered, found.suppressed, found.blocked) == (3, 1, 1, 1)


def test_the_envelope_says_what_the_numbers_are(actor, campaign, now):
    envelope = campaign_analytics(actor=actor, campaign_id=campaign.id, now=now).envelope
    assert envelope.as_of == now
    assert (envelope.window.start, envelope.window.end, envelope.window.timezone) == (None, None, "UTC")
    assert "not tracked" in envelope.basis
    assert envelope.denominators.keys() == Counters().rates.keys()


def test_a_list_of_campaigns_costs_one_query(actor, workspace, django_assert_num_queries):
    ids = [each.id for each in factories.CampaignFactory.create_batch(20, workspace=workspace)]
    with django_assert_num_queries(1):
        assert len(campaign_counters(actor=actor, campaign_ids=ids)) == 20


def test_a_strangers_campaign_counts_nothing_in_a_list_and_looks_missing_in_a_report(actor, stranger, now):
    factories.DeliveryFactory.create(enrollment=stranger.enrollment, sent=True)
    assert campaign_counters(actor=actor, campaign_ids=[stranger.campaign.id, 10**30]) == {
        stranger.campaign.id: Counters(),
        10**30: Counters(),
    }
    for campaign_id in (stranger.campaign.id, 999_999_999):
        with pytest.raises(NotFound):
            campaign_analytics(actor=actor, campaign_id=campaign_id, now=now)


@pytest.mark.parametrize("group_by", ["variant", "reply_class", "persona"])
def test_what_is_not_recorded_yet_is_said_so(actor, campaign, now, group_by):
    with pytest.raises(Invalid, match=f"by {group_by}: it is not recorded yet") as caught:
        campaign_analytics(actor=actor, campaign_id=campaign.id, group_by=group_by, now=now)
    assert (caught.value.field, caught.value.fix) == ("group_by", "Use day, step or sender.")


def test_an_unknown_grouping_is_refused(actor, campaign, now):
    with pytest.raises(Invalid, match="'none'"):
        campaign_analytics(actor=actor, campaign_id=campaign.id, group_by="none", now=now)


@pytest.mark.parametrize(
    ("start", "end", "field", "says"),
    [
        (date(2026, 11, 9), date(2026, 11, 8), "from", "does not lie before"),
        (datetime(2026, 11, 9, tzinfo=UTC), datetime(2026, 11, 9, tzinfo=UTC), "from", "does not lie before"),
        (datetime(2026, 11, 9), None, "from", "no time zone"),  # noqa: DTZ001 - that is the mistake
        (None, date.max, "to", "after the year"),
    ],
)
def test_a_window_that_makes_no_sense_is_refused(actor, campaign, now, start, end, field, says):
    with pytest.raises(Invalid, match=says) as caught:
        campaign_analytics(actor=actor, campaign_id=campaign.id, start=start, end=end, now=now)
    assert caught.value.field == field
    assert caught.value.fix


def test_the_earliest_day_is_a_day(actor, told, now):
    Workspace.objects.update(timezone="Pacific/Auckland")
    assert campaign_analytics(actor=actor, campaign_id=told.id, start=date.min, now=now).summary == recount(told)
