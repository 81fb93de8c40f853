import threading
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection

from campaigns.models import Delivery, DeliveryStatus, Enrollment, EnrollmentStatus, Event, Suppression
from campaigns.services import suppressions
from rocketsdr.accounts.models import AuditEvent
from rocketsdr.lib.errors import Invalid, NotFound
from tests import factories


@pytest.fixture
def queued(enrollment):
    """The lead's first e-mail, due now."""
    return factories.DeliveryFactory.create(enrollment=enrollment)


@pytest.fixture
def elsewhere(workspace, lead):
    """The same lead in another campaign of the workspace, with an e-mail in the queue."""
    other = factories.CampaignFactory.create(workspace=workspace, running=True)
    return factories.DeliveryFactory.create(enrollment=factories.EnrollmentFactory.create(campaign=other, lead=lead))


def _status(row):
    return type(row).objects.get(pk=row.pk).status


def _kinds(lead):
    return sorted(Event.objects.filter(lead=lead).values_list("kind", flat=True))


# --- What the workspace adds -----------------------------------------------------------------------------------------------------


def test_an_address_gets_nothing_more_and_what_was_planned_is_stopped(actor, queued, elsewhere, lead, now):
    result = suppressions.suppress(actor=actor, value="ADA@Customer.example", note="Asked by phone", now=now)
    assert (result.entry.kind, result.entry.value, result.entry.reason, result.entry.note) == (
        "email",
        "ada@customer.example",
        "manual",
        "Asked by phone",
    )
    assert (result.created, result.stopped_messages) == (True, 2)
    assert _status(queued) == _status(elsewhere) == DeliveryStatus.CANCELLED
    assert _status(queued.enrollment) == EnrollmentStatus.SUPPRESSED
    assert _kinds(lead) == ["suppressed", "suppressed"]


def test_a_domain_stops_everybody_at_exactly_that_domain(actor, campaign, now):
    addresses = ["ada@acme.example", "BOB@ACME.example", "eve@sub.acme.example", "joe@notacme.example"]
    mails = [factories.DeliveryFactory.create(enrollment__campaign=campaign, enrollment__lead__email=address) for address in addresses]
    result = suppressions.suppress(actor=actor, value="Acme.Example", now=now)
    assert (result.entry.kind, result.entry.value, result.stopped_messages) == ("domain", "acme.example", 2)
    assert [_status(mail) for mail in mails] == ["cancelled", "cancelled", "queued", "queued"]
    left = Delivery.objects.due(now)
    assert {delivery.lead.email for delivery in left} == {"eve@sub.acme.example", "joe@notacme.example"}


@pytest.mark.parametrize(
    ("value", "kind", "stored"),
    [
        ("Ada Lovelace <ada@example.com>", "email", "ada@example.com"),
        ("  mailto:Ada@Example.com ", "email", "ada@example.com"),
        ("ada@bücher.example", "email", "ada@xn--bcher-kva.example"),
        ("@example.com", "domain", "example.com"),
        ("BÜCHER.example", "domain", "xn--bcher-kva.example"),
        ("co.uk", "domain", "co.uk"),
        ("mail.example.com.", "domain", "mail.example.com"),
    ],
)
def test_a_value_is_stored_in_the_form_that_leads_have(actor, value, kind, stored, now):
    entry = suppressions.suppress(actor=actor, value=value, now=now).entry
    assert (entry.kind, entry.value) == (kind, stored)


@pytest.mark.parametrize(
    "value",
    [
        "",
        "com",
        "ada@",
        "@",
        "a b",
        "https://example.com/x",
        "ada@example.com, bob@example.com",
        "x@y@z",
        "\x00",
        "*.example.com",
        "a" * 300,
    ],
)
def test_what_is_neither_address_nor_domain_is_refused(actor, value, now):
    with pytest.raises(Invalid) as caught:
        suppressions.suppress(actor=actor, value=value, now=now)
    assert caught.value.field == "value"
    assert "ada@example.com" in caught.value.fix
    assert not Suppression.objects.exists()


def test_asking_twice_changes_nothing(actor, queued, lead, now):
    first = suppressions.suppress(actor=actor, value=lead.email, now=now)
    audited = AuditEvent.objects.count()
    second = suppressions.suppress(actor=actor, value=lead.email, now=now + timedelta(hours=1))
    assert (second.entry, second.created, second.stopped_messages) == (first.entry, False, 0)
    assert AuditEvent.objects.count() == audited
    assert _kinds(lead) == ["suppressed"]


@pytest.mark.parametrize("reason", ["unsubscribed", "complaint", "bounced", "manual"])
def test_whatever_the_reason_the_lead_is_suppressed(actor, queued, lead, now, reason):
    """Only an answer of the lead's own counts as an opt-out of a campaign: what we enter would count one that nobody sent."""
    entry = suppressions.suppress(actor=actor, value=lead.email, reason=reason, now=now).entry
    assert (entry.reason, _status(queued.enrollment), _kinds(lead)) == (reason, "suppressed", ["suppressed"])


def test_a_reason_only_ever_gets_stronger(actor, now):
    reasons = ["manual", "bounced", "manual", "unsubscribed", "complaint", "bounced"]
    entries = [suppressions.suppress(actor=actor, value="ada@example.com", reason=reason, now=now) for reason in reasons]
    assert [each.entry.reason for each in entries] == ["manual", "bounced", "bounced", "unsubscribed", "unsubscribed", "unsubscribed"]
    assert [each.created for each in entries] == [True, True, False, True, False, False]


def test_an_unknown_reason_and_a_long_note_are_refused(actor, now):
    with pytest.raises(Invalid, match="'because'") as caught:
        suppressions.suppress(actor=actor, value="ada@example.com", reason="because", now=now)
    assert (caught.value.field, caught.value.fix) == ("reason", "Use one of unsubscribed, complaint, bounced, manual.")
    for note in ("x" * 501, "a\x00b"):
        with pytest.raises(Invalid) as caught:
            suppressions.suppress(actor=actor, value="ada@example.com", note=note, now=now)
        assert caught.value.field == "note"


def test_a_claimed_e_mail_is_stopped_and_one_that_the_server_may_have_is_not(actor, enrollment, lead, campaign, now):
    lease = now + timedelta(minutes=1)
    first, second = campaign.steps.all()
    inflight = factories.DeliveryFactory.create(enrollment=enrollment, step=first, status="inflight", lease_until=lease)
    claimed = factories.DeliveryFactory.create(enrollment=enrollment, step=second, status="claimed", lease_until=lease)
    assert suppressions.suppress(actor=actor, value=lead.email, now=now).stopped_messages == 1
    assert (_status(inflight), _status(claimed)) == ("inflight", "cancelled")


def test_a_lead_whose_e_mail_could_not_be_written_is_ended_and_one_that_is_through_is_left(actor, workspace, campaign, now):
    blocked = factories.EnrollmentFactory.create(campaign=campaign, status="blocked", lead__email="a@acme.example")
    finished = factories.EnrollmentFactory.create(campaign=campaign, status="finished", lead__email="b@acme.example")
    suppressions.suppress(actor=actor, value="acme.example", now=now)
    assert (_status(blocked), _status(finished)) == ("suppressed", "finished")


def test_another_workspace_goes_on_writing(actor, stranger, now):
    theirs = factories.DeliveryFactory.create(enrollment=stranger.enrollment)
    assert suppressions.suppress(actor=actor, value=stranger.lead.email, now=now).stopped_messages == 0
    assert _status(theirs) == "queued"
    assert list(Delivery.objects.due(now)) == [theirs]


def test_the_audit_log_holds_the_act_without_the_address(actor, queued, lead, now):
    entry = suppressions.suppress(actor=actor, value=lead.email, now=now).entry
    event = AuditEvent.objects.latest("id")
    assert (event.action, event.subject_kind, event.subject_id) == ("suppression.added", "suppression", entry.id)
    assert event.facts == {"kind": "email", "reason": "manual", "stopped_messages": 1}


# --- What recipients ask for -----------------------------------------------------------------------------------------------------


def test_the_link_of_an_e_mail_ends_everything_from_this_workspace(campaign, enrollment, elsewhere, lead, now):
    first, second = campaign.steps.all()
    factories.DeliveryFactory.create(enrollment=enrollment, step=first, sent=True)
    queued = factories.DeliveryFactory.create(enrollment=enrollment, step=second)
    said = suppressions.opt_out(token=enrollment.opt_out_token, now=now)
    assert (said.workspace_name, said.masked_email, said.already_out) == ("Acme", "a•••@customer.example", True)
    assert _status(queued) == _status(elsewhere) == "cancelled"
    assert _status(enrollment) == _status(elsewhere.enrollment) == "unsubscribed"
    entry = Suppression.objects.get()
    assert (entry.kind, entry.value, entry.reason) == ("email", lead.email, "unsubscribed")


def test_the_opt_out_counts_in_the_campaign_that_was_answered_with_its_last_step(campaign, enrollment, elsewhere, lead, now):
    for step in campaign.steps.all():
        factories.DeliveryFactory.create(enrollment=enrollment, step=step, sent=True)
    suppressions.opt_out(token=enrollment.opt_out_token, now=now)
    event = Event.objects.get(campaign=campaign)
    assert (event.kind, event.step, event.at) == ("unsubscribed", 2, now)
    assert Event.objects.get(campaign=elsewhere.campaign).kind == "suppressed"


def test_opting_out_three_times_is_opting_out_once(enrollment, lead, now):
    for hours in range(3):
        suppressions.opt_out(token=enrollment.opt_out_token, now=now + timedelta(hours=hours))
    assert _kinds(lead) == ["unsubscribed"]
    assert Suppression.objects.count() == 1
    assert AuditEvent.objects.filter(action="suppression.added", via="recipient").count() == 1
    assert Enrollment.objects.get(id=enrollment.id).ended_at == now


@pytest.mark.parametrize("status", ["finished", "replied", "suppressed", "failed"])
def test_who_opts_out_after_the_sequence_has_ended_is_counted_and_suppressed(enrollment, lead, now, status):
    Enrollment.objects.filter(id=enrollment.id).update(status=status)
    suppressions.opt_out(token=enrollment.opt_out_token, now=now)
    assert _kinds(lead) == ["unsubscribed"]
    assert Suppression.objects.get().reason == "unsubscribed"


def test_an_opt_out_makes_a_typed_entry_the_recipients_own(actor, enrollment, lead, now):
    suppressions.suppress(actor=actor, value=lead.email, now=now)
    assert not suppressions.describe_opt_out(token=enrollment.opt_out_token).already_out
    suppressions.opt_out(token=enrollment.opt_out_token, now=now)
    assert Suppression.objects.get().reason == "unsubscribed"


def test_looking_at_the_page_changes_nothing(enrollment, now):
    said = suppressions.describe_opt_out(token=enrollment.opt_out_token)
    assert (said.masked_email, said.already_out) == ("a•••@customer.example", False)
    assert _status(enrollment) == "active"
    assert not Suppression.objects.exists()


def test_a_link_that_we_never_wrote_is_not_found(db, now):
    with pytest.raises(NotFound):
        suppressions.opt_out(token=uuid4(), now=now)
    with pytest.raises(NotFound):
        suppressions.describe_opt_out(token=uuid4())


def test_an_opt_out_in_one_workspace_says_nothing_about_another(enrollment, stranger, lead, now):
    theirs = factories.EnrollmentFactory.create(campaign=stranger.campaign, lead__email=lead.email)
    suppressions.opt_out(token=enrollment.opt_out_token, now=now)
    assert _status(theirs) == "active"
    assert not suppressions.describe_opt_out(token=theirs.opt_out_token).already_out


def test_a_wish_to_stop_in_a_reply_is_an_opt_out_of_the_answered_step(campaign, enrollment, elsewhere, lead, now):
    delivery = factories.DeliveryFactory.create(enrollment=enrollment, sent=True)
    suppressions.opt_out_by_reply(delivery=delivery, now=now)
    assert Event.objects.get(campaign=campaign, kind="unsubscribed").step == 1
    assert _status(elsewhere) == "cancelled"


@pytest.mark.django_db(transaction=True)
def test_opt_outs_at_the_same_moment_are_one(enrollment, lead, now):
    errors = []

    def click():
        try:
            suppressions.opt_out(token=enrollment.opt_out_token, now=now)
        except Exception as exc:  # noqa: BLE001 - whatever it is, the test shows it
            errors.append(exc)
        finally:
            connection.close()

    clicks = [threading.Thread(target=click) for _ in range(6)]
    for each in clicks:
        each.start()
    for each in clicks:
        each.join()
    assert errors == []
    assert _kinds(lead) == ["unsubscribed"]
    assert AuditEvent.objects.filter(via="recipient").count() == 1


# --- Addresses that do not exist -------------------------------------------------------------------------------------------------


def test_a_bounced_address_gets_nothing_more_in_any_campaign(campaign, enrollment, elsewhere, lead, now):
    delivery = factories.DeliveryFactory.create(enrollment=enrollment, sent=True)
    suppressions.note_bounce(delivery=delivery, now=now)
    assert _status(enrollment) == _status(elsewhere.enrollment) == "bounced"
    assert _status(elsewhere) == "cancelled"
    assert Suppression.objects.get().reason == "bounced"
    event = Event.objects.get(campaign=campaign)
    assert (event.kind, event.step) == ("bounced", 1)
    assert Event.objects.get(campaign=elsewhere.campaign).kind == "suppressed"


def test_a_bounce_reported_twice_is_one(enrollment, lead, now):
    delivery = factories.DeliveryFactory.create(enrollment=enrollment, sent=True)
    for _ in range(2):
        suppressions.note_bounce(delivery=delivery, now=now)
    assert _kinds(lead) == ["bounced"]
    assert AuditEvent.objects.filter(action="suppression.added", via="job").count() == 1
